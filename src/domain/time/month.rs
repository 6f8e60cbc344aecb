//! Calendar months.

use std::fmt;
use std::str::FromStr;

use super::{Day, TimeError};

/// A calendar month.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month {
    year: i16,
    month: i8,
}

impl Month {
    pub(super) fn of(day: Day) -> Self {
        Self { year: day.0.year(), month: day.0.month() }
    }

    #[must_use]
    pub fn first(self) -> Day {
        Day(jiff::civil::date(self.year, self.month, 1))
    }

    #[must_use]
    pub fn last(self) -> Day {
        Day(self.first().0.last_of_month())
    }

    #[must_use]
    pub fn year(self) -> i16 {
        self.year
    }

    /// 1 to 12.
    #[must_use]
    pub fn number(self) -> i8 {
        self.month
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year, self.month)
    }
}

/// `YYYY-MM` and nothing else.
impl FromStr for Month {
    type Err = TimeError;

    fn from_str(text: &str) -> Result<Self, TimeError> {
        let wrong = || TimeError::new(text, "a month (2026-11)");
        let day: Day = format!("{text}-01").parse().map_err(|_| wrong())?;
        Ok(day.month())
    }
}
