//! The deadline by look-up: the same answers as the walk wherever every day in question lies
//! in one stretch of the table, and none elsewhere.

use jiff::ToSpan;

use super::{Due, Units, Years};
use crate::domain::calendar::{Block, DayTable, Timetable};
use crate::domain::limit::{CutOff, CutOffEffect, DueTime, Terms, TimeLimit};
use crate::domain::time::{ClockTime, Day, Moment};

/// The due date, or none where the walk must decide.
pub(super) fn due(units: Units, received: Moment, terms: &Terms, years: Years) -> Option<Due> {
    let unit = units.competent;
    let table = unit.days();
    let (number, clock) = unit.split(received)?;
    let index = table.index(number)?;
    let block = match years {
        Years::Final => table.final_block(index)?,
        Years::Any => table.whole(),
    };
    let missed = terms.cutoff != CutOff::None && missed(units.receiving, received, terms.cutoff, years)?;
    let look = Look { unit, table, block, terms, received, number, index, clock, missed };
    match terms.limit {
        TimeLimit::WorkingDays(count) => look.working_days(count.get()),
        TimeLimit::CalendarDays(count) => look.calendar_days(count.get()),
        TimeLimit::Months(count) => look.months(count.get()),
        TimeLimit::WorkingHours(count) => look.working_hours(count.get()),
        TimeLimit::SameDay => look.same_day(),
        TimeLimit::None => None,
    }
}

/// Whether the cut-off was missed where the dossier was received (TIME-06).
fn missed(unit: &Timetable, received: Moment, cutoff: CutOff, years: Years) -> Option<bool> {
    let (number, clock) = unit.split(received)?;
    let (hours, _) = unit.hours_until(number);
    if cutoff.last_in_time(hours.closing()).is_some_and(|last| clock > last) {
        return Some(true);
    }
    let table = unit.days();
    let index = table.index(number)?;
    if years == Years::Final {
        table.final_block(index)?;
    }
    table.works(index).map(|works| !works)
}

struct Look<'a> {
    unit: &'a Timetable,
    table: &'a DayTable,
    block: Block,
    terms: &'a Terms,
    received: Moment,
    number: i32,
    index: u32,
    clock: ClockTime,
    missed: bool,
}

impl Look<'_> {
    fn working_days(&self, count: u32) -> Option<Due> {
        let uncounted = u32::from(self.missed && self.moves_receipt());
        let before = self.table.working_before(self.index + 1)? + uncounted;
        let starts = self.table.working_day(before)?;
        self.day_limit(self.table.working_day(before + count - 1)?, starts)
    }

    fn calendar_days(&self, count: u32) -> Option<Due> {
        let starts = self.first_counted_day()?;
        self.day_limit(self.roll(starts + count - 1)?, starts)
    }

    fn months(&self, count: u32) -> Option<Due> {
        let starts = self.first_counted_day()?;
        let base = self.table.date(starts - 1)?;
        let last = Day(base.0.checked_add(i64::from(count).months()).ok()?);
        self.day_limit(self.roll(self.table.index(last.number())?)?, starts)
    }

    fn same_day(&self) -> Option<Due> {
        let (hours, _) = self.unit.hours_until(self.number);
        let in_time = !self.missed && self.clock <= hours.closing() && self.table.works(self.index)?;
        let on = if in_time { self.index } else { self.next_working()? };
        let (hours, _) = self.unit.hours_until(self.number_of(on)?);
        let receipt = Moment::from_seconds(self.received.seconds()).ok()?;
        let fixed = match self.terms.due_time {
            DueTime::Fixed(time) => Some(self.unit.join(on, time)?).filter(|at| *at > receipt),
            DueTime::EndOfDay | DueTime::SameClock => None,
        };
        let at = match fixed {
            Some(at) => at,
            None => self.unit.join(on, hours.closing())?.max(receipt),
        };
        self.answer(at, on, on)
    }

    fn working_hours(&self, count: u32) -> Option<Due> {
        let (hours, _) = self.unit.hours_until(self.number);
        let today = !self.missed && self.clock < hours.closing() && self.table.works(self.index)?;
        let starts = if today { self.index } else { self.next_working()? };
        // With other hours on the way a day is no longer worth the same everywhere.
        let (hours, others_from) = self.unit.hours_until(self.number_of(starts)?);
        let done_today = if today { hours.worked_before(self.clock) } else { 0 };
        let total = count * 3_600 + done_today - 1;
        let before = self.table.working_before(starts)?;
        let on = self.table.working_day(before + total / hours.seconds())?;
        if self.number_of(on)? >= others_from {
            return None;
        }
        let at = self.unit.join(on, hours.clock_after(total % hours.seconds() + 1))?;
        self.answer(at, on, starts)
    }

    fn first_counted_day(&self) -> Option<u32> {
        match (self.missed, self.moves_receipt()) {
            (false, _) => Some(self.index + 1),
            (true, false) => self.next_working(),
            (true, true) => Some(self.next_working()? + 1),
        }
    }

    fn day_limit(&self, on: u32, starts: u32) -> Option<Due> {
        let (hours, _) = self.unit.hours_until(self.number_of(on)?);
        let clock = match self.terms.due_time {
            DueTime::EndOfDay => hours.closing(),
            DueTime::Fixed(time) => time,
            DueTime::SameClock if self.missed || !self.table.works(self.index)? => hours.closing(),
            DueTime::SameClock => hours.within(self.clock).unwrap_or(hours.closing()),
        };
        self.answer(self.unit.join(on, clock)?, on, starts)
    }

    fn answer(&self, at: Moment, on: u32, starts: u32) -> Option<Due> {
        if !self.block.contains(on) {
            return None;
        }
        Some(Due { at, on: self.table.date(on)?, counting_starts: self.table.date(starts)? })
    }

    fn moves_receipt(&self) -> bool {
        self.terms.cutoff_effect == CutOffEffect::TreatAsReceivedNextWd
    }

    fn next_working(&self) -> Option<u32> {
        self.table.working_day(self.table.working_before(self.index + 1)?)
    }

    /// TIME-02.
    fn roll(&self, index: u32) -> Option<u32> {
        self.table.working_day(self.table.working_before(index)?)
    }

    fn number_of(&self, index: u32) -> Option<i32> {
        self.number.checked_add(i32::try_from(i64::from(index) - i64::from(self.index)).ok()?)
    }
}
