//! Instants, civil days and months, and the zone that joins them.
//!
//! Asks nobody what time it is: every instant comes from the caller.

use std::fmt;
use std::str::FromStr;

use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Span, Timestamp, ToSpan};
use serde::{Deserialize, Serialize};

/// Text that is no instant, day, month or clock time.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not {expected}")]
pub struct TimeError {
    pub text: String,
    pub expected: &'static str,
}

impl TimeError {
    fn new(text: impl fmt::Display, expected: &'static str) -> Self {
        Self { text: text.to_string(), expected }
    }
}

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

const MICROS_A_DAY: i64 = 86_400_000_000;

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

/// Writes a number that is not negative into the place kept for it.
fn digits(place: &mut [u8], number: i64) {
    let mut rest = number;
    for digit in place.iter_mut().rev() {
        *digit = b'0' + u8::try_from(rest % 10).unwrap_or_default();
        rest /= 10;
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

/// A civil day, without a zone.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Day(pub Date);

impl Day {
    /// The first day of the year 1: nothing that is kept lies before it.
    pub const BEFORE_ALL: Self = Self(Date::constant(1, 1, 1));
    const EPOCH: Date = Date::constant(1970, 1, 1);
    /// Before every day that anything is counted from.
    pub const FIRST: Self = Self(Date::constant(1, 1, 1));

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
        Month { year: self.0.year(), month: self.0.month() }
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

/// A calendar month.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month {
    year: i16,
    month: i8,
}

impl Month {
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

/// Hour, minute and second of a day, as seconds after midnight; 24:00 is allowed as an end.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ClockTime(u32);

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

/// A time zone by its IANA name, with which instants become civil days and back (TIME-11).
#[derive(Clone, Debug, PartialEq)]
pub struct Zone(TimeZone);

impl Zone {
    /// # Errors
    /// Where the name is not in the time-zone database.
    pub fn named(name: &str) -> Result<Self, TimeError> {
        TimeZone::get(name).map(Self).map_err(|_| TimeError::new(name, "a time zone (Asia/Ho_Chi_Minh)"))
    }

    /// A zone that always has this offset.
    #[must_use]
    pub fn fixed(offset: jiff::tz::Offset) -> Self {
        Self(TimeZone::fixed(offset))
    }

    #[must_use]
    pub fn time_zone(&self) -> &TimeZone {
        &self.0
    }

    /// The civil day and clock time (to the second, rounded down) that `moment` is here.
    #[must_use]
    pub fn local(&self, moment: Moment) -> (Day, ClockTime) {
        let local = self.0.to_datetime(moment.0);
        let time = local.time();
        let seconds =
            i32::from(time.hour()) * 3600 + i32::from(time.minute()) * 60 + i32::from(time.second());
        (Day(local.date()), ClockTime(seconds.unsigned_abs()))
    }

    #[must_use]
    pub fn day(&self, moment: Moment) -> Day {
        self.local(moment).0
    }

    /// The instant of a civil time; in a gap as far behind it as the time lies in it, in a fold
    /// the first of two.
    #[must_use]
    pub fn instant(&self, day: Day, time: ClockTime) -> Option<Moment> {
        self.ambiguous(day, time)?.compatible().ok().map(Moment::new)
    }

    /// The same for what must happen as soon as it can: in a gap the first instant after it.
    #[must_use]
    pub fn soonest(&self, day: Day, time: ClockTime) -> Option<Moment> {
        let local = self.ambiguous(day, time)?;
        if !matches!(local.offset(), jiff::tz::AmbiguousOffset::Gap { .. }) {
            return local.compatible().ok().map(Moment::new);
        }
        // The change itself counts: the gap may begin at the very time that is asked for.
        let beyond = local.compatible().ok()?.checked_add(SignedDuration::from_nanos(1)).ok()?;
        self.0.preceding(beyond).next().map(|change| Moment::new(change.timestamp()))
    }

    fn ambiguous(&self, day: Day, time: ClockTime) -> Option<jiff::tz::AmbiguousTimestamp> {
        let (day, seconds) = if time == ClockTime::END_OF_DAY { (day.next()?, 0) } else { (day, time.0) };
        let clock = jiff::civil::Time::midnight().checked_add(i64::from(seconds).seconds()).ok()?;
        Some(self.0.to_ambiguous_timestamp(day.0.to_datetime(clock)))
    }

    /// RFC 3339 with this zone's offset, as JSON shows it.
    #[must_use]
    pub fn rfc3339(&self, moment: Moment) -> String {
        let offset = self.0.to_offset(moment.0);
        moment.0.display_with_offset(offset).to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The fast writing of instants and days says what the library says.
    #[test]
    fn instants_and_days_are_written_as_the_library_writes_them() {
        let utc = Zone::named("UTC").unwrap();
        let mut micros = -62_135_596_800_000_000_i64; // the year 1
        while micros < 253_402_207_200_000_000 {
            let moment = Moment::from_micros(micros).unwrap();
            assert_eq!(moment.to_string(), format!("{:.6}", moment.0));
            let day = utc.day(moment);
            assert_eq!(day.to_string(), day.0.to_string());
            micros += 7_777_777_777_777;
        }
        let before_christ = Moment::new("-000009-03-01T00:00:00Z".parse().unwrap());
        assert_eq!(before_christ.to_string(), format!("{:.6}", before_christ.0));
    }
}
