//! How one real source is read: the TOML file that an import is given.
//!
//! Checked as a whole before the first record is read; every problem names its line and key.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;
use sha2::{Digest, Sha256};
use toml::Spanned;

use super::dates::{Dates, is_date_format};
use super::fault::Fault;
use super::names::is_source_name;
use crate::config::spoken;
use crate::domain::refusal::Said;
use crate::domain::time::{Moment, Zone};
use crate::domain::unit::UnitCode;
use crate::work::import::Source;

/// A mapping that can be used.
#[derive(Clone, Debug)]
pub struct Mapping {
    pub source: Source,
    pub dates: Dates,
    pub planned: Planned,
    pub duplicate: Duplicate,
    /// None: by the file's name.
    pub delimiter: Option<u8>,
    /// None: a workbook's first sheet.
    pub sheet: Option<String>,
    pub columns: Columns,
    pub step: Option<StepColumns>,
    pub defaults: Defaults,
    /// The source's names of units that are ours.
    pub units: BTreeMap<String, UnitCode>,
    /// Changes with the mapping: a record read in another way is another record.
    pub fingerprint: [u8; 32],
}

/// What the source means by a planned time (LATE-00).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Planned {
    Day,
    Instant,
}

/// What makes two records the same.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum Duplicate {
    /// `"record"`: every column.
    Word(Whole),
    /// These columns.
    Columns(Vec<String>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Whole {
    Record,
}

/// Which column holds what.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Columns {
    pub code: String,
    pub intake: String,
    pub planned: Option<String>,
    pub settled: Option<String>,
    pub returned: Option<String>,
    pub unit: Option<String>,
    pub field: Option<String>,
    pub procedure: Option<String>,
    pub channel: Option<String>,
    pub officer: Option<String>,
}

/// Where each row is also a step of its dossier.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StepColumns {
    pub name: String,
    pub at: String,
    pub officer: Option<String>,
}

/// What holds where the source has no column or no value.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Defaults {
    pub unit: Option<String>,
    pub field: Option<String>,
    pub procedure: Option<String>,
    pub channel: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    schema: Option<Spanned<u32>>,
    source: Spanned<String>,
    zone: Spanned<String>,
    planned: Planned,
    dates: Spanned<Vec<Spanned<String>>>,
    missing: Option<Vec<String>>,
    #[serde(default)]
    sentinels: Vec<Spanned<String>>,
    duplicate: Option<Duplicate>,
    delimiter: Option<Spanned<String>>,
    sheet: Option<String>,
    effects_from: Option<Spanned<String>>,
    columns: Columns,
    step: Option<StepColumns>,
    #[serde(default)]
    defaults: Defaults,
    #[serde(default)]
    units: BTreeMap<String, Spanned<String>>,
}

/// Reads and checks a mapping.
///
/// # Errors
/// Everything that is wrong with it.
pub fn read(path: &Path) -> Result<Mapping, Vec<Fault>> {
    let text = std::fs::read_to_string(path).map_err(|error| vec![Fault::unreadable(path, &error)])?;
    parse(&text, path)
}

/// Checks the text of a mapping; `path` is for the messages.
///
/// # Errors
/// Everything that is wrong with it.
pub fn parse(text: &str, path: &Path) -> Result<Mapping, Vec<Fault>> {
    let mut check = Check { text, path, faults: Vec::new() };
    let file: File = match toml::from_str(text) {
        Ok(file) => file,
        Err(error) => {
            check.syntax(&error);
            return Err(check.faults);
        }
    };
    let mapping = check.mapping(file);
    mapping.filter(|_| check.faults.is_empty()).ok_or(check.faults)
}

struct Check<'a> {
    text: &'a str,
    path: &'a Path,
    faults: Vec<Fault>,
}

impl Check<'_> {
    fn fault(&mut self, at: usize, field: &str, vietnamese: impl Into<String>, english: impl Into<String>) {
        let before = self.text.get(..at).unwrap_or(self.text);
        let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
        let said = Said::new(vietnamese, english);
        self.faults.push(Fault::new(self.path, u64::try_from(line).ok(), field, said));
    }

    fn syntax(&mut self, error: &toml::de::Error) {
        let at = error.span().map_or(0, |span| span.start);
        let message = error.message();
        let field = key_at(self.text, at).to_owned();
        self.fault(
            at,
            &field,
            format!("Không đọc được: {}. Sửa dòng này.", spoken::vietnamese(message)),
            format!("{message}. Correct this line."),
        );
    }

    fn mapping(&mut self, file: File) -> Option<Mapping> {
        if let Some(schema) = file.schema.filter(|schema| *schema.get_ref() != 1) {
            self.fault(schema.span().start, "schema", "Chỉ hiểu được schema 1.", "Only schema 1 is known.");
        }
        if !is_source_name(file.source.get_ref()) {
            self.fault(
                file.source.span().start,
                "source",
                "Tên nguồn gồm 1 đến 24 chữ thường, chữ số hoặc dấu gạch nối.",
                "A source's name is 1 to 24 small letters, digits or hyphens.",
            );
        }
        let zone = self.zone(&file.zone)?;
        let delimiter = self.delimiter(file.delimiter.as_ref());
        let effects_from = self.effects_from(file.effects_from.as_ref(), &zone);
        let units = self.units(file.units);
        let source = Source {
            name: file.source.into_inner(),
            effects_from,
            own_units: units.values().cloned().collect(),
        };
        let dates = Dates {
            zone,
            formats: self.formats(file.dates),
            missing: file.missing.unwrap_or_else(|| vec![String::new(), " ".to_owned()]),
            sentinels: self.sentinels(&file.sentinels),
        };
        Some(Mapping {
            source,
            dates,
            planned: file.planned,
            duplicate: file.duplicate.unwrap_or(Duplicate::Word(Whole::Record)),
            delimiter,
            sheet: file.sheet,
            columns: file.columns,
            step: file.step,
            defaults: file.defaults,
            units,
            fingerprint: Sha256::digest(self.text.as_bytes()).into(),
        })
    }

    fn zone(&mut self, name: &Spanned<String>) -> Option<Zone> {
        let zone = Zone::named(name.get_ref()).ok();
        if zone.is_none() {
            self.fault(
                name.span().start,
                "zone",
                format!("Không có múi giờ “{}”. Ví dụ: Asia/Ho_Chi_Minh.", name.get_ref()),
                format!("There is no time zone {:?}. An example: Asia/Ho_Chi_Minh.", name.get_ref()),
            );
        }
        zone
    }

    fn delimiter(&mut self, text: Option<&Spanned<String>>) -> Option<u8> {
        let text = text?;
        match *text.get_ref().as_bytes() {
            [one] if one.is_ascii_graphic() || one == b'\t' => Some(one),
            _ => {
                self.fault(
                    text.span().start,
                    "delimiter",
                    "Dấu phân cách là đúng một ký tự ASCII.",
                    "A delimiter is exactly one ASCII character.",
                );
                None
            }
        }
    }

    /// An instant with an offset, or a local time in the source's zone.
    fn effects_from(&mut self, text: Option<&Spanned<String>>, zone: &Zone) -> Option<Moment> {
        let text = text?;
        let local = || -> Option<Moment> {
            let civil: jiff::civil::DateTime = text.get_ref().parse().ok()?;
            let at = zone.time_zone().to_ambiguous_timestamp(civil).compatible().ok()?;
            Some(Moment::new(at))
        };
        let moment = text.get_ref().parse().ok().or_else(local);
        if moment.is_none() {
            self.fault(
                text.span().start,
                "effects_from",
                "Không phải thời điểm. Ví dụ: 2026-11-23T00:00:00+07:00.",
                "This is no instant. An example: 2026-11-23T00:00:00+07:00.",
            );
        }
        moment
    }

    fn formats(&mut self, formats: Spanned<Vec<Spanned<String>>>) -> Vec<String> {
        if formats.get_ref().is_empty() {
            self.fault(
                formats.span().start,
                "dates",
                "Cần ít nhất một định dạng ngày.",
                "At least one date format is needed.",
            );
        }
        for format in formats.get_ref().iter().filter(|format| !is_date_format(format.get_ref())) {
            self.fault(
                format.span().start,
                "dates",
                format!("“{}” không phải định dạng ngày. Ví dụ: %d/%m/%Y %H:%M:%S.", format.get_ref()),
                format!("{:?} is no date format. An example: %d/%m/%Y %H:%M:%S.", format.get_ref()),
            );
        }
        formats.into_inner().into_iter().map(Spanned::into_inner).collect()
    }

    fn sentinels(&mut self, days: &[Spanned<String>]) -> Vec<crate::domain::time::Day> {
        let mut read = Vec::new();
        for day in days {
            match day.get_ref().parse() {
                Ok(day) => read.push(day),
                Err(_) => self.fault(
                    day.span().start,
                    "sentinels",
                    format!("“{}” không phải ngày (YYYY-MM-DD).", day.get_ref()),
                    format!("{:?} is no day (YYYY-MM-DD).", day.get_ref()),
                ),
            }
        }
        read
    }

    fn units(&mut self, units: BTreeMap<String, Spanned<String>>) -> BTreeMap<String, UnitCode> {
        let mut read = BTreeMap::new();
        for (name, code) in units {
            match code.get_ref().parse() {
                Ok(unit) => {
                    read.insert(name, unit);
                }
                Err(error) => self.fault(
                    code.span().start,
                    &format!("units.{name:?}"),
                    format!("“{}” không phải mã đơn vị.", code.get_ref()),
                    format!("{error}."),
                ),
            }
        }
        read
    }
}

/// The key that stands on the line of a place; empty where there is none.
fn key_at(text: &str, at: usize) -> &str {
    let start = text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |newline| newline + 1);
    let line = text.get(start..).and_then(|rest| rest.lines().next()).unwrap_or_default();
    let key = line.split(['=', '[', ']']).find(|part| !part.trim().is_empty());
    key.unwrap_or_default().trim()
}

#[cfg(test)]
mod tests;
