//! The promise with which the clock starts or goes on: at receipt and after each kind of stop.

use super::appointment::{self, Between};
use super::desk::Desk;
use super::ledger::rules_of;
use super::{intake, process};
use crate::db::Result;
use crate::domain::dossier::Dossier;
use crate::domain::event::Happening;
use crate::domain::procedure::Procedure;
use crate::domain::promise::{Cause, Promise};
use crate::domain::refusal::{Kind, Refusal};
use crate::domain::ruleset::{RuleSet, SupplementClock};
use crate::domain::time::Moment;

/// Official receipt of an online dossier: the clock starts (LIFE-01) under the procedure's version
/// at intake and the rule set of this day (LAW-01).
pub fn accept(desk: &Desk, dossier: &Dossier, at: Moment) -> Result<Happening> {
    let (procedure, rules) = (procedure_of(desk, dossier)?, rules_at(desk, dossier, at)?);
    let between = between(desk, dossier);
    let promise = appointment::promise(between, procedure, rules, at, Cause::Receipt)?;
    Ok(Happening::Received { filing: None, ruleset: rules.id.to_string(), promise })
}

/// The rule set of an official receipt at `at` (LAW-01).
fn rules_at<'d>(desk: &'d Desk, dossier: &Dossier, at: Moment) -> Result<&'d RuleSet> {
    let day = desk.province.zone().day(at);
    Ok(desk.province.rules(&dossier.filing.field, day).ok_or_else(intake::no_rules)?)
}

pub(super) fn between<'d>(desk: &'d Desk, dossier: &Dossier) -> Between<'d> {
    Between::units(desk, &dossier.filing.receiving_unit, &dossier.filing.competent_unit)
}

pub(super) fn procedure_of<'d>(desk: &'d Desk, dossier: &Dossier) -> Result<&'d Procedure> {
    process::procedure_of(&desk.province.catalogue, dossier).ok_or_else(|| {
        Refusal::new(
            Kind::NoDueDate,
            format!(
                "Danh mục không còn thủ tục {} phiên bản {}.",
                dossier.filing.procedure, dossier.filing.procedure_version
            ),
            format!(
                "The catalogue no longer has procedure {} version {}.",
                dossier.filing.procedure, dossier.filing.procedure_version
            ),
        )
        .into()
    })
}

/// The promise after a supplement: anew by default, or moved by the time it took (SUP-04, SUP-05).
pub fn resumed(desk: &Desk, dossier: &Dossier, at: Moment) -> Result<Option<Promise>> {
    let procedure = procedure_of(desk, dossier)?;
    let received = dossier.received_at.and_then(|_| rules_of(desk, dossier));
    let rules = received.map_or_else(|| rules_at(desk, dossier, at), Ok)?;
    let between = between(desk, dossier);
    let policy = procedure.supplement_clock.unwrap_or(rules.supplement_clock);
    match (dossier.promise(), dossier.stopped_since(), policy) {
        (Some(promise), Some(stopped), SupplementClock::Pause) => {
            appointment::shifted(between, promise, rules, stopped, at, Cause::SupplementPause)
        }
        (Some(_), _, _) => appointment::promise(between, procedure, rules, at, Cause::SupplementRestart),
        // Completed before it was ever accepted: this is the receipt.
        (None, ..) => appointment::promise(between, procedure, rules, at, Cause::Receipt),
    }
}

/// After proof of payment: the procedure's second limit, or what was left of the first (STOP-01).
pub fn second_appointment(desk: &Desk, dossier: &Dossier, at: Moment) -> Result<Option<Promise>> {
    let procedure = procedure_of(desk, dossier)?;
    let Some(rules) = rules_of(desk, dossier) else { return Ok(None) };
    let between = between(desk, dossier);
    if let Some(terms) = procedure.second_terms(rules) {
        return appointment::promise_by(between, &terms, rules, at, Cause::SecondAppointment);
    }
    match (dossier.promise(), dossier.stopped_since()) {
        (Some(promise), Some(stopped)) => {
            appointment::shifted(between, promise, rules, stopped, at, Cause::SecondAppointment)
        }
        _ => Ok(None),
    }
}

/// After a time that the law excludes: the promise moved by it, or counted anew where the rule set
/// says so (STOP-02, LATE-11).
pub fn after_exclusion(desk: &Desk, dossier: &Dossier, at: Moment) -> Result<Option<Promise>> {
    let Some(rules) = rules_of(desk, dossier) else { return Ok(None) };
    let between = between(desk, dossier);
    match (dossier.promise(), dossier.stopped_since(), rules.exclusion_clock) {
        (Some(promise), Some(stopped), SupplementClock::Pause) => {
            appointment::shifted(between, promise, rules, stopped, at, Cause::ExclusionPause)
        }
        (Some(_), _, SupplementClock::Restart) => {
            let procedure = procedure_of(desk, dossier)?;
            appointment::promise(between, procedure, rules, at, Cause::ExclusionRestart)
        }
        _ => Ok(None),
    }
}
