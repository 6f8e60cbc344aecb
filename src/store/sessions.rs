//! Sessions and bearer tokens, known by their hashes alone.

use sqlx::FromRow;

use super::staff::Person;
use crate::db::{Result, Tx};
use crate::domain::time::Moment;

/// A session and whose it is.
#[derive(Clone, Debug, FromRow)]
pub struct Session {
    pub seen_at: Moment,
    pub ends_at: Moment,
    #[sqlx(flatten)]
    pub person: Person,
}

pub async fn insert(
    tx: &mut Tx,
    token_hash: &[u8],
    staff_id: i64,
    now: Moment,
    ends_at: Moment,
) -> Result<()> {
    tx.query(
        "insert into sessions (token_hash, staff_id, created_at, seen_at, ends_at)
         values ($1, $2, $3, $3, $4)",
    )
    .bind(token_hash)
    .bind(staff_id)
    .bind(now)
    .bind(ends_at)
    .execute()
    .await?;
    Ok(())
}

pub async fn find(tx: &mut Tx, token_hash: &[u8]) -> Result<Option<Session>> {
    tx.query(
        "select seen_at, ends_at, id, login, name, email, unit, roles, password_hash, active
         from sessions join staff on id = staff_id where token_hash = $1",
    )
    .bind(token_hash)
    .fetch_optional()
    .await
}

/// Notes that a session is in use. An update, never an insert: what was signed out stays out.
pub async fn touch(tx: &mut Tx, token_hash: &[u8], now: Moment) -> Result<()> {
    tx.query("update sessions set seen_at = $2 where token_hash = $1")
        .bind(token_hash)
        .bind(now)
        .execute()
        .await?;
    Ok(())
}

pub async fn remove(tx: &mut Tx, token_hash: &[u8]) -> Result<()> {
    tx.query("delete from sessions where token_hash = $1").bind(token_hash).execute().await?;
    Ok(())
}

/// Forgets sessions that have ended.
pub async fn remove_ended(tx: &mut Tx, now: Moment) -> Result<u64> {
    tx.query("delete from sessions where ends_at < $1").bind(now).execute().await
}

/// A bearer token and whose it is.
#[derive(Clone, Debug, FromRow)]
pub struct ApiToken {
    pub scope: String,
    pub expires_at: Moment,
    pub revoked_at: Option<Moment>,
    #[sqlx(flatten)]
    pub person: Person,
}

pub async fn insert_token(
    tx: &mut Tx,
    token_hash: &[u8],
    staff_id: i64,
    scope: &str,
    now: Moment,
    expires_at: Moment,
) -> Result<()> {
    tx.query(
        "insert into api_tokens (token_hash, staff_id, scope, created_at, expires_at)
         values ($1, $2, $3, $4, $5)",
    )
    .bind(token_hash)
    .bind(staff_id)
    .bind(scope)
    .bind(now)
    .bind(expires_at)
    .execute()
    .await?;
    Ok(())
}

pub async fn find_token(tx: &mut Tx, token_hash: &[u8]) -> Result<Option<ApiToken>> {
    tx.query(
        "select scope, expires_at, revoked_at, id, login, name, email, unit, roles, password_hash, active
         from api_tokens join staff on id = staff_id where token_hash = $1",
    )
    .bind(token_hash)
    .fetch_optional()
    .await
}
