//! Bearer tokens, known by their hashes alone.

use sqlx::FromRow;

use super::staff::Person;
use crate::db::{Result, Tx};
use crate::domain::time::Moment;

/// A bearer token and whose it is.
#[derive(Clone, Debug, FromRow)]
pub struct ApiToken {
    pub scope: String,
    /// The unit that it is narrowed to.
    pub unit_of_token: Option<String>,
    pub expires_at: Moment,
    pub revoked_at: Option<Moment>,
    pub last_used_at: Option<Moment>,
    #[sqlx(flatten)]
    pub person: Person,
}

/// A token to be issued.
#[derive(Clone, Copy, Debug)]
pub struct NewToken<'a> {
    pub token_hash: &'a [u8],
    pub staff_id: i64,
    /// What it is for, in its owner's words.
    pub label: &'a str,
    pub scope: &'a str,
    pub unit: Option<&'a str>,
    pub now: Moment,
    pub expires_at: Moment,
}

pub async fn insert(tx: &mut Tx, new: &NewToken<'_>) -> Result<()> {
    tx.query(
        "insert into api_tokens (token_hash, staff_id, label, scope, unit, created_at, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(new.token_hash)
    .bind(new.staff_id)
    .bind(new.label)
    .bind(new.scope)
    .bind(new.unit)
    .bind(new.now)
    .bind(new.expires_at)
    .execute()
    .await?;
    Ok(())
}

pub async fn find(tx: &mut Tx, token_hash: &[u8]) -> Result<Option<ApiToken>> {
    tx.query(
        "select scope, t.unit as unit_of_token, expires_at, revoked_at, last_used_at,
            id, login, name, email, s.unit, roles, password_hash, active
         from api_tokens t join staff s on id = staff_id where token_hash = $1",
    )
    .bind(token_hash)
    .fetch_optional()
    .await
}

/// Notes that a token was used.
pub async fn touch(tx: &mut Tx, token_hash: &[u8], now: Moment) -> Result<()> {
    tx.query("update api_tokens set last_used_at = $2 where token_hash = $1")
        .bind(token_hash)
        .bind(now)
        .execute()
        .await?;
    Ok(())
}

/// One of a person's tokens, as they see it.
#[derive(Clone, Debug, FromRow)]
pub struct Listed {
    pub token_hash: Vec<u8>,
    pub label: String,
    pub scope: String,
    pub unit: Option<String>,
    pub created_at: Moment,
    pub expires_at: Moment,
    pub last_used_at: Option<Moment>,
}

/// The tokens of a person that are still good, the newest first.
pub async fn of_staff(tx: &mut Tx, staff_id: i64, now: Moment) -> Result<Vec<Listed>> {
    tx.query(
        "select token_hash, label, scope, unit, created_at, expires_at, last_used_at from api_tokens
         where staff_id = $1 and revoked_at is null and expires_at > $2
         order by created_at desc, token_hash limit 100",
    )
    .bind(staff_id)
    .bind(now)
    .fetch_all()
    .await
}

/// Revokes one token of this person; says whether there was one to revoke.
pub async fn revoke(tx: &mut Tx, staff_id: i64, token_hash: &[u8], now: Moment) -> Result<bool> {
    let revoked = tx
        .query(
            "update api_tokens set revoked_at = $3
             where staff_id = $1 and token_hash = $2 and revoked_at is null",
        )
        .bind(staff_id)
        .bind(token_hash)
        .bind(now)
        .execute()
        .await?;
    Ok(revoked == 1)
}

/// Revokes all that a person has.
pub async fn revoke_all(tx: &mut Tx, staff_id: i64, now: Moment) -> Result<u64> {
    tx.query("update api_tokens set revoked_at = $2 where staff_id = $1 and revoked_at is null")
        .bind(staff_id)
        .bind(now)
        .execute()
        .await
}
