//! The sweep: creates what has become owed, exactly once, and nothing else.
//!
//! It takes the dossiers whose next check has come, by index, in small batches.
//! Lateness itself needs no sweep; obligations, alerts and their letters do.

use std::collections::BTreeMap;

use super::desk::Desk;
use super::duties;
use super::ledger::{self, Opened, milestones_of};
use super::post::{self, Posting};
use super::wording;
use crate::db::{Result, Tx};
use crate::domain::alert::{self, Alert, AlertRule, recipients};
use crate::domain::staff::{Role, StaffId};
use crate::domain::standing::Milestones;
use crate::domain::time::Moment;
use crate::letters::{self, UnitAlert};
use crate::store;
use crate::store::staff::Person;
use crate::store::sweep::{NewAlert, Next, Owed, Raised};

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
    let letters = write_letters(tx, desk, &all, &raised, &people).await?;
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
        return Finding { owed: None, alerts: Vec::new(), next: Next { id, at: None } };
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

/// Who is told. Where a unit has nobody for it, its superiors are, and at last the control office:
/// an alert is never dropped for want of a reader.
pub fn whom(desk: &Desk, opened: &Opened, alert: &Alert, people: &[Person]) -> Vec<i64> {
    let ladder = recipients(alert.rule, alert.level);
    let dossier = &opened.dossier;
    // A step is answered for where it is done.
    let has_step = alert.rule == AlertRule::StepOverdue;
    let competent = if has_step { &dossier.holder.unit } else { &dossier.filing.competent_unit };
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

/// What one letter tells of: to whom, which rule and level, of which unit.
type Matter<'o> = (i64, AlertRule, u32, &'o str);

/// One letter for each recipient, rule and unit, however many dossiers it tells of.
async fn write_letters(
    tx: &mut Tx,
    desk: &Desk,
    all: &[Opened],
    raised: &[Raised],
    people: &[Person],
) -> Result<usize> {
    let mut letters = 0;
    for ((recipient, rule, level, unit), told) in by_matter(all, raised) {
        let Some(person) = people.iter().find(|person| person.id == recipient) else { continue };
        let Some(address) = person.email.as_deref() else { continue };
        let ids: Vec<i64> = told.iter().map(|(id, _)| *id).collect();
        let letter = UnitAlert {
            alert: letters::Alert::of(rule, level),
            unit: wording::unit_name(desk, unit),
            lines: told.iter().map(|(_, opened)| wording::line(desk, &opened.dossier)).collect(),
            url: format!("{}/board?unit={unit}", desk.house.public_url),
        };
        let letter = letter.render().map_err(post::unwritten)?;
        let posting = Posting {
            dedupe_key: &format!("alert:{recipient}:{}", ids.iter().min().copied().unwrap_or_default()),
            kind: rule.id(),
            unit,
            to_name: &person.name,
            to_address: address,
            recipient_id: Some(recipient),
            dossier_id: None,
        };
        if let Some(id) = post::put(tx, desk, posting, &letter).await? {
            letters += 1;
            store::sweep::tell(tx, &ids, id).await?;
        }
    }
    Ok(letters)
}

/// The new alerts by letter, the dossiers of each in the order of their promises.
fn by_matter<'o>(all: &'o [Opened], raised: &[Raised]) -> BTreeMap<Matter<'o>, Vec<(i64, &'o Opened)>> {
    let by_id: BTreeMap<i64, &Opened> = all.iter().map(|opened| (opened.known.id, opened)).collect();
    let mut matters: BTreeMap<Matter<'o>, Vec<(i64, &'o Opened)>> = BTreeMap::new();
    for one in raised {
        let (Some(opened), Some(rule)) = (by_id.get(&one.dossier_id), AlertRule::from_id(&one.rule)) else {
            continue;
        };
        let level = u32::try_from(one.level).unwrap_or_default();
        let unit = opened.dossier.filing.competent_unit.as_str();
        matters.entry((one.recipient_id, rule, level, unit)).or_default().push((one.id, opened));
    }
    for told in matters.values_mut() {
        told.sort_by_key(|(_, opened)| opened.dossier.promise().map(|promise| promise.late_from));
    }
    matters
}
