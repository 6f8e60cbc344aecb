//! Which request made which dossier, so that a repetition is answered and not repeated.

use sqlx::FromRow;

use crate::db::{Result, Tx};

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
