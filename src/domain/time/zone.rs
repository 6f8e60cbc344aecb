//! The zone that makes civil days of instants, and instants of civil days (TIME-11).

use jiff::tz::TimeZone;
use jiff::{SignedDuration, ToSpan};

use super::{ClockTime, Day, Moment, TimeError};

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
        let local = self.0.to_datetime(moment.timestamp());
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
        let (day, seconds) =
            if time == ClockTime::END_OF_DAY { (day.next()?, 0) } else { (day, time.seconds()) };
        let clock = jiff::civil::Time::midnight().checked_add(i64::from(seconds).seconds()).ok()?;
        Some(self.0.to_ambiguous_timestamp(day.0.to_datetime(clock)))
    }

    /// RFC 3339 with this zone's offset, as JSON shows it.
    #[must_use]
    pub fn rfc3339(&self, moment: Moment) -> String {
        let offset = self.0.to_offset(moment.timestamp());
        moment.timestamp().display_with_offset(offset).to_string()
    }
}
