//! The apologies as JSON and as CSV.

use serde::Serialize;

use super::{Apologies, Asked, Evidence, Figures};
use crate::domain::time::{Day, Moment, Zone};
use crate::work::desk::Desk;
use crate::work::report::csv::{BYTE_ORDER_MARK, line as csv_line};

#[derive(Serialize)]
struct Whole<T> {
    from: Day,
    to: Day,
    as_of: String,
    rows: Vec<T>,
    #[serde(skip_serializing_if = "Option::is_none")]
    total: Option<T>,
}

#[derive(Serialize)]
struct Line<'a> {
    unit: Option<&'a str>,
    unit_code: Option<&'a str>,
    obligations: u64,
    in_advance: u64,
    afterwards: u64,
    unsent: u64,
    exempt: u64,
    closed: u64,
    delivered: u64,
    rate: Option<String>,
}

#[derive(Serialize)]
struct OneByOne<'a> {
    code: &'a str,
    unit: &'a str,
    unit_code: &'a str,
    procedure: &'a str,
    due_date: Option<Day>,
    opened_at: String,
    state: &'static str,
    reason: Option<&'a str>,
    form_number: Option<&'a str>,
    signed_on: Option<Day>,
    signer: Option<&'a str>,
    issued_at: Option<String>,
    channel: Option<&'static str>,
    receipt: Option<&'a str>,
    delivered_at: Option<String>,
}

const HEADER: [&str; 10] = [
    "unit",
    "unit_code",
    "obligations",
    "in_advance",
    "afterwards",
    "unsent",
    "exempt",
    "closed",
    "delivered",
    "rate",
];

const EVIDENCE_HEADER: [&str; 15] = [
    "code",
    "unit",
    "unit_code",
    "procedure",
    "due_date",
    "opened_at",
    "state",
    "reason",
    "form_number",
    "signed_on",
    "signer",
    "issued_at",
    "channel",
    "receipt",
    "delivered_at",
];

/// Renders the figures as JSON.
#[must_use]
pub fn json(report: &Apologies, asked: &Asked, desk: &Desk) -> String {
    let rows = report.rows.iter().map(|row| Line::of(Some((&row.unit, &row.unit_code)), row.figures));
    whole(asked, desk, rows.collect(), Some(Line::of(None, report.total)))
}

/// Renders the list as JSON.
#[must_use]
pub fn evidence_json(report: &[Evidence], asked: &Asked, desk: &Desk) -> String {
    let zone = desk.province.zone();
    whole(asked, desk, report.iter().map(|one| OneByOne::of(one, zone)).collect(), None)
}

fn whole<T: Serialize>(asked: &Asked, desk: &Desk, rows: Vec<T>, total: Option<T>) -> String {
    let as_of = desk.province.zone().rfc3339(desk.now);
    let whole = Whole { from: asked.from, to: asked.to, as_of, rows, total };
    let text = serde_json::to_string(&whole).unwrap_or_default();
    format!("{text}\n")
}

/// Renders the figures as CSV.
#[must_use]
pub fn csv(report: &Apologies) -> String {
    let mut text = String::from(BYTE_ORDER_MARK);
    csv_line(&mut text, HEADER.map(str::to_owned));
    for row in &report.rows {
        csv_line(&mut text, Line::of(Some((&row.unit, &row.unit_code)), row.figures).cells());
    }
    csv_line(&mut text, Line::of(Some(("total", "")), report.total).cells());
    text
}

/// Renders the list as CSV.
#[must_use]
pub fn evidence_csv(report: &[Evidence], desk: &Desk) -> String {
    let mut text = String::from(BYTE_ORDER_MARK);
    csv_line(&mut text, EVIDENCE_HEADER.map(str::to_owned));
    for one in report {
        csv_line(&mut text, OneByOne::of(one, desk.province.zone()).cells());
    }
    text
}

impl<'a> Line<'a> {
    fn of(unit: Option<(&'a str, &'a str)>, figures: Figures) -> Self {
        let (unit, unit_code) = unit.unzip();
        Self {
            unit,
            unit_code,
            obligations: figures.obligations(),
            in_advance: figures.in_advance,
            afterwards: figures.afterwards,
            unsent: figures.unsent,
            exempt: figures.exempt,
            closed: figures.closed,
            delivered: figures.delivered,
            rate: figures.rate().map(|rate| rate.to_string()),
        }
    }

    fn cells(self) -> impl Iterator<Item = String> {
        let named = [self.unit, self.unit_code].map(|text| text.unwrap_or_default().to_owned());
        let counts = [
            self.obligations,
            self.in_advance,
            self.afterwards,
            self.unsent,
            self.exempt,
            self.closed,
            self.delivered,
        ];
        let counts = counts.map(|count| count.to_string());
        named.into_iter().chain(counts).chain([self.rate.unwrap_or_default()])
    }
}

impl<'a> OneByOne<'a> {
    fn of(one: &'a Evidence, zone: &Zone) -> Self {
        let shown = |at: Option<Moment>| at.map(|at| zone.rfc3339(at));
        let letter = one.letter.as_ref();
        Self {
            code: &one.code,
            unit: &one.unit,
            unit_code: &one.unit_code,
            procedure: &one.procedure,
            due_date: one.due_on,
            opened_at: zone.rfc3339(one.opened_at),
            state: one.state.id(),
            reason: one.reason.as_deref(),
            form_number: one.number.as_deref(),
            signed_on: letter.map(|letter| letter.signed_on),
            signer: letter.map(|letter| letter.signer.as_str()),
            issued_at: shown(one.issued_at),
            channel: letter.and_then(|letter| letter.channel),
            receipt: letter.and_then(|letter| letter.receipt.as_deref()),
            delivered_at: shown(one.delivered_at),
        }
    }

    fn cells(self) -> [String; 15] {
        let day = |day: Option<Day>| day.map(|day| day.to_string()).unwrap_or_default();
        let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
        [
            self.code.to_owned(),
            self.unit.to_owned(),
            self.unit_code.to_owned(),
            self.procedure.to_owned(),
            day(self.due_date),
            self.opened_at,
            self.state.to_owned(),
            text(self.reason),
            text(self.form_number),
            day(self.signed_on),
            text(self.signer),
            self.issued_at.unwrap_or_default(),
            text(self.channel),
            text(self.receipt),
            self.delivered_at.unwrap_or_default(),
        ]
    }
}
