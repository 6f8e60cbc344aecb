//! The sweep: creates what has become owed, exactly once, and nothing else.
//!
//! It takes the dossiers whose next check has come, by index, in small batches.
//! Lateness itself needs no sweep; obligations, alerts and their letters do.

mod telling;

use super::desk::Desk;
use super::duties;
use super::ledger::{self, Opened, milestones_of};
use crate::db::{Result, Tx};
use crate::domain::alert::{self, Alert, AlertRule, recipients};
use crate::domain::dossier::Dossier;
use crate::domain::staff::{Role, StaffId};
use crate::domain::standing::Milestones;
use crate::domain::time::Moment;
use crate::domain::unit::UnitCode;
use crate::store;
use crate::store::staff::Person;
use crate::store::sweep::{NewAlert, Next, Owed};

pub use telling::tell_those_who_wait;

/// What one batch did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    pub checked: usize,
    pub alerts: usize,
    pub letters: usize,
}

/// Checks up to `limit` dossiers. Call it again while it checked that many.
///
/// A batch costs a handful of statements, however many dossiers are in it.
pub async fn sweep(tx: &mut Tx, desk: &Desk, limit: i64) -> Result<Swept> {
    let head = store::decisions::head(tx).await?;
    // Alerts by a law that was replaced, or on dates that are just being counted anew, would be wrong.
    if head.edition != desk.province.edition || head.recounting {
        return Ok(Swept::default());
    }
    let due = store::sweep::take(tx, desk.now, limit).await?;
    if due.is_empty() {
        return Ok(Swept::default());
    }
    let people = duties::reachable(tx, desk).await?;
    let all = ledger::load_many(tx, due).await?;
    let findings: Vec<Finding<'_>> = all.iter().map(|opened| look(desk, opened, &people)).collect();
    let owed: Vec<Owed<'_>> = findings.iter().filter_map(|finding| finding.owed.clone()).collect();
    store::sweep::open_obligations(tx, &owed, desk.now).await?;
    let wanted: Vec<NewAlert> = findings.iter().flat_map(|finding| finding.alerts.clone()).collect();
    let raised = store::sweep::raise(tx, &wanted, desk.now).await?;
    let next: Vec<Next> = findings.iter().map(|finding| finding.next).collect();
    store::sweep::set_next(tx, &next).await?;
    let letters = telling::tell(tx, desk, &all, &raised, &people).await?;
    Ok(Swept { checked: all.len(), alerts: raised.len(), letters })
}

/// What one dossier owes at this instant, and when it is looked at next.
struct Finding<'o> {
    owed: Option<Owed<'o>>,
    alerts: Vec<NewAlert>,
    next: Next,
}

fn look<'o>(desk: &Desk, opened: &'o Opened, people: &[Person]) -> Finding<'o> {
    let id = opened.known.id;
    let Some(milestones) = milestones_of(desk, &opened.dossier) else {
        return look_before_receipt(desk, opened, people);
    };
    let unit = opened.dossier.filing.competent_unit.as_str();
    let owes = ledger::owes_apology(&opened.known, &opened.dossier, &milestones, desk.now);
    let loud = |alert: &Alert| opened.known.effects_from.is_none_or(|from| from <= alert.since);
    let alerts = alert::owed(&opened.dossier, &milestones, desk.now);
    Finding {
        owed: owes.then_some(Owed { dossier_id: id, unit }),
        alerts: alerts
            .iter()
            .filter(|alert| loud(alert))
            .flat_map(|alert| to_all(desk, opened, alert, people))
            .collect(),
        next: Next { id, at: next_check(opened, &milestones, desk.now) },
    }
}

/// What has no date yet owes nothing but to be received (ACC-05).
fn look_before_receipt<'o>(desk: &Desk, opened: &'o Opened, people: &[Person]) -> Finding<'o> {
    let since = ledger::reception_alert_at(desk, &opened.dossier);
    let alert = since.and_then(|since| alert::owed_before_receipt(since, desk.now));
    Finding {
        owed: None,
        alerts: alert.iter().flat_map(|alert| to_all(desk, opened, alert, people)).collect(),
        next: Next { id: opened.known.id, at: since.filter(|since| *since > desk.now) },
    }
}

fn next_check(opened: &Opened, milestones: &Milestones, now: Moment) -> Option<Moment> {
    let runs = opened.dossier.state.is_open() && opened.dossier.stopped_since().is_none();
    milestones.next_after(now).filter(|_| runs)
}

fn to_all(desk: &Desk, opened: &Opened, alert: &Alert, people: &[Person]) -> Vec<NewAlert> {
    let promise_no = i64::try_from(opened.dossier.promises.len()).unwrap_or(i64::MAX);
    let told = whom(desk, opened, alert, people).into_iter();
    told.map(|recipient_id| NewAlert {
        dossier_id: opened.known.id,
        promise_no,
        rule: alert.rule.id(),
        level: i64::from(alert.level),
        recipient_id,
        since: alert.since,
    })
    .collect()
}

/// The unit whose people an alert is for: a step is answered for where it is done, and what waits to be
/// received where it was filed.
fn unit_concerned(dossier: &Dossier, rule: AlertRule) -> &UnitCode {
    match rule {
        AlertRule::StepOverdue => &dossier.holder.unit,
        AlertRule::ReceptionWaiting => &dossier.filing.receiving_unit,
        _ => &dossier.filing.competent_unit,
    }
}

/// Who is told. Where a unit has nobody for it, its superiors are, and at last the control office:
/// an alert is never dropped for want of a reader.
pub fn whom(desk: &Desk, opened: &Opened, alert: &Alert, people: &[Person]) -> Vec<i64> {
    let ladder = recipients(alert.rule, alert.level);
    let dossier = &opened.dossier;
    let competent = unit_concerned(dossier, alert.rule);
    let with = |roles: &[Role], unit: Option<&str>| -> Vec<i64> {
        let fits = |person: &&Person| {
            unit.is_none_or(|unit| person.unit == unit)
                && roles.iter().any(|role| person.roles.0.contains(role))
        };
        people.iter().filter(fits).map(|person| person.id).collect()
    };
    let mut told = with(ladder.in_unit, Some(competent.as_str()));
    if told.is_empty() {
        let above = desk.province.units.ancestors(competent, desk.today());
        let superiors = above.iter().map(|unit| with(&[Role::UnitHead], Some(unit.code.as_str())));
        told = superiors.into_iter().find(|heads| !heads.is_empty()).unwrap_or_default();
    }
    if told.is_empty() {
        told = with(&[Role::ControlOffice], None);
    }
    told.extend(with(ladder.in_province, None));
    if ladder.officer
        && let Some(officer) = opened.dossier.holder.officer
        && people.iter().any(|person| person.id == officer.0)
    {
        told.push(officer.0);
    }
    if told.is_empty() {
        // Nobody can be written to: the alert stands under the service's own name, for the pages.
        told.push(StaffId::SYSTEM.0);
    }
    told.sort_unstable();
    told.dedup();
    told
}
