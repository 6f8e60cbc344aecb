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
    pub as_of: When,
    pub rows: Vec<RateRow>,
    pub total: RateRow,
    pub formula: String,
}
