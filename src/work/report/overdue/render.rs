//! The list of late dossiers as JSON and as CSV.

use serde::Serialize;

use super::{Overdue, Row};
use crate::domain::time::{Day, Moment};
use crate::work::desk::Desk;
use crate::work::report::csv::{BYTE_ORDER_MARK, line as csv_line};

#[derive(Serialize)]
struct Whole<'a> {
    as_of: String,
    rows: Vec<Line<'a>>,
    total: usize,
}

#[derive(Serialize)]
struct Line<'a> {
    code: &'a str,
    unit: &'a str,
    unit_code: &'a str,
    field: &'a str,
    procedure: &'a str,
    procedure_code: &'a str,
    channel: &'a str,
    state: &'static str,
    received_at: Option<String>,
    due_at: String,
    due_date: Day,
    stopped_at: Option<String>,
    late_wd: i32,
}

/// In the order of the lines' fields.
const HEADER: [&str; 13] = [
    "code",
    "unit",
    "unit_code",
    "field",
    "procedure",
    "procedure_code",
    "channel",
    "state",
    "received_at",
    "due_at",
    "due_date",
    "stopped_at",
    "late_wd",
];

/// Renders the list as JSON.
#[must_use]
pub fn json(report: &Overdue, desk: &Desk) -> String {
    let whole = Whole {
        as_of: desk.province.zone().rfc3339(report.as_of),
        rows: report.rows.iter().map(|row| Line::of(row, desk)).collect(),
        total: report.rows.len(),
    };
    let text = serde_json::to_string(&whole).unwrap_or_default();
    format!("{text}\n")
}

/// Renders the list as CSV.
#[must_use]
pub fn csv(report: &Overdue, desk: &Desk) -> String {
    let mut text = String::from(BYTE_ORDER_MARK);
    csv_line(&mut text, HEADER.map(str::to_owned));
    for row in &report.rows {
        csv_line(&mut text, Line::of(row, desk).cells());
    }
    text
}

impl<'a> Line<'a> {
    fn of(row: &'a Row, desk: &Desk) -> Self {
        let zone = desk.province.zone();
        let shown = |at: Option<Moment>| at.map(|at| zone.rfc3339(at));
        Self {
            code: &row.code,
            unit: &row.unit,
            unit_code: &row.unit_code,
            field: &row.field,
            procedure: &row.procedure,
            procedure_code: &row.procedure_code,
            channel: &row.channel,
            state: row.state.id(),
            received_at: shown(row.received_at),
            due_at: zone.rfc3339(row.promise.due_at),
            due_date: row.promise.due_on,
            stopped_at: shown(row.stopped_at),
            late_wd: row.late_wd,
        }
    }

    fn cells(self) -> [String; 13] {
        [
            self.code.to_owned(),
            self.unit.to_owned(),
            self.unit_code.to_owned(),
            self.field.to_owned(),
            self.procedure.to_owned(),
            self.procedure_code.to_owned(),
            self.channel.to_owned(),
            self.state.to_owned(),
            self.received_at.unwrap_or_default(),
            self.due_at,
            self.due_date.to_string(),
            self.stopped_at.unwrap_or_default(),
            self.late_wd.to_string(),
        ]
    }
}
