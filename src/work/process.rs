//! The internal process and the stages of one dossier, by the version that it was received under.

use super::desk::Desk;
use super::ledger::rules_of;
use crate::db::Result;
use crate::domain::attribution::{Attribution, Case, attribute};
use crate::domain::deadline::working_days_later;
use crate::domain::dossier::{Dossier, Stop, StopKind};
use crate::domain::event::{Event, HandOver};
use crate::domain::procedure::{Catalogue, Procedure, Step};
use crate::domain::process::{Process, timeliness};
use crate::domain::promise::Outcome;
use crate::domain::slip::{Line, slip};
use crate::domain::stage::{StageRun, Stages};
use crate::domain::time::{Day, Moment};
use crate::domain::unit::UnitCode;

/// The version of the procedure that the dossier was received under (LAW-01).
#[must_use]
pub fn procedure_of<'c>(catalogue: &'c Catalogue, dossier: &Dossier) -> Option<&'c Procedure> {
    let code = dossier.filing.procedure.parse().ok()?;
    catalogue.version(&code, dossier.filing.procedure_version)
}

/// Its steps and what they hang on; none where no rule set covers it.
#[must_use]
pub fn process_of<'d>(desk: &'d Desk, dossier: &Dossier) -> Option<Process<'d>> {
    let steps: &[Step] =
        procedure_of(&desk.province.catalogue, dossier).map_or(&[], |procedure| &procedure.steps);
    Some(Process {
        steps,
        rules: rules_of(desk, dossier)?,
        receiving: desk.province.timetable(&dossier.filing.receiving_unit),
        competent: desk.province.timetable(&dossier.filing.competent_unit),
    })
}

/// The control slip of a dossier (LIFE-04).
pub fn slip_of(desk: &Desk, dossier: &Dossier, events: &[Event]) -> Result<Vec<Line>> {
    let Some(process) = process_of(desk, dossier) else { return Ok(Vec::new()) };
    slip(events, &process).map_err(|misfit| super::ledger::corrupt(&dossier.filing.code, &misfit))
}

/// The stages of an interlinked procedure, each with its name (LINK-01).
#[must_use]
pub fn stages_of(desk: &Desk, dossier: &Dossier) -> Vec<(String, StageRun)> {
    let Some(procedure) = procedure_of(&desk.province.catalogue, dossier) else { return Vec::new() };
    let timetable_of = |unit: &UnitCode| desk.province.timetable(unit);
    let runs = Stages { procedure, dossier, timetable_of: &timetable_of }.runs();
    runs.into_iter().map(|run| (procedure.stages[run.no].name.clone(), run)).collect()
}

/// Whose the lateness is (LINK-05); empty where there is none.
#[must_use]
pub fn attribution_of(
    desk: &Desk,
    dossier: &Dossier,
    lines: &[Line],
    stages: &[(String, StageRun)],
) -> Attribution {
    attribute(&Case {
        dossier,
        timetable: desk.province.timetable(&dossier.filing.competent_unit),
        steps: process_of(desk, dossier).map_or(&[], |process| process.steps),
        slip: lines,
        stages,
        now: desk.now,
    })
}

/// After which day a supplement that never came may be closed (SUP-07); none where nothing sets one.
#[must_use]
pub fn answer_by(desk: &Desk, dossier: &Dossier, stop: &Stop) -> Option<Day> {
    let procedure = procedure_of(&desk.province.catalogue, dossier)?;
    let limit = procedure.supplement_deadline_wd(rules_of(desk, dossier)?)?;
    let timetable = desk.province.timetable(&dossier.filing.competent_unit);
    working_days_later(stop.from, timetable, limit).ok().filter(|_| stop.kind == StopKind::Supplement)
}

/// What the receiving side puts down about the giver of a step (LIFE-04).
#[must_use]
pub fn handed_over(desk: &Desk, dossier: &Dossier, step: Option<&str>, at: Moment) -> Option<HandOver> {
    let process = process_of(desk, dossier)?;
    let no = process.place(step).or_else(|| process.current(dossier))?;
    let due_at = process.due(dossier, dossier.promise(), no)?;
    Some(HandOver { due_at, timeliness: process.handed_over(dossier, due_at, at) })
}

/// The same of a stage, by its agency's own limit (LINK-05).
#[must_use]
pub fn stage_handed_over(desk: &Desk, dossier: &Dossier, stage: &str, at: Moment) -> Option<HandOver> {
    let (_, run) = stages_of(desk, dossier).into_iter().find(|(name, _)| name == stage)?;
    let (due_at, late_from) = (run.due_at?, run.late_from?);
    let outcome = match timeliness(desk.province.timetable(&run.unit), due_at, at) {
        Outcome::Late if at <= late_from => Outcome::OnTime,
        outcome => outcome,
    };
    Some(HandOver { due_at, timeliness: outcome })
}
