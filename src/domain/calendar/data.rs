//! A calendar as plain data, the shape in which it is written down, stored and edited.
//!
//! Says nothing about whether the data hold together: [`super::Calendar::compile`] does.

use std::fmt;

use jiff::civil::Weekday;
use serde::{Deserialize, Serialize};

use crate::domain::time::Day;

/// Everything that a calendar file says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CalendarData {
    pub id: String,
    pub version: String,
    /// IANA name, `Asia/Ho_Chi_Minh` (TIME-11).
    #[serde(rename = "timezone")]
    pub zone: String,
    pub weekend: Weekend,
    #[serde(rename = "year")]
    pub years: Vec<CalendarYear>,
}

/// The record of one civil year.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CalendarYear {
    pub year: i16,
    pub status: YearStatus,
    /// The notices that it rests on (CAL-09).
    pub source: String,
    pub off: Vec<DayOff>,
    pub makeup: Vec<MakeUp>,
    /// Public days on weekly rest days: shown, without effect.
    #[serde(default)]
    pub weekend_holiday: Vec<WeekendHoliday>,
}

/// How far a year's record can be relied on; only `final` gives official due dates (CAL-08).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum YearStatus {
    Final,
    Estimate,
    Partial,
}

/// Why a weekday is off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OffKind {
    /// A statutory day (Labour Code Art. 112; CAL-01, CAL-02).
    Public,
    /// Nghỉ bù for a public day on a weekly rest day (CAL-03).
    Compensatory,
    /// Nghỉ hoán đổi, paired with a make-up day (CAL-05).
    Swap,
    /// By decision of the province or commune (TIME-14).
    Local,
}

/// A weekday that is off.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayOff {
    #[serde(rename = "date")]
    pub day: Day,
    pub kind: OffKind,
    pub name: String,
    /// Of a swapped day: the rest day that is worked instead, possibly in another year (CAL-10).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub makeup: Option<Day>,
}

/// A weekly rest day that is worked (TIME-13), and the day off that it makes up for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MakeUp {
    #[serde(rename = "date")]
    pub day: Day,
    pub replaces: Day,
}

/// A public day on a weekly rest day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WeekendHoliday {
    #[serde(rename = "date")]
    pub day: Day,
    pub name: String,
}

const NAMES: [(&str, Weekday); 7] = [
    ("monday", Weekday::Monday),
    ("tuesday", Weekday::Tuesday),
    ("wednesday", Weekday::Wednesday),
    ("thursday", Weekday::Thursday),
    ("friday", Weekday::Friday),
    ("saturday", Weekday::Saturday),
    ("sunday", Weekday::Sunday),
];

/// The weekly rest days. Serialises as their English names.
#[derive(Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<String>", into = "Vec<String>")]
pub struct Weekend([bool; 7]);

/// A name that is no day of the week.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no day of the week (monday … sunday)")]
pub struct WeekdayError(pub String);

impl Weekend {
    /// Saturday and Sunday (CAL-06).
    #[must_use]
    pub fn saturday_and_sunday() -> Self {
        Self([false, false, false, false, false, true, true])
    }

    #[must_use]
    pub fn contains(self, weekday: Weekday) -> bool {
        NAMES.iter().zip(self.0).any(|(&(_, named), rests)| rests && named == weekday)
    }

    #[must_use]
    pub fn is_whole_week(self) -> bool {
        self.0 == [true; 7]
    }
}

impl fmt::Debug for Weekend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(Vec::<String>::from(*self)).finish()
    }
}

impl TryFrom<Vec<String>> for Weekend {
    type Error = WeekdayError;

    fn try_from(names: Vec<String>) -> Result<Self, WeekdayError> {
        let mut weekend = Self::default();
        for name in names {
            let place = NAMES.iter().position(|(known, _)| *known == name);
            weekend.0[place.ok_or(WeekdayError(name))?] = true;
        }
        Ok(weekend)
    }
}

impl From<Weekend> for Vec<String> {
    fn from(weekend: Weekend) -> Self {
        let days = NAMES.iter().zip(weekend.0).filter(|(_, rests)| *rests);
        days.map(|((name, _), _)| (*name).to_owned()).collect()
    }
}
