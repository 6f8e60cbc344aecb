//! What was taken over from other systems: runs, records in quarantine, findings.

use askama::Template;

use super::parts::{Choice, When};
use super::shell::Shell;

/// `/imports`.
#[derive(Clone, Debug, Template)]
#[template(path = "imports.html")]
pub struct Imports {
    pub shell: Shell,
    pub sources: Vec<Choice>,
    /// Newest first.
    pub runs: Vec<RunView>,
    pub next: Option<String>,
}

/// One run of an import.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunView {
    pub number: i64,
    pub source: String,
    pub file: SourceFile,
    /// Who started it.
    pub actor: String,
    pub started: When,
    /// What it did; none where it goes on or broke off.
    pub sums: Option<Sums>,
}

/// The file that something came in: its name is shown, where it lay on hovering.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceFile {
    pub name: String,
    pub path: String,
}

impl SourceFile {
    #[must_use]
    pub fn new(path: String) -> Self {
        let name = path.rsplit(['/', '\\']).next().unwrap_or_default().to_owned();
        Self { name, path }
    }
}

/// A run's figures, as they are shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    pub read: String,
    pub created: String,
    pub updated: String,
    pub unchanged: String,
    pub duplicates: String,
    pub quarantined: String,
    pub findings: String,
}

/// What narrows a list, and where its file is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filters {
    /// The page itself.
    pub path: &'static str,
    pub sources: Vec<Choice>,
    pub kinds: Vec<Choice>,
    /// The run, as it was asked for.
    pub run: String,
    pub csv: String,
    pub next: Option<String>,
    pub first: Option<String>,
}

impl Filters {
    #[must_use]
    pub fn narrowed(&self) -> bool {
        let other = |choices: &[Choice]| choices.iter().skip(1).any(|choice| choice.chosen);
        !self.run.is_empty() || other(&self.sources) || other(&self.kinds)
    }
}

/// `/imports/quarantine`.
#[derive(Clone, Debug, Template)]
#[template(path = "quarantine.html")]
pub struct Quarantine {
    pub shell: Shell,
    pub filters: Filters,
    pub rows: Vec<QuarantineView>,
}

/// A record that was not taken in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuarantineView {
    pub line: i64,
    pub field: Option<String>,
    /// What is wrong and what to do about it.
    pub reason: String,
    pub file: SourceFile,
    pub source: String,
    pub run: i64,
}

/// `/imports/findings`.
#[derive(Clone, Debug, Template)]
#[template(path = "findings.html")]
pub struct Findings {
    pub shell: Shell,
    pub filters: Filters,
    pub rows: Vec<FindingView>,
}

/// Something odd about a dossier that was taken in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FindingView {
    pub code: String,
    /// The dossier's page, where the reader may see it.
    pub href: Option<String>,
    pub what: String,
    pub field: Option<String>,
    pub advice: String,
    pub file: SourceFile,
    pub source: String,
    pub run: i64,
}
