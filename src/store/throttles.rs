//! Wrong attempts, counted for all nodes alike.

use sqlx::FromRow;

use crate::db::{Result, Sql, Tx, sql};
use crate::domain::throttle::Tally;
use crate::domain::time::Moment;

#[derive(FromRow)]
struct Row {
    failures: i64,
    last_at: Moment,
    shut_until: Moment,
}

// Two attempts at the same thing wait for each other; SQLite's only writer needs no lock.
const FIND: Sql =
    sql!("select failures, last_at, shut_until from throttles where key = $1", postgres " for update");

const ENSURE: Sql = sql!(
    "insert into throttles (key, failures, last_at, shut_until) values ($1, 0, $2, $2) on conflict (key) do nothing"
);

/// The attempts under `key`, which nobody else counts until this transaction ends.
pub async fn hold(tx: &mut Tx, key: &[u8], now: Moment) -> Result<Option<Tally>> {
    if !tx.is_sqlite() {
        // There is no row to lock before there is a row.
        tx.query(ENSURE).bind(key).bind(now).execute().await?;
    }
    let row: Option<Row> = tx.query(FIND).bind(key).fetch_optional().await?;
    Ok(row.map(|row| Tally {
        failures: u32::try_from(row.failures).unwrap_or(u32::MAX),
        last_at: row.last_at,
        shut_until: row.shut_until,
    }))
}

pub async fn keep(tx: &mut Tx, key: &[u8], tally: Tally) -> Result<()> {
    tx.query(
        "insert into throttles (key, failures, last_at, shut_until) values ($1, $2, $3, $4)
         on conflict (key) do update set failures = excluded.failures, last_at = excluded.last_at,
            shut_until = excluded.shut_until",
    )
    .bind(key)
    .bind(i64::from(tally.failures))
    .bind(tally.last_at)
    .bind(tally.shut_until)
    .execute()
    .await?;
    Ok(())
}

pub async fn forget(tx: &mut Tx, key: &[u8]) -> Result<()> {
    tx.query("delete from throttles where key = $1").bind(key).execute().await?;
    Ok(())
}

/// Forgets what nobody has attempted since.
pub async fn forget_before(tx: &mut Tx, before: Moment) -> Result<u64> {
    tx.query("delete from throttles where last_at < $1").bind(before).execute().await
}
