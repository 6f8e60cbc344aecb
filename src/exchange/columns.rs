//! Where a mapping's columns stand in the table or log at hand.

use std::path::Path;

use super::fault::Fault;
use super::mapping::{Duplicate, Mapping};
use crate::domain::refusal::Said;

/// Where each mapped column stands.
#[derive(Clone, Debug, Default)]
pub struct Places {
    pub code: usize,
    pub intake: usize,
    pub planned: Option<usize>,
    pub settled: Option<usize>,
    pub returned: Option<usize>,
    pub unit: Option<usize>,
    pub field: Option<usize>,
    pub procedure: Option<usize>,
    pub channel: Option<usize>,
    pub officer: Option<usize>,
    /// Name, instant and officer of the step.
    pub step: Option<(usize, usize, Option<usize>)>,
    /// Columns that tell records apart; none for all of them.
    pub key: Option<Vec<usize>>,
    /// The names of all columns.
    pub header: Vec<String>,
}

impl Places {
    /// Those of a table with this header on `line`.
    ///
    /// # Errors
    /// Where the header lacks what the mapping names, or has it twice.
    pub fn of_table(path: &Path, line: u64, header: Vec<String>, mapping: &Mapping) -> Result<Self, Fault> {
        let find = Finder { path, line, header: &header };
        let mut places = find.places(mapping)?;
        if let Some(step) = &mapping.step {
            let (name, at) = (find.place("step.name", &step.name)?, find.place("step.at", &step.at)?);
            places.step = Some((name, at, find.maybe("step.officer", step.officer.as_ref())?));
        }
        places.header = header;
        Ok(places)
    }

    /// Those of a log, whose traces have whichever attributes they have: the mapped ones, each once.
    ///
    /// # Errors
    /// As [`of_table`](Self::of_table).
    pub fn of_log(path: &Path, mapping: &Mapping) -> Result<Self, Fault> {
        let columns = &mapping.columns;
        let named = [
            Some(&columns.code),
            Some(&columns.intake),
            columns.planned.as_ref(),
            columns.settled.as_ref(),
            columns.returned.as_ref(),
            columns.unit.as_ref(),
            columns.field.as_ref(),
            columns.procedure.as_ref(),
            columns.channel.as_ref(),
            columns.officer.as_ref(),
        ];
        let keys = match &mapping.duplicate {
            Duplicate::Word(_) => &[][..],
            Duplicate::Columns(keys) => keys,
        };
        let mut header: Vec<String> = named.into_iter().flatten().chain(keys).cloned().collect();
        header.sort_unstable();
        header.dedup();
        let mut places = Finder { path, line: 1, header: &header }.places(mapping)?;
        places.header = header;
        Ok(places)
    }

    /// Whether a date is expected there.
    #[must_use]
    pub fn is_date(&self, at: usize) -> bool {
        let dates = [Some(self.intake), self.planned, self.settled, self.returned];
        let step = self.step.map(|(_, at, _)| at);
        dates.into_iter().chain([step]).any(|place| place == Some(at))
    }

    /// Whether anything is read from there.
    #[must_use]
    pub fn is_read(&self, at: usize) -> bool {
        let texts = [Some(self.code), self.unit, self.field, self.procedure, self.channel, self.officer];
        let step = self.step.map(|(name, _, officer)| [Some(name), officer]).unwrap_or_default();
        self.is_date(at) || texts.into_iter().chain(step).any(|place| place == Some(at))
    }
}

/// Finds the mapping's columns in a header.
struct Finder<'a> {
    path: &'a Path,
    line: u64,
    header: &'a [String],
}

impl Finder<'_> {
    fn place(&self, key: &str, column: &str) -> Result<usize, Fault> {
        let mut found = self.header.iter().enumerate().filter(|(_, name)| *name == column);
        let said = match (found.next(), found.next()) {
            (Some((at, _)), None) => return Ok(at),
            (Some(_), Some(_)) => Said::new(
                format!("Cột “{column}” ({key}) có hai lần trong dòng tiêu đề. Đổi tên một cột."),
                format!("Column {column:?} ({key}) stands twice in the header. Rename one of them."),
            ),
            (None, _) => Said::new(
                format!(
                    "Không có cột “{column}” ({key}) trong dòng tiêu đề. Sửa tệp ánh xạ hoặc dấu phân cách."
                ),
                format!("The header has no column {column:?} ({key}). Correct the mapping or the delimiter."),
            ),
        };
        Err(Fault::new(self.path, Some(self.line), column, said))
    }

    fn maybe(&self, key: &str, column: Option<&String>) -> Result<Option<usize>, Fault> {
        column.map(|column| self.place(key, column)).transpose()
    }

    fn places(&self, mapping: &Mapping) -> Result<Places, Fault> {
        let columns = &mapping.columns;
        let key = match &mapping.duplicate {
            Duplicate::Word(_) => None,
            Duplicate::Columns(columns) => {
                let places = columns.iter().map(|column| self.place("duplicate", column));
                Some(places.collect::<Result<_, _>>()?)
            }
        };
        Ok(Places {
            code: self.place("columns.code", &columns.code)?,
            intake: self.place("columns.intake", &columns.intake)?,
            planned: self.maybe("columns.planned", columns.planned.as_ref())?,
            settled: self.maybe("columns.settled", columns.settled.as_ref())?,
            returned: self.maybe("columns.returned", columns.returned.as_ref())?,
            unit: self.maybe("columns.unit", columns.unit.as_ref())?,
            field: self.maybe("columns.field", columns.field.as_ref())?,
            procedure: self.maybe("columns.procedure", columns.procedure.as_ref())?,
            channel: self.maybe("columns.channel", columns.channel.as_ref())?,
            officer: self.maybe("columns.officer", columns.officer.as_ref())?,
            step: None,
            key,
            header: Vec::new(),
        })
    }
}
