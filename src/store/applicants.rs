//! Applicants, sealed and apart from their dossiers (DATA-05).

use sqlx::FromRow;

use crate::db::{Result, Tx};
use crate::seal::Sealed;

/// Codes for exact search; what they code can't be read from them.
#[derive(Clone, Debug, Default)]
pub struct SearchCodes {
    pub identifier: Option<Vec<u8>>,
    pub phone: Option<Vec<u8>>,
}

#[derive(FromRow)]
struct Row {
    sealed: Vec<u8>,
    key_id: String,
}

pub async fn get(tx: &mut Tx, id: i64) -> Result<Option<Sealed>> {
    let row: Option<Row> =
        tx.query("select sealed, key_id from applicants where id = $1").bind(id).fetch_optional().await?;
    Ok(row.map(|row| Sealed { bytes: row.sealed, key_id: row.key_id }))
}

/// Whether anything was sealed yet.
pub async fn any(tx: &mut Tx) -> Result<bool> {
    tx.query("select exists (select 1 from applicants) or exists (select 1 from outbox)").fetch_scalar().await
}
