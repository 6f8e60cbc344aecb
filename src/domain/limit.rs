//! Time limits and how they are counted, as procedures and rule sets write them.
//!
//! Knows their texts only; counting them over a calendar is elsewhere.

use std::fmt;
use std::num::NonZeroU32;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::time::ClockTime;

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not {expected}")]
pub struct LimitError {
    pub text: String,
    pub expected: &'static str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum TimeLimit {
    WorkingDays(NonZeroU32),
    CalendarDays(NonZeroU32),
    WorkingHours(NonZeroU32),
    Months(NonZeroU32),
    SameDay,
    None,
}

impl FromStr for TimeLimit {
    type Err = LimitError;

    fn from_str(text: &str) -> Result<Self, LimitError> {
        let wrong = || LimitError {
            text: text.to_owned(),
            expected: "a limit (10wd, 20cd, 8wh, 2mo, same-day, none)",
        };
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let (number, unit) = text.split_at(digits);
        let number = number.parse::<NonZeroU32>().ok();
        Ok(match (number, unit) {
            (None, "same-day") => Self::SameDay,
            (None, "none") => Self::None,
            (Some(n), "wd") => Self::WorkingDays(n),
            (Some(n), "cd") => Self::CalendarDays(n),
            (Some(n), "wh") => Self::WorkingHours(n),
            (Some(n), "mo") => Self::Months(n),
            _ => return Err(wrong()),
        })
    }
}

impl fmt::Display for TimeLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::WorkingDays(n) => write!(f, "{n}wd"),
            Self::CalendarDays(n) => write!(f, "{n}cd"),
            Self::WorkingHours(n) => write!(f, "{n}wh"),
            Self::Months(n) => write!(f, "{n}mo"),
            Self::SameDay => write!(f, "same-day"),
            Self::None => write!(f, "none"),
        }
    }
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

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CutOff {
    None,
    #[serde(rename = "after_15h")]
    After15h,
    LastHour,
    #[serde(rename = "after_17h_or_off_day")]
    After17hOrOffDay,
    AfterClose,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CutOffEffect {
    CountStartsNextWd,
    TreatAsReceivedNextWd,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum DueTime {
    EndOfDay,
    SameClock,
    Fixed(ClockTime),
}

impl FromStr for DueTime {
    type Err = LimitError;

    fn from_str(text: &str) -> Result<Self, LimitError> {
        let wrong = || LimitError {
            text: text.to_owned(),
            expected: "a due time (end_of_day, same_clock, fixed=16:30)",
        };
        match text {
            "end_of_day" => Ok(Self::EndOfDay),
            "same_clock" => Ok(Self::SameClock),
            _ => {
                let fixed = text.strip_prefix("fixed=").ok_or_else(wrong)?;
                fixed.parse().map(Self::Fixed).map_err(|_| wrong())
            }
        }
    }
}

impl fmt::Display for DueTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::EndOfDay => f.write_str("end_of_day"),
            Self::SameClock => f.write_str("same_clock"),
            Self::Fixed(time) => write!(f, "fixed={time}"),
        }
    }
}

impl TryFrom<String> for DueTime {
    type Error = LimitError;

    fn try_from(text: String) -> Result<Self, LimitError> {
        text.parse()
    }
}

impl From<DueTime> for String {
    fn from(due: DueTime) -> Self {
        due.to_string()
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Terms {
    pub limit: TimeLimit,
    pub cutoff: CutOff,
    pub cutoff_effect: CutOffEffect,
    pub due_time: DueTime,
}
