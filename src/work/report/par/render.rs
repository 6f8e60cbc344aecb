//! The criteria of PAR INDEX as JSON and as CSV.

use serde::Serialize;

use super::{Asked, Par};
use crate::domain::scales::Scales;
use crate::domain::statistics::Figures;
use crate::domain::time::Day;
use crate::work::desk::Desk;
use crate::work::report::csv::{BYTE_ORDER_MARK, line as csv_line};

#[derive(Serialize)]
struct Whole {
    from: Day,
    to: Day,
    as_of: String,
    rows: Vec<Line>,
    total: Line,
    apologies: Apologies,
}

#[derive(Serialize)]
struct Line {
    level: Option<&'static str>,
    early: u64,
    on_time: u64,
    late: u64,
    rate: Option<String>,
    points: Option<String>,
}

#[derive(Serialize)]
struct Apologies {
    obligations: u64,
    sent: u64,
    unsent: u64,
    exempt: u64,
    points: String,
}

/// Renders the report as JSON.
#[must_use]
pub fn json(report: &Par, asked: &Asked, desk: &Desk) -> String {
    let whole = Whole {
        from: asked.from,
        to: asked.to,
        as_of: desk.province.zone().rfc3339(desk.now),
        rows: lines(report, &asked.scales).collect(),
        total: Line { points: None, ..Line::of(None, report.total, &asked.scales) },
        apologies: Apologies::of(report, &asked.scales),
    };
    let text = serde_json::to_string(&whole).unwrap_or_default();
    format!("{text}\n")
}

/// Renders the report as CSV: a row for each tier, and one for the apologies.
#[must_use]
pub fn csv(report: &Par, asked: &Asked) -> String {
    let mut text = String::from(BYTE_ORDER_MARK);
    let header = ["criterion", "level", "counted", "met", "rate", "points"];
    csv_line(&mut text, header.map(str::to_owned));
    for line in lines(report, &asked.scales) {
        let met = line.early + line.on_time;
        csv_line(
            &mut text,
            [
                "on_time".to_owned(),
                line.level.unwrap_or_default().to_owned(),
                (met + line.late).to_string(),
                met.to_string(),
                line.rate.unwrap_or_default(),
                line.points.unwrap_or_default(),
            ],
        );
    }
    let apologies = Apologies::of(report, &asked.scales);
    let rate = report.apologies.rate().map(|rate| rate.to_string()).unwrap_or_default();
    let [counted, met] = [report.apologies.owed(), report.apologies.covered()].map(|count| count.to_string());
    let cells = ["apologies".to_owned(), String::new(), counted, met, rate];
    csv_line(&mut text, cells.into_iter().chain([apologies.points]));
    text
}

fn lines<'a>(report: &'a Par, scales: &'a Scales) -> impl Iterator<Item = Line> + 'a {
    report.rows.iter().map(|(level, figures)| Line::of(Some(level.id()), *figures, scales))
}

impl Line {
    fn of(level: Option<&'static str>, figures: Figures, scales: &Scales) -> Self {
        Self {
            level,
            early: figures.early,
            on_time: figures.on_time,
            late: figures.late,
            rate: figures.rate().map(|rate| rate.to_string()),
            points: Par::on_time(figures, scales).map(|points| points.to_string()),
        }
    }
}

impl Apologies {
    fn of(report: &Par, scales: &Scales) -> Self {
        let figures = report.apologies;
        Self {
            obligations: figures.obligations(),
            sent: figures.in_advance + figures.afterwards,
            unsent: figures.unsent,
            exempt: figures.exempt,
            points: report.apologised(scales).to_string(),
        }
    }
}
