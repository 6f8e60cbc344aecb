//! Form II.06 as JSON and as CSV, its columns under their numbers.

use serde::{Serialize, Serializer};
use serde_json::Value;

use super::{Form, Heading};
use crate::domain::periodic::Line;
use crate::domain::statistics::Rate;
use crate::domain::time::Day;
use crate::work::desk::Desk;
use crate::work::report::csv::{BYTE_ORDER_MARK, line as csv_line};

/// Columns 3 to 13.
const COLUMNS: [&str; 11] = ["c3", "c4", "c5", "c6", "c7", "c8", "c9", "c10", "c11", "c12", "c13"];
const TOTAL: &str = "Tổng số";

#[derive(Serialize)]
struct Whole<'a> {
    form: &'static str,
    from: Day,
    to: Day,
    as_of: String,
    rows: Vec<Row<'a>>,
    total: Row<'a>,
}

/// A row, or the total where it has neither number nor heading.
struct Row<'a> {
    heading: Option<(usize, &'a Heading)>,
    line: Line,
}

/// Renders the form as JSON.
#[must_use]
pub fn json(form: &Form, desk: &Desk) -> String {
    let rows = form.rows.iter().zip(1..);
    let whole = Whole {
        form: "II.06",
        from: form.period.from(),
        to: form.period.to(),
        as_of: desk.province.zone().rfc3339(form.as_of),
        rows: rows
            .map(|((heading, line), number)| Row { heading: Some((number, heading)), line: *line })
            .collect(),
        total: Row { heading: None, line: form.total },
    };
    let text = serde_json::to_string(&whole).unwrap_or_default();
    format!("{text}\n")
}

impl Serialize for Row<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let heading = self.heading.map(|(_, heading)| heading);
        let procedure = heading.and_then(|heading| heading.procedure.as_ref());
        let text = |text: Option<&str>| text.map_or(Value::Null, Value::from);
        let mut named = vec![
            ("c1", self.heading.map_or(Value::Null, |(number, _)| number.into())),
            ("c2", heading.map_or(TOTAL, Heading::name).into()),
            ("level", text(heading.map(|heading| heading.level.id()))),
            ("field", text(heading.map(|heading| heading.field.as_str()))),
        ];
        if let Some((_, code)) = procedure {
            named.push(("procedure_code", code.as_str().into()));
        }
        let counts = COLUMNS.into_iter().zip(self.line.columns().map(Value::from));
        let rate = |rate: Option<Rate>| rate.map_or(Value::Null, |rate| rate.to_string().into());
        let rates = [
            ("done_on_time_rate", rate(self.line.done_on_time_rate())),
            ("progress_rate_766", rate(self.line.progress_rate())),
        ];
        serializer.collect_map(named.into_iter().chain(counts).chain(rates))
    }
}

/// Renders the form as CSV.
#[must_use]
pub fn csv(form: &Form) -> String {
    let mut text = String::from(BYTE_ORDER_MARK);
    let header = ["c1", "level", "c2", "procedure_code"].into_iter().chain(COLUMNS);
    csv_line(&mut text, header.map(str::to_owned));
    for ((heading, line), number) in form.rows.iter().zip(1..) {
        let code = heading.procedure.as_ref().map(|(_, code)| code.as_str());
        let named = [&number.to_string(), heading.level.id(), heading.name(), code.unwrap_or_default()];
        csv_line(&mut text, cells(named, *line));
    }
    csv_line(&mut text, cells(["", "", TOTAL, ""], form.total));
    text
}

fn cells(named: [&str; 4], line: Line) -> impl Iterator<Item = String> {
    let named = named.map(str::to_owned);
    named.into_iter().chain(line.columns().map(|count| count.to_string()))
}

impl Heading {
    /// What column 2 says.
    fn name(&self) -> &str {
        self.procedure.as_ref().map_or(&self.field, |(name, _)| name)
    }
}
