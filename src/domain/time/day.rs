//! Civil days.

use std::fmt;
use std::str::FromStr;

use jiff::Span;
use jiff::civil::{Date, Weekday};
use serde::{Deserialize, Serialize};

use super::{Month, TimeError, digits};

/// A civil day, without a zone.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Day(pub Date);

impl Day {
    /// The first day of the year 1: nothing that is kept lies before it.
    pub const BEFORE_ALL: Self = Self(Date::constant(1, 1, 1));
    const EPOCH: Date = Date::constant(1970, 1, 1);

    /// # Errors
    /// Where there is no such day.
    pub fn new(year: i16, month: i8, day: i8) -> Result<Self, TimeError> {
        Date::new(year, month, day)
            .map(Self)
            .map_err(|_| TimeError::new(format_args!("{year}-{month}-{day}"), "a day"))
    }

    #[must_use]
    pub fn year(self) -> i16 {
        self.0.year()
    }

    #[must_use]
    pub fn month(self) -> Month {
        Month::of(self)
    }

    #[must_use]
    pub fn weekday(self) -> Weekday {
        self.0.weekday()
    }

    /// Days since 1970-01-01.
    #[must_use]
    pub fn number(self) -> i32 {
        self.0.since(Self::EPOCH).map_or(0, |span| span.get_days())
    }

    /// The day `days` days later (earlier, where negative).
    #[must_use]
    pub fn plus(self, days: i32) -> Option<Self> {
        let days = Span::new().try_days(days).ok()?;
        self.0.checked_add(days).ok().map(Self)
    }

    #[must_use]
    pub fn next(self) -> Option<Self> {
        self.plus(1)
    }

    #[must_use]
    pub fn previous(self) -> Option<Self> {
        self.plus(-1)
    }

    /// How many days after `earlier` this is.
    #[must_use]
    pub fn since(self, earlier: Self) -> i32 {
        self.number() - earlier.number()
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.year() < 0 {
            return fmt::Display::fmt(&self.0, f);
        }
        let mut text = *b"0000-00-00";
        digits(&mut text[..4], self.0.year().into());
        digits(&mut text[5..7], self.0.month().into());
        digits(&mut text[8..], self.0.day().into());
        f.write_str(std::str::from_utf8(&text).unwrap_or_default())
    }
}

impl fmt::Debug for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// `YYYY-MM-DD` and nothing else.
impl FromStr for Day {
    type Err = TimeError;

    fn from_str(text: &str) -> Result<Self, TimeError> {
        let wrong = || TimeError::new(text, "a day (2026-11-23)");
        if text.len() != 10 {
            return Err(wrong());
        }
        text.parse().map(Self).map_err(|_| wrong())
    }
}
