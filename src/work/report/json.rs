//! The on-time report as JSON, in the shape and order that others rely on.

use serde::{Serialize, Serializer};
use serde_json::Value;

use super::{Asked, FORMULA, Label, OnTime, all_keyed};
use crate::domain::statistics::Figures;
use crate::domain::time::Day;
use crate::work::desk::Desk;

#[derive(Serialize)]
struct Whole<'a> {
    from: Day,
    to: Day,
    basis: &'static str,
    as_of: String,
    formula: &'static str,
    rows: Vec<Line<'a>>,
    total: Line<'a>,
}

struct Line<'a> {
    asked: &'a Asked,
    labels: &'a [Label],
    figures: Figures,
}

/// Renders the whole report.
#[must_use]
pub fn render(report: &OnTime, asked: &Asked, desk: &Desk) -> String {
    let line = |labels, figures| Line { asked, labels, figures };
    let whole = Whole {
        from: asked.from,
        to: asked.to,
        basis: asked.basis.id(),
        as_of: desk.province.zone().rfc3339(desk.now),
        formula: FORMULA,
        rows: report.rows.iter().map(|row| line(&row.labels, row.figures)).collect(),
        total: line(&[], report.total),
    };
    let text = serde_json::to_string(&whole).unwrap_or_default();
    format!("{text}\n")
}

impl Serialize for Line<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let named = all_keyed(self.asked, self.labels).into_iter();
        let named = named.map(|(key, value)| (key, value.map_or(Value::Null, Value::from)));
        let figures = self.figures;
        let counts = [
            ("early", figures.early),
            ("on_time", figures.on_time),
            ("late", figures.late),
            ("evaluable", figures.evaluable()),
            ("without_due", figures.without_due),
        ];
        let counts = counts.map(|(key, count)| (key.to_owned(), Value::from(count)));
        let rate = figures.rate().map_or(Value::Null, |rate| rate.to_string().into());
        serializer.collect_map(named.chain(counts).chain([("rate".to_owned(), rate)]))
    }
}
