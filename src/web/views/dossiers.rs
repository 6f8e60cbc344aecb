//! The list of dossiers, with filters and seek paging.

use askama::Template;

use super::board::Row;
use super::parts::Choice;
use super::shell::Shell;

/// `/dossiers`.
#[derive(Clone, Debug, Template)]
#[template(path = "dossiers.html")]
pub struct DossierList {
    pub shell: Shell,
    /// The filter by unit; its first choice is all units.
    pub units: Vec<Choice>,
    /// The filter by standing; its first choice is every standing.
    pub standings: Vec<Choice>,
    pub q: String,
    /// Whether these are the dossiers of one person, looked for by a number that is not repeated.
    pub of_a_person: bool,
    /// In the order of working time left.
    pub rows: Vec<Row>,
    /// The address of the next page.
    pub next: Option<String>,
    /// The address of the first page, where this is a later one.
    pub first: Option<String>,
}

impl DossierList {
    /// Whether anything narrows the list.
    #[must_use]
    pub fn filtered(&self) -> bool {
        let narrows =
            |choices: &[Choice]| choices.iter().any(|choice| choice.chosen && !choice.value.is_empty());
        self.of_a_person || !self.q.is_empty() || narrows(&self.units) || narrows(&self.standings)
    }
}
