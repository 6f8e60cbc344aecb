//! The on-time report as CSV for a spreadsheet: UTF-8 with a mark, and no cell that computes.

use std::borrow::Cow;

use super::{Asked, Label, OnTime, all_keyed};
use crate::domain::statistics::Figures;
use crate::work::desk::Desk;

/// Without it spreadsheets take the file for another encoding.
pub const BYTE_ORDER_MARK: &str = "\u{feff}";

/// Renders the whole report.
#[must_use]
pub fn render(report: &OnTime, asked: &Asked, _: &Desk) -> String {
    let keys = all_keyed(asked, &[]).into_iter().map(|(key, _)| key);
    let figures = ["early", "on_time", "late", "evaluable", "without_due", "rate"].map(str::to_owned);
    let mut text = String::from(BYTE_ORDER_MARK);
    line(&mut text, keys.chain(figures));
    for row in &report.rows {
        line(&mut text, cells(asked, &row.labels, row.figures));
    }
    let mut total = cells(asked, &[], report.total);
    if let Some(first) = total.first_mut() {
        "total".clone_into(first);
    }
    line(&mut text, total);
    text
}

fn cells(asked: &Asked, labels: &[Label], figures: Figures) -> Vec<String> {
    let named = all_keyed(asked, labels).into_iter().map(|(_, value)| value.unwrap_or_default().to_owned());
    let counts = [figures.early, figures.on_time, figures.late, figures.evaluable(), figures.without_due];
    let rate = figures.rate().map(|rate| rate.to_string()).unwrap_or_default();
    named.chain(counts.map(|count| count.to_string())).chain([rate]).collect()
}

/// Adds a line whose cells are text to every spreadsheet.
pub fn line(text: &mut String, cells: impl IntoIterator<Item = String>) {
    let quoted: Vec<String> = cells.into_iter().map(|cell| quoted(&cell)).collect();
    text.push_str(&quoted.join(","));
    text.push_str("\r\n");
}

fn quoted(cell: &str) -> String {
    let harmless = harmless(cell);
    if harmless.contains([',', '"', '\r', '\n', '\'']) {
        format!("\"{}\"", harmless.replace('"', "\"\""))
    } else {
        harmless.into_owned()
    }
}

/// What a spreadsheet would take for a formula is text to it behind an apostrophe.
///
/// One that parts cells at semicolons or tabs, as in countries with a decimal comma, takes our cells apart
/// there and at line ends, whatever quotes are around them: a part that begins like a formula is text as well.
fn harmless(cell: &str) -> Cow<'_, str> {
    let mut text = String::new();
    let (mut begins, mut kept) = (true, 0);
    for (at, letter) in cell.char_indices() {
        let is_first = at == 0 && matches!(letter, '\t' | '\r' | '\n' | '\0' | '\'');
        if is_first || (begins && matches!(letter, '=' | '+' | '-' | '@')) {
            text.push_str(&cell[kept..at]);
            text.push('\'');
            kept = at;
        }
        begins = match letter {
            ';' | '\t' | '\r' | '\n' => true,
            ' ' | '"' => begins && at > 0,
            _ => false,
        };
    }
    if kept == 0 && text.is_empty() {
        return cell.into();
    }
    text.push_str(&cell[kept..]);
    text.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_begins_like_a_formula() {
        for cell in ["=1+1", "+84", "-1", "@x", "\tx", "\rx", "\0x", "'=1"] {
            assert!(quoted(cell).trim_start_matches('"').starts_with('\''), "{cell:?}");
        }
        assert_eq!(quoted("=HYPERLINK(\"x\")"), "\"'=HYPERLINK(\"\"x\"\")\"");
        assert_eq!(quoted("Sở Xây dựng, tầng 2"), "\"Sở Xây dựng, tầng 2\"");
        assert_eq!(quoted("75.77"), "75.77");
    }

    /// S15: as a spreadsheet reads it that parts cells at semicolons, and lines where they end.
    #[test]
    fn no_part_of_a_cell_begins_like_a_formula_where_semicolons_part_cells() {
        for evil in [
            "Sở A;=1+1",
            "x; +84",
            "x;\"@SUM(A1)\"",
            "x;\t-1",
            "x\ny\n=1",
            "x\r\n=cmd|' /C calc'!A0",
            "=1;=2",
        ] {
            let mut text = String::new();
            line(&mut text, ["1", evil, "2"].map(str::to_owned));
            for cell in text.split([';', '\t', '\r', '\n']) {
                let begin = cell.trim_start_matches([' ', '"']);
                assert!(!begin.starts_with(['=', '+', '-', '@']), "{evil:?} is written as {text:?}");
            }
            // Whoever reads it as what it is gets the words, with nothing but apostrophes more.
            let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
            let row = reader.records().next().unwrap().unwrap();
            assert_eq!((row.len(), row[1].replace('\'', "")), (3, evil.replace('\'', "")));
        }
        assert_eq!(quoted("Sở A; phòng 2-3; e-mail: a@b"), "Sở A; phòng 2-3; e-mail: a@b");
    }
}
