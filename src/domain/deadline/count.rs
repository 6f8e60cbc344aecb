//! Counting working days and working time between two points, and the opening and closing
//! of a day.
//!
//! What only measures (a countdown, an overdue figure) takes years that are not final as they
//! are recorded; what decides a promise has a strict form.

use std::ops::Neg;

use jiff::SignedDuration;

use super::walk::works;
use super::{DeadlineError, Due, Timetable, Years};
use crate::domain::limit::TimeLimit;
use crate::domain::time::{ClockTime, Day, Moment};

/// An amount of time in the unit of a limit (TIME-18); negative where it lies behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counted {
    WorkingDays(i32),
    /// Of limits in calendar days and months.
    CalendarDays(i32),
    /// Of limits in working hours and same-day limits.
    WorkingTime(SignedDuration),
}

impl Counted {
    /// Less `other`, which is in the same unit; in another it changes nothing.
    #[must_use]
    pub fn minus(self, other: Self) -> Self {
        match (self, other) {
            (Self::WorkingDays(a), Self::WorkingDays(b)) => Self::WorkingDays(a - b),
            (Self::CalendarDays(a), Self::CalendarDays(b)) => Self::CalendarDays(a - b),
            (Self::WorkingTime(a), Self::WorkingTime(b)) => Self::WorkingTime(a - b),
            _ => self,
        }
    }

    /// Whether it is more than `other`, which is in the same unit; never than one in another.
    #[must_use]
    pub fn exceeds(self, other: Self) -> bool {
        match (self, other) {
            (Self::WorkingDays(a), Self::WorkingDays(b)) => a > b,
            (Self::CalendarDays(a), Self::CalendarDays(b)) => a > b,
            (Self::WorkingTime(a), Self::WorkingTime(b)) => a > b,
            _ => false,
        }
    }

    /// The smaller of two in the same unit.
    #[must_use]
    pub fn min(self, other: Self) -> Self {
        match (self, other) {
            (Self::WorkingDays(a), Self::WorkingDays(b)) => Self::WorkingDays(a.min(b)),
            (Self::CalendarDays(a), Self::CalendarDays(b)) => Self::CalendarDays(a.min(b)),
            (Self::WorkingTime(a), Self::WorkingTime(b)) => Self::WorkingTime(a.min(b)),
            _ => self,
        }
    }
}

impl Neg for Counted {
    type Output = Self;

    fn neg(self) -> Self {
        match self {
            Self::WorkingDays(days) => Self::WorkingDays(-days),
            Self::CalendarDays(days) => Self::CalendarDays(-days),
            Self::WorkingTime(time) => Self::WorkingTime(-time),
        }
    }
}

impl Timetable {
    /// Whether a day is worked, by what is recorded, whatever the state of its year.
    #[must_use]
    pub fn is_working(&self, day: Day) -> bool {
        self.kind(day).is_working()
    }

    /// Whether a day is worked.
    ///
    /// # Errors
    /// Where its year is not final (TIME-15), or nothing is worked from there on.
    pub fn works_on(&self, day: Day) -> Result<bool, DeadlineError> {
        works(self, day, Years::Final)
    }

    /// The first opening of a day, as if it were worked.
    ///
    /// # Errors
    /// Beyond the year 9999.
    pub fn opening(&self, day: Day) -> Result<Moment, DeadlineError> {
        self.at(day, self.hours(day).opening())
    }

    /// The last closing of a day, as if it were worked.
    ///
    /// # Errors
    /// Beyond the year 9999.
    pub fn closing(&self, day: Day) -> Result<Moment, DeadlineError> {
        self.at(day, self.hours(day).closing())
    }

    pub(super) fn at(&self, day: Day, clock: ClockTime) -> Result<Moment, DeadlineError> {
        self.zone().instant(day, clock).ok_or(DeadlineError::OutOfRange)
    }

    /// The `count`-th working day after `day` (before it, where negative); with 0 the day
    /// itself where it is worked, else the next that is.
    ///
    /// # Errors
    /// Where a day on the way lies in a year that is not final (TIME-15).
    pub fn add_working_days(&self, day: Day, count: i32) -> Result<Day, DeadlineError> {
        self.step(day, count, Years::Final)
    }

    /// The same by what is recorded, for milestones that promise nothing (MON-02 to MON-04).
    ///
    /// # Errors
    /// Where nothing is worked any more, and beyond the year 9999.
    pub fn add_working_days_provisional(&self, day: Day, count: i32) -> Result<Day, DeadlineError> {
        self.step(day, count, Years::Any)
    }

    fn step(&self, mut day: Day, count: i32, years: Years) -> Result<Day, DeadlineError> {
        let (forward, mut left) = (count >= 0, count.unsigned_abs());
        if left == 0 && works(self, day, years)? {
            return Ok(day);
        }
        left = left.max(1);
        while left > 0 {
            let next = if forward { day.next() } else { day.previous() };
            day = next.ok_or(DeadlineError::OutOfRange)?;
            left -= u32::from(works(self, day, years)?);
        }
        Ok(day)
    }

    /// The number of working days d with `from` < d ≤ `to`; negative where `to` is earlier.
    #[must_use]
    pub fn working_days_between(&self, from: Day, to: Day) -> i32 {
        if to < from {
            return -self.working_days_between(to, from);
        }
        let table = self.days();
        let before_end =
            |day: Day| table.index(day.number()).and_then(|index| table.working_before(index + 1));
        if let (Some(before), Some(until)) = (before_end(from), before_end(to)) {
            return i32::try_from(until - before).unwrap_or(i32::MAX);
        }
        let days = std::iter::successors(from.next(), |day| day.next()).take_while(|day| *day <= to);
        days.map(|day| i32::from(self.is_working(day))).sum()
    }

    /// [`Self::working_days_between`] where only final years may be relied on.
    ///
    /// # Errors
    /// The first year that is not final (TIME-15).
    pub fn official_working_days_between(&self, from: Day, to: Day) -> Result<i32, DeadlineError> {
        let (first, last) = (from.min(to), from.max(to));
        if let Some(next) = first.next().filter(|next| *next <= last) {
            self.require_final(next, last)?;
        }
        Ok(self.working_days_between(from, to))
    }

    /// The working time from one instant to another, to the second; negative where `to` is
    /// earlier.
    #[must_use]
    pub fn working_time_between(&self, from: Moment, to: Moment) -> SignedDuration {
        if to < from {
            return -self.working_time_between(to, from);
        }
        let (first, from_clock) = self.zone().local(from);
        let (last, to_clock) = self.zone().local(to);
        let mut seconds = -self.worked(first, from_clock);
        let mut day = first;
        while day < last {
            let number = day.number();
            let (hours, others_from) = self.hours_until(number);
            let end = day.plus(others_from.min(last.number()) - number).unwrap_or(last);
            // Days from `day` to before `end` count whole.
            let days = match (day.previous(), end.previous()) {
                (Some(before), Some(until)) => self.working_days_between(before, until),
                _ => 0,
            };
            seconds += i64::from(days) * i64::from(hours.seconds());
            day = end;
        }
        SignedDuration::from_secs(seconds + self.worked(last, to_clock))
    }

    /// [`Self::working_time_between`] where only final years may be relied on.
    ///
    /// # Errors
    /// The first year that is not final (TIME-15).
    pub fn official_working_time_between(
        &self,
        from: Moment,
        to: Moment,
    ) -> Result<SignedDuration, DeadlineError> {
        let (first, from_clock) = self.zone().local(from.min(to));
        let (last, to_clock) = self.zone().local(from.max(to));
        let first = if from_clock < self.hours(first).closing() { Some(first) } else { first.next() };
        let last = if to_clock > self.hours(last).opening() { Some(last) } else { last.previous() };
        if let (Some(first), Some(last)) = (first, last)
            && first <= last
            && from != to
        {
            self.require_final(first, last)?;
        }
        Ok(self.working_time_between(from, to))
    }

    /// Seconds worked on a day before a clock time.
    fn worked(&self, day: Day, clock: ClockTime) -> i64 {
        if self.is_working(day) { i64::from(self.hours(day).worked_before(clock)) } else { 0 }
    }

    fn require_final(&self, first: Day, last: Day) -> Result<(), DeadlineError> {
        let missing = (first.year()..=last.year()).find(|year| !self.calendar().is_final(*year));
        missing.map_or(Ok(()), |year| Err(DeadlineError::CalendarNotFinal { year }))
    }

    /// How much time is left at `now`, in the unit of the limit (TIME-18); negative once due.
    /// Says nothing about lateness: [`super::late_from`] does.
    #[must_use]
    pub fn remaining(&self, now: Moment, due: &Due, limit: TimeLimit) -> Counted {
        let today = self.zone().day(now);
        match limit {
            TimeLimit::WorkingDays(_) => Counted::WorkingDays(self.working_days_between(today, due.on)),
            TimeLimit::CalendarDays(_) | TimeLimit::Months(_) | TimeLimit::None => {
                Counted::CalendarDays(due.on.since(today))
            }
            TimeLimit::WorkingHours(_) | TimeLimit::SameDay => {
                Counted::WorkingTime(self.working_time_between(now, due.at))
            }
        }
    }

    /// How much time has passed at `end` since the due date, in the unit of the limit (TIME-18);
    /// negative before it.
    #[must_use]
    pub fn overdue(&self, end: Moment, due: &Due, limit: TimeLimit) -> Counted {
        -self.remaining(end, due, limit)
    }
}
