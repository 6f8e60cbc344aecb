//! Until when a step of the internal process must be done: it leaves the time of the steps that
//! follow it (PROC-04).
//!
//! A working day of a step has 8 hours and is the office's whole day, however long that is: half a
//! day is half of it, 3 hours 45 minutes where the office works 7 hours and a half (PROC-03,
//! TIME-09). Of limits in hours an hour is an hour. So the last counted step falls due with the
//! dossier itself, and the fractions fill the limit without drift.

use super::{Due, Timetable};
use crate::domain::limit::TimeLimit;
use crate::domain::time::{ClockTime, Day, Moment};

/// Minutes of a step's day (PROC-03).
const STEP_DAY: u32 = 8 * 60;

impl Timetable {
    /// The instant that leaves `rest` minutes of steps before `due`, by what the calendar records
    /// (TIME-15 is for promises).
    #[must_use]
    pub fn leaving(&self, due: &Due, limit: TimeLimit, rest: u32) -> Moment {
        if rest == 0 {
            return due.at;
        }
        let at = match limit {
            TimeLimit::WorkingHours(_) => self.working_time_back(due, rest * 60),
            _ => self.step_days_back(due.on, rest),
        };
        at.unwrap_or(due.at).min(due.at)
    }

    /// What whole days of steps leave ends with a closing; a part of one ends inside the day.
    fn step_days_back(&self, on: Day, rest: u32) -> Option<Moment> {
        let (days, part) = (i32::try_from(rest / STEP_DAY).ok()?, rest % STEP_DAY);
        let day = if days == 0 { on } else { self.add_working_days_provisional(on, -days).ok()? };
        let hours = self.hours(day);
        let clock = if part == 0 {
            hours.closing()
        } else {
            let worked = u64::from(STEP_DAY - part) * u64::from(hours.seconds()) / u64::from(STEP_DAY);
            hours.clock_after(u32::try_from(worked).ok()?)
        };
        self.zone().instant(day, clock)
    }

    /// The instant from which `seconds` of working time are left; what exactly fills a session ends
    /// at the closing before it.
    fn working_time_back(&self, due: &Due, seconds: u32) -> Option<Moment> {
        let zone = self.zone();
        let (mut day, mut left) = (due.on, seconds);
        let (ends_on, clock) = zone.local(due.at);
        let mut until = if ends_on == due.on { clock } else { ClockTime::END_OF_DAY };
        loop {
            for session in self.hours(day).sessions().iter().rev() {
                let closing = session.to.min(until);
                let worked = closing.seconds().saturating_sub(session.from.seconds());
                if worked > left {
                    let clock = ClockTime::from_seconds(closing.seconds() - left).ok()?;
                    return zone.instant(day, clock);
                }
                left -= worked;
            }
            let before = self.add_working_days_provisional(day, -1).ok()?;
            (day, until) = (before, ClockTime::END_OF_DAY);
        }
    }
}
