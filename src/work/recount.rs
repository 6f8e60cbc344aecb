//! Counts dates anew by a new edition of the law: first to see what would move, then to move it.
//!
//! Preview and recount look at each dossier by the same function. The recount goes batch by batch,
//! each a deed of its own that notes how far it came: whoever breaks off leaves nothing half done,
//! and whoever goes on moves no date twice.

mod batch;
mod foretold;
mod preview;
mod tell;
mod walk;

use super::appointment::{self, Between};
use super::ledger::{Opened, milestones_of, rules_of};
use crate::domain::deadline::DeadlineError;
use crate::domain::event::Happening;
use crate::domain::promise::Promise;
use crate::domain::province::Province;
use crate::domain::recount::{By, Recount, recount};
use crate::domain::standing::Milestones;
use crate::domain::time::Moment;
use crate::work::desk::Desk;

pub use batch::{Found, Step, foresee, step, take};
pub use foretold::{Foretold, Pace, foretell, keep_whole, turn, waiting};
pub(in crate::work) use foretold::{failure, is_seen};
pub use preview::preview;
pub use walk::Walk;

pub use crate::domain::recount::{Move, NAMED, Preview};

/// What becomes of one open dossier under another edition.
#[derive(Clone, Debug, PartialEq)]
enum Outcome {
    Stays,
    /// The new law would give an earlier date; the promise stays (TIME-16).
    KeptEarlier,
    /// Its clock stands still; its date is counted when it goes on.
    Stopped,
    /// It was late already and stays so.
    Late,
    /// No lawful date can be given; the promise stays (TIME-15).
    Impossible(DeadlineError),
    Moves(Promise),
}

/// Under the law of `desk`, with `now` deciding what was late before.
fn look(desk: &Desk, opened: &Opened, now: Moment) -> Outcome {
    let dossier = &opened.dossier;
    let between = between(&desk.province, opened);
    let by = By {
        receiving: between.receiving,
        competent: between.competent,
        second_is_counted: second_is_counted(desk, opened),
    };
    match recount(dossier, by, now) {
        Recount::Same | Recount::NotOurs => Outcome::Stays,
        Recount::Earlier => Outcome::KeptEarlier,
        Recount::Stopped => Outcome::Stopped,
        Recount::Late => Outcome::Late,
        Recount::Impossible(error) => Outcome::Impossible(error),
        Recount::Later(due) => match dossier.promise() {
            Some(before) => {
                Outcome::Moves(appointment::recounted(between, before, &due, statutory(desk, opened)))
            }
            None => Outcome::Stays,
        },
    }
}

fn between<'p>(province: &'p Province, opened: &Opened) -> Between<'p> {
    let filing = &opened.dossier.filing;
    Between {
        receiving: province.timetable(&filing.receiving_unit),
        competent: province.timetable(&filing.competent_unit),
    }
}

fn second_is_counted(desk: &Desk, opened: &Opened) -> bool {
    let filing = &opened.dossier.filing;
    let code = filing.procedure.parse().ok();
    let procedure = code.and_then(|code| desk.province.catalogue.version(&code, filing.procedure_version));
    let rules = rules_of(desk, &opened.dossier);
    procedure.zip(rules).is_some_and(|(procedure, rules)| procedure.second_terms(rules).is_some())
}

/// The terms of the law's own limit, where a shorter one was promised (PROC-05).
fn statutory(desk: &Desk, opened: &Opened) -> Option<crate::domain::limit::Terms> {
    let filing = &opened.dossier.filing;
    let basis = opened.dossier.promise()?.basis.as_ref()?;
    basis.statutory_due_on?;
    let code = filing.procedure.parse().ok()?;
    let procedure = desk.province.catalogue.version(&code, filing.procedure_version)?;
    Some(procedure.statutory_terms(rules_of(desk, &opened.dossier)?))
}

/// The event that moves a dossier to `promise`.
fn event_of(
    opened: &Opened,
    promise: &Promise,
    edition: i64,
    document: &str,
    reason: &str,
) -> Option<Happening> {
    let before = opened.dossier.promise()?;
    Some(Happening::Recalculated {
        promise: promise.clone(),
        due_before: before.due_at,
        due_on_before: before.due_on,
        edition,
        document: document.to_owned(),
        reason: reason.to_owned(),
    })
}

/// What the sweep waits for, under the law of `desk`.
fn milestones(desk: &Desk, opened: &Opened) -> Option<Milestones> {
    milestones_of(desk, &opened.dossier)
}
