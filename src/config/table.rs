//! Reading TOML tables field by field, so that every fault of a file is found in one pass.
//!
//! Knows shapes and places; what the fields mean together is for the readers above.

use std::collections::BTreeSet;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::fault::Source;
use super::jobs::Missed;
use crate::domain::code::{ProcedureCode, UnitCode};
use crate::domain::limit::{CutOff, CutOffEffect, DueTime, TimeLimit};
use crate::domain::procedure::{Channel, StepTime};
use crate::domain::refusal::Said;
use crate::domain::ruleset::{Circular, LatenessBase, LeadUnit, RuleSetId, SupplementClock};
use crate::domain::staff::Role;
use crate::domain::time::{ClockTime, Day};
use crate::domain::unit::{Tier, UnitKind};

/// A value and the bytes where it stands.
#[derive(Clone, Debug)]
pub struct At<T> {
    pub value: T,
    pub span: Range<usize>,
}

/// What a field may hold, and how that is called when it does not.
pub trait Field: Sized {
    const EXPECTED_VI: &'static str;
    const EXPECTED_EN: &'static str;

    fn read(value: &DeValue<'_>) -> Option<Self>;
}

/// Parses a whole file; what can be read of a broken one is still read.
#[must_use]
pub fn parse(source: &Source) -> Spanned<DeTable<'_>> {
    let (table, errors) = DeTable::parse_recoverable(source.text());
    for error in &errors {
        source.note_syntax(error);
    }
    table
}

/// A table whose fields are taken one by one; [`finish`](Self::finish) tells those nobody took.
pub struct Table<'t> {
    source: &'t Source,
    path: String,
    fields: &'t DeTable<'t>,
    pub span: Range<usize>,
    taken: BTreeSet<&'static str>,
}

impl<'t> Table<'t> {
    #[must_use]
    pub fn new(source: &'t Source, path: String, table: &'t Spanned<DeTable<'t>>) -> Self {
        let span = table.span();
        Self { source, path, fields: table.get_ref(), span, taken: BTreeSet::new() }
    }

    fn nested(&self, path: String, fields: &'t DeTable<'t>, span: Range<usize>) -> Self {
        Self { source: self.source, path, fields, span, taken: BTreeSet::new() }
    }

    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    #[must_use]
    pub fn path_of(&self, field: &str) -> String {
        if self.path.is_empty() { field.to_owned() } else { format!("{}.{field}", self.path) }
    }

    /// Whether the field is there, whatever it holds.
    #[must_use]
    pub fn has(&self, field: &str) -> bool {
        self.fields.contains_key(field)
    }

    /// Where a field stands, or the table itself where it isn't there.
    #[must_use]
    pub fn place_of(&self, field: &str) -> Range<usize> {
        self.fields.get(field).map_or_else(|| self.span.clone(), Spanned::span)
    }

    /// Notes a fault of one of this table's fields, or of the table itself where it isn't there.
    pub fn note(&self, field: &str, what: Said, remedy: Said) {
        self.source.note(self.place_of(field), &self.path_of(field), what, remedy);
    }

    /// A field that may be left out.
    pub fn optional<T: Field>(&mut self, name: &'static str) -> Option<At<T>> {
        self.taken.insert(name);
        let found = self.fields.get(name)?;
        let read = T::read(found.get_ref());
        if read.is_none() {
            self.note_unexpected(name, found, T::EXPECTED_VI, T::EXPECTED_EN);
        }
        read.map(|value| At { value, span: found.span() })
    }

    /// A field that must be there.
    pub fn required<T: Field>(&mut self, name: &'static str) -> Option<At<T>> {
        if !self.fields.contains_key(name) {
            self.taken.insert(name);
            self.note_missing(name, T::EXPECTED_VI, T::EXPECTED_EN);
            return None;
        }
        self.optional(name)
    }

    /// The bare value of a field that may be left out.
    pub fn maybe<T: Field>(&mut self, name: &'static str) -> Option<T> {
        self.optional(name).map(|at| at.value)
    }

    /// The bare value of a field that must be there.
    pub fn value<T: Field>(&mut self, name: &'static str) -> Option<T> {
        self.required(name).map(|at| at.value)
    }

    /// Every element of a list that may be left out; faulty ones are told and left out.
    pub fn list<T: Field>(&mut self, name: &'static str) -> Vec<At<T>> {
        let mut read = Vec::new();
        for (path, element) in self.elements(name) {
            match T::read(element.get_ref()) {
                Some(value) => read.push(At { value, span: element.span() }),
                None => note_unexpected(self.source, &path, element, T::EXPECTED_VI, T::EXPECTED_EN),
            }
        }
        read
    }

    /// The tables of a list: `[[name]]` or `name = [{ … }]`.
    pub fn tables(&mut self, name: &'static str) -> Vec<Self> {
        let mut tables = Vec::new();
        for (path, element) in self.elements(name) {
            match element.get_ref() {
                DeValue::Table(fields) => tables.push(self.nested(path, fields, element.span())),
                _ => note_unexpected(self.source, &path, element, "một bảng", "a table"),
            }
        }
        tables
    }

    /// A table inside of this one that may be left out.
    pub fn table(&mut self, name: &'static str) -> Option<Self> {
        self.taken.insert(name);
        let found = self.fields.get(name)?;
        if let DeValue::Table(fields) = found.get_ref() {
            return Some(self.nested(self.path_of(name), fields, found.span()));
        }
        self.note_unexpected(name, found, "một bảng", "a table");
        None
    }

    /// Every table inside of this one with its name: `[ruleset.nd118-2025]` and so on.
    #[must_use]
    pub fn named_tables(&self) -> Vec<(At<String>, Self)> {
        let mut tables = Vec::new();
        for (key, found) in self.fields {
            let name = key.get_ref().to_string();
            let path = self.path_of(&name);
            match found.get_ref() {
                DeValue::Table(fields) => {
                    let table = self.nested(path, fields, key.span());
                    tables.push((At { value: name, span: key.span() }, table));
                }
                _ => note_unexpected(self.source, &path, found, "một bảng", "a table"),
            }
        }
        tables
    }

    /// Tells every field that nobody took.
    pub fn finish(self) {
        for key in self.fields.keys().filter(|key| !self.taken.contains(key.get_ref().as_ref())) {
            let known: Vec<&str> = self.taken.iter().copied().collect();
            self.source.note(
                key.span(),
                &self.path_of(key.get_ref()),
                Said::new("Không có trường này.", "There is no such field."),
                Said::new(
                    format!("Xoá đi, hoặc dùng một trong: {}.", known.join(", ")),
                    format!("Remove it, or use one of: {}.", known.join(", ")),
                ),
            );
        }
    }

    fn elements(&mut self, name: &'static str) -> Vec<(String, &'t Spanned<DeValue<'t>>)> {
        self.taken.insert(name);
        let fields = self.fields;
        let Some(found) = fields.get(name) else { return Vec::new() };
        let DeValue::Array(elements) = found.get_ref() else {
            self.note_unexpected(name, found, "một danh sách", "a list");
            return Vec::new();
        };
        let path = self.path_of(name);
        elements.iter().enumerate().map(|(index, one)| (format!("{path}[{}]", index + 1), one)).collect()
    }

    fn note_unexpected(&self, name: &str, found: &Spanned<DeValue<'_>>, vi: &str, en: &str) {
        note_unexpected(self.source, &self.path_of(name), found, vi, en);
    }

    /// Notes that a field is missing and what it should hold.
    pub fn note_missing(&self, name: &str, vi: &str, en: &str) {
        self.source.note(
            self.span.clone(),
            &self.path_of(name),
            Said::new("Thiếu trường này.", "This field is missing."),
            Said::new(format!("Ghi thêm: {vi}."), format!("Add it: {en}.")),
        );
    }
}

fn note_unexpected(source: &Source, path: &str, found: &Spanned<DeValue<'_>>, vi: &str, en: &str) {
    let text = source.text().get(found.span()).unwrap_or_default();
    let shown: String = text.lines().next().unwrap_or_default().chars().take(60).collect();
    let what = if shown.is_empty() {
        Said::new("Để trống.", "This is empty.")
    } else {
        Said::new(format!("{shown} không hợp lệ."), format!("{shown} does not fit here."))
    };
    source.note(found.span(), path, what, Said::new(format!("Cần ghi {vi}."), format!("Write {en}.")));
}

fn text_of<'v>(value: &'v DeValue<'_>) -> Option<&'v str> {
    if let DeValue::String(text) = value { Some(text) } else { None }
}

impl Field for String {
    const EXPECTED_VI: &'static str = "một chuỗi không rỗng";
    const EXPECTED_EN: &'static str = "text that is not empty";

    fn read(value: &DeValue<'_>) -> Option<Self> {
        text_of(value).filter(|text| !text.trim().is_empty()).map(ToOwned::to_owned)
    }
}

impl Field for bool {
    const EXPECTED_VI: &'static str = "true hoặc false";
    const EXPECTED_EN: &'static str = "true or false";

    fn read(value: &DeValue<'_>) -> Option<Self> {
        if let DeValue::Boolean(flag) = value { Some(*flag) } else { None }
    }
}

impl Field for u32 {
    const EXPECTED_VI: &'static str = "một số nguyên từ 0";
    const EXPECTED_EN: &'static str = "a whole number from 0";

    fn read(value: &DeValue<'_>) -> Option<Self> {
        let DeValue::Integer(number) = value else { return None };
        Self::from_str_radix(number.as_str(), number.radix()).ok()
    }
}

/// The five digits of an administrative area (ORG-08).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AreaCode(pub [u8; 5]);

impl Field for AreaCode {
    const EXPECTED_VI: &'static str = "mã hành chính năm chữ số (\"03388\")";
    const EXPECTED_EN: &'static str = "the five digits of the area in quotes (\"03388\")";

    fn read(value: &DeValue<'_>) -> Option<Self> {
        let digits: [u8; 5] = text_of(value)?.as_bytes().try_into().ok()?;
        digits.iter().all(u8::is_ascii_digit).then_some(Self(digits))
    }
}

impl AreaCode {
    #[must_use]
    pub fn text(self) -> String {
        self.0.iter().copied().map(char::from).collect()
    }
}

/// A telephone number as people write it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Phone(String);

impl Field for Phone {
    const EXPECTED_VI: &'static str = "số điện thoại trong ngoặc kép (\"0213 3876 543\")";
    const EXPECTED_EN: &'static str = "a telephone number in quotes (\"0213 3876 543\")";

    fn read(value: &DeValue<'_>) -> Option<Self> {
        let text = text_of(value)?.trim().to_owned();
        let written = text.chars().all(|c| c.is_ascii_digit() || "+ .-()".contains(c));
        let digits = text.chars().filter(char::is_ascii_digit).count();
        (written && (3..=15).contains(&digits)).then_some(Self(text))
    }
}

impl Phone {
    #[must_use]
    pub fn text(self) -> String {
        self.0
    }
}

/// A day is written as text or as a TOML date.
impl Field for Day {
    const EXPECTED_VI: &'static str = "một ngày có thật (2026-11-23)";
    const EXPECTED_EN: &'static str = "a day that exists (2026-11-23)";

    fn read(value: &DeValue<'_>) -> Option<Self> {
        match value {
            DeValue::Datetime(date) => date.to_string().parse().ok(),
            _ => text_of(value)?.parse().ok(),
        }
    }
}

/// Values that are written as text and read by their own `FromStr`.
macro_rules! parsed {
    ($($type:ty: $vi:literal, $en:literal;)+) => {$(
        impl Field for $type {
            const EXPECTED_VI: &'static str = $vi;
            const EXPECTED_EN: &'static str = $en;

            fn read(value: &DeValue<'_>) -> Option<Self> {
                text_of(value)?.parse().ok()
            }
        }
    )+};
}

parsed! {
    ClockTime: "giờ và phút (\"15:00\")", "an hour and minute (\"15:00\")";
    UnitCode: "mã cơ quan (\"H35.10.02\")", "an agency code (\"H35.10.02\")";
    ProcedureCode: "mã thủ tục (\"1.001193\")", "a procedure code (\"1.001193\")";
    RuleSetId: "tên bộ quy tắc (\"nd118-2025\")", "a rule set's name (\"nd118-2025\")";
    TimeLimit: "thời hạn (\"10wd\", \"20cd\", \"8wh\", \"2mo\", \"same-day\", \"none\")",
        "a time limit (\"10wd\", \"20cd\", \"8wh\", \"2mo\", \"same-day\", \"none\")";
    DueTime: "\"end_of_day\", \"same_clock\" hoặc \"fixed=16:30\"",
        "\"end_of_day\", \"same_clock\" or \"fixed=16:30\"";
    CutOff: "\"none\", \"after_15h\", \"last_hour\", \"after_17h_or_off_day\" hoặc \"after_close\"",
        "\"none\", \"after_15h\", \"last_hour\", \"after_17h_or_off_day\" or \"after_close\"";
    CutOffEffect: "\"count_starts_next_wd\" hoặc \"treat_as_received_next_wd\"",
        "\"count_starts_next_wd\" or \"treat_as_received_next_wd\"";
    StepTime: "thời gian của bước (\"0.25wd\" hoặc \"2wh\")", "a step's time (\"0.25wd\" or \"2wh\")";
    Role: "một vai trò (\"reception\", \"specialist\", \"unit_head\" …)",
        "a role (\"reception\", \"specialist\", \"unit_head\" …)";
}

/// Values that are one of a few words.
macro_rules! words {
    ($($type:ty: $expected_vi:literal, $expected_en:literal, { $($word:literal => $value:expr),+ $(,)? };)+) => {$(
        impl Field for $type {
            const EXPECTED_VI: &'static str = $expected_vi;
            const EXPECTED_EN: &'static str = $expected_en;

            fn read(value: &DeValue<'_>) -> Option<Self> {
                match text_of(value)? {
                    $($word => Some($value),)+
                    _ => None,
                }
            }
        }
    )+};
}

words! {
    SupplementClock: "\"restart\" hoặc \"pause\"", "\"restart\" or \"pause\"", {
        "restart" => Self::Restart, "pause" => Self::Pause,
    };
    LeadUnit: "\"calendar\" hoặc \"working\"", "\"calendar\" or \"working\"", {
        "calendar" => Self::Calendar, "working" => Self::Working,
    };
    LatenessBase: "\"original_due\" hoặc \"reappointed_due\"", "\"original_due\" or \"reappointed_due\"", {
        "original_due" => Self::OriginalDue, "reappointed_due" => Self::ReappointedDue,
    };
    Circular: "\"tt01-2018\" hoặc \"tt03-2025\"", "\"tt01-2018\" or \"tt03-2025\"", {
        "tt01-2018" => Self::Tt01Of2018, "tt03-2025" => Self::Tt03Of2025,
    };
    Channel: "\"counter\", \"online\" hoặc \"post\"", "\"counter\", \"online\" or \"post\"", {
        "counter" => Self::Counter, "online" => Self::Online, "post" => Self::Post,
    };
    Missed: "\"once_latest\", \"every\" hoặc \"skip\"", "\"once_latest\", \"every\" or \"skip\"", {
        "once_latest" => Self::OnceLatest, "every" => Self::Every, "skip" => Self::Skip,
    };
    Tier: "\"province\", \"district\" hoặc \"commune\"", "\"province\", \"district\" or \"commune\"", {
        "province" => Self::Province, "district" => Self::District, "commune" => Self::Commune,
    };
    UnitKind: "một loại đơn vị (\"department\", \"commune\", \"centre\" …)",
        "a kind of unit (\"province\", \"office\", \"department\", \"centre\", \"land_office\", \"district\", \"commune\", \"division\", \"external\")", {
        "province" => Self::Province, "office" => Self::Office, "department" => Self::Department,
        "centre" => Self::Centre, "land_office" => Self::LandOffice, "district" => Self::District,
        "commune" => Self::Commune, "division" => Self::Division, "external" => Self::External,
    };
}
