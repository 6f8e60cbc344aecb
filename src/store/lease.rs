//! Who leads, and which nodes there are: on the database's time, whatever the nodes' clocks show.
//!
//! A leader's writes stand in one transaction with [`is_held`]: nobody else can take the lease
//! before that transaction is over, and one that begins later sees that it is gone.

use sqlx::FromRow;

use crate::db::{Result, Sql, Tx, sql};
use crate::domain::time::Moment;

/// What time it is for PostgreSQL: the one clock that all its nodes share.
pub async fn server_time(tx: &mut Tx) -> Result<Moment> {
    tx.query("select clock_timestamp()").fetch_scalar().await
}

/// Takes the lease for `holder` until `until`, or renews it; says the epoch where it has it now.
///
/// An end beyond `too_far` is none that a lease can have: the database's clock was set back.
pub async fn take(
    tx: &mut Tx,
    holder: &str,
    now: Moment,
    until: Moment,
    too_far: Moment,
) -> Result<Option<i64>> {
    tx.query(
        "update leadership set
            epoch = case when holder = $1 then epoch else epoch + 1 end,
            acquired_at = case when holder = $1 then acquired_at else $2 end,
            holder = $1, renewed_at = $2, expires_at = $3
         where id = 1 and (holder is null or holder = $1 or expires_at <= $2 or expires_at > $4)
         returning epoch",
    )
    .bind(holder)
    .bind(now)
    .bind(until)
    .bind(too_far)
    .fetch_optional_scalar()
    .await
}

// Whoever wants the lease waits until the transaction with this in it is over.
const IS_HELD: Sql = sql!(
    "select epoch from leadership where id = 1 and holder = $1 and epoch = $2",
    postgres " for share"
);

/// Whether `holder` still leads under `epoch`, and will until the end of this transaction.
pub async fn is_held(tx: &mut Tx, holder: &str, epoch: i64) -> Result<bool> {
    let held: Option<i64> = tx.query(IS_HELD).bind(holder).bind(epoch).fetch_optional_scalar().await?;
    Ok(held.is_some())
}

/// Gives the lease back, where `holder` has it.
pub async fn give_back(tx: &mut Tx, holder: &str) -> Result<u64> {
    tx.query("update leadership set holder = null where id = 1 and holder = $1").bind(holder).execute().await
}

/// Takes the lease from whoever had it: for a database that no other process can have open.
pub async fn vacate(tx: &mut Tx) -> Result<u64> {
    tx.query("update leadership set holder = null where id = 1 and holder is not null").execute().await
}

/// Who leads, or led last.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Leader {
    pub epoch: i64,
    pub holder: Option<String>,
    /// The holder's name; none where nobody leads.
    pub name: Option<String>,
    pub acquired_at: Option<Moment>,
    pub expires_at: Option<Moment>,
}

pub async fn leader(tx: &mut Tx) -> Result<Leader> {
    tx.query(
        "select epoch, holder, name, acquired_at, expires_at
         from leadership left join nodes on nodes.id = holder where leadership.id = 1",
    )
    .fetch_one()
    .await
}

/// A process that serves, or did lately.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Node {
    pub id: String,
    pub name: String,
    pub started_at: Moment,
    pub seen_at: Moment,
}

/// Notes that a node lives.
pub async fn seen(tx: &mut Tx, id: &str, name: &str, now: Moment) -> Result<()> {
    tx.query(
        "insert into nodes (id, name, started_at, seen_at) values ($1, $2, $3, $3)
         on conflict (id) do update set seen_at = excluded.seen_at",
    )
    .bind(id)
    .bind(name)
    .bind(now)
    .execute()
    .await?;
    Ok(())
}

/// The nodes, the one seen last first.
pub async fn nodes(tx: &mut Tx) -> Result<Vec<Node>> {
    tx.query("select id, name, started_at, seen_at from nodes order by seen_at desc, id").fetch_all().await
}

/// Forgets nodes that were not seen since.
pub async fn forget(tx: &mut Tx, before: Moment) -> Result<u64> {
    tx.query("delete from nodes where seen_at < $1").bind(before).execute().await
}
