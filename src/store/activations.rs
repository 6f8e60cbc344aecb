//! One-time links with which a person sets their password; known by their hashes alone.

use crate::db::{Result, Tx};
use crate::domain::time::Moment;

/// Keeps a new link; older ones of the same person open nothing any more.
pub async fn replace(
    tx: &mut Tx,
    token_hash: &[u8],
    staff_id: i64,
    now: Moment,
    expires_at: Moment,
) -> Result<()> {
    forget(tx, staff_id).await?;
    tx.query(
        "insert into activations (token_hash, staff_id, created_at, expires_at) values ($1, $2, $3, $4)",
    )
    .bind(token_hash)
    .bind(staff_id)
    .bind(now)
    .bind(expires_at)
    .execute()
    .await?;
    Ok(())
}

/// Whose link it is, if it is still good.
pub async fn holder(tx: &mut Tx, token_hash: &[u8], now: Moment) -> Result<Option<i64>> {
    tx.query("select staff_id from activations where token_hash = $1 and expires_at > $2")
        .bind(token_hash)
        .bind(now)
        .fetch_optional_scalar()
        .await
}

/// Takes a link, so that it opens nothing a second time; says whether it was there to take.
pub async fn take(tx: &mut Tx, token_hash: &[u8]) -> Result<bool> {
    let taken = tx.query("delete from activations where token_hash = $1").bind(token_hash).execute().await?;
    Ok(taken == 1)
}

/// Forgets the links of a person.
pub async fn forget(tx: &mut Tx, staff_id: i64) -> Result<()> {
    tx.query("delete from activations where staff_id = $1").bind(staff_id).execute().await?;
    Ok(())
}

/// Forgets links that have ended.
pub async fn remove_ended(tx: &mut Tx, now: Moment) -> Result<u64> {
    tx.query("delete from activations where expires_at <= $1").bind(now).execute().await
}
