//! The preview of a proposal as it is kept: counted in turns, so that no request waits for a million
//! dossiers, whoever leaves the page loses nothing, and whoever publishes has seen it whole.

use jiff::SignedDuration;

use super::preview::{PAGE, Proposed};
use crate::db::{Db, Error, Result, Tx};
use crate::domain::recount::Preview;
use crate::domain::time::Moment;
use crate::store;
use crate::store::previews::{Failed, Kept, State};
use crate::work::decisions;
use crate::work::desk::Desk;
use crate::work::law;

/// After this time dossiers have come and gone, and a preview is counted anew.
const CURRENT_FOR: SignedDuration = SignedDuration::from_hours(1);
/// Whoever takes a turn and is not heard of any more keeps others out for so long.
const TURN: SignedDuration = SignedDuration::from_secs(60);

/// A turn that fails is taken again after a rest, each time twice as long; after so many it is given up, long
/// before what was counted would be too old.
const MOST_ATTEMPTS: i64 = 6;
const FIRST_REST: SignedDuration = SignedDuration::from_secs(15);

/// How much is done in one turn.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// Dossiers in one snapshot.
    pub dossiers: i64,
    pub snapshots: u32,
}

impl Default for Pace {
    fn default() -> Self {
        Self { dossiers: PAGE, snapshots: 8 }
    }
}

/// What is known of whose dates a proposal would move.
#[derive(Clone, Debug, PartialEq)]
pub enum Foretold {
    /// Dates are being counted anew by the decision before: till then nothing can be foretold.
    Waits,
    /// So many were looked at, up to this number of all.
    Counting { looked_at: u64, reached: i64, up_to: i64 },
    /// It can't be counted: so many turns have failed, the last one for this reason. Whoever asks an hour
    /// later has it begun anew.
    Failed { looked_at: u64, attempts: i64, why: Option<String> },
    /// All of it, as of the instant at which it was begun.
    Whole { preview: Preview, edition: i64, as_of: Moment },
}

/// The preview of a proposal under the law in force; begins it where there is none that is current, and
/// takes the first turn.
///
/// # Errors
/// Those of the database; where the desk's law is no longer in force, or it is no open proposal.
pub async fn foretell(db: &Db, desk: &Desk, id: i64, pace: Pace) -> Result<Foretold> {
    let (head, state) = db
        .read(async |tx| {
            decisions::open(tx, id).await?;
            Ok((store::decisions::head(tx).await?, store::previews::state(tx, id).await?))
        })
        .await?;
    law::check(desk, head.edition)?;
    if head.recounting {
        return Ok(Foretold::Waits);
    }
    if !state.is_some_and(|state| is_current(&state, head.edition, desk.now)) {
        begin(db, desk, id, state).await?;
        if let Err(error) = turn(db, desk, id, pace).await {
            tracing::warn!(id, %error, "a preview could not be counted and will be tried again");
        }
    }
    let kept = db.read(async |tx| store::previews::kept(tx, id).await).await?;
    Ok(match kept {
        Some(Kept { state, found, .. }) if state.done_at.is_some() => {
            Foretold::Whole { preview: found, edition: state.edition, as_of: state.begun_at }
        }
        Some(Kept { state, found, failure }) if is_given_up(&state, desk.now) => {
            Foretold::Failed { looked_at: found.looked_at, attempts: state.attempts, why: failure }
        }
        Some(Kept { state, found, .. }) => Foretold::Counting {
            looked_at: found.looked_at,
            reached: state.reached.min(state.up_to),
            up_to: state.up_to,
        },
        None => Foretold::Waits,
    })
}

fn is_current(state: &State, edition: i64, now: Moment) -> bool {
    state.edition == edition && now.since(state.begun_at) <= CURRENT_FOR
}

/// Whoever took the last turn has failed, or was never heard of again.
fn is_given_up(state: &State, now: Moment) -> bool {
    state.done_at.is_none()
        && state.attempts >= MOST_ATTEMPTS
        && state.busy_until.is_none_or(|until| until < now)
}

/// Why the preview of a proposal was given up, if it was.
pub(in crate::work) async fn failure(tx: &mut Tx, id: i64, now: Moment) -> Result<Option<String>> {
    let kept = store::previews::kept(tx, id).await?;
    Ok(kept.filter(|kept| is_given_up(&kept.state, now)).map(|kept| kept.failure.unwrap_or_default()))
}

/// Whether publishing may rest on what was foretold of a proposal.
pub(in crate::work) async fn is_seen(tx: &mut Tx, id: i64, edition: i64, now: Moment) -> Result<bool> {
    let state = store::previews::state(tx, id).await?;
    Ok(state.is_some_and(|state| state.done_at.is_some() && is_current(&state, edition, now)))
}

async fn begin(db: &Db, desk: &Desk, id: i64, before: Option<State>) -> Result<()> {
    let (found, up_to) = db
        .report(async |tx| {
            let (_, amendment) = decisions::open(tx, id).await?;
            Proposed::of(tx, desk, &amendment).await?.begin(tx).await
        })
        .await?;
    let state = State { reached: 0, up_to, done_at: None, ..fresh(desk) };
    keep(db, id, state, found, before).await
}

fn fresh(desk: &Desk) -> State {
    State {
        edition: desk.province.edition,
        begun_at: desk.now,
        reached: 0,
        up_to: 0,
        done_at: None,
        attempts: 0,
        busy_until: None,
    }
}

async fn keep(db: &Db, id: i64, state: State, found: Preview, before: Option<State>) -> Result<()> {
    let instead_of = before.map(|before| before.begun_at);
    db.write(async move |tx| store::previews::begin(tx, id, &state, &found, instead_of).await).await
}

/// Keeps a preview that was counted at once, in the place of whatever was kept.
///
/// # Errors
/// Those of the database.
pub async fn keep_whole(db: &Db, desk: &Desk, id: i64, preview: Preview) -> Result<()> {
    let (before, up_to) = db
        .read(async |tx| Ok((store::previews::state(tx, id).await?, store::recounts::last(tx).await?)))
        .await?;
    let state = State { reached: up_to, up_to, done_at: Some(desk.now), ..fresh(desk) };
    keep(db, id, state, preview, before).await
}

/// The proposal whose preview is to be gone on with, if there is one.
pub async fn waiting(tx: &mut Tx, desk: &Desk) -> Result<Option<i64>> {
    store::previews::waiting(tx, desk.province.edition, desk.now, MOST_ATTEMPTS).await
}

/// Goes on with the preview of a proposal; says whether there was a turn to take.
///
/// # Errors
/// Those of the database: why is noted, and the turn is taken again after a rest, or never after too many.
pub async fn turn(db: &Db, desk: &Desk, id: i64, pace: Pace) -> Result<bool> {
    let (edition, now, until) = (desk.province.edition, desk.now, desk.now.plus(TURN));
    let claim =
        async move |tx: &mut Tx| store::previews::claim(tx, id, edition, now, until, MOST_ATTEMPTS).await;
    let Some(kept) = db.write(claim).await? else { return Ok(false) };
    let (from, attempts, begun_at) = (kept.state.reached, kept.state.attempts, kept.state.begun_at);
    match count_on(db, desk, id, kept, pace).await {
        Ok(kept) => {
            db.write(async move |tx| store::previews::go_on(tx, id, from, &kept).await).await?;
            Ok(true)
        }
        Err(error) => {
            let attempts = if is_passing(&error) { attempts - 1 } else { attempts };
            let failed = Failed { attempts, until: rest_until(now, attempts), why: error.to_string() };
            db.write(async move |tx| store::previews::fail(tx, id, (begun_at, from), &failed).await).await?;
            Err(error)
        }
    }
}

/// Whether a turn came to nothing through no fault of the preview's: it counts for no attempt.
fn is_passing(error: &Error) -> bool {
    matches!(error, Error::Unavailable(_) | Error::Busy | Error::Contended(_) | Error::Stopped)
}

/// When the next turn may be taken; none where that was the last.
fn rest_until(now: Moment, attempts: i64) -> Option<Moment> {
    let doublings = u32::try_from(attempts - 1).unwrap_or(0).min(16);
    (attempts < MOST_ATTEMPTS).then(|| now.plus(FIRST_REST * (1 << doublings)))
}

async fn count_on(db: &Db, desk: &Desk, id: i64, kept: Kept, pace: Pace) -> Result<Kept> {
    let Kept { mut state, found: mut preview, .. } = kept;
    let proposed = db
        .report(async |tx| {
            let (_, amendment) = decisions::open(tx, id).await?;
            Proposed::of(tx, desk, &amendment).await
        })
        .await?;
    for _ in 0..pace.snapshots {
        if state.reached >= state.up_to {
            break;
        }
        let so_far = preview;
        (preview, state.reached) = db
            .report(async |tx| {
                let mut preview = so_far;
                let (reached, now) = (state.reached, state.begun_at);
                let reached = proposed.look(tx, &mut preview, reached, pace.dossiers, now).await?;
                Ok((preview, reached))
            })
            .await?;
    }
    state.done_at = (state.reached >= state.up_to).then_some(desk.now);
    Ok(Kept { state, found: preview, failure: None })
}
