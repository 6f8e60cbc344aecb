//! The citizen's look-up: one screen, and never anything about a person.

use askama::Template;

use super::parts::{Field, MonthFigure, Standing, When};
use super::shell::Shell;

/// `/tra-cuu`.
#[derive(Clone, Debug, Template)]
#[template(path = "look_up.html")]
pub struct LookUp {
    pub shell: Shell,
    pub office: String,
    pub code: Field,
    /// The dossier, once code and secret fit together.
    pub seen: Option<Seen>,
}

/// Whom a citizen can ask.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contact {
    pub name: String,
    pub phone: Option<String>,
}

impl Contact {
    /// The digits that a telephone dials.
    #[must_use]
    pub fn dial(&self) -> String {
        let phone = self.phone.as_deref().unwrap_or_default();
        phone.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect()
    }
}

/// What is shown of a dossier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    pub code: String,
    pub procedure: String,
    /// The national state's words.
    pub state: String,
    /// Where it is and what to do.
    pub what_now: String,
    /// What else to know, a paragraph each.
    pub notes: Vec<String>,
    /// The papers to bring.
    pub papers: Vec<String>,
    /// Whom to ask.
    pub contacts: Vec<Contact>,
    /// Who answers for it.
    pub office: String,
    pub standing: Standing,
    pub due: Option<When>,
    /// The new day of an apology.
    pub again: Option<When>,
    pub received: When,
    pub figure: Option<MonthFigure>,
    /// Why that day, in words, where no picture of days tells it.
    pub explained: Option<String>,
}
