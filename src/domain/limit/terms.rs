//! What goes with a time limit: the cut-off (TIME-06), its effect (TIME-05) and the
//! appointed clock time (TIME-08).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::TimeLimit;
use crate::domain::time::ClockTime;

/// Text that names no cut-off, effect or due time.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is none of {expected}")]
pub struct TermsError {
    pub text: String,
    pub expected: &'static str,
}

/// Reading, writing and serialising an enumeration by fixed words.
macro_rules! words {
    ($name:ident { $($variant:ident = $word:literal),+ $(,)? } $expected:literal) => {
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(match self { $(Self::$variant => $word),+ })
            }
        }

        impl FromStr for $name {
            type Err = TermsError;

            fn from_str(text: &str) -> Result<Self, TermsError> {
                match text {
                    $($word => Ok(Self::$variant),)+
                    _ => Err(TermsError { text: text.to_owned(), expected: $expected }),
                }
            }
        }
    };
}

/// When a receipt comes too late to count on its day (TIME-06). *After* is strict to the
/// second; on a day off every policy except `none` counts as missed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CutOff {
    #[default]
    None,
    #[serde(rename = "after_15h")]
    After15h,
    /// Later than one hour before the day's last closing.
    LastHour,
    #[serde(rename = "after_17h_or_off_day")]
    After17hOrOffDay,
    AfterClose,
}

words!(CutOff {
    None = "none",
    After15h = "after_15h",
    LastHour = "last_hour",
    After17hOrOffDay = "after_17h_or_off_day",
    AfterClose = "after_close",
} "none, after_15h, last_hour, after_17h_or_off_day, after_close");

impl CutOff {
    /// The last second that is in time, on a day that closes at `closing`; none without a cut-off.
    #[must_use]
    pub fn last_in_time(self, closing: ClockTime) -> Option<ClockTime> {
        match self {
            Self::None => None,
            Self::After15h => Some(ClockTime::hm(15, 0)),
            Self::After17hOrOffDay => Some(ClockTime::hm(17, 0)),
            Self::AfterClose => Some(closing),
            Self::LastHour => {
                let hour_before = closing.seconds().saturating_sub(3_600);
                Some(ClockTime::from_seconds(hour_before).unwrap_or(ClockTime::MIDNIGHT))
            }
        }
    }
}

/// What "counted from the next working day" means after a missed cut-off (TIME-05).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CutOffEffect {
    /// The next working day is the first counted day.
    #[default]
    CountStartsNextWd,
    /// The next working day is the day of receipt, which is not counted.
    TreatAsReceivedNextWd,
}

words!(CutOffEffect {
    CountStartsNextWd = "count_starts_next_wd",
    TreatAsReceivedNextWd = "treat_as_received_next_wd",
} "count_starts_next_wd, treat_as_received_next_wd");

/// The clock time at which a limit in days or months falls due on its last day (TIME-08).
///
/// As text `end_of_day`, `same_clock`, `fixed=16:30`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum DueTime {
    /// The day's last closing.
    #[default]
    EndOfDay,
    /// The clock time of the receipt where it is inside a session.
    SameClock,
    Fixed(ClockTime),
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

impl FromStr for DueTime {
    type Err = TermsError;

    fn from_str(text: &str) -> Result<Self, TermsError> {
        let wrong = || TermsError { text: text.to_owned(), expected: "end_of_day, same_clock, fixed=16:30" };
        match text {
            "end_of_day" => Ok(Self::EndOfDay),
            "same_clock" => Ok(Self::SameClock),
            _ => {
                let time = text.strip_prefix("fixed=").ok_or_else(wrong)?;
                time.parse().map(Self::Fixed).map_err(|_| wrong())
            }
        }
    }
}

impl TryFrom<String> for DueTime {
    type Error = TermsError;

    fn try_from(text: String) -> Result<Self, TermsError> {
        text.parse()
    }
}

impl From<DueTime> for String {
    fn from(time: DueTime) -> Self {
        time.to_string()
    }
}

/// All that a procedure says about its clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Terms {
    pub limit: TimeLimit,
    #[serde(default)]
    pub cutoff: CutOff,
    #[serde(default)]
    pub cutoff_effect: CutOffEffect,
    #[serde(default)]
    pub due_time: DueTime,
}

impl Terms {
    /// A limit with the defaults of the rules: no cut-off, due at the end of the day.
    #[must_use]
    pub fn of(limit: TimeLimit) -> Self {
        Self {
            limit,
            cutoff: CutOff::default(),
            cutoff_effect: CutOffEffect::default(),
            due_time: DueTime::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_read_back_and_serialise_alike() {
        for text in ["none", "after_15h", "last_hour", "after_17h_or_off_day", "after_close"] {
            let cutoff: CutOff = text.parse().unwrap();
            assert_eq!(cutoff.to_string(), text);
            assert_eq!(serde_json::to_string(&cutoff).unwrap(), format!("{text:?}"));
        }
        for text in ["count_starts_next_wd", "treat_as_received_next_wd"] {
            let effect: CutOffEffect = text.parse().unwrap();
            assert_eq!(serde_json::to_string(&effect).unwrap(), format!("{text:?}"));
        }
        for text in ["end_of_day", "same_clock", "fixed=16:30"] {
            assert_eq!(text.parse::<DueTime>().unwrap().to_string(), text);
        }
        for text in ["fixed", "fixed=", "fixed=4:30", "fixed=25:00", "End_of_day"] {
            assert!(text.parse::<DueTime>().is_err(), "{text}");
        }
    }
}
