//! Due times of scheduled work: one row per task and due time, however many nodes there are.

use crate::db::{Result, Tx};
use crate::domain::time::Moment;

/// Claims a due time; of several nodes one succeeds.
pub async fn claim(tx: &mut Tx, task: &str, due_at: Moment, due_local: &str, now: Moment) -> Result<bool> {
    let claimed = tx
        .query(
            "insert into job_ticks (task, due_at, due_local, claimed_at) values ($1, $2, $3, $4)
             on conflict (task, due_at) do nothing",
        )
        .bind(task)
        .bind(due_at)
        .bind(due_local)
        .bind(now)
        .execute()
        .await?;
    Ok(claimed == 1)
}

pub async fn finish(tx: &mut Tx, task: &str, due_at: Moment, now: Moment, outcome: &str) -> Result<()> {
    tx.query("update job_ticks set finished_at = $3, outcome = $4 where task = $1 and due_at = $2")
        .bind(task)
        .bind(due_at)
        .bind(now)
        .bind(outcome)
        .execute()
        .await?;
    Ok(())
}

/// The latest due time that was claimed for this task.
pub async fn latest(tx: &mut Tx, task: &str) -> Result<Option<Moment>> {
    tx.query("select max(due_at) from job_ticks where task = $1").bind(task).fetch_scalar().await
}
