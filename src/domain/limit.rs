//! How long the law gives: the six kinds of time limit (section 5.1 of the rules) as text
//! and as values that cannot be out of range (TIME-15).
//!
//! Knows no calendar: what a limit comes to is the business of [`crate::domain::deadline`].

mod terms;

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

pub use terms::{CutOff, CutOffEffect, DueTime, Terms, TermsError};

/// A number from 1 to `MAX`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Count<const MAX: u32>(u32);

impl<const MAX: u32> Count<MAX> {
    /// # Errors
    /// Below 1 or above `MAX`.
    pub const fn new(count: u32) -> Result<Self, LimitError> {
        match count {
            0 => Err(LimitError::BelowOne),
            _ if count > MAX => Err(LimitError::OutOfRange),
            _ => Ok(Self(count)),
        }
    }

    #[must_use]
    pub const fn get(self) -> u32 {
        self.0
    }
}

/// Up to 3,650 days (TIME-15).
pub type DayCount = Count<3_650>;
/// Up to 29,200 hours (TIME-15).
pub type HourCount = Count<29_200>;
/// Up to 120 months (TIME-15).
pub type MonthCount = Count<120>;

/// The time that a procedure may take. Days and hours are different kinds and never
/// converted into each other (TIME-09).
///
/// As text `10wd`, `20cd`, `8wh`, `2mo`, `same-day`, `none`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum TimeLimit {
    /// Ngày làm việc: only working days count.
    WorkingDays(DayCount),
    /// Ngày: every day counts, the last one rolls forward off a day off (TIME-02).
    CalendarDays(DayCount),
    /// Giờ làm việc: only time inside the sessions of working days counts.
    WorkingHours(HourCount),
    /// Tháng: the same date of a later month, rolling forward.
    Months(MonthCount),
    /// Trong ngày, giải quyết ngay.
    SameDay,
    /// Không quy định: no due date.
    None,
}

impl TimeLimit {
    /// # Errors
    /// Below 1 or above 3,650.
    pub fn working_days(count: u32) -> Result<Self, LimitError> {
        Count::new(count).map(Self::WorkingDays)
    }

    /// # Errors
    /// Below 1 or above 3,650.
    pub fn calendar_days(count: u32) -> Result<Self, LimitError> {
        Count::new(count).map(Self::CalendarDays)
    }

    /// # Errors
    /// Below 1 or above 29,200.
    pub fn working_hours(count: u32) -> Result<Self, LimitError> {
        Count::new(count).map(Self::WorkingHours)
    }

    /// # Errors
    /// Below 1 or above 120.
    pub fn months(count: u32) -> Result<Self, LimitError> {
        Count::new(count).map(Self::Months)
    }
}

/// Text or a number that is no time limit.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LimitError {
    #[error("{0:?} is not a time limit (10wd, 20cd, 8wh, 2mo, same-day, none)")]
    NotALimit(String),
    #[error("a time limit is at least 1")]
    BelowOne,
    #[error("a time limit is at most 3650 days, 29200 hours or 120 months")]
    OutOfRange,
}

impl fmt::Display for TimeLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::WorkingDays(n) => write!(f, "{}wd", n.get()),
            Self::CalendarDays(n) => write!(f, "{}cd", n.get()),
            Self::WorkingHours(n) => write!(f, "{}wh", n.get()),
            Self::Months(n) => write!(f, "{}mo", n.get()),
            Self::SameDay => f.write_str("same-day"),
            Self::None => f.write_str("none"),
        }
    }
}

impl FromStr for TimeLimit {
    type Err = LimitError;

    fn from_str(text: &str) -> Result<Self, LimitError> {
        match text {
            "same-day" => return Ok(Self::SameDay),
            "none" => return Ok(Self::None),
            _ => {}
        }
        let wrong = || LimitError::NotALimit(text.to_owned());
        let (digits, unit) = text.split_at_checked(text.len().saturating_sub(2)).ok_or_else(wrong)?;
        let of: fn(u32) -> Result<Self, LimitError> = match unit {
            "wd" => Self::working_days,
            "cd" => Self::calendar_days,
            "wh" => Self::working_hours,
            "mo" => Self::months,
            _ => return Err(wrong()),
        };
        if let Some(digits) = digits.strip_prefix('-')
            && is_number(digits)
        {
            return Err(LimitError::BelowOne);
        }
        if !is_number(digits) {
            return Err(wrong());
        }
        of(digits.parse().map_err(|_| LimitError::OutOfRange)?)
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

impl TryFrom<String> for TimeLimit {
    type Error = LimitError;

    fn try_from(text: String) -> Result<Self, LimitError> {
        text.parse()
    }
}

impl From<TimeLimit> for String {
    fn from(limit: TimeLimit) -> Self {
        limit.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_limit_is_read_and_written_alike() {
        for text in ["1wd", "3650wd", "20cd", "29200wh", "120mo", "same-day", "none"] {
            assert_eq!(text.parse::<TimeLimit>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn a_limit_below_one_is_invalid_and_one_above_its_cap_out_of_range() {
        // TIME-15
        for text in ["0wd", "0wh", "-3cd", "000mo"] {
            assert_eq!(text.parse::<TimeLimit>(), Err(LimitError::BelowOne), "{text}");
        }
        for text in ["3651wd", "3651cd", "29201wh", "121mo", "99999999999999999999wd"] {
            assert_eq!(text.parse::<TimeLimit>(), Err(LimitError::OutOfRange), "{text}");
        }
    }

    #[test]
    fn text_that_names_no_limit_is_refused() {
        for text in ["", "wd", "10", "10 wd", "1.5wd", "+1wd", "10WD", "10d", "--1wd", "é", "ngày", "10wđ"]
        {
            assert!(matches!(text.parse::<TimeLimit>(), Err(LimitError::NotALimit(_))), "{text}");
        }
    }
}
