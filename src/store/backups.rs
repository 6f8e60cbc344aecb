//! What became of the backups and drills that the service made by itself.

use sqlx::FromRow;

use crate::db::{Result, Tx};
use crate::domain::time::Moment;

/// One backup or drill, to be put down.
#[derive(Clone, Debug)]
pub struct NewRun<'a> {
    /// `backup` or `drill`.
    pub kind: &'a str,
    pub started_at: Moment,
    pub finished_at: Moment,
    pub file: Option<&'a str>,
    pub holds: bool,
    /// JSON: what was counted, or why it failed.
    pub detail: &'a str,
}

/// One backup or drill, as it was put down.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Run {
    pub started_at: Moment,
    pub finished_at: Moment,
    pub file: Option<String>,
    pub holds: bool,
    pub detail: String,
}

pub async fn insert(tx: &mut Tx, run: &NewRun<'_>) -> Result<()> {
    tx.query(
        "insert into backup_runs (kind, started_at, finished_at, file, holds, detail)
         values ($1, $2, $3, $4, $5, $6)",
    )
    .bind(run.kind)
    .bind(run.started_at)
    .bind(run.finished_at)
    .bind(run.file)
    .bind(run.holds)
    .bind(run.detail)
    .execute()
    .await?;
    Ok(())
}

/// The latest run of a kind, whatever became of it.
pub async fn latest(tx: &mut Tx, kind: &str) -> Result<Option<Run>> {
    tx.query(
        "select started_at, finished_at, file, holds, detail
         from backup_runs where kind = $1 order by id desc limit 1",
    )
    .bind(kind)
    .fetch_optional()
    .await
}

/// The latest run of a kind that went well.
pub async fn latest_good(tx: &mut Tx, kind: &str) -> Result<Option<Run>> {
    tx.query(
        "select started_at, finished_at, file, holds, detail
         from backup_runs where kind = $1 and holds order by id desc limit 1",
    )
    .bind(kind)
    .fetch_optional()
    .await
}

/// Forgets runs that ended before an instant.
pub async fn forget(tx: &mut Tx, before: Moment) -> Result<u64> {
    tx.query("delete from backup_runs where finished_at < $1").bind(before).execute().await
}
