//! The moves that a life knows, from state to state (LIFE-01), and the events that move no state.

use super::{Dossier, StopKind};
use crate::domain::event::{Event, Filing, Happening, Imported};
use crate::domain::promise::Outcome;
use crate::domain::state::State;

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
        (Some(S::Processing), Happening::StepDone { .. } | Happening::StageDone { .. }) => S::Processing,
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
        (Some(S::Settled), Happening::Reopened { .. }) => S::Processing,
        _ => return None,
    };
    Some(to)
}

pub(super) fn filing_of(what: &Happening) -> Option<&Filing> {
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
    /// The state after `event`; none where it does not fit.
    pub(super) fn state_after(&self, event: &Event) -> Option<State> {
        let stays = |fits: bool| fits.then_some(self.state);
        match &event.what {
            Happening::Supplemented { .. } if self.state == State::SupplementRequested => {
                Some(self.state_after_supplement())
            }
            // Excluded times do not overlap with any other stop, and end before status 9 (STOP-04).
            Happening::SupplementRequested { .. }
            | Happening::PaymentRequested { .. }
            | Happening::Settled
                if self.exclusion_since().is_some() =>
            {
                None
            }
            Happening::ExclusionBegan { .. } => stays(self.is_in_settlement() && self.open_stop().is_none()),
            Happening::ExclusionEnded { .. } => stays(self.exclusion_since().is_some()),
            Happening::OpinionRequested { .. } => stays(self.is_in_settlement()),
            Happening::OpinionGiven { unit, .. } => {
                stays(self.state.is_open() && self.opinions.iter().any(|one| one.is_awaited_from(unit)))
            }
            // One letter and one re-appointment (LATE-02, LATE-07).
            Happening::ApologyIssued { .. } => stays(self.may_apologise() && self.apology.is_none()),
            Happening::ApologyDelivered { .. } => stays(self.apology.is_some()),
            Happening::Exempted { .. } => stays(self.may_apologise() && self.exempted_at.is_none()),
            Happening::CorrectionProposed { corrects, .. } => stays(self.has_event(*corrects)),
            Happening::Corrected { corrects, time, .. } => {
                let vouched = time.as_ref().is_none_or(|time| {
                    self.proposal.as_ref().is_some_and(|proposal| {
                        proposal.corrects == *corrects
                            && proposal.at == time.at
                            && proposal.by == time.proposed_by
                            && proposal.by != event.actor
                    })
                });
                stays(self.has_event(*corrects) && vouched)
            }
            // While it stands still, its date is none; what moves no date to a later one is no promise.
            Happening::Recalculated { .. } => {
                stays(self.is_in_settlement() && self.open_stop().is_none() && !self.imported)
            }
            Happening::Imported(life) if self.imported => Some(imported_state(life)),
            Happening::ImportedStep { .. } if self.imported => Some(self.state),
            what => next_state(Some(self.state), what),
        }
    }

    /// 5→2 before the first acceptance, 5→4 afterwards (LIFE-01).
    fn state_after_supplement(&self) -> State {
        if self.received_at.is_some() { State::Processing } else { State::Received }
    }

    /// Received, open, and waiting for nobody's papers or money.
    fn is_in_settlement(&self) -> bool {
        matches!(self.state, State::Received | State::Processing)
    }

    fn has_event(&self, seq: i64) -> bool {
        !self.imported && (1..=self.version).contains(&seq)
    }

    /// A letter is for a dossier that was received and whose promise may be or was missed;
    /// where all ended in time there is nothing to apologise for (LATE-16).
    fn may_apologise(&self) -> bool {
        let owed = self.outcome().is_none_or(|outcome| outcome == Outcome::Late);
        self.promise().is_some() && (owed || self.has_corrected_times)
    }

    /// Since when the clock stands still for a time that the law excludes.
    fn exclusion_since(&self) -> Option<crate::domain::time::Moment> {
        let stop = self.open_stop()?;
        matches!(stop.kind, StopKind::Exclusion(_)).then_some(stop.from)
    }
}
