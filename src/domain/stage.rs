//! The stages of an interlinked procedure: one filing, one appointment, and inside it each agency
//! with a limit of its own (section 4.8).
//!
//! Stage lateness is the agency's; whether the dossier is late is the promise's alone (LINK-05).

use super::calendar::Timetable;
use super::deadline::late_from as late_after;
use super::deadline::{Due, Promise as Promised, preview_between_units};
use super::dossier::{Dossier, Stop};
use super::limit::{Terms, TimeLimit};
use super::procedure::{Competent, Procedure};
use super::promise::{Cause, Outcome, Promise};
use super::time::Moment;
use super::unit::UnitCode;

/// What one agency does of an interlinked procedure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stage {
    pub name: String,
    pub unit: Competent,
    pub limit: TimeLimit,
    /// The stages, by their places, whose results it waits for. None: it starts with the receipt.
    pub after: Vec<usize>,
}

/// Why stages can't be followed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StageError {
    /// By their places: this stage does not fit into the overall limit with those before it.
    #[error("the stages up to {last} take {sum} together, the limit is {limit}")]
    TooLong { last: usize, sum: String, limit: TimeLimit },
    /// Days, hours and months are never converted into each other (TIME-09).
    #[error("stage {0} is counted in another unit than the overall limit")]
    OtherUnit(usize),
}

/// LINK-04: the longest path through the stages fits into the overall limit.
///
/// # Errors
/// With the first stage that does not fit.
pub fn check(stages: &[Stage], limit: TimeLimit) -> Result<(), StageError> {
    let Some((whole, unit)) = size(limit) else { return Ok(()) };
    let mut sums: Vec<u32> = Vec::new();
    for (place, stage) in stages.iter().enumerate() {
        let own = match size(stage.limit) {
            Some((count, same)) if same == unit => count,
            _ => return Err(StageError::OtherUnit(place)),
        };
        let before = stage.after.iter().filter_map(|&other| sums.get(other)).max().copied().unwrap_or(0);
        let sum = before.saturating_add(own);
        if sum > whole {
            return Err(StageError::TooLong { last: place, sum: format!("{sum}{unit}"), limit });
        }
        sums.push(sum);
    }
    Ok(())
}

/// A limit's number and unit; none where there is no limit to fit into.
fn size(limit: TimeLimit) -> Option<(u32, &'static str)> {
    match limit {
        TimeLimit::WorkingDays(count) => Some((count.get(), "wd")),
        TimeLimit::CalendarDays(count) => Some((count.get(), "cd")),
        TimeLimit::WorkingHours(count) => Some((count.get(), "wh")),
        TimeLimit::Months(count) => Some((count.get(), "mo")),
        TimeLimit::SameDay => Some((1, "day")),
        TimeLimit::None => None,
    }
}

/// Where a stage stands (LINK-01).
#[derive(Clone, Debug, PartialEq)]
pub struct StageRun {
    pub no: usize,
    pub unit: UnitCode,
    /// As planned at the receipt, every stage before it taking its whole limit.
    pub planned_start: Option<Moment>,
    pub planned_due: Option<Moment>,
    /// None while a stage before it goes on.
    pub started_at: Option<Moment>,
    /// By its own limit from its own start, without the stops of the clock.
    pub due_at: Option<Moment>,
    /// The last instant that keeps it (LATE-00).
    pub late_from: Option<Moment>,
    pub ended_at: Option<Moment>,
    /// Since when it goes on no more though it has no result: the dossier's clock stands still or its
    /// life is over.
    pub halted_at: Option<Moment>,
}

impl StageRun {
    /// How its agency stands to its own limit at `now`, or stood at its end; not before it starts.
    #[must_use]
    pub fn is_late_at(&self, now: Moment) -> bool {
        let decides = self.ended_at.or(self.halted_at).unwrap_or(now);
        self.late_from.is_some_and(|late_from| decides > late_from)
    }

    /// How it ended, if it did.
    #[must_use]
    pub fn timeliness(&self, timetable: &Timetable) -> Option<Outcome> {
        let (due_at, late_from, end) = (self.due_at?, self.late_from?, self.ended_at?);
        let outcome = super::process::timeliness(timetable, due_at, end);
        Some(match outcome {
            Outcome::Late if end <= late_from => Outcome::OnTime,
            other => other,
        })
    }
}

/// The stages of one dossier.
#[derive(Clone, Copy)]
pub struct Stages<'a> {
    pub procedure: &'a Procedure,
    pub dossier: &'a Dossier,
    pub timetable_of: &'a dyn Fn(&UnitCode) -> &'a Timetable,
}

impl Stages<'_> {
    /// All of them, in the catalogue's order; none before the receipt.
    #[must_use]
    pub fn runs(&self) -> Vec<StageRun> {
        let mut runs: Vec<StageRun> = Vec::new();
        let Some(received) = self.dossier.received_at else { return runs };
        let dossier = self.dossier;
        let halted_at = dossier.ended_in_stop.or(dossier.stopped_since()).or(dossier.ended_at);
        for (no, stage) in self.procedure.stages.iter().enumerate() {
            let unit = self.unit_of(stage);
            let timetable = (self.timetable_of)(&unit);
            let before = || stage.after.iter().filter_map(|&other| runs.get(other));
            let first = stage.after.is_empty();
            let planned_start = latest(first, received, before().map(|run| run.planned_due));
            let started_at = latest(first, received, before().map(|run| run.ended_at));
            let terms = self.terms(stage, first);
            let plan = |from: Moment| self.count(timetable, &terms, from);
            let planned_due = planned_start.and_then(plan).map(|due| due.at);
            let ended_at = self.ended_at(&stage.name);
            let due = started_at.and_then(|start| self.due(timetable, &terms, start, ended_at));
            runs.push(StageRun {
                no,
                unit,
                planned_start,
                planned_due,
                started_at,
                due_at: due.map(|due| due.at),
                late_from: due.map(|due| late_after(Promised::of(stage.limit, &due), timetable.zone())),
                ended_at,
                halted_at: halted_at.filter(|_| ended_at.is_none()),
            });
        }
        runs
    }

    fn unit_of(&self, stage: &Stage) -> UnitCode {
        match &stage.unit {
            Competent::Unit(unit) => unit.clone(),
            Competent::CommuneOfReceipt => self.dossier.filing.competent_unit.clone(),
        }
    }

    /// The cut-off is the counter's and so the first stages' alone (LINK-06).
    fn terms(&self, stage: &Stage, first: bool) -> Terms {
        let basis = self.dossier.original_promise().and_then(|promise| promise.basis.as_ref());
        match basis.filter(|_| first) {
            Some(basis) => Terms { limit: stage.limit, ..basis.terms },
            None => Terms::of(stage.limit),
        }
    }

    fn ended_at(&self, name: &str) -> Option<Moment> {
        self.dossier.stages_done.iter().find(|(done, _)| done == name).map(|(_, at)| *at)
    }

    /// Its own limit from its own start; a stop of the dossier's clock stops a stage that goes on, and
    /// what the stop does to the dossier's limit it does to the stage's.
    fn due(&self, timetable: &Timetable, terms: &Terms, start: Moment, end: Option<Moment>) -> Option<Due> {
        let mut due = self.count(timetable, terms, start)?;
        let within = |stop: &&Stop| stop.from >= start && end.is_none_or(|end| stop.from < end);
        for stop in self.dossier.stops.iter().filter(within) {
            // A stop that the end of the life closed moves nothing any more.
            let (Some(resumed), Some(next)) = (stop.to, self.promise_after(stop)) else { break };
            let restarts = matches!(next.cause, Cause::SupplementRestart | Cause::ExclusionRestart);
            due = if restarts {
                self.count(timetable, terms, resumed)?
            } else {
                timetable.pause(&due, terms, stop.from, resumed).ok()?
            };
        }
        Some(due)
    }

    /// The cut-off is the receiving unit's, all else the stage's own (TIME-14).
    fn count(&self, timetable: &Timetable, terms: &Terms, from: Moment) -> Option<Due> {
        let receiving = (self.timetable_of)(&self.dossier.filing.receiving_unit);
        preview_between_units(receiving, timetable, from, terms).ok()?.due
    }

    fn promise_after(&self, stop: &Stop) -> Option<&Promise> {
        self.dossier.promises.get(stop.promise_no? + 1)
    }
}

/// When a stage may start: with the receipt, or with the last of those before it (LINK-02).
fn latest(first: bool, received: Moment, mut before: impl Iterator<Item = Option<Moment>>) -> Option<Moment> {
    if first {
        return Some(received);
    }
    before.try_fold(received, |latest, one| one.map(|one| one.max(latest)))
}

#[cfg(test)]
mod tests;
