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
    /// Whether these were found by their person.
    pub of_persons: Option<OfPersons>,
    /// In the order of working time left.
    pub rows: Vec<Row>,
    /// The address of the next page.
    pub next: Option<String>,
    /// The address of the first page, where this is a later one.
    pub first: Option<String>,
}

/// How persons were looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OfPersons {
    /// By a whole number, which is not repeated.
    Number,
    /// By words of a name or the end of a number; the next page is asked for by a form.
    Words { next: Option<String> },
}

impl DossierList {
    /// Whether anything narrows the list.
    #[must_use]
    pub fn filtered(&self) -> bool {
        let narrows =
            |choices: &[Choice]| choices.iter().any(|choice| choice.chosen && !choice.value.is_empty());
        self.of_persons.is_some() || !self.q.is_empty() || narrows(&self.units) || narrows(&self.standings)
    }
    /// Where the next page of what was found by persons begins.
    #[must_use]
    pub fn next_of_persons(&self) -> Option<&str> {
        match &self.of_persons {
            Some(OfPersons::Words { next }) => next.as_deref(),
            _ => None,
        }
    }

    #[must_use]
    pub fn unit(&self) -> &str {
        chosen(&self.units)
    }

    #[must_use]
    pub fn standing(&self) -> &str {
        chosen(&self.standings)
    }
}

impl OfPersons {
    #[must_use]
    pub fn is_number(&self) -> bool {
        *self == Self::Number
    }
}

fn chosen(choices: &[Choice]) -> &str {
    choices.iter().find(|choice| choice.chosen).map_or("", |choice| choice.value.as_str())
}
