//! Times of a day, as sessions and due times name them.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::TimeError;

/// Hour, minute and second of a day, as seconds after midnight; 24:00 is allowed as an end.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ClockTime(pub(super) u32);

impl ClockTime {
    pub const MIDNIGHT: Self = Self(0);
    pub const END_OF_DAY: Self = Self(86_400);

    /// # Errors
    /// Beyond 24:00:00.
    pub fn from_seconds(seconds: u32) -> Result<Self, TimeError> {
        if seconds <= 86_400 { Ok(Self(seconds)) } else { Err(TimeError::new(seconds, "a time of day")) }
    }

    #[must_use]
    pub const fn hm(hour: u32, minute: u32) -> Self {
        Self(hour * 3600 + minute * 60)
    }

    #[must_use]
    pub fn seconds(self) -> u32 {
        self.0
    }

    /// The minute that has begun, as people say the time: a promise told so is never told too late.
    #[must_use]
    pub const fn to_the_minute(self) -> Self {
        Self(self.0 / 60 * 60)
    }
}

/// `HH:MM`, with seconds only where there are any.
impl fmt::Display for ClockTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (hour, minute, second) = (self.0 / 3600, self.0 / 60 % 60, self.0 % 60);
        write!(f, "{hour:02}:{minute:02}")?;
        if second == 0 { Ok(()) } else { write!(f, ":{second:02}") }
    }
}

impl fmt::Debug for ClockTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// `HH:MM` or `HH:MM:SS`, two digits each.
impl FromStr for ClockTime {
    type Err = TimeError;

    fn from_str(text: &str) -> Result<Self, TimeError> {
        let wrong = || TimeError::new(text, "a time of day (07:30)");
        let part = |part: &str| {
            let digits = part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit());
            if digits { part.parse::<u32>().map_err(|_| wrong()) } else { Err(wrong()) }
        };
        let mut parts = text.split(':');
        let (Some(hour), Some(minute)) = (parts.next(), parts.next()) else { return Err(wrong()) };
        let (hour, minute) = (part(hour)?, part(minute)?);
        let second = parts.next().map_or(Ok(0), part)?;
        let seconds = hour * 3600 + minute * 60 + second;
        let fits = minute < 60 && second < 60 && seconds <= 86_400 && parts.next().is_none();
        if fits { Ok(Self(seconds)) } else { Err(wrong()) }
    }
}

impl TryFrom<String> for ClockTime {
    type Error = TimeError;

    fn try_from(text: String) -> Result<Self, TimeError> {
        text.parse()
    }
}

impl From<ClockTime> for String {
    fn from(clock: ClockTime) -> Self {
        clock.to_string()
    }
}
