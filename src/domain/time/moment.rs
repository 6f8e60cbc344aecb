//! Instants, to the microsecond, and how they are written down.

use std::fmt;
use std::str::FromStr;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{TimeError, digits};

const MICROS_A_DAY: i64 = 86_400_000_000;

/// An instant to the microsecond, the finest that both databases keep.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment(Timestamp);

impl Moment {
    /// 1970-01-01T00:00:00Z.
    pub const EPOCH: Self = Self(Timestamp::UNIX_EPOCH);

    /// Drops what is finer than a microsecond.
    #[must_use]
    pub fn new(timestamp: Timestamp) -> Self {
        let micros = timestamp.as_microsecond();
        Self(Timestamp::from_microsecond(micros).unwrap_or(timestamp))
    }

    /// The instant `micros` microseconds after the Unix epoch, in the years 1 to 9999.
    ///
    /// # Errors
    /// Where it lies outside of those years.
    pub fn from_micros(micros: i64) -> Result<Self, TimeError> {
        Timestamp::from_microsecond(micros).map(Self).map_err(|_| TimeError::new(micros, "an instant"))
    }

    /// The instant `seconds` seconds after the Unix epoch.
    ///
    /// # Errors
    /// Where it lies outside of the years 1 to 9999.
    pub fn from_seconds(seconds: i64) -> Result<Self, TimeError> {
        Timestamp::from_second(seconds).map(Self).map_err(|_| TimeError::new(seconds, "an instant"))
    }

    #[must_use]
    pub fn micros(self) -> i64 {
        self.0.as_microsecond()
    }

    /// Whole seconds since the Unix epoch, rounded down.
    #[must_use]
    pub fn seconds(self) -> i64 {
        self.0.as_second() - i64::from(self.0.subsec_nanosecond() < 0)
    }

    #[must_use]
    pub fn timestamp(self) -> Timestamp {
        self.0
    }

    /// The later instant, held at the end of time where it would lie beyond.
    #[must_use]
    pub fn plus(self, length: SignedDuration) -> Self {
        let end = if length.is_negative() { Timestamp::MIN } else { Timestamp::MAX };
        Self::new(self.0.checked_add(length).unwrap_or(end))
    }

    /// How long after `earlier` this is; negative where it is before.
    #[must_use]
    pub fn since(self, earlier: Self) -> SignedDuration {
        self.0.duration_since(earlier.0)
    }
}

/// ISO 8601 in UTC with six decimals: of fixed width, so that text order is time order.
impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Every stored and sent instant goes through here, a dozen for each dossier.
        let micros = self.micros();
        let (days, rest) = (micros.div_euclid(MICROS_A_DAY), micros.rem_euclid(MICROS_A_DAY));
        let Some([year, month, day]) = civil(days) else { return write!(f, "{:.6}", self.0) };
        let seconds = rest / 1_000_000;
        let mut text = *b"0000-00-00T00:00:00.000000Z";
        digits(&mut text[..4], year);
        digits(&mut text[5..7], month);
        digits(&mut text[8..10], day);
        digits(&mut text[11..13], seconds / 3_600);
        digits(&mut text[14..16], seconds / 60 % 60);
        digits(&mut text[17..19], seconds % 60);
        digits(&mut text[20..26], rest % 1_000_000);
        f.write_str(std::str::from_utf8(&text).unwrap_or_default())
    }
}

impl fmt::Debug for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Moment {
    type Err = TimeError;

    fn from_str(text: &str) -> Result<Self, TimeError> {
        text.parse()
            .map(Self::new)
            .map_err(|_| TimeError::new(text, "an instant (2026-11-23T16:00:00+07:00)"))
    }
}

impl Serialize for Moment {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// Year, month and day of a day counted from 1970-01-01, if its year has four digits.
///
/// Counts in years that begin in March, so that the leap day comes last.
fn civil(days: i64) -> Option<[i64; 3]> {
    let since = days + 719_468;
    let (era, day) = (since.div_euclid(146_097), since.rem_euclid(146_097));
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day_of_year = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = year + era * 400 + i64::from(month <= 2);
    (0..=9_999).contains(&year).then_some([year, month, day])
}
