//! A dossier folded from its events: its state, its promises, its stops, its debt.
//!
//! Folding decides nothing about people's rights or today's date: it says what
//! the events say, and refuses an event that the law knows no move for (LIFE-01).

mod correction;
mod life;
mod moves;
mod runs;
mod stop;

use super::apology::{DeliveryChannel, LateReason};
use super::event::{Filing, Reappointment};
use super::promise::{Outcome, Promise};
use super::staff::StaffId;
use super::state::State;
use super::time::{Day, Moment, Zone};
use super::unit::UnitCode;

pub use correction::{Corrections, Proposal, Unfit, replay};
pub use moves::{Misfit, next_state};
pub use runs::{Run, RunEnd, WorkingTime};
pub use stop::{Stop, StopKind};

/// What a dossier has come to.
#[derive(Clone, Debug, PartialEq)]
pub struct Dossier {
    pub filing: Filing,
    /// The number of its last event.
    pub version: i64,
    pub state: State,
    /// When it was filed or, at the counter, received.
    pub registered_at: Moment,
    /// Official receipt, first and never moved; none before it (LIFE: the clock has not started).
    pub received_at: Option<Moment>,
    /// The rule set of the official receipt, for the whole life (LAW-01).
    pub ruleset: Option<String>,
    /// The promise ledger, oldest first. The last is in force, the first is the original.
    pub promises: Vec<Promise>,
    pub holder: Holder,
    /// When the competent agency first got it (SUP-03).
    pub handed_over_at: Option<Moment>,
    pub stops: Vec<Stop>,
    /// Requests during settlement, which may be one (SUP-01).
    pub supplement_requests: u32,
    /// The unit was already late when the clock was stopped; nothing cures that (SUP-06).
    pub late_before_stop: bool,
    /// The instant that decides lateness: settled, else stopped, else withdrawn (LIFE-03).
    pub ended_at: Option<Moment>,
    /// Since when the clock stood still as it ended; what the applicant kept waiting is not lateness.
    pub ended_in_stop: Option<Moment>,
    pub returned_at: Option<Moment>,
    pub reappointment: Option<Reappointment>,
    pub apology: Option<Apology>,
    pub exempted_at: Option<Moment>,
    /// Settlements that were opened again, the first first (LIFE-05).
    pub settled_before: Vec<Settlement>,
    pub opinions: Vec<Opinion>,
    /// The agencies that were asked, each once (ORG-13).
    pub coordinating: Vec<UnitCode>,
    /// Stages whose results have arrived, in their order (LINK-02).
    pub stages_done: Vec<(String, Moment)>,
    /// A corrected time that waits for its second person (LATE-11).
    pub proposal: Option<Proposal>,
    /// Its life was told by another system.
    pub imported: bool,
    /// Its times were corrected: what was done before may not follow from them any more.
    has_corrected_times: bool,
    /// The civil days that the other system gave, in its own zone.
    told_days: ToldDays,
    /// Whom the other system holds responsible, whoever does the steps.
    responsible: Option<StaffId>,
    pub last_at: Moment,
}

/// Civil days that were told and are not cut from an instant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct ToldDays {
    received_on: Option<Day>,
    ended_on: Option<Day>,
}

/// Who has it now.
#[derive(Clone, Debug, PartialEq)]
pub struct Holder {
    pub unit: UnitCode,
    pub officer: Option<StaffId>,
    /// The step last done.
    pub step: Option<String>,
    pub since: Moment,
}

/// Another agency was asked for its opinion (section 4.7).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opinion {
    pub unit: UnitCode,
    pub asked_at: Moment,
    pub due_at: Moment,
    pub answered_at: Option<Moment>,
}

impl Opinion {
    #[must_use]
    pub fn is_awaited_from(&self, unit: &UnitCode) -> bool {
        self.answered_at.is_none() && self.unit == *unit
    }

    /// Registered against the agency that was asked (COORD-01).
    #[must_use]
    pub fn is_late_at(&self, now: Moment) -> bool {
        self.answered_at.unwrap_or(now) > self.due_at
    }
}

/// A settlement that was opened again (LIFE-05).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settlement {
    pub at: Moment,
    pub outcome: Option<Outcome>,
    pub reopened_at: Moment,
}

/// The letter, once signed and sent (LATE-17).
#[derive(Clone, Debug, PartialEq)]
pub struct Apology {
    pub issued_at: Moment,
    pub signed_on: Day,
    pub reason: LateReason,
    /// The promise that was in force, by its place in the ledger; a later one does not make the
    /// letter one in advance.
    pub promise_no: usize,
    /// The dossier was late by then.
    pub after_lateness: bool,
    pub delivered: Option<(Moment, DeliveryChannel)>,
}

impl Dossier {
    /// The civil day of official receipt: the one that was told, else as cut in `zone`.
    #[must_use]
    pub fn received_on(&self, zone: &Zone) -> Option<Day> {
        self.told_days.received_on.or_else(|| self.received_at.map(|at| zone.day(at)))
    }

    /// The civil day of the end: the one that was told, else as cut in `zone`.
    #[must_use]
    pub fn ended_on(&self, zone: &Zone) -> Option<Day> {
        self.told_days.ended_on.or_else(|| self.ended_at.map(|at| zone.day(at)))
    }

    /// The promise in force; lateness is measured against it alone (LATE-10, LATE-11).
    #[must_use]
    pub fn promise(&self) -> Option<&Promise> {
        self.promises.last()
    }

    /// The first promise, which is never moved.
    #[must_use]
    pub fn original_promise(&self) -> Option<&Promise> {
        self.promises.first()
    }

    /// The time in which the clock stands still now, if it does. It never does twice (STOP-04).
    #[must_use]
    pub fn open_stop(&self) -> Option<&Stop> {
        self.stops.last().filter(|stop| stop.to.is_none())
    }

    /// Since when the clock stands still, if it does.
    #[must_use]
    pub fn stopped_since(&self) -> Option<Moment> {
        self.open_stop().map(|stop| stop.from)
    }

    /// Index 766 counts a dossier with more than one supplement request as late, whatever its end
    /// (SUP-02, IDX-05).
    #[must_use]
    pub fn counts_late_under_766(&self) -> bool {
        self.supplement_requests > 1
    }

    /// Whether the dossier is late at `now` (open) or ended late; the one function for it (LATE-00).
    #[must_use]
    pub fn is_late_at(&self, now: Moment) -> bool {
        if self.late_before_stop {
            return true;
        }
        let stood_still = self.ended_in_stop.or_else(|| self.stopped_since());
        let decides = stood_still.or(self.ended_at).unwrap_or(now);
        self.promise().is_some_and(|promise| promise.is_missed_at(decides))
    }

    /// How it ended; none while it is open, before receipt, or without a due date (REP-04, REP-10).
    #[must_use]
    pub fn outcome(&self) -> Option<Outcome> {
        let end = self.ended_at?;
        let promise = self.promise()?;
        if self.is_late_at(end) {
            return Some(Outcome::Late);
        }
        match self.state {
            // A result that never came can't be early: "đúng hạn" unless already past due (REP-10).
            State::Withdrawn | State::Stopped => Some(Outcome::OnTime),
            State::NotReceived => None,
            _ => Some(promise.outcome(end)),
        }
    }
}

#[cfg(test)]
pub(in crate::domain) mod fixture;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod told_tests;
