//! Taking in a dossier: a form that a scanner and a keyboard fill, and the promise it leads to.

use askama::Template;

use super::parts::{Choice, Field, MonthFigure};
use super::shell::Shell;

/// `/intake`. The form posts to itself with `deed` = `quote` or `receive`.
#[derive(Clone, Debug, Template)]
#[template(path = "intake.html")]
pub struct Intake {
    pub shell: Shell,
    /// What is wrong with the whole form.
    pub error: Option<String>,
    /// Suggestions: value the code, word the name.
    pub procedures: Vec<Choice>,
    pub procedure: Field,
    /// The name of the procedure chosen, if the code is known.
    pub procedure_name: Option<String>,
    pub units: Vec<Choice>,
    /// `counter`, `online`, `post`.
    pub channels: Vec<Choice>,
    /// Kinds of applicant.
    pub kinds: Vec<Choice>,
    pub name: Field,
    pub identifier: Field,
    pub phone: Field,
    pub email: Field,
    pub address: Field,
    /// The procedure's components; `chosen` = handed in.
    pub components: Vec<Choice>,
    /// Further papers, one a line.
    pub other_components: Field,
    /// `counter`, `post`.
    pub return_methods: Vec<Choice>,
    pub quote: Quote,
    /// A key for this form, so that sending it twice takes in one dossier.
    pub once: String,
}

/// What would be promised if the dossier were received now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Quote {
    /// No procedure chosen yet.
    Unasked,
    /// The procedure has no time limit.
    NoLimit,
    /// What keeps the day from being known, and what to do.
    Refused(String),
    Promise(Promised),
}

/// A promise to be read from two metres.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Promised {
    /// `Thứ Năm`
    pub weekday: String,
    /// `26/11/2026`
    pub date: String,
    /// `17:00`
    pub hour: String,
    pub iso: String,
    /// `3 ngày làm việc`
    pub limit: String,
    pub figure: Option<MonthFigure>,
    /// What the applicant should know about it.
    pub warnings: Vec<String>,
}
