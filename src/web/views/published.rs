//! Figures for anyone to read.

use askama::Template;

use super::parts::When;
use super::rates::RateRow;
use super::shell::Shell;

/// `/cong-khai`.
#[derive(Clone, Debug, Template)]
#[template(path = "published.html")]
pub struct Published {
    pub shell: Shell,
    pub office: String,
    /// `tháng 11/2026`
    pub month_words: String,
    /// Whether the month is not over yet.
    pub running: bool,
    pub previous: String,
    pub next: Option<String>,
    /// Where the late dossiers are, if they are published.
    pub late: Option<String>,
    pub as_of: When,
    pub rows: Vec<RateRow>,
    pub total: RateRow,
    pub formula: String,
}

/// `/cong-khai/qua-han`.
#[derive(Clone, Debug, Template)]
#[template(path = "published_late.html")]
pub struct PublishedLate {
    pub shell: Shell,
    pub office: String,
    /// `tháng 11/2026`
    pub month_words: String,
    pub as_of: When,
    pub previous: String,
    pub next: Option<String>,
    pub units: Vec<UnitRow>,
    pub total: UnitRow,
    pub reasons: Vec<ReasonRow>,
    /// The unit whose dossiers alone are listed.
    pub only: Option<String>,
    /// Where those of all units are.
    pub all: String,
    pub rows: Vec<LateRow>,
    pub first: Option<String>,
    pub further: Option<String>,
}

/// A unit's late dossiers and the apologies for them.
#[derive(Clone, Debug)]
pub struct UnitRow {
    pub name: String,
    /// Where its dossiers alone are listed.
    pub only: Option<String>,
    pub late: i64,
    pub apologised: i64,
    pub exempt: i64,
    pub none: i64,
    pub unknown: i64,
}

/// How often a reason was given.
#[derive(Clone, Debug)]
pub struct ReasonRow {
    pub reason: String,
    pub letters: i64,
}

/// One late dossier; of its applicant nothing (LATE-19).
#[derive(Clone, Debug)]
pub struct LateRow {
    pub code: String,
    pub procedure: String,
    pub unit: String,
    pub due: When,
    pub state: String,
    pub apology: &'static str,
}
