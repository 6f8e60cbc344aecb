//! The deadline day by day, asking for a day's kind only where the answer depends on it.
//!
//! Slow and plain: it decides what the tables can't, above all which year a refusal names
//! (TIME-15), and is what they are tested against.

use std::cell::Cell;

use jiff::ToSpan;

use super::{DeadlineError, Due, Preview, Units, Years};
use crate::domain::calendar::{OfficeHours, Timetable};
use crate::domain::limit::{CutOff, CutOffEffect, DueTime, Terms, TimeLimit};
use crate::domain::time::{ClockTime, Day, Moment};

/// When a receipt falls due, with a note of whether a year that is not final was relied on.
pub(super) fn due(
    units: Units,
    received: Moment,
    terms: &Terms,
    years: Years,
) -> Result<Preview, DeadlineError> {
    let (day, clock) = units.competent.zone().local(received);
    let (receipt_day, receipt_clock) = units.receiving.zone().local(received);
    let closing = units.receiving.hours(receipt_day).closing();
    let cutoff = terms.cutoff.last_in_time(closing);
    let walk = Walk {
        units,
        years,
        terms: *terms,
        received,
        day,
        clock,
        receipt_day,
        too_late: cutoff.is_some_and(|last| receipt_clock > last),
        provisional: Cell::new(false),
    };
    let due = match terms.limit {
        TimeLimit::WorkingDays(count) => walk.working_days(count.get()).map(Some),
        TimeLimit::CalendarDays(count) => walk.calendar_days(count.get()).map(Some),
        TimeLimit::Months(count) => walk.months(count.get()).map(Some),
        TimeLimit::WorkingHours(count) => walk.working_hours(count.get()).map(Some),
        TimeLimit::SameDay => walk.same_day().map(Some),
        TimeLimit::None => Ok(None),
    };
    Ok(Preview { due: due?, provisional: walk.provisional.get() })
}

struct Walk<'a> {
    units: Units<'a>,
    years: Years,
    terms: Terms,
    received: Moment,
    /// The receipt as the competent unit's clock shows it.
    day: Day,
    clock: ClockTime,
    /// The receipt's day where it was received.
    receipt_day: Day,
    /// The clock alone missed the cut-off.
    too_late: bool,
    provisional: Cell<bool>,
}

impl Walk<'_> {
    /// TIME-04: the n-th working day after the receipt; one more where the dossier counts as
    /// received on the next working day (TIME-05).
    fn working_days(&self, count: u32) -> Result<Due, DeadlineError> {
        let uncounted = u32::from(self.moves_receipt() && self.missed()?);
        self.ask_before_walking()?;
        let mut on = self.day;
        let mut counting_starts = None;
        for place in 1..=count + uncounted {
            on = self.next_working(on)?;
            if place == 1 + uncounted {
                counting_starts = Some(on);
            }
        }
        self.day_limit(on, counting_starts.unwrap_or(on))
    }

    /// TIME-04, then TIME-02.
    fn calendar_days(&self, count: u32) -> Result<Due, DeadlineError> {
        let starts = self.first_counted_day()?;
        let days = i32::try_from(count).map_err(|_| DeadlineError::OutOfRange)?;
        let last = starts.plus(days - 1).ok_or(DeadlineError::OutOfRange)?;
        self.day_limit(self.roll(last)?, starts)
    }

    /// The same date of a later month as the day before D1, then TIME-02.
    fn months(&self, count: u32) -> Result<Due, DeadlineError> {
        let starts = self.first_counted_day()?;
        let base = starts.previous().ok_or(DeadlineError::OutOfRange)?;
        let last = base.0.checked_add(i64::from(count).months()).map_err(|_| DeadlineError::OutOfRange)?;
        self.day_limit(self.roll(Day(last))?, starts)
    }

    /// End of the receipt day, or of the next working day where it came too late for that.
    fn same_day(&self) -> Result<Due, DeadlineError> {
        let closed = self.clock > self.hours(self.day).closing();
        let in_time = !self.too_late && !closed && !self.missed()? && self.works(self.day)?;
        let on = if in_time { self.day } else { self.next_working(self.day)? };
        let closing = self.instant(on, self.hours(on).closing())?;
        let at = match self.terms.due_time {
            DueTime::Fixed(time) => Some(self.instant(on, time)?).filter(|at| *at > self.receipt()),
            DueTime::EndOfDay | DueTime::SameClock => None,
        };
        Ok(Due { at: at.unwrap_or(closing).max(self.receipt()), on, counting_starts: on })
    }

    /// TIME-07, then session by session.
    fn working_hours(&self, count: u32) -> Result<Due, DeadlineError> {
        let left_today = self.clock < self.hours(self.day).closing();
        let starts_today = !self.too_late && left_today && self.works(self.day)? && !self.missed()?;
        let mut on = if starts_today { self.day } else { self.next_working(self.day)? };
        let counting_starts = on;
        let mut left = count * 3_600;
        if starts_today {
            left += self.hours(on).worked_before(self.clock);
        }
        while left > self.hours(on).seconds() {
            left -= self.hours(on).seconds();
            on = self.next_working(on)?;
        }
        Ok(Due { at: self.instant(on, self.hours(on).clock_after(left))?, on, counting_starts })
    }

    /// D1 of limits that count every day (TIME-05).
    fn first_counted_day(&self) -> Result<Day, DeadlineError> {
        self.ask_before_walking()?;
        if !self.missed()? {
            return self.day.next().ok_or(DeadlineError::OutOfRange);
        }
        let next = self.next_working(self.day)?;
        if self.moves_receipt() { next.next().ok_or(DeadlineError::OutOfRange) } else { Ok(next) }
    }

    /// The appointed time on the last day (TIME-08).
    fn day_limit(&self, on: Day, counting_starts: Day) -> Result<Due, DeadlineError> {
        let hours = self.hours(on);
        let clock = match self.terms.due_time {
            DueTime::EndOfDay => hours.closing(),
            DueTime::Fixed(time) => time,
            DueTime::SameClock => match hours.within(self.clock) {
                Some(clock) if !self.missed()? && self.works(self.day)? => clock,
                _ => hours.closing(),
            },
        };
        Ok(Due { at: self.instant(on, clock)?, on, counting_starts })
    }

    /// The receipt day comes first in walking order, so a same clock time that depends on its
    /// kind asks for it first.
    fn ask_before_walking(&self) -> Result<(), DeadlineError> {
        let same_clock = self.terms.due_time == DueTime::SameClock;
        if same_clock && !self.too_late && self.hours(self.day).within(self.clock).is_some() {
            self.works(self.day)?;
        }
        Ok(())
    }

    fn moves_receipt(&self) -> bool {
        self.terms.cutoff_effect == CutOffEffect::TreatAsReceivedNextWd
    }

    /// Whether the cut-off was missed (TIME-06): by the clock, or because the receiving unit
    /// was off.
    fn missed(&self) -> Result<bool, DeadlineError> {
        if self.terms.cutoff == CutOff::None || self.too_late {
            return Ok(self.too_late);
        }
        Ok(!self.ask(self.units.receiving, self.receipt_day)?)
    }

    fn works(&self, day: Day) -> Result<bool, DeadlineError> {
        self.ask(self.units.competent, day)
    }

    fn ask(&self, unit: &Timetable, day: Day) -> Result<bool, DeadlineError> {
        let works = works(unit, day, self.years)?;
        self.provisional.set(self.provisional.get() || !unit.calendar().is_final(day.year()));
        Ok(works)
    }

    fn next_working(&self, after: Day) -> Result<Day, DeadlineError> {
        self.roll(after.next().ok_or(DeadlineError::OutOfRange)?)
    }

    fn roll(&self, mut day: Day) -> Result<Day, DeadlineError> {
        while !self.works(day)? {
            day = day.next().ok_or(DeadlineError::OutOfRange)?;
        }
        Ok(day)
    }

    fn hours(&self, day: Day) -> &OfficeHours {
        self.units.competent.hours(day)
    }

    fn instant(&self, day: Day, clock: ClockTime) -> Result<Moment, DeadlineError> {
        self.units.competent.zone().instant(day, clock).ok_or(DeadlineError::OutOfRange)
    }

    /// The receipt, cut to the second.
    fn receipt(&self) -> Moment {
        Moment::from_seconds(self.received.seconds()).unwrap_or(self.received)
    }
}

/// Whether a unit works on a day, where that may be relied on.
pub(super) fn works(unit: &Timetable, day: Day, years: Years) -> Result<bool, DeadlineError> {
    let calendar = unit.calendar();
    if calendar.never_works_from(day) {
        return Err(DeadlineError::NoWorkingTime);
    }
    if years == Years::Final && !calendar.is_final(day.year()) {
        return Err(DeadlineError::CalendarNotFinal { year: day.year() });
    }
    Ok(unit.kind(day).is_working())
}
