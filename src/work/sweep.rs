//! The sweep: creates what has become owed, exactly once, and nothing else.
//!
//! It takes the dossiers whose next check has come, by index, in small batches.
//! Lateness itself needs no sweep; obligations, alerts and their letters do.

use std::collections::BTreeMap;

use super::desk::Desk;
use super::ledger::{self, Opened, milestones_of};
use super::post::{self, Posting};
use super::wording;
use crate::db::{Result, Tx};
use crate::domain::alert::{self, Alert, AlertRule, recipients};
use crate::domain::staff::Role;
use crate::domain::standing::Milestones;
use crate::domain::time::Moment;
use crate::letters::{self, DossierLine, UnitAlert};
use crate::store;
use crate::store::staff::Person;

/// What one batch did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    pub checked: usize,
    pub alerts: usize,
    pub letters: usize,
}

/// One alert that is new, and whom it tells.
struct Raised {
    id: i64,
    rule: AlertRule,
    level: u32,
    unit: String,
    line: DossierLine,
}

/// Checks up to `limit` dossiers. Call it again while it checked that many.
pub async fn sweep(tx: &mut Tx, desk: &Desk, limit: i64) -> Result<Swept> {
    let due = store::sweep::take(tx, desk.now, limit).await?;
    if due.is_empty() {
        return Ok(Swept::default());
    }
    let people = store::staff::with_email(tx).await?;
    let mut raised: BTreeMap<(i64, AlertRule, u32, String), Vec<Raised>> = BTreeMap::new();
    let mut alerts = 0;
    for &id in &due {
        let Some(known) = store::dossiers::known_by_id(tx, id).await? else { continue };
        let opened = ledger::load(tx, known).await?;
        let found = check(tx, desk, &opened, &people).await?;
        alerts += found.len();
        for (recipient, one) in found {
            raised.entry((recipient, one.rule, one.level, one.unit.clone())).or_default().push(one);
        }
    }
    let letters = write_letters(tx, desk, raised, &people).await?;
    Ok(Swept { checked: due.len(), alerts, letters })
}

/// Creates what one dossier owes and sets when it is looked at next.
async fn check(tx: &mut Tx, desk: &Desk, opened: &Opened, people: &[Person]) -> Result<Vec<(i64, Raised)>> {
    let Some(milestones) = milestones_of(desk, &opened.dossier) else {
        store::sweep::set_next(tx, opened.known.id, None).await?;
        return Ok(Vec::new());
    };
    ledger::settle_obligation(tx, &opened.known, &opened.dossier, Some(&milestones), desk.now).await?;
    let mut raised = Vec::new();
    for alert in alert::owed(&opened.dossier, &milestones, desk.now) {
        if opened.known.effects_from.is_none_or(|from| from <= alert.since) {
            raised.extend(raise(tx, desk, opened, &alert, people).await?);
        }
    }
    store::sweep::set_next(tx, opened.known.id, next_check(opened, &milestones, desk.now)).await?;
    Ok(raised)
}

fn next_check(opened: &Opened, milestones: &Milestones, now: Moment) -> Option<Moment> {
    let runs = opened.dossier.state.is_open() && opened.dossier.stopped_since().is_none();
    milestones.next_after(now).filter(|_| runs)
}

async fn raise(
    tx: &mut Tx,
    desk: &Desk,
    opened: &Opened,
    alert: &Alert,
    people: &[Person],
) -> Result<Vec<(i64, Raised)>> {
    let promise_no = i64::try_from(opened.dossier.promises.len()).unwrap_or(i64::MAX);
    let mut raised = Vec::new();
    for recipient in whom(desk, opened, alert, people) {
        let new = store::alerts::raise(tx, opened.known.id, promise_no, alert, recipient, desk.now).await?;
        if let Some(id) = new {
            let one = Raised {
                id,
                rule: alert.rule,
                level: alert.level,
                unit: opened.dossier.filing.competent_unit.to_string(),
                line: wording::line(desk, &opened.dossier),
            };
            raised.push((recipient, one));
        }
    }
    Ok(raised)
}

/// Who is told. Where a unit has nobody for it, its superiors are, and at last the control office:
/// an alert is never dropped for want of a reader.
pub fn whom(desk: &Desk, opened: &Opened, alert: &Alert, people: &[Person]) -> Vec<i64> {
    let ladder = recipients(alert.rule, alert.level);
    let competent = &opened.dossier.filing.competent_unit;
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
    told.sort_unstable();
    told.dedup();
    told
}

/// One letter for each recipient, rule and unit, however many dossiers it tells of.
async fn write_letters(
    tx: &mut Tx,
    desk: &Desk,
    raised: BTreeMap<(i64, AlertRule, u32, String), Vec<Raised>>,
    people: &[Person],
) -> Result<usize> {
    let mut letters = 0;
    for ((recipient, rule, level, unit), mut all) in raised {
        let Some(person) = people.iter().find(|person| person.id == recipient) else { continue };
        let Some(address) = person.email.as_deref() else { continue };
        let first = all.iter().map(|one| one.id).min().unwrap_or_default();
        let letter = UnitAlert {
            alert: letters::Alert::of(rule, level),
            unit: wording::unit_name(desk, &unit),
            lines: all.iter_mut().map(|one| one.line.clone()).collect(),
            url: format!("{}/board?unit={unit}", desk.house.public_url),
        };
        let letter = letter.render().map_err(post::unwritten)?;
        let posting = Posting {
            dedupe_key: &format!("alert:{recipient}:{first}"),
            kind: rule.id(),
            unit: &unit,
            to_name: &person.name,
            to_address: address,
            recipient_id: Some(recipient),
            dossier_id: None,
        };
        if let Some(id) = post::put(tx, desk, posting, &letter).await? {
            letters += 1;
            for one in &all {
                store::alerts::tell(tx, one.id, id).await?;
            }
        }
    }
    Ok(letters)
}
