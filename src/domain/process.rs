//! The internal process of one dossier: until when each step is to be done and which one it is at
//! (section 4.9).

use super::calendar::Timetable;
use super::deadline::{Due, acceptance_due, paper_transfer_due, transfer_due, working_days_later};
use super::dossier::{Dossier, Stop, StopKind};
use super::limit::{Terms, TimeLimit};
use super::procedure::{Channel, Step, StepTime};
use super::promise::{Outcome, Promise};
use super::ruleset::RuleSet;
use super::state::State;
use super::time::{Day, Moment};

/// What the steps of a dossier hang on: the catalogue's steps of its version (LAW-01), the rule set
/// of its receipt, and the timetables of who received and who settles (TIME-14).
#[derive(Clone, Copy, Debug)]
pub struct Process<'a> {
    pub steps: &'a [Step],
    pub rules: &'a RuleSet,
    pub receiving: &'a Timetable,
    pub competent: &'a Timetable,
}

/// A step and until when it is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StepDue {
    /// By its place in the process, from 0.
    pub no: usize,
    pub due_at: Moment,
}

impl Process<'_> {
    /// Until when a step is to be done under `promise`; none for one that is not counted (LIFE-06).
    /// The first is reception, which must have handed the dossier over as well (TRF-04).
    #[must_use]
    pub fn due(&self, dossier: &Dossier, promise: Option<&Promise>, no: usize) -> Option<Moment> {
        let by_plan = promise.and_then(|promise| self.planned(promise, no));
        let by_transfer = (no == 0).then(|| self.transfer_due(dossier)).flatten();
        by_plan.into_iter().chain(by_transfer).min()
    }

    /// PROC-04: the step leaves the time of those that follow it before the promise.
    fn planned(&self, promise: &Promise, no: usize) -> Option<Moment> {
        let basis = promise.basis.as_ref()?;
        self.steps.get(no)?.time?;
        let rest = self.steps[no + 1..].iter().filter_map(|step| step.time).map(StepTime::minutes).sum();
        let due = Due { at: promise.due_at, on: promise.due_on, counting_starts: promise.due_on };
        let at = self.competent.leaving(&due, basis.terms.limit, rest);
        Some(at.max(promise.counted_from))
    }

    /// TRF-01, TRF-02: what is filed online is electronic, the rest is paper. A dossier that is settled
    /// where it is received need not be handed over (ACC-06).
    #[must_use]
    pub fn transfer_due(&self, dossier: &Dossier) -> Option<Moment> {
        let received = dossier.received_at?;
        if dossier.imported || is_settled_on_the_spot(dossier) {
            return None;
        }
        let due = if dossier.filing.channel == Channel::Online.id() {
            transfer_due(received, self.receiving, self.rules.transfer_cutoff)
        } else {
            paper_transfer_due(received, self.receiving, self.rules.paper_transfer_wd)
        };
        due.ok()
    }

    /// ACC-04: until when an online filing is to be answered.
    #[must_use]
    pub fn acceptance_due(&self, dossier: &Dossier) -> Option<Moment> {
        let online = dossier.filing.channel == Channel::Online.id() && !dossier.imported;
        let due =
            online.then(|| acceptance_due(dossier.registered_at, self.receiving, self.rules.acceptance_wh));
        due.and_then(Result::ok)
    }

    /// The same in whatever year: for words, which promise nothing (TIME-15).
    #[must_use]
    pub fn acceptance_preview(&self, dossier: &Dossier) -> Option<Moment> {
        if dossier.filing.channel != Channel::Online.id() || dossier.imported {
            return None;
        }
        let limit = TimeLimit::working_hours(self.rules.acceptance_wh).ok()?;
        Some(self.receiving.preview(dossier.registered_at, &Terms::of(limit)).ok()?.due?.at)
    }

    /// ACC-05: from when on whoever receives is alerted of an online filing that nobody has answered. A
    /// share of the hours is left by then, the one by which a limit in hours is due soon, so that the
    /// alert is there before they are over; it promises nothing, and so may lie in any year (TIME-15).
    #[must_use]
    pub fn reception_alert_at(&self, dossier: &Dossier) -> Option<Moment> {
        let waits = dossier.state == State::Registered && dossier.filing.channel == Channel::Online.id();
        if !waits || dossier.imported {
            return None;
        }
        let limit = TimeLimit::working_hours(self.rules.reception_alert_wh).ok()?;
        let due = self.receiving.preview(dossier.registered_at, &Terms::of(limit)).ok()?.due?;
        let left = self.rules.reception_alert_wh * 60 * self.rules.due_soon_hours_percent / 100;
        Some(self.receiving.leaving(&due, limit, left).max(dossier.registered_at))
    }

    /// SUP-03: the last day on which a supplement is asked for in time, counted from the day on which the
    /// competent agency got the dossier; none before that.
    #[must_use]
    pub fn supplement_notice_by(&self, dossier: &Dossier) -> Option<Day> {
        working_days_later(dossier.handed_over_at?, self.competent, self.rules.supplement_notice_wd).ok()
    }

    /// Whether a supplement was asked for after that day (MON-05).
    #[must_use]
    pub fn is_late_notice(&self, dossier: &Dossier, stop: &Stop) -> bool {
        let asked_on = self.competent.zone().day(stop.from);
        let during_settlement = stop.kind == StopKind::Supplement && stop.promise_no.is_some();
        during_settlement && self.supplement_notice_by(dossier).is_some_and(|by| asked_on > by)
    }

    /// The place of the step that an open dossier is at: reception until it is handed over, then the
    /// one after the last that was done.
    #[must_use]
    pub fn current(&self, dossier: &Dossier) -> Option<usize> {
        if !dossier.state.is_open() || dossier.received_at.is_none() || dossier.imported {
            return None;
        }
        if dossier.state == State::Received {
            return Some(0);
        }
        Some(self.place(dossier.holder.step.as_deref()).map_or(1, |done| done + 1))
    }

    /// The place of the step of this name.
    #[must_use]
    pub fn place(&self, name: Option<&str>) -> Option<usize> {
        self.steps.iter().position(|step| Some(step.name.as_str()) == name)
    }

    /// The step that an open dossier is at, and until when it is to be done.
    #[must_use]
    pub fn next_due(&self, dossier: &Dossier) -> Option<StepDue> {
        let no = self.current(dossier)?;
        let due_at = self.due(dossier, dossier.promise(), no)?;
        Some(StepDue { no, due_at })
    }

    /// How whoever hands a dossier on at `at` stands to the instant that it was due (LIFE-04). While the
    /// clock stands still nobody falls behind: it decides since when it does (STOP-02).
    #[must_use]
    pub fn handed_over(&self, dossier: &Dossier, due_at: Moment, at: Moment) -> Outcome {
        let decides = dossier.stopped_since().map_or(at, |since| since.min(at));
        self.timeliness(due_at, dossier.promise(), decides)
    }

    /// How a hand-over at `at` stands to the instant that it was due (LIFE-04): late after it, early
    /// before the session in which it lies (REP-07); of what is due with the dossier, the promise decides.
    #[must_use]
    pub fn timeliness(&self, due_at: Moment, promise: Option<&Promise>, at: Moment) -> Outcome {
        if let Some(promise) = promise.filter(|promise| promise.due_at == due_at) {
            return promise.outcome(at);
        }
        timeliness(self.competent, due_at, at)
    }
}

/// Late after `due_at`, early before the opening of its session, else on time.
#[must_use]
pub fn timeliness(timetable: &Timetable, due_at: Moment, at: Moment) -> Outcome {
    let zone = timetable.zone();
    let (day, clock) = zone.local(due_at);
    let session = timetable.hours(day).sessions().iter().find(|one| one.from < clock && clock <= one.to);
    let opens = session.and_then(|session| zone.instant(day, session.from)).unwrap_or(due_at);
    if at > due_at {
        Outcome::Late
    } else if at < opens {
        Outcome::Early
    } else {
        Outcome::OnTime
    }
}

fn is_settled_on_the_spot(dossier: &Dossier) -> bool {
    let basis = dossier.original_promise().and_then(|promise| promise.basis.as_ref());
    basis.is_some_and(|basis| basis.terms.limit == TimeLimit::SameDay)
}
