//! Index 766 as JSON and as CSV.

use serde::Serialize;

use super::{Figures, Index766};
use crate::domain::statistics::Rate;
use crate::domain::time::Day;
use crate::work::desk::Desk;
use crate::work::report::csv::{BYTE_ORDER_MARK, line as csv_line};

const FORMULA: &str = "progress_rate = in_time / dossiers: received in the period or before it and not ended before it; in \
    time by the due instant itself, by the request while a supplement is waited for, never with a second \
    request; points = progress_rate x the points of the settings";

/// The groups of the index and their most points (IDX-01); progress alone is measured here.
const GROUPS: [(&str, u32); 6] = [
    ("transparency", 18),
    ("settlement_progress", 20),
    ("online_services", 12),
    ("online_payment", 10),
    ("digitisation", 22),
    ("satisfaction", 18),
];
const MEASURED: &str = "settlement_progress";

#[derive(Serialize)]
struct Whole<'a> {
    from: Day,
    to: Day,
    as_of: String,
    formula: &'static str,
    rows: Vec<Line<'a>>,
    total: Line<'a>,
    groups: Vec<Group>,
}

#[derive(Serialize)]
struct Group {
    group: &'static str,
    maximum: u32,
    /// None where it is not measured here.
    points: Option<String>,
}

#[derive(Serialize)]
struct Line<'a> {
    unit: Option<&'a str>,
    unit_code: Option<&'a str>,
    dossiers: u64,
    in_time: u64,
    progress_rate: Option<String>,
    points: Option<String>,
    received: u64,
    online: u64,
    online_rate: Option<String>,
}

const HEADER: [&str; 9] = [
    "unit",
    "unit_code",
    "dossiers",
    "in_time",
    "progress_rate",
    "points",
    "received",
    "online",
    "online_rate",
];

/// Renders the report as JSON.
#[must_use]
pub fn json(report: &Index766, desk: &Desk) -> String {
    let groups = GROUPS.map(|(group, maximum)| {
        let points = (group == MEASURED).then(|| report.points(report.total)).flatten();
        Group { group, maximum, points: points.map(|points| points.to_string()) }
    });
    let whole = Whole {
        from: report.period.from(),
        to: report.period.to(),
        as_of: desk.province.zone().rfc3339(report.as_of),
        formula: FORMULA,
        rows: lines(report).collect(),
        total: Line::of(report, None, report.total),
        groups: groups.into(),
    };
    let text = serde_json::to_string(&whole).unwrap_or_default();
    format!("{text}\n")
}

/// Renders the report as CSV.
#[must_use]
pub fn csv(report: &Index766) -> String {
    let mut text = String::from(BYTE_ORDER_MARK);
    csv_line(&mut text, HEADER.map(str::to_owned));
    let total = Line::of(report, Some(("total", "")), report.total);
    for line in lines(report).chain([total]) {
        csv_line(&mut text, line.cells());
    }
    text
}

fn lines(report: &Index766) -> impl Iterator<Item = Line<'_>> {
    report.rows.iter().map(|row| Line::of(report, Some((&row.unit, &row.unit_code)), row.figures))
}

impl<'a> Line<'a> {
    fn of(report: &Index766, unit: Option<(&'a str, &'a str)>, figures: Figures) -> Self {
        let (unit, unit_code) = unit.unzip();
        let shown = |rate: Option<Rate>| rate.map(|rate| rate.to_string());
        Self {
            unit,
            unit_code,
            dossiers: figures.dossiers,
            in_time: figures.in_time,
            progress_rate: shown(figures.progress()),
            points: report.points(figures).map(|points| points.to_string()),
            received: figures.received,
            online: figures.online,
            online_rate: shown(figures.online_share()),
        }
    }

    fn cells(self) -> [String; 9] {
        [
            self.unit.unwrap_or_default().to_owned(),
            self.unit_code.unwrap_or_default().to_owned(),
            self.dossiers.to_string(),
            self.in_time.to_string(),
            self.progress_rate.unwrap_or_default(),
            self.points.unwrap_or_default(),
            self.received.to_string(),
            self.online.to_string(),
            self.online_rate.unwrap_or_default(),
        ]
    }
}
