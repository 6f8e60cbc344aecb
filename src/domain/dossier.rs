//! A dossier folded from its events: its state, its promises, its stops, its debt.
//!
//! Folding decides nothing about people's rights or today's date: it says what
//! the events say, and refuses an event that the law knows no move for (LIFE-01).

use super::apology::{DeliveryChannel, LateReason};
use super::event::{Event, Filing, Happening, Imported, Reappointment};
use super::promise::{Outcome, Promise};
use super::staff::StaffId;
use super::state::State;
use super::time::{Day, Moment, Zone};
use super::unit::UnitCode;

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
    /// Its life was told by another system.
    pub imported: bool,
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

/// A time in which the clock stood still (STOP-02).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stop {
    pub kind: StopKind,
    pub from: Moment,
    pub to: Option<Moment>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StopKind {
    Supplement,
    FinancialObligation,
}

impl StopKind {
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Supplement => "supplement",
            Self::FinancialObligation => "financial_obligation",
        }
    }
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

/// An event that does not fit the life it was added to.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("event {seq} ({kind}) can't follow in state {state:?}")]
pub struct Misfit {
    pub seq: i64,
    pub kind: &'static str,
    pub state: Option<State>,
}

/// The state that `what` leads to from `from`; none where the law knows no such move (LIFE-01).
#[must_use]
pub fn next_state(from: Option<State>, what: &Happening) -> Option<State> {
    use State as S;
    let to = match (from, what) {
        (None, Happening::Submitted { .. }) => S::Registered,
        (None, Happening::Received { filing: Some(_), .. })
        | (Some(S::Registered), Happening::Received { filing: None, .. }) => S::Received,
        (None, Happening::Imported(life)) => imported_state(life),
        (Some(S::Received | S::Processing), Happening::Transfer { .. }) => S::Processing,
        (Some(S::Processing), Happening::StepDone { .. }) => S::Processing,
        (Some(S::Registered | S::Received | S::Processing), Happening::SupplementRequested { .. }) => {
            S::SupplementRequested
        }
        (Some(S::Processing), Happening::PaymentRequested { .. }) => S::PaymentRequested,
        (Some(S::PaymentRequested), Happening::Paid { .. }) => S::Processing,
        (
            Some(S::Registered | S::Received | S::Processing | S::SupplementRequested | S::PaymentRequested),
            Happening::Withdrawn { .. },
        ) => S::Withdrawn,
        (
            Some(S::Received | S::Processing | S::SupplementRequested | S::PaymentRequested),
            Happening::Stopped { .. },
        ) => S::Stopped,
        (Some(S::Registered), Happening::Refused { .. }) => S::NotReceived,
        (Some(S::Received | S::Processing), Happening::Refused { .. }) => S::Stopped,
        (Some(S::Received | S::Processing), Happening::Settled) => S::Settled,
        (Some(S::Settled), Happening::Returned { .. }) => S::Returned,
        _ => return None,
    };
    Some(to)
}

fn filing_of(what: &Happening) -> Option<&Filing> {
    match what {
        Happening::Submitted { filing } | Happening::Received { filing: Some(filing), .. } => Some(filing),
        Happening::Imported(life) => Some(&life.filing),
        _ => None,
    }
}

fn imported_state(life: &Imported) -> State {
    match (life.returned_at, life.settled_at) {
        (Some(_), _) => State::Returned,
        (None, Some(_)) => State::Settled,
        (None, None) => State::Processing,
    }
}

impl Dossier {
    /// Folds a whole life.
    ///
    /// # Errors
    /// With the first event that does not fit.
    pub fn fold<'e>(events: impl IntoIterator<Item = &'e Event>) -> Result<Option<Self>, Misfit> {
        let mut dossier: Option<Self> = None;
        for event in events {
            dossier = Some(match dossier {
                None => Self::begin(event)?,
                Some(before) => before.after(event)?,
            });
        }
        Ok(dossier)
    }

    /// A dossier's first event.
    ///
    /// # Errors
    /// Where a life can't begin so.
    pub fn begin(event: &Event) -> Result<Self, Misfit> {
        let misfit = || Misfit { seq: event.seq, kind: event.what.kind(), state: None };
        let state = next_state(None, &event.what).ok_or_else(misfit)?;
        let filing = filing_of(&event.what).ok_or_else(misfit)?.clone();
        let holder =
            Holder { unit: filing.receiving_unit.clone(), officer: None, step: None, since: event.at };
        let mut dossier = Self {
            filing,
            version: event.seq,
            state,
            registered_at: event.at,
            received_at: None,
            ruleset: None,
            promises: Vec::new(),
            holder,
            stops: Vec::new(),
            supplement_requests: 0,
            late_before_stop: false,
            ended_at: None,
            ended_in_stop: None,
            returned_at: None,
            reappointment: None,
            apology: None,
            exempted_at: None,
            imported: false,
            told_days: ToldDays::default(),
            responsible: None,
            last_at: event.at,
        };
        dossier.absorb(event);
        Ok(dossier)
    }

    /// The dossier after one more event.
    ///
    /// # Errors
    /// Where the event's number or its move does not follow.
    pub fn after(mut self, event: &Event) -> Result<Self, Misfit> {
        let misfit = || Misfit { seq: event.seq, kind: event.what.kind(), state: Some(self.state) };
        if event.seq != self.version + 1 {
            return Err(misfit());
        }
        let next = match &event.what {
            Happening::Supplemented { .. } if self.state == State::SupplementRequested => {
                Some(self.state_after_supplement())
            }
            // One letter and one re-appointment (LATE-02, LATE-07).
            Happening::ApologyIssued { .. } => {
                (self.may_apologise() && self.apology.is_none()).then_some(self.state)
            }
            Happening::ApologyDelivered { .. } => self.apology.is_some().then_some(self.state),
            Happening::Exempted { .. } => {
                (self.may_apologise() && self.exempted_at.is_none()).then_some(self.state)
            }
            Happening::Imported(life) if self.imported => Some(imported_state(life)),
            Happening::ImportedStep { .. } if self.imported => Some(self.state),
            what => next_state(Some(self.state), what),
        };
        let state = next.ok_or_else(misfit)?;
        self.keep_lateness(state, event.at);
        self.state = state;
        self.version = event.seq;
        self.absorb(event);
        Ok(self)
    }

    /// 5→2 before the first acceptance, 5→4 afterwards (LIFE-01).
    fn state_after_supplement(&self) -> State {
        if self.received_at.is_some() { State::Processing } else { State::Received }
    }

    /// A letter is for a dossier that was received and whose promise may be or was missed;
    /// where all ended in time there is nothing to apologise for (LATE-16).
    fn may_apologise(&self) -> bool {
        self.promise().is_some() && self.outcome().is_none_or(|outcome| outcome == Outcome::Late)
    }

    /// Whether the unit was late is decided when the clock stops, not when it starts again (SUP-06).
    fn keep_lateness(&mut self, next: State, at: Moment) {
        if next.stops_the_clock() && !self.state.stops_the_clock() {
            self.late_before_stop |= self.promise().is_some_and(|promise| promise.is_missed_at(at));
        }
    }

    fn absorb(&mut self, event: &Event) {
        let at = event.at;
        self.last_at = self.last_instant(event);
        match &event.what {
            Happening::Submitted { .. } => {}
            Happening::Received { promise, ruleset, .. } => {
                self.ruleset = Some(ruleset.clone());
                self.received_at = Some(at);
                self.promises.extend(promise.clone());
            }
            Happening::Transfer { to_unit, to_officer } => {
                self.holder = Holder {
                    unit: to_unit.clone(),
                    officer: *to_officer,
                    step: self.holder.step.take(),
                    since: at,
                };
            }
            Happening::StepDone { step, to_officer } => {
                self.holder.step = Some(step.clone());
                self.holder.officer = to_officer.or(self.holder.officer);
                self.holder.since = at;
            }
            Happening::SupplementRequested { .. } => {
                // One before acceptance is no request during settlement (ACC-02, SUP-01).
                self.supplement_requests += u32::from(self.received_at.is_some());
                self.stops.push(Stop { kind: StopKind::Supplement, from: at, to: None });
            }
            Happening::PaymentRequested { .. } => {
                self.stops.push(Stop { kind: StopKind::FinancialObligation, from: at, to: None });
            }
            Happening::Supplemented { promise } | Happening::Paid { promise } => {
                self.close_stop(at);
                self.received_at.get_or_insert(at);
                if self.ruleset.is_none() {
                    let basis = promise.as_ref().and_then(|promise| promise.basis.as_ref());
                    self.ruleset = basis.map(|basis| basis.ruleset.clone());
                }
                self.promises.extend(promise.clone());
            }
            Happening::Withdrawn { .. }
            | Happening::Stopped { .. }
            | Happening::Refused { .. }
            | Happening::Settled => {
                self.ended_in_stop = self.stops.last().filter(|stop| stop.to.is_none()).map(|stop| stop.from);
                self.close_stop(at);
                self.ended_at = Some(at);
                self.told_days.ended_on = None;
            }
            Happening::Returned { .. } => self.returned_at = Some(at),
            Happening::ApologyIssued { signed_on, reason, reappointed, .. } => {
                self.apology = Some(Apology {
                    issued_at: at,
                    signed_on: *signed_on,
                    reason: *reason,
                    promise_no: self.promises.len().saturating_sub(1),
                    after_lateness: self.is_late_at(at),
                    delivered: None,
                });
                self.reappointment = self.reappointment.or(*reappointed);
            }
            Happening::ApologyDelivered { channel, .. } => {
                if let Some(apology) = &mut self.apology {
                    apology.delivered.get_or_insert((at, *channel));
                }
            }
            Happening::Exempted { .. } => self.exempted_at = Some(at),
            Happening::Imported(life) => self.absorb_import(life),
            Happening::ImportedStep { step, officer } => self.absorb_step(at, step, *officer),
        }
    }

    fn absorb_import(&mut self, life: &Imported) {
        self.imported = true;
        self.filing = life.filing.clone();
        self.registered_at = life.received_at;
        self.received_at = Some(life.received_at);
        if let Some(promise) = &life.promise
            && self.promises.last() != Some(promise)
        {
            self.promises.push(promise.clone());
        }
        let end = life.end();
        self.ended_at = end.map(|(at, _)| at);
        self.told_days = ToldDays { received_on: Some(life.received_on), ended_on: end.map(|(_, on)| on) };
        self.returned_at = life.returned_at;
        self.responsible = life.officer.or(self.responsible);
        self.holder.officer = self.responsible.or(self.holder.officer);
    }

    /// Steps of another system come in any order; the latest says where the dossier stands (XCH-04).
    fn absorb_step(&mut self, at: Moment, step: &str, officer: Option<StaffId>) {
        if self.holder.step.is_none() || at >= self.holder.since {
            self.holder.step = Some(step.to_owned());
            self.holder.officer = self.responsible.or(officer).or(self.holder.officer);
            self.holder.since = at;
        }
    }

    /// Another system's events may lie before their predecessor or in the future (XCH-05);
    /// what is done here afterwards must not be barred by that.
    fn last_instant(&self, event: &Event) -> Moment {
        match event.what {
            Happening::Imported(_) | Happening::ImportedStep { .. } => {
                self.last_at.max(event.at).min(event.recorded_at)
            }
            _ => event.at,
        }
    }

    fn close_stop(&mut self, at: Moment) {
        if let Some(stop) = self.stops.last_mut()
            && stop.to.is_none()
        {
            stop.to = Some(at);
        }
    }

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

    /// Since when the clock stands still, if it does.
    #[must_use]
    pub fn stopped_since(&self) -> Option<Moment> {
        if !self.state.stops_the_clock() {
            return None;
        }
        self.stops.last().filter(|stop| stop.to.is_none()).map(|stop| stop.from)
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
