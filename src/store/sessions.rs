//! Sessions, known by their hashes alone.

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

/// A session to be begun.
#[derive(Clone, Copy, Debug)]
pub struct NewSession<'a> {
    pub token_hash: &'a [u8],
    pub staff_id: i64,
    pub now: Moment,
    pub ends_at: Moment,
    /// The browser, in a few words, and the network that it came from.
    pub agent: &'a str,
    pub network: &'a str,
}

pub async fn insert(tx: &mut Tx, new: &NewSession<'_>) -> Result<()> {
    tx.query(
        "insert into sessions (token_hash, staff_id, created_at, seen_at, ends_at, agent, network)
         values ($1, $2, $3, $3, $4, $5, $6)",
    )
    .bind(new.token_hash)
    .bind(new.staff_id)
    .bind(new.now)
    .bind(new.ends_at)
    .bind(new.agent)
    .bind(new.network)
    .execute()
    .await?;
    Ok(())
}

/// One of a person's sessions, as they see it.
#[derive(Clone, Debug, FromRow)]
pub struct Listed {
    pub token_hash: Vec<u8>,
    pub created_at: Moment,
    pub seen_at: Moment,
    pub ends_at: Moment,
    pub agent: String,
    pub network: String,
}

/// A person's sessions, the latest used first.
pub async fn of_staff(tx: &mut Tx, staff_id: i64) -> Result<Vec<Listed>> {
    tx.query(
        "select token_hash, created_at, seen_at, ends_at, agent, network from sessions
         where staff_id = $1 order by seen_at desc, token_hash limit 100",
    )
    .bind(staff_id)
    .fetch_all()
    .await
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

/// When this session of this person was begun.
pub async fn began_at(tx: &mut Tx, staff_id: i64, token_hash: &[u8]) -> Result<Option<Moment>> {
    tx.query("select created_at from sessions where staff_id = $1 and token_hash = $2")
        .bind(staff_id)
        .bind(token_hash)
        .fetch_optional_scalar()
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

/// Ends one session of this person; says whether it was there.
pub async fn remove_of(tx: &mut Tx, staff_id: i64, token_hash: &[u8]) -> Result<bool> {
    let removed = tx
        .query("delete from sessions where staff_id = $1 and token_hash = $2")
        .bind(staff_id)
        .bind(token_hash)
        .execute()
        .await?;
    Ok(removed == 1)
}

/// Ends all of a person's sessions but the one to `keep`, and what is under way to become one; says how
/// many there were.
pub async fn remove_all(tx: &mut Tx, staff_id: i64, keep: Option<&[u8]>) -> Result<u64> {
    // First, so that a session that is being begun is either seen here or not begun.
    super::staff::next_epoch(tx, staff_id).await?;
    tx.query("delete from sessions where staff_id = $1 and ($2 is null or token_hash <> $2)")
        .bind(staff_id)
        .bind(keep)
        .execute()
        .await
}

/// Forgets sessions that have ended.
pub async fn remove_ended(tx: &mut Tx, now: Moment) -> Result<u64> {
    tx.query("delete from sessions where ends_at < $1").bind(now).execute().await
}
