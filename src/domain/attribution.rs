//! Whose the lateness is: the late working time of a dossier, split over those who had it and the
//! agencies that were asked (LINK-05, COORD-01, RATE-08).
//!
//! The whole is the lateness by law: the working time in which a promise was overdue. A stop of the
//! clock is none of it, however late the dossier was before (SUP-06, STOP-02), and neither is what a
//! lawful restart counted anew and was kept. Nobody is blamed for coming last: who used more than the
//! process gave answers in proportion to the excess, whoever held the dossier when the limit ended.
//! The parts are whole seconds and add up to the whole.

use std::collections::BTreeMap;

use super::calendar::Timetable;
use super::dossier::{Dossier, Run};
use super::limit::TimeLimit;
use super::procedure::{Step, StepTime};
use super::slip::Line;
use super::stage::StageRun;
use super::time::{Day, Moment};
use super::unit::UnitCode;

/// Who had a part in it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Party {
    /// A step of the internal process, in a unit's hands.
    Step {
        no: Option<usize>,
        name: String,
        unit: UnitCode,
    },
    /// A stage of an interlinked procedure.
    Stage {
        no: usize,
        name: String,
        unit: UnitCode,
    },
    /// The competent agency as a whole: the host (COORD-02).
    Host(UnitCode),
    Coordinator(UnitCode),
}

/// A party's part, in seconds of working time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Share {
    pub party: Party,
    pub seconds: u64,
}

/// The late working time of a dossier and its parts, which add up to it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Attribution {
    pub seconds: u64,
    pub shares: Vec<Share>,
}

/// What is known of one life.
#[derive(Clone, Copy, Debug)]
pub struct Case<'a> {
    pub dossier: &'a Dossier,
    /// By which the dossier is counted: the competent unit's (TIME-14).
    pub timetable: &'a Timetable,
    pub steps: &'a [Step],
    pub slip: &'a [Line],
    /// Of an interlinked procedure, with their names.
    pub stages: &'a [(String, StageRun)],
    pub now: Moment,
}

/// Splits the lateness of a dossier; empty where it is not late.
#[must_use]
pub fn attribute(case: &Case<'_>) -> Attribution {
    let times = case.late_times();
    let Some((_, end)) = times.last().copied() else { return Attribution::default() };
    let whole = times.into_iter().map(|(from, to)| case.worked(from, to)).sum();
    let mut shares: BTreeMap<Party, u64> = BTreeMap::new();
    let excesses = case.excesses(end);
    let weights: Vec<u64> = excesses.iter().map(|(_, excess)| *excess).collect();
    for ((party, _), seconds) in excesses.into_iter().zip(split(whole, &weights)) {
        *shares.entry(party).or_default() += seconds;
    }
    let shares = shares.into_iter().filter(|(_, seconds)| *seconds > 0);
    Attribution { seconds: whole, shares: shares.map(|(party, seconds)| Share { party, seconds }).collect() }
}

/// Parts in proportion to the weights that add up to the whole; where there are no weights the last
/// takes all. The largest remainders are rounded up, of equal ones the first.
#[must_use]
pub fn split(whole: u64, weights: &[u64]) -> Vec<u64> {
    let sum: u128 = weights.iter().map(|weight| u128::from(*weight)).sum();
    if sum == 0 {
        let mut parts = vec![0; weights.len()];
        if let Some(last) = parts.last_mut() {
            *last = whole;
        }
        return parts;
    }
    let product = |weight: u64| u128::from(whole) * u128::from(weight);
    let mut parts: Vec<u64> =
        weights.iter().map(|weight| u64::try_from(product(*weight) / sum).unwrap_or(whole)).collect();
    let mut order: Vec<usize> = (0..weights.len()).collect();
    order.sort_by_key(|&place| std::cmp::Reverse(product(weights[place]) % sum));
    let missing = whole - parts.iter().sum::<u64>();
    for place in order.into_iter().take(usize::try_from(missing).unwrap_or(0)) {
        parts[place] += 1;
    }
    parts
}

impl Case<'_> {
    /// When a promise was overdue and the clock ran, in their order; the last ends where the lateness
    /// ended (TIME-18, SUP-06).
    fn late_times(&self) -> Vec<(Moment, Moment)> {
        let runs = self.dossier.runs(self.timetable, self.now);
        let times = runs
            .iter()
            .map(|run| (run.promise.late_from.max(run.from), self.dossier.ran_until(run.until, run.ended)));
        times.filter(|(from, to)| from < to).collect()
    }

    /// Seconds of working time.
    fn worked(&self, from: Moment, to: Moment) -> u64 {
        if to <= from {
            return 0;
        }
        u64::try_from(self.timetable.working_time_between(from, to).as_secs()).unwrap_or(0)
    }

    /// The same without the stops of the clock.
    fn ran(&self, from: Moment, to: Moment) -> u64 {
        let stops = self.dossier.stops.iter();
        let stood: u64 =
            stops.map(|stop| self.worked(stop.from.max(from), stop.to.unwrap_or(to).min(to))).sum();
        self.worked(from, to).saturating_sub(stood)
    }

    /// By how much each went beyond what it was given; the host last, who answers for the rest.
    fn excesses(&self, end: Moment) -> Vec<(Party, u64)> {
        let mut all: Vec<(Party, u64)> = self.coordinators(end);
        if self.stages.is_empty() {
            all.extend(self.steps(end));
        } else {
            all.extend(self.stages_beyond(end));
        }
        let host = Party::Host(self.dossier.filing.competent_unit.clone());
        all.push((host, self.after_all_stages(end)));
        all
    }

    /// Answers that came late, from when they were due (COORD-01).
    fn coordinators(&self, end: Moment) -> Vec<(Party, u64)> {
        let opinions = self.dossier.opinions.iter();
        opinions
            .map(|one| {
                let beyond = self.ran(one.due_at, one.answered_at.unwrap_or(end).min(end));
                (Party::Coordinator(one.unit.clone()), beyond)
            })
            .collect()
    }

    /// What was waited for late answers between two instants is not the holder's.
    fn waited_for_others(&self, from: Moment, to: Moment) -> u64 {
        let mut waits: Vec<(Moment, Moment)> = self
            .dossier
            .opinions
            .iter()
            .map(|one| (one.due_at.max(from), one.answered_at.unwrap_or(to).min(to)))
            .filter(|(from, to)| from < to)
            .collect();
        waits.sort();
        let mut reached = from;
        let mut seconds = 0;
        for (begins, ends) in waits {
            seconds += self.ran(begins.max(reached), ends);
            reached = reached.max(ends);
        }
        seconds
    }

    /// Each line of the slip, run by run: what it used beyond what its step was given in that run.
    fn steps(&self, end: Moment) -> Vec<(Party, u64)> {
        let mut given: BTreeMap<usize, u64> = BTreeMap::new();
        let mut all = Vec::new();
        for run in self.dossier.runs(self.timetable, self.now) {
            let starts = run.promise.basis.as_ref().and_then(|basis| basis.counting_starts);
            if starts.is_some() {
                given.clear();
            }
            let begins = self.counting_begins(&run, starts);
            for line in self.slip {
                let (Some(hand), Some(from)) = (&line.giver, line.from) else { continue };
                let (from, to) = (from.max(begins), line.done_at.unwrap_or(end).min(run.until).min(end));
                let used = self.worked(from, to).saturating_sub(self.waited_for_others(from, to));
                let left = line.no.map(|no| given.entry(no).or_insert_with(|| self.given(no, from)));
                let taken = left.map_or(0, |left| {
                    let taken = used.min(*left);
                    *left -= taken;
                    taken
                });
                let name = line.step.clone().unwrap_or_default();
                all.push((Party::Step { no: line.no, name, unit: hand.unit.clone() }, used - taken));
            }
        }
        all
    }

    /// The day of receipt is not counted (TIME-01), so nobody uses anything up on it.
    fn counting_begins(&self, run: &Run<'_>, starts: Option<Day>) -> Moment {
        let from = self.timetable.zone().day(run.from);
        let later = starts.filter(|day| *day > from);
        later.and_then(|day| self.timetable.opening(day).ok()).unwrap_or(run.from).max(run.from)
    }

    /// The working time that the process gives a step: its share of the office's day (TIME-09).
    fn given(&self, no: usize, from: Moment) -> u64 {
        let minutes = self.steps.get(no).and_then(|step| step.time).map_or(0, StepTime::minutes);
        let hours = self.dossier.promise().and_then(|promise| promise.basis.as_ref());
        let in_hours = hours.is_some_and(|basis| matches!(basis.terms.limit, TimeLimit::WorkingHours(_)));
        let day = self.timetable.hours(self.timetable.zone().day(from)).seconds();
        let day = if in_hours { 28_800 } else { u64::from(day) };
        u64::from(minutes) * day / 480
    }

    fn stages_beyond(&self, end: Moment) -> Vec<(Party, u64)> {
        let stages = self.stages.iter();
        stages
            .map(|(name, run)| {
                let to = run.ended_at.unwrap_or(end).min(end);
                let beyond = run.due_at.map_or(0, |due_at| self.ran(due_at, to));
                (Party::Stage { no: run.no, name: name.clone(), unit: run.unit.clone() }, beyond)
            })
            .collect()
    }

    /// Between the last stage's result and the end the host alone had it.
    fn after_all_stages(&self, end: Moment) -> u64 {
        let ends = self.stages.iter().map(|(_, run)| run.ended_at);
        let last: Option<Vec<Moment>> = ends.collect();
        let last = last.and_then(|ends| ends.into_iter().max());
        last.map_or(0, |last| self.ran(last, end))
    }
}

#[cfg(test)]
mod tests;
