//! A delimited text as rows of cells, each of which knows where it stands in the file.
//!
//! Knows nothing of columns; how quotes and line ends are read is the library's matter.

use std::ops::Range;

use csv_core::{ReadFieldResult, ReaderBuilder};

use crate::config::fault::Source;
use crate::domain::refusal::Said;

/// One cell.
#[derive(Clone, Debug)]
pub(super) struct Cell {
    /// Unquoted, blanks at its ends included.
    pub text: String,
    /// Where it begins, its quote included.
    start: usize,
    quoted: bool,
}

/// One record.
pub(super) type Row = Vec<Cell>;

impl Cell {
    /// The bytes of the file under a part of the cell's text.
    pub fn span(&self, part: Range<usize>) -> Range<usize> {
        // A quote inside of a quoted cell is written twice.
        let doubled = |end: usize| {
            let before = self.text.get(..end).unwrap_or(&self.text);
            if self.quoted { before.matches('"').count() + 1 } else { 0 }
        };
        self.start + part.start + doubled(part.start)..self.start + part.end + doubled(part.end)
    }

    /// The cell's text without blanks at its ends, and where that stands in it.
    pub fn trimmed(&self) -> (&str, Range<usize>) {
        let trimmed = self.text.trim();
        let from = self.text.len() - self.text.trim_start().len();
        (trimmed, from..from + trimmed.len())
    }

    /// The parts between bars and line ends, without blanks at their ends; empty ones left out.
    pub fn parts(&self) -> Vec<(&str, Range<usize>)> {
        let mut parts = Vec::new();
        let mut from = 0;
        for part in self.text.split(['|', '\n']) {
            let blank = part.len() - part.trim_start().len();
            let (text, start) = (part.trim(), from + blank);
            if !text.is_empty() {
                parts.push((text, start..start + text.len()));
            }
            from += part.len() + 1;
        }
        parts
    }
}

/// The rows of a text; empty lines are passed over. What separates its cells (semicolon, comma or
/// tab) is what its first line has most of.
pub(super) fn rows(source: &Source) -> Vec<Row> {
    let bytes = source.text().as_bytes();
    let mut reader = ReaderBuilder::new().delimiter(delimiter(source.text())).build();
    let mut unquoted = vec![0; bytes.len() + 1];
    let (mut rows, mut row, mut at) = (Vec::new(), Row::new(), 0);
    loop {
        let start = if row.is_empty() { at + line_ends(bytes.get(at..)) } else { at };
        let mut length = 0;
        let end = loop {
            let (result, read, written) =
                reader.read_field(bytes.get(at..).unwrap_or_default(), &mut unquoted[length..]);
            (at, length) = (at + read, length + written);
            match result {
                ReadFieldResult::InputEmpty => {}
                ReadFieldResult::Field { record_end } => break Some(record_end),
                ReadFieldResult::OutputFull | ReadFieldResult::End => break None,
            }
        };
        let Some(record_end) = end else { break };
        let text = String::from_utf8_lossy(&unquoted[..length]).into_owned();
        row.push(Cell { text, start, quoted: bytes.get(start) == Some(&b'"') });
        if record_end {
            rows.push(std::mem::take(&mut row));
        }
    }
    note_open_quote(source, rows.last());
    rows
}

fn line_ends(bytes: Option<&[u8]>) -> usize {
    bytes.unwrap_or_default().iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count()
}

fn delimiter(text: &str) -> u8 {
    let line = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let mut quoted = false;
    let mut counts = [(b',', 0), (b';', 0), (b'\t', 0)];
    for byte in line.bytes() {
        quoted ^= byte == b'"';
        if let Some((_, count)) = counts.iter_mut().find(|(delimiter, _)| *delimiter == byte && !quoted) {
            *count += 1;
        }
    }
    counts.into_iter().rev().max_by_key(|(_, count)| *count).map_or(b',', |(delimiter, _)| delimiter)
}

/// A quote that is never closed swallows the rest of the file.
fn note_open_quote(source: &Source, last: Option<&Row>) {
    let Some(cell) = last.and_then(|row| row.last()).filter(|cell| cell.quoted) else { return };
    let written = source.text().get(cell.start..).unwrap_or_default();
    if written.matches('"').count() % 2 == 1 {
        source.note(
            cell.start..cell.start,
            "",
            Said::new(
                "Dấu ngoặc kép mở ở đây không được đóng.",
                "The quote that opens here is never closed.",
            ),
            Said::new("Thêm dấu ngoặc kép vào cuối ô.", "Close it at the end of the cell."),
        );
    }
}
