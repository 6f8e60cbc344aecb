//! Due times of scheduled work: one row per task and due time, however many nodes there are.
//!
//! The leader writes them down; any node claims one for a while, under a token by which all that
//! it then writes is known. Of one task no two run at once. Due times are the service's own;
//! `db_now` and the ends of claims are the database's.

use serde::Serialize;
use sqlx::FromRow;
use sqlx::types::Json;

use crate::db::{Error, Result, Sql, Tx, as_text, sql};
use crate::domain::time::Moment;

/// How far a task's due times are written down.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Noted {
    pub task: String,
    pub known_since: Moment,
    pub last_due_at: Option<Moment>,
    pub next_due_at: Option<Moment>,
}

/// Begins a task's history, where it has none.
pub async fn know(tx: &mut Tx, task: &str, since: Moment) -> Result<u64> {
    tx.query(
        "insert into job_tasks (task, known_since) values ($1, $2)
         on conflict (task) do nothing",
    )
    .bind(task)
    .bind(since)
    .execute()
    .await
}

pub async fn noted(tx: &mut Tx) -> Result<Vec<Noted>> {
    tx.query("select task, known_since, last_due_at, next_due_at from job_tasks order by task")
        .fetch_all()
        .await
}

/// Notes how far a task's due times are written down, and which comes next.
pub async fn advance(
    tx: &mut Tx,
    task: &str,
    last_due_at: Option<Moment>,
    next_due_at: Option<Moment>,
) -> Result<()> {
    tx.query("update job_tasks set last_due_at = $2, next_due_at = $3 where task = $1")
        .bind(task)
        .bind(last_due_at)
        .bind(next_due_at)
        .execute()
        .await?;
    Ok(())
}

/// A due time to be written down.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NewTick {
    #[serde(serialize_with = "as_text")]
    pub due_at: Moment,
    pub due_local: String,
    /// `waiting`, `coalesced` or `skipped`.
    pub state: &'static str,
}

const INSERT: Sql = sql!(
    "insert into job_ticks (task, due_at, due_local, state, epoch, attempts)
     select $2, r.due_at, r.due_local, r.state, $3, 0 from ",
    rows "$1" as r { due_at: moment, due_local: text, state: text },
    " where true on conflict (task, due_at) do nothing"
);

/// Writes due times down that are not yet.
///
/// # Errors
/// Where nothing makes sure that a task and due time are there once, even if there are none to write.
pub async fn insert(tx: &mut Tx, task: &str, epoch: i64, new: &[NewTick]) -> Result<u64> {
    tx.query(INSERT).bind(Json(new)).bind(task).bind(epoch).execute().await
}

/// Notes what waits from before `due_at` as done with by a later one.
pub async fn coalesce(tx: &mut Tx, task: &str, due_at: Moment) -> Result<u64> {
    tx.query(
        "update job_ticks set state = 'coalesced'
         where task = $1 and due_at < $2 and state = 'waiting'",
    )
    .bind(task)
    .bind(due_at)
    .execute()
    .await
}

/// Strikes out what was written down for after an instant, by a clock that ran ahead; says how
/// far the due times are written down now.
pub async fn strike(tx: &mut Tx, task: &str, after: Moment) -> Result<Option<Moment>> {
    tx.query("delete from job_ticks where task = $1 and due_at > $2")
        .bind(task)
        .bind(after)
        .execute()
        .await?;
    tx.query("select max(due_at) from job_ticks where task = $1").bind(task).fetch_scalar().await
}

/// The tasks of which something is open at an instant.
pub async fn open_tasks(tx: &mut Tx, now: Moment) -> Result<Vec<String>> {
    let tasks: Vec<(String,)> = tx
        .query(
            "select distinct task from job_ticks
             where state in ('waiting', 'running') and due_at <= $1 order by task",
        )
        .bind(now)
        .fetch_all()
        .await?;
    Ok(tasks.into_iter().map(|(task,)| task).collect())
}

/// How a due time is claimed.
#[derive(Clone, Copy, Debug)]
pub struct Terms {
    /// On the service's clock: what is due by then.
    pub now: Moment,
    pub db_now: Moment,
    /// The end of the claim.
    pub until: Moment,
    /// No claim ends so late: the database's clock was set back since.
    pub too_far: Moment,
    pub most_attempts: i64,
}

/// A due time in hand.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Claim {
    pub task: String,
    pub due_at: Moment,
    pub due_local: String,
    /// With this one.
    pub attempts: i64,
    pub token: String,
}

// Two nodes that claim of one task do so one after the other.
const ONE_BY_ONE: Sql =
    sql!("select task from job_tasks where task = $1", postgres " for update skip locked");

/// Claims the earliest due time of a task that nobody is at, unless somebody is at another of it.
pub async fn claim(tx: &mut Tx, task: &str, node: &str, token: &str, terms: &Terms) -> Result<Option<Claim>> {
    let free: Option<String> = tx.query(ONE_BY_ONE).bind(task).fetch_optional_scalar().await?;
    if free.is_none() {
        return Ok(None);
    }
    tx.query(
        "update job_ticks set state = 'running', token = $2, node = $3, claimed_at = $4,
            leased_until = $6, attempts = attempts + 1
         where task = $1 and attempts < $8
            and (state = 'waiting' or state = 'running' and (leased_until <= $5 or leased_until > $7))
            and due_at = (select min(one.due_at) from job_ticks one
                where one.task = $1 and one.due_at <= $4 and one.attempts < $8
                    and (one.state = 'waiting' and (one.not_before is null or one.not_before <= $5)
                        or one.state = 'running' and (one.leased_until <= $5 or one.leased_until > $7)))
            and not exists (select 1 from job_ticks other
                where other.task = $1 and other.state = 'running'
                    and other.leased_until > $5 and other.leased_until <= $7)
         returning task, due_at, due_local, attempts, token",
    )
    .bind(task)
    .bind(token)
    .bind(node)
    .bind(terms.now)
    .bind(terms.db_now)
    .bind(terms.until)
    .bind(terms.too_far)
    .bind(terms.most_attempts)
    .fetch_optional()
    .await
}

/// Gives up what was claimed for the last time and never heard of again.
pub async fn bury(tx: &mut Tx, task: &str, terms: &Terms) -> Result<Vec<Moment>> {
    let dead: Vec<(Moment,)> = tx
        .query(
            "update job_ticks set state = 'dead', finished_at = $2, token = null,
                outcome = 'whoever was at it was never heard of again'
             where task = $1 and state = 'running' and attempts >= $5
                and (leased_until <= $3 or leased_until > $4)
             returning due_at",
        )
        .bind(task)
        .bind(terms.now)
        .bind(terms.db_now)
        .bind(terms.too_far)
        .bind(terms.most_attempts)
        .fetch_all()
        .await?;
    Ok(dead.into_iter().map(|(due_at,)| due_at).collect())
}

// Whoever wants to claim it anew waits until the transaction with this in it is over.
const HOLD: Sql = sql!(
    "select attempts from job_ticks
     where task = $1 and due_at = $2 and token = $3 and state = 'running'",
    postgres " for share"
);

/// Makes sure that a claim still stands, and will until the end of this transaction.
///
/// # Errors
/// [`Error::Overtaken`] where somebody else has claimed it, or it is over.
pub async fn hold(tx: &mut Tx, claim: &Claim) -> Result<()> {
    let held: Option<i64> = tx
        .query(HOLD)
        .bind(&*claim.task)
        .bind(claim.due_at)
        .bind(&*claim.token)
        .fetch_optional_scalar()
        .await?;
    held.map(drop).ok_or(Error::Overtaken)
}

/// Keeps a claim until `until`; false where it is lost.
pub async fn keep(tx: &mut Tx, claim: &Claim, until: Moment) -> Result<bool> {
    let kept = tx
        .query(
            "update job_ticks set leased_until = $4
             where task = $1 and due_at = $2 and token = $3 and state = 'running'",
        )
        .bind(&*claim.task)
        .bind(claim.due_at)
        .bind(&*claim.token)
        .bind(until)
        .execute()
        .await?;
    Ok(kept == 1)
}

/// What became of a claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending {
    Done {
        said: String,
    },
    /// To be tried again from an instant of the database's on.
    Failed {
        why: String,
        not_before: Moment,
    },
    /// Given up.
    Dead {
        why: String,
    },
    /// Given back before its end; this attempt does not count.
    Returned,
}

/// Ends a claim; false where it is lost.
pub async fn end(tx: &mut Tx, claim: &Claim, now: Moment, ending: &Ending) -> Result<bool> {
    let (state, outcome, not_before, attempts) = match ending {
        Ending::Done { said } => ("done", Some(&**said), None, claim.attempts),
        Ending::Failed { why, not_before } => ("waiting", Some(&**why), Some(*not_before), claim.attempts),
        Ending::Dead { why } => ("dead", Some(&**why), None, claim.attempts),
        Ending::Returned => ("waiting", None, None, claim.attempts - 1),
    };
    let ended = tx
        .query(
            "update job_ticks set state = $4, outcome = $5, not_before = $6, attempts = $7,
                finished_at = $8, token = null, leased_until = null
             where task = $1 and due_at = $2 and token = $3 and state = 'running'",
        )
        .bind(&*claim.task)
        .bind(claim.due_at)
        .bind(&*claim.token)
        .bind(state)
        .bind(outcome)
        .bind(not_before)
        .bind(attempts)
        .bind((state != "waiting").then_some(now))
        .execute()
        .await?;
    Ok(ended == 1)
}

/// Lets everything be claimed anew that somebody was at: for a database that no other process can have open.
pub async fn abandon(tx: &mut Tx) -> Result<u64> {
    tx.query(
        "update job_ticks set state = 'waiting', token = null, leased_until = null where state = 'running'",
    )
    .execute()
    .await
}

/// A task's latest due time that ran, runs or is to run.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Last {
    pub due_at: Moment,
    pub state: String,
    pub attempts: i64,
    pub outcome: Option<String>,
    pub finished_at: Option<Moment>,
    pub node: Option<String>,
}

pub async fn last(tx: &mut Tx, task: &str) -> Result<Option<Last>> {
    tx.query(
        "select due_at, state, attempts, outcome, finished_at, node from job_ticks
         where task = $1 and state not in ('coalesced', 'skipped') order by due_at desc limit 1",
    )
    .bind(task)
    .fetch_optional()
    .await
}

/// How many due times there are in each state.
pub async fn counts(tx: &mut Tx) -> Result<Vec<(String, i64)>> {
    tx.query("select state, count(*) from job_ticks group by state order by state").fetch_all().await
}

/// Forgets what was due before an instant and is over.
pub async fn forget(tx: &mut Tx, before: Moment) -> Result<u64> {
    tx.query("delete from job_ticks where due_at < $1 and state not in ('waiting', 'running')")
        .bind(before)
        .execute()
        .await
}
