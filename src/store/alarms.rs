//! What somebody should look at: a loop that is stuck, a task that was given up, a clock that was set.

use sqlx::FromRow;

use crate::db::{Result, Tx};
use crate::domain::time::Moment;

/// What there is an alarm about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cause {
    /// `loop_stuck`, `task_dead`, `clock_moved`
    pub kind: &'static str,
    /// The loop, the task; empty where there is but one.
    pub subject: String,
    /// The node's name; empty where it concerns all of them.
    pub node: String,
}

/// Raises an alarm, unless there is one about this already; says whether it is new.
pub async fn raise(tx: &mut Tx, cause: &Cause, now: Moment, detail: &str) -> Result<bool> {
    let raised = tx
        .query(
            "insert into alarms (kind, subject, node, raised_at, detail) values ($1, $2, $3, $4, $5)
             on conflict (kind, subject, node) where cleared_at is null do nothing",
        )
        .bind(cause.kind)
        .bind(&*cause.subject)
        .bind(&*cause.node)
        .bind(now)
        .bind(detail)
        .execute()
        .await?;
    Ok(raised == 1)
}

/// Puts down what has happened and is over: each time anew.
pub async fn note(tx: &mut Tx, cause: &Cause, now: Moment, detail: &str) -> Result<()> {
    tx.query(
        "insert into alarms (kind, subject, node, raised_at, cleared_at, detail)
         values ($1, $2, $3, $4, $4, $5)",
    )
    .bind(cause.kind)
    .bind(&*cause.subject)
    .bind(&*cause.node)
    .bind(now)
    .bind(detail)
    .execute()
    .await?;
    Ok(())
}

/// It is over.
pub async fn clear(tx: &mut Tx, cause: &Cause, now: Moment) -> Result<u64> {
    tx.query(
        "update alarms set cleared_at = $4
         where kind = $1 and subject = $2 and node = $3 and cleared_at is null",
    )
    .bind(cause.kind)
    .bind(&*cause.subject)
    .bind(&*cause.node)
    .bind(now)
    .execute()
    .await
}

/// It is over for nodes that are no more.
pub async fn clear_of_the_gone(tx: &mut Tx, now: Moment) -> Result<u64> {
    tx.query(
        "update alarms set cleared_at = $1
         where cleared_at is null and node <> '' and node not in (select name from nodes)",
    )
    .bind(now)
    .execute()
    .await
}

/// One alarm.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Alarm {
    pub kind: String,
    pub subject: String,
    pub node: String,
    pub raised_at: Moment,
    pub cleared_at: Option<Moment>,
    pub detail: String,
}

/// What is open, and what was raised since; the latest first.
pub async fn since(tx: &mut Tx, since: Moment, most: i64) -> Result<Vec<Alarm>> {
    tx.query(
        "select kind, subject, node, raised_at, cleared_at, detail from alarms
         where cleared_at is null or raised_at >= $1
         order by cleared_at is not null, id desc limit $2",
    )
    .bind(since)
    .bind(most)
    .fetch_all()
    .await
}

/// How many are open of each kind.
pub async fn open_counts(tx: &mut Tx) -> Result<Vec<(String, i64)>> {
    tx.query("select kind, count(*) from alarms where cleared_at is null group by kind order by kind")
        .fetch_all()
        .await
}

/// Forgets what was over before an instant.
pub async fn forget(tx: &mut Tx, before: Moment) -> Result<u64> {
    tx.query("delete from alarms where cleared_at < $1").bind(before).execute().await
}
