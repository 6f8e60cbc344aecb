//! A due date shifted by a stop of the clock (SUP-05, policy `pause`).

use super::{Counted, DeadlineError, Due, Moment, Timetable};
use crate::domain::limit::{DueTime, Terms, TimeLimit};
use crate::domain::time::Day;

impl Timetable {
    /// The due date after the clock stood still from `stopped_at` to `resumed_at`: limits in
    /// working days and same-day limits move by the working days d with stop day < d ≤ day of
    /// resumption, hours by the working time, calendar days and months by the civil days and
    /// then off a day off (TIME-02). The clock time stays under its policy. Never earlier, and
    /// unchanged by a stop of no length.
    ///
    /// # Errors
    /// Where it resumes before it stops, and where the answer depends on a year that is not
    /// final (TIME-15).
    pub fn pause(
        &self,
        due: &Due,
        terms: &Terms,
        stopped_at: Moment,
        resumed_at: Moment,
    ) -> Result<Due, DeadlineError> {
        if resumed_at < stopped_at {
            return Err(DeadlineError::invalid("resumed_at", "the clock resumes before it stops"));
        }
        let (stopped, resumed) = (self.zone().day(stopped_at), self.zone().day(resumed_at));
        match terms.limit {
            TimeLimit::WorkingDays(_) | TimeLimit::SameDay => {
                let days = self.official_working_days_between(stopped, resumed)?;
                if days == 0 {
                    return Ok(*due);
                }
                self.moved(due, terms, self.add_working_days(due.on, days)?)
            }
            TimeLimit::CalendarDays(_) | TimeLimit::Months(_) => {
                let days = resumed.since(stopped);
                if days == 0 {
                    return Ok(*due);
                }
                let last = due.on.plus(days).ok_or(DeadlineError::OutOfRange)?;
                self.moved(due, terms, self.add_working_days(last, 0)?)
            }
            TimeLimit::WorkingHours(_) => {
                let time = self.official_working_time_between(stopped_at, resumed_at)?;
                let at = self.add_working_time(due.at, time.as_secs())?;
                // A closing at 24:00 belongs to the day that it ends.
                let on = if at == due.at { due.on } else { self.day_ending_at(at) };
                Ok(Due { at, on, ..*due })
            }
            TimeLimit::None => Ok(*due),
        }
    }

    fn moved(&self, due: &Due, terms: &Terms, on: Day) -> Result<Due, DeadlineError> {
        let at = match terms.due_time {
            DueTime::EndOfDay => self.closing(on)?,
            DueTime::Fixed(time) => self.at(on, time)?,
            DueTime::SameClock => {
                let (_, clock) = self.zone().local(due.at);
                let hours = self.hours(on);
                self.at(on, hours.within(clock).unwrap_or(hours.closing()))?
            }
        };
        Ok(Due { at, on, ..*due })
    }

    /// The instant at which `seconds` of working time have passed since `from`.
    ///
    /// # Errors
    /// Where the answer depends on a year that is not final (TIME-15).
    fn add_working_time(&self, from: Moment, seconds: i64) -> Result<Moment, DeadlineError> {
        if seconds <= 0 {
            return Ok(from);
        }
        let (mut day, clock) = self.zone().local(from);
        let mut left = seconds;
        if clock < self.hours(day).closing() && self.works_on(day)? {
            left += i64::from(self.hours(day).worked_before(clock));
        } else {
            day = self.add_working_days(day, 1)?;
        }
        while left > i64::from(self.hours(day).seconds()) {
            left -= i64::from(self.hours(day).seconds());
            day = self.add_working_days(day, 1)?;
        }
        let left = u32::try_from(left).map_err(|_| DeadlineError::OutOfRange)?;
        self.at(day, self.hours(day).clock_after(left))
    }

    fn day_ending_at(&self, at: Moment) -> Day {
        let (day, clock) = self.zone().local(at);
        let ends_before = clock == crate::domain::time::ClockTime::MIDNIGHT;
        day.previous().filter(|_| ends_before).unwrap_or(day)
    }

    /// The time between two instants in the unit of a limit: what a run of the clock consumed
    /// (SUP-05).
    #[must_use]
    pub fn consumed(&self, from: Moment, to: Moment, limit: TimeLimit) -> Counted {
        let (first, last) = (self.zone().day(from), self.zone().day(to));
        match limit {
            TimeLimit::WorkingDays(_) => Counted::WorkingDays(self.working_days_between(first, last)),
            TimeLimit::CalendarDays(_) | TimeLimit::Months(_) | TimeLimit::None => {
                Counted::CalendarDays(last.since(first))
            }
            TimeLimit::WorkingHours(_) | TimeLimit::SameDay => {
                Counted::WorkingTime(self.working_time_between(from, to))
            }
        }
    }
}
