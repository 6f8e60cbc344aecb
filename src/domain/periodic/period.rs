//! The periods of official reports: from the 15th to the 14th (REP-15).

use crate::domain::time::{Day, Month, Quarter};

/// A period of reports, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    from: Day,
    to: Day,
}

/// Why there is no such period.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no reporting period of {0}")]
pub struct PeriodError(i16);

impl PeriodError {
    #[must_use]
    pub fn year(&self) -> i16 {
        self.0
    }
}

impl Period {
    #[must_use]
    pub fn from(self) -> Day {
        self.from
    }

    #[must_use]
    pub fn to(self) -> Day {
        self.to
    }

    /// The first and last day of the calendar months of the same names.
    #[must_use]
    pub fn calendar_days(self) -> (Day, Day) {
        let first = self.from.month().last().next();
        (first.unwrap_or(self.from), self.to.month().last())
    }

    /// Month m: from the 15th of m−1 to the 14th of m.
    ///
    /// # Errors
    /// Where the calendar does not reach so far.
    pub fn month(month: Month) -> Result<Self, PeriodError> {
        Self::ending(month, 1)
    }

    /// # Errors
    /// As [`Self::month`].
    pub fn quarter(quarter: Quarter) -> Result<Self, PeriodError> {
        Self::ending(quarter.last_month(), 3)
    }

    /// The first six months.
    ///
    /// # Errors
    /// As [`Self::month`].
    pub fn half(year: i16) -> Result<Self, PeriodError> {
        Self::of_year(year, 6, 6)
    }

    /// # Errors
    /// As [`Self::month`].
    pub fn nine_months(year: i16) -> Result<Self, PeriodError> {
        Self::of_year(year, 9, 9)
    }

    /// # Errors
    /// As [`Self::month`].
    pub fn year(year: i16) -> Result<Self, PeriodError> {
        Self::of_year(year, 12, 12)
    }

    fn of_year(year: i16, last_month: i8, months: i8) -> Result<Self, PeriodError> {
        let last = Day::new(year, last_month, 1).map_err(|_| PeriodError(year))?;
        Self::ending(last.month(), months)
    }

    /// `months` whole reporting months, of which `last` is the last.
    fn ending(last: Month, months: i8) -> Result<Self, PeriodError> {
        let none = || PeriodError(last.year());
        let mut first = last;
        for _ in 0..months {
            first = first.first().previous().ok_or_else(none)?.month();
        }
        let from = first.first().plus(14).ok_or_else(none)?;
        let to = last.first().plus(13).ok_or_else(none)?;
        Ok(Self { from, to })
    }
}
