//! One batch of the recount: events, rows, the note of how far it came, one audit row.
//!
//! What a batch comes to may be found out before, beside the writer, which then only keeps it; what
//! changes meanwhile is noticed by its version, and the batch is looked at anew.

use std::sync::Arc;

use serde_json::json;

use super::{Outcome, event_of, look, milestones, tell};
use crate::db::{Error, Result, Tx};
use crate::domain::event::Event;
use crate::domain::refusal::Refusal;
use crate::domain::staff::{Actor, StaffId};
use crate::domain::time::Moment;
use crate::store;
use crate::store::audit::Entry;
use crate::store::recounts::{Moved, Open, Recount, Sheet, UnderWay};
use crate::work::desk::Desk;
use crate::work::law;
use crate::work::ledger::{self, Opened};

/// So many lives are read and written at a time.
const LIVES: usize = 1_000;

/// What a step did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Nothing is to be counted anew, or another node is at it.
    Idle,
    /// Something that began under the edition before is still under way.
    Waits,
    /// So many dossiers were looked at and so many dates moved; there are more.
    Went { looked_at: usize, moved: usize },
    /// All were looked at, so many dates moved last, and the units were told by so many letters.
    Done { moved: usize, letters: usize },
}

/// What the next dossiers come to, found out in a snapshot by whoever does not hold up the writer.
#[derive(Clone, Debug)]
pub struct Found {
    edition: i64,
    /// After which dossier it was looked, and up to which.
    from: i64,
    reached: i64,
    looked_at: usize,
    moved: usize,
    sheets: Arc<Vec<Sheet>>,
}

impl Found {
    /// Where whoever looks further begins.
    #[must_use]
    pub fn reached(&self) -> i64 {
        self.reached
    }
}

/// Takes the next step, up to `limit` dossiers of it.
pub async fn step(tx: &mut Tx, desk: &Desk, limit: i64) -> Result<Step> {
    match begun(tx, desk).await? {
        Ok(under_way) => go_on(tx, desk, &under_way, limit).await,
        Err(step) => Ok(step),
    }
}

/// Looks at the next dossiers, `limit` at most, without changing any: after `after`, or where the steps
/// have come to. None where nothing is counted anew, or it may not begin yet.
pub async fn foresee(tx: &mut Tx, desk: &Desk, after: Option<i64>, limit: i64) -> Result<Option<Found>> {
    let Some(under_way) = store::recounts::seen(tx).await?.filter(|one| one.clear) else { return Ok(None) };
    law::check(desk, under_way.edition)?;
    let from = after.unwrap_or(under_way.cursor);
    let page = store::recounts::open(tx, from, scope(&under_way), limit).await?;
    look_at(tx, desk, &under_way, from, page, limit).await.map(Some)
}

/// Takes the step that was foreseen; another one where the steps have gone elsewhere meanwhile.
///
/// # Errors
/// Where one of the dossiers has changed since: nothing is kept, and the step is to be taken as if nothing
/// had been foreseen.
pub async fn take(tx: &mut Tx, desk: &Desk, found: &Found, limit: i64) -> Result<Step> {
    match begun(tx, desk).await? {
        Ok(under_way) if under_way.edition == found.edition && under_way.cursor == found.from => {
            keep(tx, desk, &under_way, found).await
        }
        Ok(under_way) => go_on(tx, desk, &under_way, limit).await,
        Err(step) => Ok(step),
    }
}

/// What is under way, if it may go on; what is to be done instead.
async fn begun(tx: &mut Tx, desk: &Desk) -> Result<std::result::Result<UnderWay, Step>> {
    let Some(under_way) = store::recounts::under_way(tx).await? else { return Ok(Err(Step::Idle)) };
    law::check(desk, under_way.edition)?;
    if !under_way.marked {
        store::recounts::mark(tx).await?;
        return Ok(Err(Step::Waits));
    }
    Ok(if under_way.clear { Ok(under_way) } else { Err(Step::Waits) })
}

async fn go_on(tx: &mut Tx, desk: &Desk, under_way: &UnderWay, limit: i64) -> Result<Step> {
    let from = under_way.cursor;
    let page = store::recounts::open_to_change(tx, from, scope(under_way), limit).await?;
    let found = look_at(tx, desk, under_way, from, page, limit).await?;
    keep(tx, desk, under_way, &found).await
}

fn scope(under_way: &UnderWay) -> Option<&[String]> {
    under_way.scope.as_ref().map(|scope| scope.0.as_slice())
}

/// What each dossier of a page comes to. Their lives are read some at a time, so that a large page takes
/// no more room than it must.
async fn look_at(
    tx: &mut Tx,
    desk: &Desk,
    under_way: &UnderWay,
    from: i64,
    page: Vec<Open>,
    limit: i64,
) -> Result<Found> {
    let full = i64::try_from(page.len()).is_ok_and(|count| count == limit);
    let reached = page.last().filter(|_| full).map_or(from + store::recounts::STRETCH, |last| last.known.id);
    let (mut sheets, mut moved) = (Vec::new(), 0);
    for some in page.chunks(LIVES) {
        let (sheet, of_them) = look_at_some(tx, desk, under_way, some).await?;
        sheets.push(sheet);
        moved += of_them;
    }
    let looked_at = page.len();
    Ok(Found { edition: under_way.edition, from, reached, looked_at, moved, sheets: Arc::new(sheets) })
}

async fn keep(tx: &mut Tx, desk: &Desk, under_way: &UnderWay, found: &Found) -> Result<Step> {
    for sheet in found.sheets.iter() {
        if !store::recounts::keep(tx, under_way.edition, sheet).await? {
            return Err(Refusal::law_changed().into());
        }
    }
    let last = store::recounts::last(tx).await?;
    let (reached, moved) = (found.reached.min(last), found.moved);
    if !store::recounts::advance(tx, under_way.cursor, reached).await? {
        return Err(Refusal::law_changed().into());
    }
    let done = found.reached >= last;
    let letters = if done { tell::units(tx, desk, under_way).await? } else { 0 };
    if done {
        store::recounts::finish(tx, under_way.edition, desk.now).await?;
    }
    if moved > 0 || done {
        let detail =
            json!({ "edition": under_way.edition, "through": reached, "moved": moved, "done": done });
        note(tx, desk, under_way, &detail.to_string()).await?;
    }
    Ok(if done { Step::Done { moved, letters } } else { Step::Went { looked_at: found.looked_at, moved } })
}

async fn note(tx: &mut Tx, desk: &Desk, under_way: &UnderWay, detail: &str) -> Result<()> {
    let actor = Actor::system(desk.province.root.clone());
    let subject = under_way.document.as_str();
    let entry = Entry { at: desk.now, actor: &actor, action: "dates_recounted", subject, detail };
    store::audit::append(tx, &entry).await
}

/// A dossier that moved, as it is then.
struct Done {
    id: i64,
    unit: String,
    due_before: Moment,
    due_after: Moment,
    event: Event,
}

/// What some dossiers come to, and how many of their dates move.
async fn look_at_some(
    tx: &mut Tx,
    desk: &Desk,
    under_way: &UnderWay,
    some: &[Open],
) -> Result<(Sheet, usize)> {
    let known = some.iter().map(|one| one.known.clone()).collect();
    let lives = ledger::load_many(tx, known).await?;
    let (mut rows, mut done) = (Vec::new(), Vec::new());
    for (row, opened) in some.iter().zip(lives) {
        match look(desk, &opened, under_way.published_at) {
            Outcome::Moves(promise) => {
                let Some(what) =
                    event_of(&opened, &promise, under_way.edition, &under_way.document, &under_way.reason)
                else {
                    continue;
                };
                let event = Event {
                    seq: opened.known.version + 1,
                    at: under_way.published_at.max(opened.dossier.last_at),
                    recorded_at: desk.now,
                    actor: StaffId(under_way.published_by),
                    unit: desk.province.root.clone(),
                    what,
                };
                let (moved, one) = moved(desk, opened, event)?;
                rows.push(moved);
                done.push(one);
            }
            _ => rows.extend(alerts_moved(desk, row, &opened)),
        }
    }
    let all: Vec<Recount<'_>> = done.iter().map(Done::as_recount).collect();
    Ok((Sheet::of(&rows, &all)?, all.len()))
}

impl Done {
    fn as_recount(&self) -> Recount<'_> {
        Recount {
            dossier: self.id,
            unit: &self.unit,
            due_before: self.due_before,
            due_after: self.due_after,
            event: &self.event,
        }
    }
}

fn moved(desk: &Desk, opened: Opened, event: Event) -> Result<(Moved, Done)> {
    let Opened { known, dossier } = opened;
    let corrupt = || Error::corrupt("dossier_events", "body", &known.code);
    let due_before = dossier.promise().map(|promise| promise.due_at).ok_or_else(corrupt)?;
    let unit = dossier.filing.competent_unit.to_string();
    let dossier = dossier.after(&event).map_err(|_| corrupt())?;
    let promise = dossier.promise().ok_or_else(corrupt)?.clone();
    let (id, version) = (known.id, event.seq);
    let opened = Opened { known, dossier };
    let milestones = milestones(desk, &opened);
    let window = milestones.as_ref().and_then(|one| one.apology_window);
    let runs = opened.dossier.stopped_since().is_none();
    let next = ledger::first_check(desk, &opened.dossier, milestones.as_ref()).filter(|_| runs);
    let row = Moved {
        id,
        expected_version: version - 1,
        version,
        due_at: promise.due_at,
        due_on: promise.due_on,
        late_from: promise.late_from,
        due_soon_at: milestones.as_ref().map(|one| one.due_soon_at),
        window_opens_at: window.map(|(opens, _)| opens),
        window_shuts_at: window.map(|(_, shuts)| shuts),
        next_check_at: next,
    };
    Ok((row, Done { id, unit, due_before, due_after: promise.due_at, event }))
}

/// A date that stays may still be announced on another day; what the sweep has not seen yet stays due.
fn alerts_moved(desk: &Desk, row: &Open, opened: &Opened) -> Option<Moved> {
    let promise = opened.dossier.promise()?;
    let milestones = milestones(desk, opened)?;
    let window = milestones.apology_window;
    let (opens, shuts) = (window.map(|(opens, _)| opens), window.map(|(_, shuts)| shuts));
    let waiting = row.known.next_check_at;
    let next = waiting.filter(|at| *at <= desk.now).or_else(|| milestones.next_after(desk.now));
    let next = waiting.and(next);
    let stored = (row.due_soon_at, row.window_opens_at, row.window_shuts_at, waiting);
    if stored == (Some(milestones.due_soon_at), opens, shuts, next) {
        return None;
    }
    Some(Moved {
        id: row.known.id,
        expected_version: row.known.version,
        version: row.known.version,
        due_at: promise.due_at,
        due_on: promise.due_on,
        late_from: promise.late_from,
        due_soon_at: Some(milestones.due_soon_at),
        window_opens_at: opens,
        window_shuts_at: shuts,
        next_check_at: next,
    })
}
