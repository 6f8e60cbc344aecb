//! Which request made which dossier, so that a repetition is answered and not repeated.

use sqlx::FromRow;

use crate::db::{Result, Tx};
use crate::domain::time::Moment;

#[derive(Clone, Debug, FromRow)]
pub struct Made {
    pub request_hash: Vec<u8>,
    pub dossier_id: i64,
    pub seq: i64,
}

/// What this person's request under this key made, if it was made before.
pub async fn find(tx: &mut Tx, staff: i64, key: &str) -> Result<Option<Made>> {
    tx.query("select request_hash, dossier_id, seq from idempotency_keys where staff_id = $1 and key = $2")
        .bind(staff)
        .bind(key)
        .fetch_optional()
        .await
}

/// Remembers what a request made. A unique violation says that another was faster.
pub async fn remember(tx: &mut Tx, staff: i64, key: &str, made: &Made, now: Moment) -> Result<()> {
    tx.query(
        "insert into idempotency_keys (staff_id, key, request_hash, dossier_id, seq, created_at)
         values ($1, $2, $3, $4, $5, $6)",
    )
    .bind(staff)
    .bind(key)
    .bind(made.request_hash.as_slice())
    .bind(made.dossier_id)
    .bind(made.seq)
    .bind(now)
    .execute()
    .await?;
    Ok(())
}
