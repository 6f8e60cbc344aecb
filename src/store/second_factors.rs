//! Second factors: the sealed secret of each person, and the codes for when it is lost.

use sqlx::FromRow;

use crate::db::{Result, Tx};
use crate::domain::time::Moment;
use crate::seal::Sealed;

/// A person's second factor.
#[derive(Clone, Debug, FromRow)]
pub struct Row {
    pub sealed: Vec<u8>,
    pub key_id: String,
    pub last_step: i64,
    /// When it was proposed.
    pub created_at: Moment,
    pub confirmed_at: Option<Moment>,
}

impl Row {
    #[must_use]
    pub fn sealed(&self) -> Sealed {
        Sealed { bytes: self.sealed.clone(), key_id: self.key_id.clone() }
    }
}

pub async fn find(tx: &mut Tx, staff_id: i64) -> Result<Option<Row>> {
    tx.query(
        "select sealed, key_id, last_step, created_at, confirmed_at from second_factors where staff_id = $1",
    )
    .bind(staff_id)
    .fetch_optional()
    .await
}

pub async fn is_confirmed(tx: &mut Tx, staff_id: i64) -> Result<bool> {
    tx.query("select exists (select 1 from second_factors where staff_id = $1 and confirmed_at is not null)")
        .bind(staff_id)
        .fetch_scalar()
        .await
}

/// Keeps a new secret that is not yet proved to be in anybody's telephone; never in the place of a proved one.
pub async fn propose(tx: &mut Tx, staff_id: i64, sealed: &Sealed, now: Moment) -> Result<()> {
    tx.query(
        "insert into second_factors (staff_id, sealed, key_id, last_step, created_at)
         values ($1, $2, $3, 0, $4)
         on conflict (staff_id) do update set sealed = excluded.sealed, key_id = excluded.key_id,
            last_step = 0, created_at = excluded.created_at
         where second_factors.confirmed_at is null",
    )
    .bind(staff_id)
    .bind(sealed.bytes.as_slice())
    .bind(sealed.key_id.as_str())
    .bind(now)
    .execute()
    .await?;
    Ok(())
}

pub async fn confirm(tx: &mut Tx, staff_id: i64, step: i64, now: Moment) -> Result<bool> {
    let confirmed = tx
        .query(
            "update second_factors set confirmed_at = $3, last_step = $2
             where staff_id = $1 and confirmed_at is null",
        )
        .bind(staff_id)
        .bind(step)
        .bind(now)
        .execute()
        .await?;
    Ok(confirmed == 1)
}

/// Notes that the code of `step` was used; says no where it, or a later one, was used before.
pub async fn use_step(tx: &mut Tx, staff_id: i64, step: i64) -> Result<bool> {
    let used = tx
        .query("update second_factors set last_step = $2 where staff_id = $1 and last_step < $2")
        .bind(staff_id)
        .bind(step)
        .execute()
        .await?;
    Ok(used == 1)
}

/// Takes a second factor and its recovery codes away; says whether there was one.
pub async fn remove(tx: &mut Tx, staff_id: i64) -> Result<bool> {
    tx.query("delete from recovery_codes where staff_id = $1").bind(staff_id).execute().await?;
    let removed = tx.query("delete from second_factors where staff_id = $1").bind(staff_id).execute().await?;
    Ok(removed == 1)
}

/// Keeps new recovery codes in the place of the old ones.
pub async fn keep_codes(tx: &mut Tx, staff_id: i64, hashes: &[Vec<u8>]) -> Result<()> {
    tx.query("delete from recovery_codes where staff_id = $1").bind(staff_id).execute().await?;
    for hash in hashes {
        tx.query("insert into recovery_codes (code_hash, staff_id) values ($1, $2)")
            .bind(hash.as_slice())
            .bind(staff_id)
            .execute()
            .await?;
    }
    Ok(())
}

/// Uses a recovery code up; says whether there was one to use.
pub async fn use_code(tx: &mut Tx, staff_id: i64, hash: &[u8], now: Moment) -> Result<bool> {
    let used = tx
        .query(
            "update recovery_codes set used_at = $3
             where code_hash = $1 and staff_id = $2 and used_at is null",
        )
        .bind(hash)
        .bind(staff_id)
        .bind(now)
        .execute()
        .await?;
    Ok(used == 1)
}

/// How many recovery codes a person has left.
pub async fn codes_left(tx: &mut Tx, staff_id: i64) -> Result<i64> {
    tx.query("select count(*) from recovery_codes where staff_id = $1 and used_at is null")
        .bind(staff_id)
        .fetch_scalar()
        .await
}
