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

const GET: &str = "select sealed, key_id from applicants where id = $1 and erased_at is null";

/// An applicant, sealed; none once their data were erased.
pub async fn get(tx: &mut Tx, id: i64) -> Result<Option<Sealed>> {
    let row: Option<Row> = tx.query(GET).bind(id).fetch_optional().await?;
    Ok(row.map(|row| Sealed { bytes: row.sealed, key_id: row.key_id }))
}

/// Whether anything was sealed yet.
pub async fn any(tx: &mut Tx) -> Result<bool> {
    tx.query(
        "select exists (select 1 from applicants) or exists (select 1 from outbox)
            or exists (select 1 from second_factors)",
    )
    .fetch_scalar()
    .await
}

/// The applicants behind an exact identifier or phone number, each with its dossier.
pub async fn of_code(tx: &mut Tx, code: &[u8]) -> Result<Vec<(i64, i64, String)>> {
    tx.query(
        "select a.id, d.id as dossier, d.code from applicants a join dossiers d on d.applicant_id = a.id
         where a.identifier_code = $1
         union select a.id, d.id as dossier, d.code from applicants a join dossiers d on d.applicant_id = a.id
         where a.phone_code = $1
         order by 3",
    )
    .bind(code)
    .fetch_all()
    .await
}
