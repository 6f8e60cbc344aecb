//! How a dossier went through the hands, as JSON.

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::attribution::{Attribution, Party};
use crate::domain::deadline::Counted;
use crate::domain::dossier::{Dossier, Opinion, Run, RunEnd, Settlement, Stop};
use crate::domain::event::Event;
use crate::domain::promise::Promise;
use crate::domain::slip::Line;
use crate::domain::stage::StageRun;
use crate::domain::time::{Moment, Zone};
use crate::work::desk::Desk;
use crate::work::process;

/// A time in which the clock stood still (STOP-02), with the promise before and after it (SUP-08).
#[derive(Serialize, ToSchema)]
pub struct StopShape {
    /// `supplement`, `financial_obligation`, `verification`, `criminal_record_lookup`, `public_posting`,
    /// `applicant_confirmation` or `other_by_law`.
    pub kind: String,
    pub from: String,
    pub to: Option<String>,
    /// The provision that excludes it.
    pub basis: Option<String>,
    pub documents: Vec<String>,
    pub author_id: i64,
    pub due_at_before: Option<String>,
    pub due_at_after: Option<String>,
    /// Whether a supplement was asked for later than the agency may (SUP-03).
    pub late_notice: bool,
    /// After which day a supplement that never came may be closed (SUP-07).
    pub answer_by: Option<String>,
}

/// An amount of time in the limit's own unit.
#[derive(Serialize, ToSchema)]
pub struct AmountShape {
    /// `wd` working days, `cd` calendar days, `s` seconds of working time.
    pub unit: &'static str,
    pub amount: i64,
}

/// One run of the clock: used and left add up to what it was given (SUP-05).
#[derive(Serialize, ToSchema)]
pub struct RunShape {
    pub from: String,
    pub until: String,
    /// `stopped`, `ended` or `runs`.
    pub end: &'static str,
    pub due_at: String,
    pub allowance: AmountShape,
    pub used: AmountShape,
    /// Negative once due.
    pub left: AmountShape,
}

/// The clock of a dossier.
#[derive(Serialize, ToSchema)]
pub struct ClockShape {
    /// Seconds of working time since the receipt, and those of them that are excluded (STOP-04).
    pub elapsed_s: i64,
    pub excluded_s: i64,
    pub runs: Vec<RunShape>,
}

/// One line of the control slip (LIFE-04).
#[derive(Serialize, ToSchema)]
pub struct StepShape {
    pub no: Option<usize>,
    pub step: Option<String>,
    pub role: Option<String>,
    pub unit: Option<String>,
    pub officer: Option<i64>,
    pub to_unit: Option<String>,
    pub to_officer: Option<i64>,
    pub from: Option<String>,
    pub due_at: Option<String>,
    pub done_at: Option<String>,
    /// `early`, `on_time` or `late`, of the giver.
    pub timeliness: Option<String>,
    pub overdue: bool,
}

/// One stage of an interlinked procedure (LINK-01).
#[derive(Serialize, ToSchema)]
pub struct StageShape {
    pub name: String,
    pub unit: String,
    pub planned_start: Option<String>,
    pub planned_due: Option<String>,
    pub started_at: Option<String>,
    pub due_at: Option<String>,
    pub ended_at: Option<String>,
    pub timeliness: Option<String>,
    pub overdue: bool,
}

/// A party's part of the lateness.
#[derive(Serialize, ToSchema)]
pub struct ShareShape {
    /// `step`, `stage`, `host` or `coordinator`.
    pub party: &'static str,
    pub name: Option<String>,
    pub unit: Option<String>,
    pub seconds: u64,
}

/// The late working time in seconds; the shares add up to it (LINK-05).
#[derive(Serialize, ToSchema)]
pub struct LatenessShape {
    pub seconds: u64,
    pub shares: Vec<ShareShape>,
}

/// An opinion that was asked for (COORD-01).
#[derive(Serialize, ToSchema)]
pub struct OpinionShape {
    pub unit: String,
    pub asked_at: String,
    pub due_at: String,
    pub answered_at: Option<String>,
    pub late: bool,
}

/// A settlement that was opened again (LIFE-05).
#[derive(Serialize, ToSchema)]
pub struct SettlementShape {
    pub settled_at: String,
    pub outcome: Option<String>,
    pub reopened_at: String,
}

/// A corrected time that waits for its second person (LATE-11).
#[derive(Serialize, ToSchema)]
pub struct ProposalShape {
    pub seq: i64,
    pub corrects: i64,
    pub true_at: String,
    pub by: i64,
}

/// All of it.
#[derive(Serialize, ToSchema)]
pub struct CourseShape {
    /// The control slip: what was handed over, what goes on, what is to come.
    pub steps: Vec<StepShape>,
    pub stages: Vec<StageShape>,
    pub stops: Vec<StopShape>,
    pub clock: Option<ClockShape>,
    pub lateness: Option<LatenessShape>,
    pub opinions: Vec<OpinionShape>,
    /// Until when an online filing is to be answered (ACC-04), and the counter to hand over (TRF-01, TRF-02).
    pub acceptance_due_at: Option<String>,
    pub transfer_due_at: Option<String>,
    /// Until when the present step is to be done (NgayHenTraCaNhan, PROC-04).
    pub step_due_at: Option<String>,
    pub supplement_requests: u32,
    /// More than one supplement request counts as late under index 766 (SUP-02, IDX-05).
    pub counts_late_766: bool,
    pub settled_before: Vec<SettlementShape>,
    pub proposal: Option<ProposalShape>,
}

impl CourseShape {
    #[must_use]
    pub fn of(desk: &Desk, dossier: &Dossier, events: &[Event]) -> Self {
        let zone = desk.province.zone();
        let shown = |at: Option<Moment>| at.map(|at| zone.rfc3339(at));
        let lines = process::slip_of(desk, dossier, events).unwrap_or_default();
        let stages = process::stages_of(desk, dossier);
        let attribution = process::attribution_of(desk, dossier, &lines, &stages);
        let process = process::process_of(desk, dossier);
        Self {
            steps: lines.iter().map(|line| StepShape::of(line, zone, desk.now)).collect(),
            stages: stages.iter().map(|(name, run)| StageShape::of(desk, name, run)).collect(),
            stops: dossier.stops.iter().map(|stop| StopShape::of(desk, dossier, stop)).collect(),
            clock: ClockShape::of(desk, dossier),
            lateness: (attribution.seconds > 0).then(|| LatenessShape::of(&attribution)),
            opinions: dossier.opinions.iter().map(|one| OpinionShape::of(one, zone, desk.now)).collect(),
            acceptance_due_at: shown(process.and_then(|process| process.acceptance_due(dossier))),
            transfer_due_at: shown(process.and_then(|process| process.transfer_due(dossier))),
            step_due_at: shown(process.and_then(|process| process.next_due(dossier)).map(|step| step.due_at)),
            supplement_requests: dossier.supplement_requests,
            counts_late_766: dossier.counts_late_under_766(),
            settled_before: dossier.settled_before.iter().map(|one| SettlementShape::of(one, zone)).collect(),
            proposal: dossier.proposal.as_ref().map(|proposal| ProposalShape {
                seq: proposal.seq,
                corrects: proposal.corrects,
                true_at: zone.rfc3339(proposal.at),
                by: proposal.by.0,
            }),
        }
    }
}

impl StopShape {
    fn of(desk: &Desk, dossier: &Dossier, stop: &Stop) -> Self {
        let zone = desk.province.zone();
        let due = |promise: Option<&Promise>| promise.map(|promise| zone.rfc3339(promise.due_at));
        let before = stop.promise_no.and_then(|no| dossier.promises.get(no));
        let after = stop.to.and_then(|to| dossier.promises.iter().rfind(|one| one.counted_from == to));
        let process = process::process_of(desk, dossier);
        Self {
            kind: stop.kind.id().to_owned(),
            from: zone.rfc3339(stop.from),
            to: stop.to.map(|to| zone.rfc3339(to)),
            basis: stop.basis.clone(),
            documents: stop.documents.clone(),
            author_id: stop.author.0,
            due_at_before: due(before),
            due_at_after: due(after),
            late_notice: process.is_some_and(|process| process.is_late_notice(dossier, stop)),
            answer_by: process::answer_by(desk, dossier, stop).map(|day| day.to_string()),
        }
    }
}

impl AmountShape {
    fn of(counted: Counted) -> Self {
        match counted {
            Counted::WorkingDays(days) => Self { unit: "wd", amount: days.into() },
            Counted::CalendarDays(days) => Self { unit: "cd", amount: days.into() },
            Counted::WorkingTime(time) => Self { unit: "s", amount: time.as_secs() },
        }
    }
}

impl RunShape {
    fn of(run: &Run<'_>, zone: &Zone) -> Self {
        Self {
            from: zone.rfc3339(run.from),
            until: zone.rfc3339(run.until),
            end: match run.ended {
                RunEnd::Stopped(_) => "stopped",
                RunEnd::Ended => "ended",
                RunEnd::StillRuns => "runs",
            },
            due_at: zone.rfc3339(run.promise.due_at),
            allowance: AmountShape::of(run.allowance),
            used: AmountShape::of(run.used),
            left: AmountShape::of(run.left),
        }
    }
}

impl ClockShape {
    fn of(desk: &Desk, dossier: &Dossier) -> Option<Self> {
        let timetable = desk.province.timetable(&dossier.filing.competent_unit);
        let time = dossier.working_time(timetable, desk.now)?;
        let runs = dossier.runs(timetable, desk.now);
        Some(Self {
            elapsed_s: time.elapsed.as_secs(),
            excluded_s: time.excluded.as_secs(),
            runs: runs.iter().map(|run| RunShape::of(run, desk.province.zone())).collect(),
        })
    }
}

impl StepShape {
    fn of(line: &Line, zone: &Zone, now: Moment) -> Self {
        let shown = |at: Option<Moment>| at.map(|at| zone.rfc3339(at));
        let (giver, receiver) = (line.giver.as_ref(), line.receiver.as_ref());
        Self {
            no: line.no.map(|no| no + 1),
            step: line.step.clone(),
            role: line.role.map(|role| role.id().to_owned()),
            unit: giver.map(|hand| hand.unit.to_string()),
            officer: giver.and_then(|hand| hand.officer).map(|officer| officer.0),
            to_unit: receiver.map(|hand| hand.unit.to_string()),
            to_officer: receiver.and_then(|hand| hand.officer).map(|officer| officer.0),
            from: shown(line.from),
            due_at: shown(line.due_at),
            done_at: shown(line.done_at),
            timeliness: line.timeliness.map(|one| one.id().to_owned()),
            overdue: line.is_late_at(now),
        }
    }
}

impl StageShape {
    fn of(desk: &Desk, name: &str, run: &StageRun) -> Self {
        let zone = desk.province.zone();
        let shown = |at: Option<Moment>| at.map(|at| zone.rfc3339(at));
        let timeliness = run.timeliness(desk.province.timetable(&run.unit));
        Self {
            name: name.to_owned(),
            unit: run.unit.to_string(),
            planned_start: shown(run.planned_start),
            planned_due: shown(run.planned_due),
            started_at: shown(run.started_at),
            due_at: shown(run.due_at),
            ended_at: shown(run.ended_at),
            timeliness: timeliness.map(|one| one.id().to_owned()),
            overdue: run.is_late_at(desk.now),
        }
    }
}

impl LatenessShape {
    fn of(attribution: &Attribution) -> Self {
        let share = |party: &Party| match party {
            Party::Step { name, unit, .. } => ("step", Some(name.clone()), Some(unit.to_string())),
            Party::Stage { name, unit, .. } => ("stage", Some(name.clone()), Some(unit.to_string())),
            Party::Host(unit) => ("host", None, Some(unit.to_string())),
            Party::Coordinator(unit) => ("coordinator", None, Some(unit.to_string())),
        };
        let shares = attribution.shares.iter().map(|one| {
            let (party, name, unit) = share(&one.party);
            ShareShape { party, name, unit, seconds: one.seconds }
        });
        Self { seconds: attribution.seconds, shares: shares.collect() }
    }
}

impl OpinionShape {
    fn of(opinion: &Opinion, zone: &Zone, now: Moment) -> Self {
        Self {
            unit: opinion.unit.to_string(),
            asked_at: zone.rfc3339(opinion.asked_at),
            due_at: zone.rfc3339(opinion.due_at),
            answered_at: opinion.answered_at.map(|at| zone.rfc3339(at)),
            late: opinion.is_late_at(now),
        }
    }
}

impl SettlementShape {
    fn of(settlement: &Settlement, zone: &Zone) -> Self {
        Self {
            settled_at: zone.rfc3339(settlement.at),
            outcome: settlement.outcome.map(|outcome| outcome.id().to_owned()),
            reopened_at: zone.rfc3339(settlement.reopened_at),
        }
    }
}
