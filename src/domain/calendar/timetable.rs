//! What one unit works by: a calendar, its office hours through time and its own days off
//! (TIME-10, TIME-14).

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;

use super::{Calendar, DayKind, DayTable, OffKind, OfficeHours};
use crate::domain::time::{ClockTime, Day, Moment, Zone};

/// Periods of office hours that are not in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the office hours valid from {0} are not later than the ones before them")]
pub struct PeriodsError(pub Day);

/// A unit's timetable. Cheap to clone: the tables are shared with the calendar until local
/// days off are added.
#[derive(Clone, Debug)]
pub struct Timetable {
    calendar: Arc<Calendar>,
    hours: OfficeHours,
    /// Later hours, each with the first day that it is valid on and that day's number.
    later_hours: Vec<(Day, i32, OfficeHours)>,
    local_off: Arc<BTreeMap<Day, String>>,
    /// Weekly rest days that are worked here alone, each with the day off that it makes up for.
    pub(super) local_makeup: Arc<BTreeMap<Day, Day>>,
    days: Arc<DayTable>,
    offset: Option<FixedOffset>,
}

/// The one offset that the zone has over a stretch of time (TIME-11: Vietnam has no other).
#[derive(Clone, Copy, Debug)]
struct FixedOffset {
    from: i64,
    to: i64,
    seconds: i64,
}

impl Timetable {
    /// The calendar's days with one set of office hours.
    #[must_use]
    pub fn new(calendar: Arc<Calendar>, hours: OfficeHours) -> Self {
        let days = Arc::clone(calendar.day_table());
        let offset = FixedOffset::of(calendar.zone(), &days);
        let (local_off, local_makeup) = (Arc::default(), Arc::default());
        Self { calendar, hours, later_hours: Vec::new(), local_off, local_makeup, days, offset }
    }

    /// The same with other office hours from given days on (TIME-10).
    ///
    /// # Errors
    /// Where the days do not ascend.
    pub fn with_later_hours(mut self, periods: Vec<(Day, OfficeHours)>) -> Result<Self, PeriodsError> {
        if let Some(pair) = periods.windows(2).find(|pair| pair[0].0 >= pair[1].0) {
            return Err(PeriodsError(pair[1].0));
        }
        self.later_hours = periods.into_iter().map(|(day, hours)| (day, day.number(), hours)).collect();
        Ok(self)
    }

    /// The same with days off of its own, each with its reason.
    #[must_use]
    pub fn with_local_days_off(self, days: impl IntoIterator<Item = (Day, String)>) -> Self {
        self.with_local_days(days, [])
    }

    /// The same with days off of its own, each with its reason, and the rest days worked for them,
    /// each with the day off that it makes up for (a storm closure by decision of the chair; TIME-14).
    #[must_use]
    pub fn with_local_days(
        mut self,
        off: impl IntoIterator<Item = (Day, String)>,
        makeup: impl IntoIterator<Item = (Day, Day)>,
    ) -> Self {
        Arc::make_mut(&mut self.local_off).extend(off);
        Arc::make_mut(&mut self.local_makeup).extend(makeup);
        let table = DayTable::compile(&self.calendar, |day| self.kind(day).is_working());
        self.days = Arc::new(table);
        self
    }

    #[must_use]
    pub fn calendar(&self) -> &Calendar {
        &self.calendar
    }

    #[must_use]
    pub fn zone(&self) -> &Zone {
        self.calendar.zone()
    }

    /// The kind of a day by what is recorded (see [`Calendar::kind`]).
    #[must_use]
    pub fn kind(&self, day: Day) -> DayKind<'_> {
        let kind = match self.calendar.kind(day) {
            DayKind::Weekend { holiday: None } if self.local_makeup.contains_key(&day) => DayKind::Working,
            kind => kind,
        };
        match self.local_off.get(&day) {
            Some(name) if kind.is_working() => DayKind::Off { kind: OffKind::Local, name },
            _ => kind,
        }
    }

    /// Whether the other one works on other days or at other hours, or may be relied on in other
    /// years.
    #[must_use]
    pub fn differs_from(&self, other: &Self) -> bool {
        if std::ptr::eq(self, other) {
            return false;
        }
        let (mine, others) = (self.days.span(), other.days.span());
        let (Some((a, b)), Some((c, d))) = (mine, others) else { return mine != others };
        let days = std::iter::successors(Some(a.min(c)), |day| day.next()).take_while(|day| *day <= b.max(d));
        let final_here = |one: &Self, day: Day| one.calendar.is_final(day.year());
        self.zone() != other.zone()
            || self.calendar.data().weekend != other.calendar.data().weekend
            || days.into_iter().any(|day| {
                self.kind(day).is_working() != other.kind(day).is_working()
                    || final_here(self, day) != final_here(other, day)
                    || self.hours(day) != other.hours(day)
            })
    }

    /// The office hours valid on a day.
    #[must_use]
    pub fn hours(&self, day: Day) -> &OfficeHours {
        let later = self.later_hours.iter().rev().find(|(from, ..)| *from <= day);
        later.map_or(&self.hours, |(.., hours)| hours)
    }

    /// The office hours valid on the day with this number, and the number of the first day
    /// on which others are.
    pub(in crate::domain) fn hours_until(&self, number: i32) -> (&OfficeHours, i32) {
        if self.later_hours.is_empty() {
            return (&self.hours, i32::MAX);
        }
        let next = self.later_hours.partition_point(|(_, from, _)| *from <= number);
        let hours = next.checked_sub(1).map_or(&self.hours, |last| &self.later_hours[last].2);
        (hours, self.later_hours.get(next).map_or(i32::MAX, |(_, from, _)| *from))
    }

    pub(in crate::domain) fn days(&self) -> &DayTable {
        &self.days
    }

    /// The number of the civil day and the clock time that `moment` is here, to the second.
    pub(in crate::domain) fn split(&self, moment: Moment) -> Option<(i32, ClockTime)> {
        let seconds = moment.seconds();
        match self.offset {
            Some(offset) if offset.from <= seconds && seconds < offset.to => {
                let local = seconds + offset.seconds;
                let clock = u32::try_from(local.rem_euclid(86_400)).ok()?;
                Some((i32::try_from(local.div_euclid(86_400)).ok()?, ClockTime::from_seconds(clock).ok()?))
            }
            _ => {
                let (day, clock) = self.zone().local(moment);
                Some((day.number(), clock))
            }
        }
    }

    /// The instant of a clock time on the day of this index.
    pub(in crate::domain) fn join(&self, index: u32, clock: ClockTime) -> Option<Moment> {
        if let Some(offset) = self.offset {
            let seconds = self.days.midnight(index) + i64::from(clock.seconds()) - offset.seconds;
            if offset.from <= seconds && seconds < offset.to {
                return Moment::from_seconds(seconds).ok();
            }
        }
        self.zone().instant(self.days.date(index)?, clock)
    }
}

impl FixedOffset {
    fn of(zone: &Zone, days: &DayTable) -> Option<Self> {
        let whole = days.whole();
        let (from, to) = (days.midnight(whole.from) - 86_400, days.midnight(whole.to) + 86_400);
        let zone = zone.time_zone();
        let start = Timestamp::from_second(from).ok()?;
        let changes = zone.following(start).next().is_some_and(|next| next.timestamp().as_second() < to);
        let seconds = i64::from(zone.to_offset(start).seconds());
        (!changes).then_some(Self { from, to, seconds })
    }
}
