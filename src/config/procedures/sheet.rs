//! Procedures as a table: one a row, lists and steps inside of their cells.
//!
//! Turns each row into the same shape that a TOML table has, every value with its place in the
//! file, so that one reader checks both.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeArray, DeTable, DeValue};

use super::cells::{Cell, Row};
use crate::config::fault::Source;
use crate::domain::refusal::Said;
use crate::domain::words::one_line;

/// What a column's cells hold.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Holds {
    Text,
    /// A whole number, or `true` and `false`.
    Plain,
    /// Several texts, with bars or line ends between.
    List,
    /// Steps or stages: `Thẩm định @specialist 1.75wd`, with bars or line ends between; their fields.
    Works([&'static str; 3]),
}

/// One column that a table may have.
pub struct Column {
    pub name: &'static str,
    pub required: bool,
    holds: Holds,
    vietnamese: &'static str,
    english: &'static str,
}

impl Column {
    /// What it is for.
    #[must_use]
    pub fn said(&self) -> Said {
        Said::new(self.vietnamese, self.english)
    }
}

const fn column(
    name: &'static str,
    required: bool,
    holds: Holds,
    vietnamese: &'static str,
    english: &'static str,
) -> Column {
    Column { name, required, holds, vietnamese, english }
}

/// Every column, in the order in which they are written. The same names as in TOML.
pub static COLUMNS: &[Column] = &[
    column("code", true, Holds::Text, "mã thủ tục: 1.001193", "the procedure's code: 1.001193"),
    column("version", false, Holds::Plain, "phiên bản, từ 1", "its version, from 1"),
    column(
        "valid_from",
        false,
        Holds::Text,
        "ngày bắt đầu áp dụng: 2025-07-01",
        "the first day of receipt under it",
    ),
    column("valid_to", false, Holds::Text, "ngày cuối cùng áp dụng", "the last day of receipt under it"),
    column("name", true, Holds::Text, "tên thủ tục", "the name in Vietnamese"),
    column("name_en", false, Holds::Text, "tên tiếng Anh", "the name in English"),
    column("field", true, Holds::Text, "lĩnh vực", "the field (lĩnh vực)"),
    column(
        "tiers",
        false,
        Holds::List,
        "cấp thực hiện: province | district | commune",
        "levels: province | district | commune",
    ),
    column(
        "competent",
        true,
        Holds::Text,
        "mã cơ quan giải quyết, hoặc commune_of_receipt",
        "the competent unit's code, or commune_of_receipt",
    ),
    column(
        "limit",
        true,
        Holds::Text,
        "thời hạn luật định: 10wd, 20cd, 8wh, 2mo, same-day, none",
        "the law's limit: 10wd, 20cd, 8wh, 2mo, same-day, none",
    ),
    column(
        "committed_limit",
        false,
        Holds::Text,
        "thời hạn cam kết, không dài hơn luật định",
        "the committed limit, never longer",
    ),
    column(
        "second_limit",
        false,
        Holds::Text,
        "thời hạn hẹn lần hai, sau khi nộp tiền",
        "the limit of the second appointment, after payment",
    ),
    column(
        "cutoff",
        false,
        Holds::Text,
        "giờ chốt nhận: none, after_15h, last_hour, after_17h_or_off_day, after_close",
        "the cut-off: none, after_15h, last_hour, after_17h_or_off_day, after_close",
    ),
    column(
        "cutoff_effect",
        false,
        Holds::Text,
        "count_starts_next_wd hoặc treat_as_received_next_wd",
        "count_starts_next_wd or treat_as_received_next_wd",
    ),
    column(
        "due_time",
        false,
        Holds::Text,
        "giờ hẹn trả: end_of_day, same_clock, fixed=16:30",
        "the hour promised: end_of_day, same_clock, fixed=16:30",
    ),
    column(
        "supplement_clock",
        false,
        Holds::Text,
        "khi bổ sung: restart hoặc pause",
        "at a supplement: restart or pause",
    ),
    column(
        "supplement_deadline_wd",
        false,
        Holds::Plain,
        "hạn bổ sung, số ngày làm việc",
        "working days to supplement in",
    ),
    column(
        "channels",
        false,
        Holds::List,
        "cách nộp: counter | online | post; để trống là cả ba",
        "channels: counter | online | post; all where empty",
    ),
    column("fee", false, Holds::Text, "phí, lệ phí như người dân đọc", "the fee, as the public reads it"),
    column(
        "components",
        false,
        Holds::List,
        "giấy tờ phải nộp, cách nhau bằng |",
        "the papers to file, with | between",
    ),
    column(
        "steps",
        false,
        Holds::Works(["name", "role", "time"]),
        "quy trình: việc @vai_trò thời_gian, cách nhau bằng |",
        "the process: work @role time, with | between",
    ),
    column(
        "stages",
        false,
        Holds::Works(["name", "unit", "limit"]),
        "các khâu liên thông nối tiếp: việc @mã_cơ_quan thời_hạn, cách nhau bằng |",
        "stages that follow each other: work @unit limit, with | between",
    ),
    column(
        "demonstration",
        false,
        Holds::Plain,
        "true nếu là dữ liệu trình diễn",
        "true where it is invented",
    ),
];

/// One table for each row that says anything; the first names the columns.
pub(super) fn tables<'r>(source: &Source, rows: &'r [Row]) -> Vec<Spanned<DeTable<'r>>> {
    let Some((header, rows)) = rows.split_first() else {
        note_missing_columns(source, &[]);
        return Vec::new();
    };
    let columns = columns(source, header);
    let filled = rows.iter().filter(|row| row.iter().any(|cell| !cell.text.trim().is_empty()));
    filled.map(|row| table(source, &columns, row)).collect()
}

/// The column under each cell of the header; none where there is no such one.
fn columns(source: &Source, header: &Row) -> Vec<Option<&'static Column>> {
    let mut seen = BTreeMap::new();
    let mut found = Vec::new();
    for (index, cell) in header.iter().enumerate() {
        let (name, at) = cell.trimmed();
        let column = COLUMNS.iter().find(|column| column.name == name);
        let twice = column.and_then(|column| seen.insert(column.name, index)).is_some();
        if column.is_none() && !name.is_empty() {
            let known: Vec<_> = COLUMNS.iter().map(|column| column.name).collect();
            source.note(
                cell.span(at),
                name,
                Said::new("Không có cột này.", "There is no such column."),
                Said::new(
                    format!("Xoá cột, hoặc dùng một trong: {}.", known.join(", ")),
                    format!("Remove it, or use one of: {}.", known.join(", ")),
                ),
            );
        } else if twice {
            source.note(
                cell.span(at),
                name,
                Said::new("Cột này có hai lần.", "This column is there twice."),
                Said::new("Xoá một cột.", "Remove one of the two."),
            );
        }
        found.push(column.filter(|_| !twice));
    }
    note_missing_columns(source, &found);
    found
}

fn note_missing_columns(source: &Source, found: &[Option<&'static Column>]) {
    let has = |name| found.iter().flatten().any(|column| column.name == name);
    for column in COLUMNS.iter().filter(|column| column.required && !has(column.name)) {
        source.note(
            0..0,
            column.name,
            Said::new("Thiếu cột này.", "This column is missing."),
            Said::new(
                format!("Thêm cột vào dòng đầu: {}.", column.vietnamese),
                format!("Add it to the first line: {}.", column.english),
            ),
        );
    }
}

fn table<'r>(source: &Source, columns: &[Option<&'static Column>], row: &'r Row) -> Spanned<DeTable<'r>> {
    let mut fields = DeTable::new();
    for (index, cell) in row.iter().enumerate() {
        let (text, at) = cell.trimmed();
        match columns.get(index) {
            Some(Some(column)) if column.required || !text.is_empty() => {
                let at = cell.span(at);
                let key = Spanned::new(at.clone(), Cow::Borrowed(column.name));
                fields.insert(key, Spanned::new(at, value(column.holds, cell)));
            }
            None if !text.is_empty() => source.note(
                cell.span(at),
                "",
                Said::new("Ô này nằm ngoài các cột có tên.", "This cell lies outside of the named columns."),
                Said::new(
                    "Xoá ô, hoặc đặt nội dung có dấu phân cách trong ngoặc kép.",
                    "Remove it, or put text with a separator in quotes.",
                ),
            ),
            _ => {}
        }
    }
    let span = row.first().map_or(0..0, |cell| cell.span(0..0));
    Spanned::new(span, fields)
}

fn value(holds: Holds, cell: &Cell) -> DeValue<'_> {
    let text = |text: &str| DeValue::String(Cow::Owned(one_line(text)));
    match holds {
        Holds::Text => text(&cell.text),
        Holds::Plain => plain(cell.text.trim()).unwrap_or_else(|| text(&cell.text)),
        Holds::List => array(cell, |part, _| text(part)),
        Holds::Works(names) => array(cell, |part, at| DeValue::Table(work(cell, names, part, at))),
    }
}

/// A number or a truth value, as TOML has them.
fn plain(text: &str) -> Option<DeValue<'_>> {
    let value = DeValue::parse(text).ok()?.into_inner();
    matches!(value, DeValue::Integer(_) | DeValue::Boolean(_)).then_some(value)
}

fn array(cell: &Cell, value: impl Fn(&str, Range<usize>) -> DeValue<'static>) -> DeValue<'static> {
    let mut array = DeArray::new();
    for (part, at) in cell.parts() {
        array.push(Spanned::new(cell.span(at.clone()), value(part, at)));
    }
    DeValue::Array(array)
}

/// `Thẩm định, dự thảo kết quả @specialist 1.75wd`.
fn work(cell: &Cell, names: [&'static str; 3], part: &str, at: Range<usize>) -> DeTable<'static> {
    let [first, second, third] = names;
    let mut fields = DeTable::new();
    let mut put = |name: &'static str, from: usize, text: &str| {
        let blank = text.len() - text.trim_start().len();
        let start = at.start + from + blank;
        let text = one_line(text);
        if !text.is_empty() {
            let span = cell.span(start..start + text.len());
            let key = Spanned::new(span.clone(), Cow::Borrowed(name));
            fields.insert(key, Spanned::new(span, DeValue::String(Cow::Owned(text))));
        }
    };
    match part.rsplit_once('@') {
        Some((name, rest)) => {
            put(first, 0, name);
            let (role, time) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
            put(second, name.len() + 1, role);
            put(third, name.len() + 1 + role.len() + 1, time);
        }
        None => put(first, 0, part),
    }
    fields
}
