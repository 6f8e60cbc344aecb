//! Reads one worksheet of an `.xlsx` workbook: its first row names the columns.
//!
//! Hidden rows count like others, a formula counts as the value it last came to, empty
//! rows are passed over. Dates are read as dates whether they are numbers or text. The
//! library holds the workbook's texts in memory, so a workbook has a limit that a CSV
//! has not.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::Receiver;

use csv::ByteRecord;

use super::columns::Places;
use super::fault::Fault;
use super::file::{self, Extent};
use super::mapping::Mapping;
use super::row::Reader;
use super::table::{digest, no_header};
use crate::work::import::record::{Reason, Record, Rejected};

mod bounds;
mod cells;

use cells::{Epoch, SheetRow, Value};

/// How a date is written here once its number has been read; a text may be written so as well.
const OWN_FORMATS: [&str; 3] = ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d"];
/// From here on a spreadsheet no longer keeps every digit of a number.
const INEXACT: f64 = 1e15;

/// An open worksheet; the header has been read.
pub struct Sheet {
    path: PathBuf,
    chunks: Receiver<Result<Vec<SheetRow>, Fault>>,
    rows: std::vec::IntoIter<SheetRow>,
    epoch: Epoch,
    mapping: Arc<Mapping>,
    places: Places,
    extent: Extent,
    last_line: u64,
    /// Nothing comes after the last chunk, and its sender is gone.
    ended: bool,
}

impl Sheet {
    /// Opens the sheet that the mapping names, or the first.
    ///
    /// # Errors
    /// Where the file is no workbook, unpacks to more than `most_bytes`, or lacks what the mapping names.
    pub fn open(path: &Path, mapping: &Mapping, most_bytes: u64) -> Result<Self, Fault> {
        let (file, extent) = file::open_plain(path)?;
        bounds::check(path, file, extent.length().unwrap_or(u64::MAX), most_bytes)?;
        let (file, extent) = file::open_plain(path)?;
        let (chunks, epoch) = cells::rows(path, file, mapping.sheet.as_deref(), extent.clone())?;
        let mut mapping = mapping.clone();
        mapping.dates.formats.extend(OWN_FORMATS.map(str::to_owned));
        let rows = Vec::new().into_iter();
        let (path, places) = (path.to_owned(), Places::default());
        let mapping = Arc::new(mapping);
        let mut sheet =
            Self { path, chunks, rows, epoch, mapping, places, extent, last_line: 0, ended: false };
        sheet.read_header()?;
        Ok(sheet)
    }

    /// How far the reading has come.
    #[must_use]
    pub fn extent(&self) -> Extent {
        self.extent.clone()
    }

    /// The next record; none at the end.
    ///
    /// # Errors
    /// Where the workbook turns out to be damaged.
    pub fn next_record(&mut self) -> Result<Option<Record>, Fault> {
        Ok(self.next_row()?.map(|row| self.record(row)))
    }

    fn next_row(&mut self) -> Result<Option<SheetRow>, Fault> {
        loop {
            if let Some(row) = self.rows.next() {
                self.last_line = row.line;
                return Ok(Some(row));
            }
            if self.ended {
                return Ok(None);
            }
            match self.chunks.recv() {
                Ok(chunk) => {
                    let chunk = chunk?;
                    self.ended = chunk.is_empty();
                    self.rows = chunk.into_iter();
                }
                // The thread broke down over something that its library had not foreseen.
                Err(_) => return Err(cells::damaged(&self.path, Some(self.last_line + 1), &"no answer")),
            }
        }
    }

    fn read_header(&mut self) -> Result<(), Fault> {
        let row = self.next_row()?.ok_or_else(|| no_header(&self.path))?;
        let mut header = Vec::new();
        for (column, value) in row.cells {
            let name = match value {
                Value::Text(text) => text.trim().to_owned(),
                Value::Number(number) | Value::Date(number) => number_text(number),
                Value::Failed => String::new(),
            };
            put(&mut header, column, name);
        }
        self.places = Places::of_table(&self.path, row.line, header, &self.mapping)?;
        Ok(())
    }

    fn record(&self, row: SheetRow) -> Record {
        let (places, line) = (&self.places, row.line);
        let mut understood =
            Understood { fields: vec![String::new(); places.header.len()], ..Understood::default() };
        for (column, value) in row.cells {
            self.understand(&mut understood, column, value);
        }
        let Understood { fields, failed, unreadable } = understood;
        let row = ByteRecord::from(fields);
        let reader = Reader { mapping: &self.mapping, places };
        let said = match failed {
            Some(rejected) => Err(rejected),
            None => reader.told(&row),
        };
        let said = said.map(|mut told| {
            told.unreadable.extend(unreadable);
            told
        });
        Record { line, digest: digest(&self.mapping, places, &row), said }
    }

    fn understand(&self, row: &mut Understood, column: usize, value: Value) {
        let places = &self.places;
        let name = || places.header.get(column).cloned();
        let is_code = column == places.code;
        let text = match value {
            Value::Text(text) => text,
            Value::Number(number) if is_code && number.abs() >= INEXACT => {
                row.failed = Some(Rejected { field: name(), reason: Reason::CodeChanged });
                number_text(number)
            }
            Value::Number(number) if places.is_date(column) => {
                self.epoch.date(number).unwrap_or_else(|| number_text(number))
            }
            Value::Number(number) => number_text(number),
            Value::Date(number) => {
                if is_code {
                    row.failed = Some(Rejected { field: name(), reason: Reason::CodeChanged });
                }
                self.epoch.date(number).unwrap_or_else(|| number_text(number))
            }
            Value::Failed if is_code || column == places.intake => {
                row.failed = Some(Rejected { field: name(), reason: Reason::FailedFormula });
                "#".to_owned()
            }
            Value::Failed => {
                row.unreadable.extend(name().filter(|_| places.is_read(column)));
                String::new()
            }
        };
        put(&mut row.fields, column, text);
    }
}

/// A row as text, as far as it has been read.
#[derive(Default)]
struct Understood {
    fields: Vec<String>,
    failed: Option<Rejected>,
    unreadable: Vec<String>,
}

/// Columns are bounded by what a worksheet can have.
fn put(fields: &mut Vec<String>, column: usize, text: String) {
    if fields.len() <= column {
        fields.resize(column + 1, String::new());
    }
    if let Some(field) = fields.get_mut(column) {
        *field = text;
    }
}

/// A number as it would be typed: whole ones with all their digits and nothing else.
fn number_text(number: f64) -> String {
    // Display writes the shortest text that is this number, never an exponent.
    number.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_that_are_codes_keep_their_digits() {
        for (number, text) in [
            (12_345.0, "12345"),
            (0.0, "0"),
            (202_611_230_001.0, "202611230001"),
            (999_999_999_999_999.0, "999999999999999"),
            (1.5, "1.5"),
        ] {
            assert_eq!(number_text(number), text);
        }
    }
}
