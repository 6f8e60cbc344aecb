//! The dossiers at which something has become owed, found by index.

use crate::db::{Result, Sql, Tx, sql};
use crate::domain::time::Moment;

// Nodes that sweep at once take different dossiers; SQLite has one writer anyway.
const DUE: Sql = sql!(
    "select id from dossiers where next_check_at <= $1 order by next_check_at limit $2 ",
    postgres "for update skip locked",
    ""
);

/// Up to `limit` dossiers whose next check has come, the longest waiting first.
pub async fn take(tx: &mut Tx, now: Moment, limit: i64) -> Result<Vec<i64>> {
    let rows: Vec<(i64,)> = tx.query(DUE).bind(now).bind(limit).fetch_all().await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// Sets when the dossier must be looked at again; never, where nothing more can become owed.
pub async fn set_next(tx: &mut Tx, id: i64, next: Option<Moment>) -> Result<()> {
    tx.query("update dossiers set next_check_at = $2 where id = $1").bind(id).bind(next).execute().await?;
    Ok(())
}

/// How many wait, and since when the oldest does.
pub async fn backlog(tx: &mut Tx, now: Moment) -> Result<(i64, Option<Moment>)> {
    tx.query("select count(*), min(next_check_at) from dossiers where next_check_at <= $1")
        .bind(now)
        .fetch_one()
        .await
}
