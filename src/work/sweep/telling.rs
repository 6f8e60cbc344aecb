//! Who is told of alerts by letter, and when: no one person gets more than so many letters in an hour.
//!
//! What is more than that waits, is told together in the next hour, and is on the pages and in the
//! morning digest meanwhile. No alert is dropped.

use std::collections::{BTreeMap, BTreeSet};

use super::super::desk::Desk;
use super::super::duties;
use super::super::ledger::{self, Opened};
use super::super::post::{self, Posting};
use super::super::wording;
use crate::db::{Result, Tx};
use crate::domain::alert::AlertRule;
use crate::letters::{self, UnitAlert};
use crate::store;
use crate::store::staff::Person;
use crate::store::sweep::Raised;

/// What one letter tells of: to whom, which rule and level, of which unit.
type Matter<'o> = (i64, AlertRule, u32, &'o str);

/// One letter for each recipient, rule and unit, however many dossiers it tells of; says how many.
pub(super) async fn tell(
    tx: &mut Tx,
    desk: &Desk,
    all: &[Opened],
    raised: &[Raised],
    people: &[Person],
) -> Result<usize> {
    let matters = by_matter(all, raised);
    let recipients: BTreeSet<i64> = matters.keys().map(|(recipient, ..)| *recipient).collect();
    let mut room = room(tx, desk, &recipients).await?;
    let (mut letters, mut waiting, mut silent) = (0, Vec::new(), Vec::new());
    for ((recipient, rule, level, unit), told) in matters {
        let ids: Vec<i64> = told.iter().map(|(id, _)| *id).collect();
        let person = people.iter().find(|person| person.id == recipient && person.email.is_some());
        let (Some(person), Some(left)) = (person, room.get_mut(&recipient)) else {
            silent.extend(ids);
            continue;
        };
        if *left == 0 {
            waiting.extend(ids);
            continue;
        }
        let lines = told.iter().map(|(_, opened)| wording::line(desk, &opened.dossier)).collect();
        let letter = UnitAlert {
            alert: letters::Alert::of(rule, level),
            unit: wording::unit_name(desk, unit),
            lines,
            url: format!("{}/board?unit={unit}", desk.house.public_url),
        };
        if let Some(id) = put(tx, desk, person, rule, unit, &ids, &letter).await? {
            *left -= 1;
            letters += 1;
            store::sweep::tell(tx, &ids, id).await?;
        }
    }
    store::sweep::have_wait(tx, &waiting, true).await?;
    store::sweep::have_wait(tx, &silent, false).await?;
    Ok(letters)
}

/// Tells up to `limit` alerts that had to wait to readers who may be written to again; says how many
/// letters that took. What is over meanwhile is told no more.
pub async fn tell_those_who_wait(tx: &mut Tx, desk: &Desk, limit: i64) -> Result<usize> {
    let waiting = store::sweep::who_waits(tx).await?.into_iter().collect();
    let room = room(tx, desk, &waiting).await?;
    let free: Vec<i64> = room.into_iter().filter(|(_, left)| *left > 0).map(|(person, _)| person).collect();
    if free.is_empty() {
        return Ok(0);
    }
    let alerts = store::sweep::waiting(tx, &free, limit).await?;
    let dossiers: BTreeSet<i64> = alerts.iter().map(|alert| alert.dossier_id).collect();
    let known = store::dossiers::known_by_ids(tx, &dossiers.into_iter().collect::<Vec<_>>()).await?;
    let opened = ledger::load_many(tx, known).await?;
    let by_id: BTreeMap<i64, &Opened> = opened.iter().map(|one| (one.known.id, one)).collect();
    let concerns = |alert: &Raised| {
        let rule = AlertRule::from_id(&alert.rule);
        rule.zip(by_id.get(&alert.dossier_id)).is_some_and(|(rule, one)| rule.still_concerns(&one.dossier))
    };
    let (alerts, over): (Vec<Raised>, Vec<Raised>) = alerts.into_iter().partition(concerns);
    let over: Vec<i64> = over.iter().map(|alert| alert.id).collect();
    store::sweep::have_wait(tx, &over, false).await?;
    let people = duties::reachable(tx, desk).await?;
    tell(tx, desk, &opened, &alerts, &people).await
}

/// How many more letters each of these people may get in this hour.
async fn room(tx: &mut Tx, desk: &Desk, recipients: &BTreeSet<i64>) -> Result<BTreeMap<i64, u64>> {
    let most = desk.house.alerts_per_hour;
    let mut room: BTreeMap<i64, u64> = recipients.iter().map(|recipient| (*recipient, most)).collect();
    let hour_ago = desk.now.plus(jiff::SignedDuration::from_hours(-1));
    for (recipient, letters) in store::sweep::letters_since(tx, recipients, hour_ago, desk.now).await? {
        room.insert(recipient, most.saturating_sub(u64::try_from(letters).unwrap_or_default()));
    }
    Ok(room)
}

async fn put(
    tx: &mut Tx,
    desk: &Desk,
    person: &Person,
    rule: AlertRule,
    unit: &str,
    alerts: &[i64],
    letter: &UnitAlert,
) -> Result<Option<i64>> {
    let letter = letter.render().map_err(post::unwritten)?;
    let posting = Posting {
        dedupe_key: &format!("alert:{}:{}", person.id, alerts.iter().min().copied().unwrap_or_default()),
        kind: rule.id(),
        unit,
        to_name: &person.name,
        to_address: person.email.as_deref().unwrap_or_default(),
        recipient_id: Some(person.id),
        dossier_id: None,
    };
    post::put(tx, desk, posting, &letter).await
}

/// Alerts by letter, the dossiers of each in the order of their promises, or of their filing before.
fn by_matter<'o>(all: &'o [Opened], raised: &[Raised]) -> BTreeMap<Matter<'o>, Vec<(i64, &'o Opened)>> {
    let by_id: BTreeMap<i64, &Opened> = all.iter().map(|opened| (opened.known.id, opened)).collect();
    let mut matters: BTreeMap<Matter<'o>, Vec<(i64, &'o Opened)>> = BTreeMap::new();
    for one in raised {
        let (Some(opened), Some(rule)) = (by_id.get(&one.dossier_id), AlertRule::from_id(&one.rule)) else {
            continue;
        };
        let level = u32::try_from(one.level).unwrap_or_default();
        let unit = match rule {
            AlertRule::ReceptionWaiting => opened.dossier.filing.receiving_unit.as_str(),
            _ => opened.dossier.filing.competent_unit.as_str(),
        };
        matters.entry((one.recipient_id, rule, level, unit)).or_default().push((one.id, opened));
    }
    for told in matters.values_mut() {
        told.sort_by_key(|(_, opened)| {
            (opened.dossier.promise().map(|promise| promise.late_from), opened.dossier.registered_at)
        });
    }
    matters
}
