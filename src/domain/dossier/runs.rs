//! The runs of the clock between its stops: how much of the limit each was given, used and left
//! (TIME-18, SUP-05).
//!
//! What is used and what is left always add up to what was given (a stop uses up nothing), in the
//! limit's own unit: working days, civil days, or working time to the second.

use jiff::SignedDuration;

use super::{Dossier, StopKind};
use crate::domain::calendar::Timetable;
use crate::domain::deadline::Counted;
use crate::domain::limit::TimeLimit;
use crate::domain::promise::{Cause, Promise};
use crate::domain::time::{Day, Moment};

/// One run, from a promise to the next stop or the end.
#[derive(Clone, Debug, PartialEq)]
pub struct Run<'d> {
    pub promise: &'d Promise,
    pub from: Moment,
    /// When it ended, or the instant of the question.
    pub until: Moment,
    pub ended: RunEnd,
    /// The limit where it began to count anew; where it went on, what the run before left. A last
    /// day that rolls off days off adds them (TIME-02).
    pub allowance: Counted,
    pub used: Counted,
    /// Negative once due.
    pub left: Counted,
}

/// How a run came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunEnd {
    Stopped(StopKind),
    Ended,
    StillRuns,
}

impl Dossier {
    /// The promises that were in force at some time: without those that a correction or a later date
    /// by decision took the place of, which stay in the ledger all the same.
    pub fn promises_in_force(&self) -> impl DoubleEndedIterator<Item = (usize, &Promise)> {
        let replaces = |next: &Promise| matches!(next.cause, Cause::Correction | Cause::CalendarChange);
        let replaced = move |no: usize| self.promises.get(no + 1).is_some_and(replaces);
        self.promises.iter().enumerate().filter(move |(no, _)| !replaced(*no))
    }

    /// The runs of the clock up to `now`, by the competent unit's timetable (TIME-14). None where
    /// another system made the promise.
    #[must_use]
    pub fn runs(&self, timetable: &Timetable, now: Moment) -> Vec<Run<'_>> {
        let mut runs: Vec<Run<'_>> = Vec::new();
        for (no, promise) in self.promises_in_force() {
            let Some(basis) = &promise.basis else { continue };
            let count = Count { timetable, limit: basis.terms.limit, promise };
            let (until, ended) = self.end_of_run(no, now);
            let until = until.max(promise.counted_from);
            let goes_on = basis.counting_starts.is_none() && goes_on(promise.cause);
            let allowance = match runs.last().filter(|_| goes_on) {
                Some(before) => count.carried_on(before),
                None => count.whole(basis.counting_starts),
            };
            let left = count.left(until).min(allowance);
            let used = allowance.minus(left);
            runs.push(Run { promise, from: promise.counted_from, until, ended, allowance, used, left });
        }
        runs
    }

    /// The promise that makes the dossier late: the first that was missed by `now`, which no later one
    /// cures (SUP-06, LATE-10). There is one iff the dossier is late ([`Self::is_late_at`]).
    #[must_use]
    pub fn missed_promise(&self, now: Moment) -> Option<&Promise> {
        let missed = |(no, promise): &(usize, &Promise)| {
            let (until, ended) = self.end_of_run(*no, now);
            promise.is_missed_at(self.ran_until(until, ended))
        };
        self.promises_in_force().find(missed).map(|(_, promise)| promise)
    }

    /// Until when a run that ended so really ran: what ended while the clock stood still had stopped.
    pub(in crate::domain) fn ran_until(&self, until: Moment, ended: RunEnd) -> Moment {
        if ended == RunEnd::Ended { self.ended_in_stop.unwrap_or(until) } else { until }
    }

    fn end_of_run(&self, promise_no: usize, now: Moment) -> (Moment, RunEnd) {
        let stop = self.stops.iter().find(|stop| stop.promise_no == Some(promise_no));
        match (stop, self.ended_at) {
            (Some(stop), _) => (stop.from, RunEnd::Stopped(stop.kind)),
            (None, Some(end)) => (end, RunEnd::Ended),
            (None, None) => (now, RunEnd::StillRuns),
        }
    }
}

/// Working time since the receipt, and how much of it the clock stood still (STOP-04).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WorkingTime {
    pub elapsed: SignedDuration,
    pub excluded: SignedDuration,
}

impl Dossier {
    /// Both up to the end, or up to `now`; none before the receipt.
    #[must_use]
    pub fn working_time(&self, timetable: &Timetable, now: Moment) -> Option<WorkingTime> {
        let received = self.received_at?;
        let end = self.ended_at.unwrap_or(now).max(received);
        let stops = self.stops.iter().filter(|stop| stop.from >= received);
        let excluded = stops.map(|stop| {
            timetable
                .working_time_between(stop.from, stop.to.unwrap_or(end).min(end))
                .max(SignedDuration::ZERO)
        });
        Some(WorkingTime { elapsed: timetable.working_time_between(received, end), excluded: excluded.sum() })
    }
}

/// Whether a promise of this cause may carry on the run before it.
fn goes_on(cause: Cause) -> bool {
    matches!(
        cause,
        Cause::SupplementPause
            | Cause::ExclusionPause
            | Cause::SecondAppointment
            | Cause::Correction
            | Cause::CalendarChange
    )
}

/// Counting towards one promise.
struct Count<'a> {
    timetable: &'a Timetable,
    limit: TimeLimit,
    promise: &'a Promise,
}

impl Count<'_> {
    /// From the first counted day to the due instant; of promises that do not say it, from the day
    /// after the one that they were counted from (TIME-01).
    fn whole(&self, starts: Option<Day>) -> Counted {
        let from = self.timetable.zone().day(self.promise.counted_from);
        match (self.limit, starts) {
            (TimeLimit::WorkingHours(_), Some(day)) if day > from => {
                let opening = self.timetable.opening(day).unwrap_or(self.promise.counted_from);
                self.left(opening)
            }
            (TimeLimit::WorkingHours(_), _) => self.left(self.promise.counted_from),
            (_, starts) => self.left_after(starts.and_then(Day::previous).unwrap_or(from)),
        }
    }

    /// What the run before left, and the days that the new last day rolled over.
    fn carried_on(&self, before: &Run<'_>) -> Counted {
        let Counted::CalendarDays(left) = before.left else { return before.left };
        let zone = self.timetable.zone();
        let stopped = zone.day(self.promise.counted_from).since(zone.day(before.until));
        let moved = self.promise.due_on.since(before.promise.due_on);
        Counted::CalendarDays(left + moved - stopped)
    }

    fn left(&self, now: Moment) -> Counted {
        match self.limit {
            TimeLimit::WorkingHours(_) => {
                Counted::WorkingTime(self.timetable.working_time_between(now, self.promise.due_at))
            }
            _ => self.left_after(self.timetable.zone().day(now)),
        }
    }

    fn left_after(&self, day: Day) -> Counted {
        let due = self.promise.due_on;
        match self.limit {
            TimeLimit::WorkingDays(_) | TimeLimit::SameDay => {
                Counted::WorkingDays(self.timetable.working_days_between(day, due))
            }
            _ => Counted::CalendarDays(due.since(day)),
        }
    }
}
