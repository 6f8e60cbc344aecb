//! Folding a life: what each event makes of the dossier that it happens to.
//!
//! Whether it may happen at all is the business of [`super::moves`].

use super::moves::filing_of;
use super::{
    Apology, Corrections, Dossier, Holder, Misfit, Opinion, Proposal, Settlement, Stop, StopKind, ToldDays,
    next_state,
};
use crate::domain::event::{Event, Happening, Imported};
use crate::domain::staff::StaffId;
use crate::domain::time::Moment;

impl Dossier {
    /// Folds a whole life, each event as it truly was.
    ///
    /// # Errors
    /// With the first event that does not fit.
    pub fn fold<'e>(events: impl IntoIterator<Item = &'e Event>) -> Result<Option<Self>, Misfit> {
        Self::fold_with(events, |_, _| {})
    }

    /// The same, showing on the way what each event found and how it truly was.
    ///
    /// # Errors
    /// As [`Self::fold`].
    pub fn fold_with<'e>(
        events: impl IntoIterator<Item = &'e Event>,
        show: impl FnMut(Option<&Self>, &Event),
    ) -> Result<Option<Self>, Misfit> {
        let events: Vec<&Event> = events.into_iter().collect();
        Self::fold_under(&Corrections::of(&events), &events, show)
    }

    /// How a life stood at `at`: what has happened since then has not happened yet, but what was
    /// recorded wrongly is right, whenever that was found out (REP-05).
    ///
    /// # Errors
    /// As [`Self::fold`].
    pub fn as_of<'e>(
        events: impl IntoIterator<Item = &'e Event>,
        at: Moment,
    ) -> Result<Option<Self>, Misfit> {
        let events: Vec<&Event> = events.into_iter().collect();
        let corrections = Corrections::of(&events);
        let by_then = events.iter().take_while(|event| corrections.time_of(event) <= at).count();
        Self::fold_under(&corrections, &events[..by_then], |_, _| {})
    }

    fn fold_under<'e>(
        corrections: &Corrections<'e>,
        events: &[&'e Event],
        mut show: impl FnMut(Option<&Self>, &Event),
    ) -> Result<Option<Self>, Misfit> {
        let mut dossier: Option<Self> = None;
        for event in events {
            let event = corrections.applied_to(event);
            show(dossier.as_ref(), &event);
            let mut next = match dossier {
                None => Self::begin(&event)?,
                Some(before) => before.go_on(&event)?,
            };
            next.has_corrected_times = !corrections.is_empty();
            next.promises.extend(corrections.promises_of(event.seq).cloned());
            dossier = Some(next);
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
            handed_over_at: None,
            stops: Vec::new(),
            supplement_requests: 0,
            late_before_stop: false,
            ended_at: None,
            ended_in_stop: None,
            returned_at: None,
            reappointment: None,
            apology: None,
            exempted_at: None,
            settled_before: Vec::new(),
            opinions: Vec::new(),
            coordinating: Vec::new(),
            stages_done: Vec::new(),
            proposal: None,
            imported: false,
            has_corrected_times: false,
            told_days: ToldDays::default(),
            responsible: None,
            last_at: event.at,
        };
        dossier.absorb(event);
        Ok(dossier)
    }

    /// The dossier after one more event, unless that corrects the time of an earlier one: then all
    /// that followed is to be folded anew.
    ///
    /// # Errors
    /// Where the event's number or its move does not follow.
    pub fn after(self, event: &Event) -> Result<Self, Misfit> {
        if matches!(event.what, Happening::Corrected { time: Some(_), .. }) {
            return Err(Misfit { seq: event.seq, kind: event.what.kind(), state: Some(self.state) });
        }
        self.go_on(event)
    }

    pub(super) fn go_on(mut self, event: &Event) -> Result<Self, Misfit> {
        let misfit = || Misfit { seq: event.seq, kind: event.what.kind(), state: Some(self.state) };
        if event.seq != self.version + 1 {
            return Err(misfit());
        }
        self.state = self.state_after(event).ok_or_else(misfit)?;
        self.version = event.seq;
        self.absorb(event);
        Ok(self)
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
            Happening::Transfer { to_unit, to_officer, .. } => {
                if *to_unit == self.filing.competent_unit {
                    self.handed_over_at.get_or_insert(at);
                }
                self.holder = Holder {
                    unit: to_unit.clone(),
                    officer: *to_officer,
                    step: self.holder.step.take(),
                    since: at,
                };
            }
            Happening::StepDone { step, to_officer, .. } => {
                self.holder.step = Some(step.clone());
                self.holder.officer = to_officer.or(self.holder.officer);
                self.holder.since = at;
            }
            Happening::SupplementRequested { .. } => {
                // One before acceptance is no request during settlement (ACC-02, SUP-01).
                self.supplement_requests += u32::from(self.received_at.is_some());
                self.stand_still(event, StopKind::Supplement, None, None);
            }
            Happening::PaymentRequested { .. } => {
                self.stand_still(event, StopKind::FinancialObligation, None, None);
            }
            Happening::ExclusionBegan { exclusion, basis, document } => {
                let kind = StopKind::Exclusion(*exclusion);
                self.stand_still(event, kind, Some(basis.clone()), document.clone());
            }
            Happening::ExclusionEnded { document, promise } => {
                if let Some(stop) = self.stops.last_mut() {
                    stop.documents.extend(document.clone());
                }
                self.close_stop(at);
                self.promises.extend(promise.clone());
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
                self.ended_in_stop = self.open_stop().map(|stop| stop.from);
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
            _ => self.absorb_beside(event),
        }
    }

    /// What goes on beside the clock: opinions, stages, the record itself.
    fn absorb_beside(&mut self, event: &Event) {
        let at = event.at;
        match &event.what {
            Happening::OpinionRequested { unit, due_at, .. } => {
                let opinion =
                    Opinion { unit: unit.clone(), asked_at: at, due_at: *due_at, answered_at: None };
                self.opinions.push(opinion);
                if !self.coordinating.contains(unit) {
                    self.coordinating.push(unit.clone());
                }
            }
            Happening::OpinionGiven { unit, .. } => {
                if let Some(opinion) = self.opinions.iter_mut().find(|one| one.is_awaited_from(unit)) {
                    opinion.answered_at = Some(at);
                }
            }
            // Only ever to a later date (TIME-16).
            Happening::Recalculated { promise, .. }
                if self.promise().is_some_and(|before| before.due_at < promise.due_at) =>
            {
                self.promises.push(promise.clone());
            }
            Happening::StageDone { stage, .. } => self.stages_done.push((stage.clone(), at)),
            Happening::Reopened { .. } => {
                let outcome = self.outcome();
                if let Some(settled_at) = self.ended_at.take() {
                    self.settled_before.push(Settlement { at: settled_at, outcome, reopened_at: at });
                }
                self.told_days.ended_on = None;
            }
            Happening::CorrectionProposed { corrects, at, reason } => {
                let (seq, by) = (event.seq, event.actor);
                self.proposal =
                    Some(Proposal { seq, corrects: *corrects, at: *at, reason: reason.clone(), by });
            }
            // Approved, or refused: said in words of the proposal itself (LIFE-05).
            Happening::Corrected { corrects, time, .. } => {
                self.proposal.take_if(|open| time.is_some() || open.seq == *corrects);
            }
            _ => {}
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

    /// Whether the unit was late is decided when the clock stops, not when it starts again (SUP-06).
    fn stand_still(&mut self, event: &Event, kind: StopKind, basis: Option<String>, paper: Option<String>) {
        self.late_before_stop |= self.promise().is_some_and(|promise| promise.is_missed_at(event.at));
        self.stops.push(Stop {
            kind,
            from: event.at,
            to: None,
            basis,
            documents: paper.into_iter().collect(),
            author: event.actor,
            promise_no: self.promises.len().checked_sub(1),
        });
    }

    fn close_stop(&mut self, at: Moment) {
        if let Some(stop) = self.stops.last_mut()
            && stop.to.is_none()
        {
            stop.to = Some(at);
        }
    }
}
