//! Writes what a batch has come to: rows, events, findings, debts and one audit row.

use std::collections::{BTreeSet, HashMap};

use serde_json::json;

use super::finding::Oddity;
use super::life::Life;
use super::record::Record;
use super::{Group, Run};
use crate::db::{Error, Result, Tx};
use crate::domain::dossier::Dossier;
use crate::domain::refusal::Refusal;
use crate::domain::staff::Actor;
use crate::domain::standing::Milestones;
use crate::domain::time::Moment;
use crate::store;
use crate::store::dossiers::{Known, Projection};
use crate::store::imports::{Changed, EventRow, FindingRow, KnownDossier, New, Touched};
use crate::work::desk::Desk;
use crate::work::ledger::{milestones_of, settle_obligation};

/// A life that has grown, with what its row is to be.
struct Grown<'a> {
    group: &'a Group<'a>,
    life: &'a Life,
    dossier: &'a Dossier,
    milestones: Option<Milestones>,
    projection: Projection,
    next_check_at: Option<Moment>,
}

/// Keeps the batch's groups, each with its life.
pub(super) async fn keep(
    tx: &mut Tx,
    desk: &Desk,
    actor: &Actor,
    run: &Run,
    groups: &[Group<'_>],
    lives: &[Life],
    repeated: &[&Record],
) -> Result<()> {
    let grown: Vec<Grown<'_>> =
        groups.iter().zip(lives).filter_map(|(group, life)| grow(desk, run, group, life)).collect();
    let mut ids: HashMap<&str, i64> =
        groups.iter().filter_map(|group| Some((group.code, group.known?.id))).collect();
    let created = insert(tx, run, &grown).await?;
    ids.extend(created.iter().map(|(code, id)| (code.as_str(), *id)));
    update(tx, &grown).await?;
    append(tx, &grown, &ids).await?;
    note_figures(tx, desk, &grown).await?;
    track(tx, run, groups, lives, &ids).await?;
    find(tx, desk, run, groups, lives, repeated).await?;
    for one in &grown {
        settle(tx, desk, run, one, &ids).await?;
    }
    audit(tx, desk, actor, run, &grown).await
}

fn grow<'a>(desk: &Desk, run: &Run, group: &'a Group<'a>, life: &'a Life) -> Option<Grown<'a>> {
    let dossier = life.after.as_ref().filter(|_| !life.added.is_empty())?;
    let milestones = milestones_of(desk, dossier);
    let projection = Projection::of(dossier, milestones.as_ref(), desk.province.zone());
    let next_check_at = next_check(run, group.known, life, dossier, milestones.as_ref());
    Some(Grown { group, life, dossier, milestones, projection, next_check_at })
}

/// The first milestone that may still have an effect; what lies before is history.
fn next_check(
    run: &Run,
    known: Option<&KnownDossier>,
    life: &Life,
    dossier: &Dossier,
    milestones: Option<&Milestones>,
) -> Option<Moment> {
    if !dossier.state.is_open() || dossier.stopped_since().is_some() {
        return None;
    }
    let same_promise = life.before.as_ref().is_some_and(|before| before.promise() == dossier.promise());
    if let Some(known) = known.filter(|_| same_promise) {
        return known.next_check_at;
    }
    let effects_from = known.and_then(|known| known.effects_from).unwrap_or(run.effects_from);
    milestones?.next_after(effects_from.plus(jiff::SignedDuration::from_micros(-1)))
}

async fn insert(tx: &mut Tx, run: &Run, grown: &[Grown<'_>]) -> Result<Vec<(String, i64)>> {
    let new: Vec<New<'_>> = grown
        .iter()
        .filter(|one| one.group.known.is_none())
        .map(|one| New {
            code: one.group.code,
            next_check_at: one.next_check_at,
            projection: &one.projection,
        })
        .collect();
    if new.is_empty() {
        return Ok(Vec::new());
    }
    store::imports::insert_dossiers(tx, &run.source, run.effects_from, &new).await
}

async fn update(tx: &mut Tx, grown: &[Grown<'_>]) -> Result<()> {
    let changed: Vec<Changed<'_>> = grown
        .iter()
        .filter_map(|one| {
            let known = one.group.known?;
            Some(Changed {
                id: known.id,
                expected_version: known.version,
                next_check_at: one.next_check_at,
                projection: &one.projection,
            })
        })
        .collect();
    if changed.is_empty() {
        return Ok(());
    }
    let kept = store::imports::update_dossiers(tx, &changed).await?;
    if kept == super::whole(changed.len()) {
        Ok(())
    } else {
        Err(Refusal::stale(changed[0].expected_version, changed[0].expected_version + 1).into())
    }
}

async fn append(tx: &mut Tx, grown: &[Grown<'_>], ids: &HashMap<&str, i64>) -> Result<()> {
    let mut rows = Vec::new();
    for one in grown {
        let id = id_of(one.group.code, ids)?;
        rows.extend(one.life.added.iter().map(|event| EventRow::new(id, event)));
    }
    if rows.is_empty() { Ok(()) } else { store::imports::append_events(tx, &rows).await }
}

async fn note_figures(tx: &mut Tx, desk: &Desk, grown: &[Grown<'_>]) -> Result<()> {
    let zone = desk.province.zone();
    let changes = |one: &Grown<'_>| {
        let before = one.life.before.as_ref().map(|before| Projection::of(before, None, zone));
        store::figures::changes(before.as_ref(), &one.projection)
    };
    let changes: Vec<_> = grown.iter().flat_map(changes).collect();
    store::figures::note(tx, &changes).await
}

fn id_of(code: &str, ids: &HashMap<&str, i64>) -> Result<i64> {
    ids.get(code).copied().ok_or_else(|| Error::corrupt("dossiers", "code", code))
}

async fn track(
    tx: &mut Tx,
    run: &Run,
    groups: &[Group<'_>],
    lives: &[Life],
    ids: &HashMap<&str, i64>,
) -> Result<()> {
    let mut touched = Vec::new();
    for (group, life) in groups.iter().zip(lives) {
        let changed = group.known.is_some() && !life.added.is_empty();
        touched.push(Touched { code: group.code, id: id_of(group.code, ids)?, changed });
    }
    if touched.is_empty() { Ok(()) } else { store::imports::track(tx, &run.source, run.id, &touched).await }
}

/// Judges anew every life that something was heard of.
async fn find(
    tx: &mut Tx,
    desk: &Desk,
    run: &Run,
    groups: &[Group<'_>],
    lives: &[Life],
    repeated: &[&Record],
) -> Result<()> {
    let mut rows = BTreeSet::new();
    let mut row = |code, oddity: Oddity, detail: &str| {
        rows.insert(FindingRow { code, kind: oddity.id(), detail: detail.to_owned() });
    };
    let heard = || groups.iter().zip(lives).filter(|(group, _)| !group.fresh.is_empty());
    for (group, life) in heard() {
        life.oddities(desk.now).into_iter().for_each(|oddity| row(group.code, oddity, ""));
        life.unreadable.iter().for_each(|column| row(group.code, Oddity::Unreadable, column));
        if life.was_lowered {
            row(group.code, Oddity::StatusLowered, "");
        }
    }
    repeated
        .iter()
        .filter_map(|record| super::code_of(record))
        .for_each(|code| row(code, Oddity::RepeatedRecord, ""));
    let judged: Vec<&str> =
        heard().filter(|(group, _)| group.known.is_some()).map(|(group, _)| group.code).collect();
    if !judged.is_empty() {
        let kinds = Oddity::OF_THE_LIFE.map(Oddity::id);
        store::imports::forget_findings(tx, &run.source, &judged, &kinds).await?;
    }
    if rows.is_empty() {
        return Ok(());
    }
    let rows: Vec<FindingRow<'_>> = rows.into_iter().collect();
    store::imports::find(tx, &run.source, run.id, &rows).await
}

/// History owes nothing; what became late since `effects_from`, or is no longer late, does (LATE-16).
async fn settle(
    tx: &mut Tx,
    desk: &Desk,
    run: &Run,
    one: &Grown<'_>,
    ids: &HashMap<&str, i64>,
) -> Result<()> {
    let Some(milestones) = &one.milestones else { return Ok(()) };
    let known = one.group.known;
    let effects_from = known.and_then(|known| known.effects_from).unwrap_or(run.effects_from);
    let owes = one.dossier.is_late_at(desk.now) && milestones.late_from >= effects_from;
    if !owes && known.is_none() {
        return Ok(());
    }
    let filing = &one.dossier.filing;
    let known = Known {
        id: id_of(one.group.code, ids)?,
        code: one.group.code.to_owned(),
        version: one.dossier.version,
        receiving_unit: filing.receiving_unit.to_string(),
        competent_unit: filing.competent_unit.to_string(),
        holder_unit: one.dossier.holder.unit.to_string(),
        effects_from: Some(effects_from),
        next_check_at: one.next_check_at,
    };
    settle_obligation(tx, &known, one.dossier, Some(milestones), desk.now).await
}

async fn audit(tx: &mut Tx, desk: &Desk, actor: &Actor, run: &Run, grown: &[Grown<'_>]) -> Result<()> {
    if grown.is_empty() {
        return Ok(());
    }
    let created = grown.iter().filter(|one| one.group.known.is_none()).count();
    let detail = json!({ "run": run.id, "created": created, "changed": grown.len() - created }).to_string();
    let entry = store::audit::Entry {
        at: desk.now,
        actor,
        action: "import_batch",
        subject: &run.source,
        detail: &detail,
    };
    store::audit::append(tx, &entry).await
}
