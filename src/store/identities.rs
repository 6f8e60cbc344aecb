//! Which account belongs to whom at the identity provider, and which of its answers were taken.

use crate::db::{Result, Tx};
use crate::domain::time::Moment;

/// A link to be kept.
#[derive(Clone, Copy, Debug)]
pub struct NewIdentity<'a> {
    /// Made of issuer and subject; neither can be read from it.
    pub code: &'a [u8],
    pub issuer: &'a str,
    pub staff_id: i64,
    pub now: Moment,
    pub linked_by: i64,
}

/// Keeps a link; an older one of the same person to the same provider ends.
pub async fn replace(tx: &mut Tx, new: &NewIdentity<'_>) -> Result<()> {
    remove(tx, new.staff_id, new.issuer).await?;
    tx.query(
        "insert into identities (code, issuer, staff_id, linked_at, linked_by) values ($1, $2, $3, $4, $5)",
    )
    .bind(new.code)
    .bind(new.issuer)
    .bind(new.staff_id)
    .bind(new.now)
    .bind(new.linked_by)
    .execute()
    .await?;
    Ok(())
}

/// Ends the link of a person to a provider; says whether there was one.
pub async fn remove(tx: &mut Tx, staff_id: i64, issuer: &str) -> Result<bool> {
    let removed = tx
        .query("delete from identities where staff_id = $1 and issuer = $2")
        .bind(staff_id)
        .bind(issuer)
        .execute()
        .await?;
    Ok(removed == 1)
}

/// Whose account it is.
pub async fn holder(tx: &mut Tx, code: &[u8]) -> Result<Option<i64>> {
    tx.query("select staff_id from identities where code = $1").bind(code).fetch_optional_scalar().await
}

/// Whether a person is linked to this provider, and since when.
pub async fn linked_at(tx: &mut Tx, staff_id: i64, issuer: &str) -> Result<Option<Moment>> {
    tx.query("select linked_at from identities where staff_id = $1 and issuer = $2")
        .bind(staff_id)
        .bind(issuer)
        .fetch_optional_scalar()
        .await
}

/// Takes an answer of the provider; says whether it was the first time.
pub async fn take_answer(tx: &mut Tx, state_hash: &[u8], now: Moment) -> Result<bool> {
    let taken = tx
        .query("insert into identity_answers (state_hash, taken_at) values ($1, $2) on conflict (state_hash) do nothing")
        .bind(state_hash)
        .bind(now)
        .execute()
        .await?;
    Ok(taken == 1)
}

/// Forgets answers that could not be given any more.
pub async fn forget_answers(tx: &mut Tx, before: Moment) -> Result<u64> {
    tx.query("delete from identity_answers where taken_at < $1").bind(before).execute().await
}
