//! Reads a calendar from its TOML file and says where it is wrong: file, line and field (CAL-08).
//!
//! The rules themselves are the domain's; this knows how they are written down.

pub mod ical;
pub mod written;

use std::path::{Path, PathBuf};

use serde::Deserialize;
use toml::Spanned;

use super::spoken;
use crate::domain::calendar::{
    Calendar, CalendarData, CalendarProblem, CalendarYear, DayOff, MakeUp, OffKind, Place, Weekend,
    WeekendHoliday, YearStatus,
};
use crate::domain::obstacle;
use crate::domain::refusal::Language;
use crate::domain::time::Day;

/// The calendar of state employees that comes with the program.
const BUILT_IN: &str = include_str!("../../config/calendar/vn-state.toml");
const BUILT_IN_PATH: &str = "config/calendar/vn-state.toml";

/// A calendar file that can't be used.
#[derive(Debug, thiserror::Error)]
pub enum CalendarFileError {
    #[error("{}: {source}", path.display())]
    Unreadable { path: PathBuf, source: std::io::Error },
    /// It is no TOML.
    #[error("{}", .0.say(Language::English))]
    NotToml(FileProblem),
    /// It is, but what it says does not hold.
    #[error("{}", lines(.0, Language::English))]
    Wrong(Vec<FileProblem>),
}

impl CalendarFileError {
    /// Every problem on a line of its own.
    #[must_use]
    pub fn say(&self, language: Language) -> String {
        match (self, language) {
            (Self::Unreadable { path, source }, Language::Vietnamese) => {
                format!("{}: không đọc được tệp lịch: {}", path.display(), obstacle::why(source).vietnamese)
            }
            (Self::Unreadable { .. }, Language::English) => self.to_string(),
            (Self::NotToml(problem), _) => problem.say(language),
            (Self::Wrong(problems), _) => lines(problems, language),
        }
    }
}

fn lines(problems: &[FileProblem], language: Language) -> String {
    let lines: Vec<_> = problems.iter().map(|problem| problem.say(language)).collect();
    lines.join("\n")
}

/// One thing that is wrong, with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileProblem {
    pub path: PathBuf,
    /// Counted from 1.
    pub line: usize,
    /// Empty where the file is no TOML at all.
    pub field: String,
    english: String,
    vietnamese: String,
}

impl FileProblem {
    /// `calendar.toml:12: off.date: …`
    #[must_use]
    pub fn say(&self, language: Language) -> String {
        let what = match language {
            Language::Vietnamese => &self.vietnamese,
            Language::English => &self.english,
        };
        let (path, line) = (self.path.display(), self.line);
        match &*self.field {
            "" => format!("{path}:{line}: {what}"),
            field => format!("{path}:{line}: {field}: {what}"),
        }
    }
}

/// The calendar that comes with the program.
///
/// # Errors
/// Where it was damaged before the program was built.
pub fn built_in() -> Result<Calendar, CalendarFileError> {
    parse(BUILT_IN, Path::new(BUILT_IN_PATH))
}

/// Reads and checks a calendar file.
///
/// # Errors
/// Where it can't be read, and everything that is wrong with it.
pub fn read(path: &Path) -> Result<Calendar, CalendarFileError> {
    let text = std::fs::read_to_string(path)
        .map_err(|source| CalendarFileError::Unreadable { path: path.to_owned(), source })?;
    parse(&text, path)
}

/// Checks the text of a calendar file; `path` is for the messages.
///
/// # Errors
/// Everything that is wrong with it.
pub fn parse(text: &str, path: &Path) -> Result<Calendar, CalendarFileError> {
    let source = Source { text, path };
    let file: File =
        toml::from_str(text).map_err(|error| CalendarFileError::Wrong(vec![source.syntax(&error)]))?;
    if *file.schema.get_ref() != 1 {
        let at = file.schema.span().start;
        let problem = source.problem(at, "schema", "only schema 1 is known", "chỉ hiểu được schema 1");
        return Err(CalendarFileError::Wrong(vec![problem]));
    }
    Calendar::compile(file.data()).map_err(|found| {
        CalendarFileError::Wrong(found.iter().map(|found| source.located(&file, found)).collect())
    })
}

struct Source<'a> {
    text: &'a str,
    path: &'a Path,
}

impl Source<'_> {
    fn problem(&self, at: usize, field: &str, english: &str, vietnamese: &str) -> FileProblem {
        let before = self.text.get(..at).unwrap_or(self.text);
        FileProblem {
            path: self.path.to_owned(),
            line: before.bytes().filter(|byte| *byte == b'\n').count() + 1,
            field: field.to_owned(),
            english: english.to_owned(),
            vietnamese: vietnamese.to_owned(),
        }
    }

    fn syntax(&self, error: &toml::de::Error) -> FileProblem {
        let at = error.span().map_or(0, |span| span.start);
        let message = error.message();
        self.problem(at, self.key_at(at), message, &spoken::vietnamese(message))
    }

    /// The key that stands at a place, or whose value does; empty where there is none.
    fn key_at(&self, at: usize) -> &str {
        let (before, after) = self.text.split_at_checked(at).unwrap_or((self.text, ""));
        let line = before.rsplit('\n').next().unwrap_or(before).trim_end();
        let is_key = |c: char| c.is_ascii_alphanumeric() || c == '_';
        match line.strip_suffix('=') {
            Some(key) => key.trim_end().rsplit(|c| !is_key(c)).next().unwrap_or_default(),
            None => after.split(|c| !is_key(c)).next().unwrap_or_default(),
        }
    }

    fn located(&self, file: &File, found: &CalendarProblem) -> FileProblem {
        let (at, field) = match found.place {
            Place::Calendar { field } => (file.offset_of(field), field.to_owned()),
            Place::Year { year, field } => (file.year[year].year.span().start, format!("year.{field}")),
            Place::Entry { year, list, entry, field } => {
                (file.year[year].offset_of(list, entry), format!("{list}.{field}"))
            }
        };
        let problem = &found.problem;
        self.problem(at, &field, &problem.say(Language::English), &problem.say(Language::Vietnamese))
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default = "schema_one")]
    schema: Spanned<u32>,
    #[serde(default = "default_id")]
    id: Spanned<String>,
    #[serde(default = "default_version")]
    version: Spanned<String>,
    timezone: Spanned<String>,
    weekend: Weekend,
    year: Vec<Year>,
}

fn schema_one() -> Spanned<u32> {
    Spanned::new(0..0, 1)
}

fn default_id() -> Spanned<String> {
    Spanned::new(0..0, "vn-state".to_owned())
}

fn default_version() -> Spanned<String> {
    Spanned::new(0..0, "2026.1".to_owned())
}

/// The years that a decision changes, in the shape of a calendar file that need not repeat what
/// the calendar says already.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Years {
    #[serde(default, rename = "decision")]
    _decision: serde::de::IgnoredAny,
    #[serde(default, rename = "schema")]
    _schema: serde::de::IgnoredAny,
    #[serde(default, rename = "id")]
    _id: serde::de::IgnoredAny,
    #[serde(default, rename = "version")]
    _version: serde::de::IgnoredAny,
    #[serde(default)]
    pub(super) timezone: Option<Spanned<String>>,
    #[serde(default)]
    pub(super) weekend: Option<Spanned<Weekend>>,
    year: Vec<Year>,
}

impl Years {
    pub(super) fn data(&self) -> Vec<CalendarYear> {
        self.year.iter().map(Year::data).collect()
    }

    /// Where something of a year stands: an entry of one of its lists, or the year itself.
    pub(super) fn offset_of(&self, year: usize, inner: Option<(&str, usize)>) -> usize {
        let Some(year) = self.year.get(year) else { return 0 };
        inner.map_or_else(|| year.year.span().start, |(list, entry)| year.offset_of(list, entry))
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Year {
    year: Spanned<i16>,
    status: YearStatus,
    #[serde(default)]
    source: String,
    #[serde(default)]
    off: Vec<Spanned<Off>>,
    #[serde(default)]
    makeup: Vec<Spanned<Replacement>>,
    #[serde(default)]
    weekend_holiday: Vec<Spanned<Named>>,
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Off {
    date: Date,
    kind: OffKind,
    name: String,
    makeup: Option<Date>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
struct Replacement {
    date: Date,
    replaces: Date,
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Named {
    date: Date,
    name: String,
}

/// `"2026-01-02"`, strictly.
#[derive(Clone, Copy, Deserialize)]
#[serde(try_from = "String")]
struct Date(Day);

impl TryFrom<String> for Date {
    type Error = crate::domain::time::TimeError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse().map(Self)
    }
}

impl File {
    fn offset_of(&self, field: &str) -> usize {
        match field {
            "id" => self.id.span().start,
            "version" => self.version.span().start,
            _ => self.timezone.span().start,
        }
    }

    fn data(&self) -> CalendarData {
        CalendarData {
            id: self.id.get_ref().clone(),
            version: self.version.get_ref().clone(),
            zone: self.timezone.get_ref().clone(),
            weekend: self.weekend,
            years: self.year.iter().map(Year::data).collect(),
        }
    }
}

impl Year {
    fn offset_of(&self, list: &str, entry: usize) -> usize {
        let span = match list {
            "off" => self.off[entry].span(),
            "makeup" => self.makeup[entry].span(),
            _ => self.weekend_holiday[entry].span(),
        };
        span.start
    }

    fn data(&self) -> CalendarYear {
        let off = self.off.iter().map(|off| off.get_ref().clone());
        let makeup = self.makeup.iter().map(|makeup| *makeup.get_ref());
        let named = self.weekend_holiday.iter().map(|named| named.get_ref().clone());
        CalendarYear {
            year: *self.year.get_ref(),
            status: self.status,
            source: self.source.clone(),
            off: off
                .map(|off| DayOff {
                    day: off.date.0,
                    kind: off.kind,
                    name: off.name,
                    makeup: off.makeup.map(|makeup| makeup.0),
                })
                .collect(),
            makeup: makeup.map(|makeup| MakeUp { day: makeup.date.0, replaces: makeup.replaces.0 }).collect(),
            weekend_holiday: named
                .map(|named| WeekendHoliday { day: named.date.0, name: named.name })
                .collect(),
        }
    }
}

#[cfg(test)]
mod tests;
