//! Previews of proposals, as far as they are counted, and whose turn it is to go on with one.

use sqlx::FromRow;
use sqlx::types::Json;

use crate::db::{Result, Tx};
use crate::domain::recount::Preview;
use crate::domain::time::Moment;

/// How far the preview of a proposal has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, FromRow)]
pub struct State {
    /// By which the dates were counted when it began.
    pub edition: i64,
    pub begun_at: Moment,
    /// The last dossier looked at.
    pub reached: i64,
    /// The last that there was when it began.
    pub up_to: i64,
    pub done_at: Option<Moment>,
    /// How often the next turn was begun since the last one that got further.
    pub attempts: i64,
    /// Until then the one who has the turn is heard of, or nobody takes one.
    pub busy_until: Option<Moment>,
}

/// A preview with what it has found so far.
#[derive(Clone, Debug, FromRow)]
pub struct Kept {
    #[sqlx(flatten)]
    pub state: State,
    #[sqlx(json)]
    pub found: Preview,
    /// Why the last turn failed.
    pub failure: Option<String>,
}

pub async fn state(tx: &mut Tx, decision: i64) -> Result<Option<State>> {
    tx.query(
        "select edition, begun_at, reached, up_to, done_at, attempts, busy_until from previews
         where decision_id = $1",
    )
    .bind(decision)
    .fetch_optional()
    .await
}

pub async fn kept(tx: &mut Tx, decision: i64) -> Result<Option<Kept>> {
    tx.query(
        "select edition, begun_at, reached, up_to, done_at, attempts, busy_until, found, failure from previews
         where decision_id = $1",
    )
        .bind(decision)
        .fetch_optional()
        .await
}

/// Puts a preview in the place of the one that began at `instead_of`; where another one has come there
/// meanwhile, that stays.
pub async fn begin(
    tx: &mut Tx,
    decision: i64,
    state: &State,
    found: &Preview,
    instead_of: Option<Moment>,
) -> Result<()> {
    tx.query(
        "insert into previews (decision_id, edition, begun_at, reached, up_to, found, done_at)
         values ($1, $2, $3, $4, $5, $6, $7)
         on conflict (decision_id) do update set edition = excluded.edition, begun_at = excluded.begun_at,
            reached = excluded.reached, up_to = excluded.up_to, found = excluded.found,
            done_at = excluded.done_at, busy_until = null, attempts = 0, failure = null
         where previews.begun_at = $8",
    )
    .bind(decision)
    .bind(state.edition)
    .bind(state.begun_at)
    .bind(state.reached)
    .bind(state.up_to)
    .bind(Json(found))
    .bind(state.done_at)
    .bind(instead_of)
    .execute()
    .await?;
    Ok(())
}

/// Takes the turn to go on with a preview until `until`; none where it is whole, is not counted by this
/// edition, somebody else has the turn, or `most` turns have come to nothing.
pub async fn claim(
    tx: &mut Tx,
    decision: i64,
    edition: i64,
    now: Moment,
    until: Moment,
    most: i64,
) -> Result<Option<Kept>> {
    tx.query(
        "update previews set busy_until = $4, attempts = attempts + 1
         where decision_id = $1 and edition = $2 and done_at is null
            and (busy_until is null or busy_until < $3) and attempts < $5
         returning edition, begun_at, reached, up_to, done_at, attempts, busy_until, found, failure",
    )
    .bind(decision)
    .bind(edition)
    .bind(now)
    .bind(until)
    .bind(most)
    .fetch_optional()
    .await
}

/// Keeps what a turn has found that began at `from`, and lets the next one begin; nothing where the
/// preview has been begun anew or gone on meanwhile.
pub async fn go_on(tx: &mut Tx, decision: i64, from: i64, kept: &Kept) -> Result<()> {
    tx.query(
        "update previews set reached = $4, found = $5, done_at = $6, busy_until = null, attempts = 0,
            failure = null
         where decision_id = $1 and begun_at = $2 and reached = $3 and done_at is null",
    )
    .bind(decision)
    .bind(kept.state.begun_at)
    .bind(from)
    .bind(kept.state.reached)
    .bind(Json(&kept.found))
    .bind(kept.state.done_at)
    .execute()
    .await?;
    Ok(())
}

/// What is known of a turn that came to nothing.
#[derive(Clone, Debug)]
pub struct Failed {
    /// How many such there were, with this one.
    pub attempts: i64,
    /// When the next one may be taken; none where that was the last.
    pub until: Option<Moment>,
    pub why: String,
}

/// Notes why a turn failed, and that nobody is to take the next one before its rest is over. `turn` is when
/// the preview was begun and how far it had got: of another one than that nothing is noted.
pub async fn fail(tx: &mut Tx, decision: i64, turn: (Moment, i64), failed: &Failed) -> Result<()> {
    tx.query(
        "update previews set busy_until = $4, failure = $5, attempts = $6
         where decision_id = $1 and begun_at = $2 and reached = $3 and done_at is null",
    )
    .bind(decision)
    .bind(turn.0)
    .bind(turn.1)
    .bind(failed.until)
    .bind(failed.why.as_str())
    .bind(failed.attempts)
    .execute()
    .await?;
    Ok(())
}

/// A proposal whose preview is to be gone on with under this edition; not one of which `most` turns have
/// come to nothing.
pub async fn waiting(tx: &mut Tx, edition: i64, now: Moment, most: i64) -> Result<Option<i64>> {
    tx.query(
        "select p.decision_id from previews p join decisions d on d.id = p.decision_id
         where p.done_at is null and p.edition = $1 and d.edition is null and d.withdrawn_at is null
            and (p.busy_until is null or p.busy_until < $2) and p.attempts < $3
         order by p.decision_id limit 1",
    )
    .bind(edition)
    .bind(now)
    .bind(most)
    .fetch_optional_scalar()
    .await
}
