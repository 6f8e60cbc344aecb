//! A month's on-time rates per department, the figures under the pictures.

use askama::Template;

use super::board::Row;
use super::parts::When;
use super::shell::Shell;
use crate::paper::Svg;

/// `/rates?month=2026-11`.
#[derive(Clone, Debug, Template)]
#[template(path = "rates.html")]
pub struct Rates {
    pub shell: Shell,
    /// `2026-11`
    pub month: String,
    /// `tháng 11/2026`
    pub month_words: String,
    pub previous: Option<String>,
    pub next: Option<String>,
    pub as_of: When,
    /// How a rate is computed, in words.
    pub formula: String,
    /// The answer: the bar chart's title.
    pub answer: String,
    pub bars: Option<Svg>,
    /// In the order of the bars.
    pub rows: Vec<RateRow>,
    pub total: RateRow,
    /// The answer of the months' line.
    pub months_answer: String,
    pub line: Option<Svg>,
    pub months: Vec<RateRow>,
    /// Where the same figures are as CSV.
    pub csv: String,
}

/// One department's or month's figures.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct RateRow {
    /// The unit's name, or the month.
    pub label: String,
    /// Where the dossiers behind each figure are, up to which of them (RATE-07).
    pub behind: Option<String>,
    pub early: String,
    pub on_time: String,
    pub late: String,
    pub evaluable: String,
    pub without_due: String,
    /// `96,40 %`; none shows as "không phát sinh" (RATE-04).
    pub rate: Option<String>,
    /// `79,6–95,3 %` for small numbers.
    pub interval: Option<String>,
}

/// `/rates/dossiers?month=2026-11&only=H35.05&counted=late`.
#[derive(Clone, Debug, Template)]
#[template(path = "behind_figure.html")]
pub struct BehindFigure {
    pub shell: Shell,
    /// `Sở Công Thương`
    pub who: String,
    /// `Quá hạn, có kết quả trong tháng 11/2026`
    pub what: String,
    /// In the order of the days they ended on.
    pub rows: Vec<Row>,
    /// The page with the figure.
    pub back: String,
    pub first: Option<String>,
    pub next: Option<String>,
}
