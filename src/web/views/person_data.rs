//! What is kept of one person, and how far a breach reaches, in the language of whoever is told.

use askama::Template;

use super::parts::Choice;
use super::shell::Shell;

/// `/person-data`: the two questions, and the answer to one of them.
#[derive(Clone, Debug, Template)]
#[template(path = "person_data.html")]
pub struct PersonData {
    pub shell: Shell,
    pub purposes: Vec<Choice>,
    pub from: String,
    pub to: String,
    pub account: String,
    pub answer: Option<Answer>,
}

/// A report in one language.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// `vi` or `en`.
    pub language: &'static str,
    pub title: String,
    /// What it says as a whole, and what it does not.
    pub about: String,
    pub facts: Vec<(String, String)>,
    pub tables: Vec<Table>,
}

/// Rows under a heading.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    pub title: String,
    pub columns: Vec<String>,
    pub rows: Vec<Vec<String>>,
    /// What stands there instead of no rows.
    pub none: String,
}
