//! Adds one event to a dossier: the only way in which a dossier changes.
//!
//! Event, projection, obligation and audit row go into one transaction, under the
//! version that the caller saw.

use serde_json::json;

use super::desk::Desk;
use super::process::process_of;
use super::{law, timing};
use crate::db::{Error, Result, Tx};
use crate::domain::dossier::{Dossier, Misfit};
use crate::domain::event::{Event, Happening};
use crate::domain::promise::Outcome;
use crate::domain::refusal::{Kind, Refusal};
use crate::domain::ruleset::RuleSet;
use crate::domain::staff::{Actor, Deed, Parties};
use crate::domain::standing::Milestones;
use crate::domain::time::Moment;
use crate::domain::unit::UnitCode;
use crate::store;
use crate::store::audit::Entry;
use crate::store::dossiers::{Known, Projection};
use crate::store::intake::{Fresh, Key, NewDossier};

/// A stored dossier with its life.
#[derive(Clone, Debug)]
pub struct Opened {
    pub known: Known,
    pub dossier: Dossier,
}

impl Opened {
    /// The units that have to do with it.
    #[must_use]
    pub fn parties(&self) -> Parties<'_> {
        Parties {
            receiving: &self.dossier.filing.receiving_unit,
            competent: &self.dossier.filing.competent_unit,
            current: Some(&self.dossier.holder.unit),
            coordinating: &self.dossier.coordinating,
        }
    }
}

/// Finds a dossier that `actor` may do `deed` to. One outside of their sight does not exist for them.
pub async fn open(tx: &mut Tx, desk: &Desk, actor: &Actor, code: &str, deed: Deed) -> Result<Opened> {
    let known = store::dossiers::known(tx, code).await?.ok_or_else(|| Refusal::dossier_not_found(code))?;
    let opened = load(tx, known).await?;
    if desk.allow(actor, Deed::View, opened.parties()).is_err() {
        return Err(Refusal::dossier_not_found(code).into());
    }
    desk.allow(actor, deed, opened.parties())?;
    Ok(opened)
}

/// Folds a known dossier's events.
pub async fn load(tx: &mut Tx, known: Known) -> Result<Opened> {
    let events = store::events::of(tx, known.id).await?;
    fold(known, &events)
}

/// Folds several known dossiers' events, read at once.
pub async fn load_many(tx: &mut Tx, known: Vec<Known>) -> Result<Vec<Opened>> {
    let ids: Vec<i64> = known.iter().map(|known| known.id).collect();
    let mut lives = store::events::of_many(tx, &ids).await?;
    known
        .into_iter()
        .map(|known| {
            let events = lives.remove(&known.id).unwrap_or_default();
            fold(known, &events)
        })
        .collect()
}

fn fold(known: Known, events: &[Event]) -> Result<Opened> {
    let folded = Dossier::fold(events).map_err(|misfit| corrupt(&known.code, &misfit))?;
    let dossier = folded.ok_or_else(|| Error::corrupt("dossier_events", "dossier_id", known.id))?;
    Ok(Opened { known, dossier })
}

pub(super) fn corrupt(code: &str, misfit: &Misfit) -> Error {
    Error::corrupt("dossier_events", "body", format_args!("{code}: {misfit}"))
}

/// The rule set under which the dossier was received (LAW-01).
#[must_use]
pub fn rules_of<'d>(desk: &'d Desk, dossier: &Dossier) -> Option<&'d RuleSet> {
    let named = dossier.ruleset.as_ref().and_then(|id| desk.province.rulesets.get(&id.parse().ok()?));
    named.or_else(|| {
        let day = desk.province.zone().day(dossier.received_at.unwrap_or(dossier.registered_at));
        desk.province.rules(&dossier.filing.field, day)
    })
}

/// The milestones of the promise in force, if there is one.
#[must_use]
pub fn milestones_of(desk: &Desk, dossier: &Dossier) -> Option<Milestones> {
    let timetable = desk.province.timetable(&dossier.filing.competent_unit);
    let rules = rules_of(desk, dossier)?;
    let milestones = Milestones::of(dossier.promise()?, dossier.reappointment, timetable, rules);
    let step = process_of(desk, dossier).and_then(|process| process.next_due(dossier));
    let milestones = milestones.with_step(step);
    let answered = dossier.apology.as_ref().and_then(|apology| dossier.promises.get(apology.promise_no));
    Some(match answered {
        Some(promise) => milestones.judging_the_letter_by(promise, timetable, rules),
        None => milestones,
    })
}

/// What is added to a dossier.
#[derive(Clone, Debug)]
pub struct Addition<'a> {
    pub actor: &'a Actor,
    pub at: Moment,
    pub what: Happening,
}

/// Begins a dossier with its first event, under its key if it has one; returns what it is now.
pub async fn begin(
    tx: &mut Tx,
    desk: &Desk,
    fresh: Fresh,
    key: Option<Key<'_>>,
    addition: Addition<'_>,
) -> Result<Dossier> {
    let event = event(desk, &addition, 1);
    let dossier = Dossier::begin(&event).map_err(|misfit| corrupt("", &misfit))?;
    let milestones = milestones_of(desk, &dossier);
    let projection = Projection::of(&dossier, milestones.as_ref(), desk.province.zone());
    let detail = audit_detail(&dossier);
    let new = NewDossier {
        code: &dossier.filing.code,
        projection: &projection,
        next_check_at: first_check(desk, &dossier, milestones.as_ref()),
        event: &event,
        key,
        audit: &audit_entry(desk, &addition, &dossier, &detail),
    };
    store::intake::keep(tx, fresh, &new).await?;
    Ok(dossier)
}

/// Adds an event to an opened dossier, if it still has the version that the caller expects.
pub async fn add(
    tx: &mut Tx,
    desk: &Desk,
    opened: Opened,
    expected_version: i64,
    addition: Addition<'_>,
) -> Result<Opened> {
    check_version(&opened, expected_version)?;
    let Opened { known, dossier } = opened;
    timing::check(desk, &dossier, addition.at)?;
    let event = event(desk, &addition, known.version + 1);
    let before = dossier.clone();
    let dossier = after(tx, known.id, dossier, &event).await?;
    let milestones = milestones_of(desk, &dossier);
    let projection = Projection::of(&dossier, milestones.as_ref(), desk.province.zone());
    let next_check_at = next_check(desk, &known, &before, &dossier, milestones.as_ref());
    let edition = desk.province.edition;
    if !store::dossiers::update(tx, known.id, expected_version, edition, &projection, next_check_at).await? {
        law::check(desk, store::decisions::head(tx).await?.edition)?;
        return Err(Refusal::stale(expected_version, expected_version + 1).into());
    }
    store::events::append(tx, known.id, &event).await?;
    note_figures(tx, desk, &before, &projection).await?;
    let now = desk.now.max(addition.at);
    settle_obligation(tx, &known, &dossier, milestones.as_ref(), now).await?;
    if before.outcome().is_some() && before.outcome() != dossier.outcome() {
        settle_anew(tx, &known, &dossier).await?;
    }
    let detail = audit_detail(&dossier);
    store::audit::append(tx, &audit_entry(desk, &addition, &dossier, &detail)).await?;
    let known = Known { version: event.seq, next_check_at, ..known };
    Ok(Opened { known, dossier })
}

/// The dossier after the event. A corrected time is told from the beginning of the life.
async fn after(tx: &mut Tx, id: i64, before: Dossier, event: &Event) -> Result<Dossier> {
    let folded = if matches!(event.what, Happening::Corrected { time: Some(_), .. }) {
        let mut events = store::events::of(tx, id).await?;
        events.push(event.clone());
        Dossier::fold(&events)
    } else {
        before.after(event).map(Some)
    };
    let dossier = folded.map_err(|misfit| illegal_move(&misfit))?;
    dossier.ok_or_else(|| Error::corrupt("dossier_events", "dossier_id", id))
}

/// A settlement that was opened again or corrected closes no obligation any more (LIFE-05).
async fn settle_anew(tx: &mut Tx, known: &Known, dossier: &Dossier) -> Result<()> {
    if dossier.outcome().is_none_or(|outcome| outcome == Outcome::Late) {
        store::obligations::reopen(tx, known.id).await?;
    }
    Ok(())
}

/// What has ended, or had, changes the counts that are kept ready.
async fn note_figures(tx: &mut Tx, desk: &Desk, before: &Dossier, after: &Projection) -> Result<()> {
    if before.ended_at.is_none() && after.ended_at.is_none() {
        return Ok(());
    }
    let before = Projection::of(before, None, desk.province.zone());
    store::figures::note(tx, &store::figures::changes(Some(&before), after)).await
}

fn event(desk: &Desk, addition: &Addition<'_>, seq: i64) -> Event {
    Event {
        seq,
        at: addition.at,
        recorded_at: desk.now,
        actor: addition.actor.staff_id,
        unit: addition.actor.unit.clone(),
        what: addition.what.clone(),
    }
}

/// The dossier is the one that the caller saw. Row and events are read one after the other, so
/// that of two who change it at once the slower may find the faster one's event behind an old row.
pub fn check_version(opened: &Opened, expected: i64) -> Result<()> {
    if opened.known.version == expected && opened.dossier.version == expected {
        return Ok(());
    }
    Err(Refusal::stale(expected, opened.dossier.version).into())
}

fn illegal_move(misfit: &Misfit) -> Refusal {
    let state = misfit.state.map_or("", |state| state.vietnamese());
    let id = misfit.state.map_or("none", |state| state.id());
    Refusal::new(
        Kind::IllegalMove,
        format!("Không thể ghi nhận việc này khi hồ sơ đang ở trạng thái “{state}”. Tải lại hồ sơ để xem việc có thể làm."),
        format!("`{}` can't follow while the dossier is `{id}`. Load it again to see what can.", misfit.kind),
    )
    .on_field("kind")
}

/// From when on those at the counter are alerted of what waits there (ACC-05).
#[must_use]
pub fn reception_alert_at(desk: &Desk, dossier: &Dossier) -> Option<Moment> {
    process_of(desk, dossier)?.reception_alert_at(dossier)
}

/// The first look at a new promise; a milestone that lies at its very beginning is not passed over. What
/// is not received yet has none, and is looked at for those who have to receive it.
pub(super) fn first_check(desk: &Desk, dossier: &Dossier, milestones: Option<&Milestones>) -> Option<Moment> {
    let Some(promise) = dossier.promise() else { return reception_alert_at(desk, dossier) };
    let just_before = promise.counted_from.plus(jiff::SignedDuration::from_micros(-1));
    milestones?.next_after(just_before)
}

/// When the sweep must look next. What it has not yet seen of the same promise stays due.
fn next_check(
    desk: &Desk,
    known: &Known,
    before: &Dossier,
    after: &Dossier,
    milestones: Option<&Milestones>,
) -> Option<Moment> {
    if !after.state.is_open() || after.stopped_since().is_some() {
        return None;
    }
    let began_anew = before.stopped_since().is_some() || !before.state.is_open();
    if before.promises.len() != after.promises.len() || began_anew || after.promise().is_none() {
        return first_check(desk, after, milestones);
    }
    let step = milestones.and_then(Milestones::step_overdue_at).filter(|_| has_moved_on(before, after));
    let second = after.reappointment.map(|second| crate::domain::standing::just_after(second.late_from));
    let second = second.filter(|_| before.reappointment.is_none());
    [known.next_check_at, second, step].into_iter().flatten().min()
}

/// Whether it is at another step, whose due instant nobody waits for yet.
fn has_moved_on(before: &Dossier, after: &Dossier) -> bool {
    before.state != after.state || before.holder.step != after.holder.step
}

/// Whether there is an obligation at `now` (LATE-16); what an import keeps silent about owes nothing.
#[must_use]
pub fn owes_apology(known: &Known, dossier: &Dossier, milestones: &Milestones, now: Moment) -> bool {
    let silent = known.effects_from.is_some_and(|from| milestones.late_from < from);
    dossier.apology.is_some() || (dossier.is_late_at(now) && !silent)
}

/// Whoever sees the lateness first opens the obligation; who settles on time closes it (LATE-16).
pub async fn settle_obligation(
    tx: &mut Tx,
    known: &Known,
    dossier: &Dossier,
    milestones: Option<&Milestones>,
    now: Moment,
) -> Result<()> {
    let Some(milestones) = milestones else { return Ok(()) };
    if owes_apology(known, dossier, milestones, now) {
        let unit = dossier.filing.competent_unit.as_str();
        store::obligations::open(tx, known.id, unit, now).await?;
    }
    if dossier.outcome().is_some_and(|outcome| outcome != Outcome::Late) {
        store::obligations::close(tx, known.id, now).await?;
    }
    Ok(())
}

fn audit_detail(dossier: &Dossier) -> String {
    json!({ "state": dossier.state.id(), "version": dossier.version }).to_string()
}

fn audit_entry<'a>(
    desk: &Desk,
    addition: &'a Addition<'_>,
    dossier: &'a Dossier,
    detail: &'a str,
) -> Entry<'a> {
    Entry {
        at: desk.now,
        actor: addition.actor,
        action: addition.what.kind(),
        subject: &dossier.filing.code,
        detail,
    }
}

/// A unit code from the request, if the province has such a unit now.
pub fn unit_in_force(desk: &Desk, field: &'static str, text: &str) -> Result<UnitCode> {
    let known =
        text.parse::<UnitCode>().ok().filter(|code| desk.province.units.get_at(code, desk.today()).is_some());
    known.ok_or_else(|| {
        Refusal::invalid(
            field,
            format!("Không có đơn vị mã “{text}” đang hoạt động. Chọn đơn vị trong danh sách."),
            format!("There is no unit {text:?} in force. Choose one from the list of units."),
        )
        .into()
    })
}
