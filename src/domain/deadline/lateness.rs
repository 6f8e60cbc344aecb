//! From which instant a promise is broken: the one function that decides it (LATE-00).

use super::{Due, Timetable};
use crate::domain::limit::TimeLimit;
use crate::domain::time::{ClockTime, Day, Moment, Zone};

/// What was promised, ours or imported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Promise {
    /// A civil day: limits in days and months, imported promises that name a day.
    Day(Day),
    /// An instant: limits in hours and same-day limits, imported promises that name an instant.
    Instant(Moment),
}

impl Promise {
    /// What a computed due date under this limit promises.
    #[must_use]
    pub fn of(limit: TimeLimit, due: &Due) -> Self {
        match limit {
            TimeLimit::WorkingDays(_) | TimeLimit::CalendarDays(_) | TimeLimit::Months(_) => {
                Self::Day(due.on)
            }
            TimeLimit::WorkingHours(_) | TimeLimit::SameDay | TimeLimit::None => Self::Instant(due.at),
        }
    }
}

/// The last instant that keeps the promise: late is what lies after it (LATE-00, TIME-03).
/// A day ends at 24:00 in the zone of the calendar.
#[must_use]
pub fn late_from(promise: Promise, zone: &Zone) -> Moment {
    match promise {
        Promise::Instant(at) => at,
        Promise::Day(day) => {
            let end_of_time = Moment::new(jiff::Timestamp::MAX);
            zone.instant(day, ClockTime::END_OF_DAY).unwrap_or(end_of_time)
        }
    }
}

impl Timetable {
    /// [`late_from`] of a computed due date.
    #[must_use]
    pub fn late_from(&self, limit: TimeLimit, due: &Due) -> Moment {
        late_from(Promise::of(limit, due), self.zone())
    }
}
