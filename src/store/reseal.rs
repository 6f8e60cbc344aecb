//! What is sealed with keys that have had their day, and putting it under the present one.

use sqlx::FromRow;

use crate::db::{Result, Tx};
use crate::seal::Sealed;

/// A sealed value and the number of its row.
#[derive(Clone, Debug, FromRow)]
pub struct Row {
    pub id: i64,
    pub sealed: Vec<u8>,
    pub key_id: String,
}

/// What lies sealed in a table of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Table {
    Applicants,
    Letters,
    SecondFactors,
}

impl Table {
    pub const ALL: [Self; 3] = [Self::Applicants, Self::Letters, Self::SecondFactors];
}

/// Rows after `after` that another key than `current` seals, by number.
pub async fn older(tx: &mut Tx, table: Table, current: &str, after: i64, limit: i64) -> Result<Vec<Row>> {
    let sql = match table {
        Table::Applicants => {
            "select id, sealed, key_id from applicants
             where key_id <> $1 and erased_at is null and id > $2 order by id limit $3"
        }
        Table::Letters => {
            "select id, sealed, key_id from outbox
             where key_id <> $1 and sealed is not null and id > $2 order by id limit $3"
        }
        Table::SecondFactors => {
            "select staff_id as id, sealed, key_id from second_factors
             where key_id <> $1 and staff_id > $2 order by staff_id limit $3"
        }
    };
    tx.query(sql).bind(current).bind(after).bind(limit).fetch_all().await
}

/// Puts the same value under another key, unless it has changed meanwhile.
pub async fn replace(tx: &mut Tx, table: Table, old: &Row, new: &Sealed) -> Result<bool> {
    let sql = match table {
        Table::Applicants => "update applicants set sealed = $2, key_id = $3 where id = $1 and sealed = $4",
        Table::Letters => "update outbox set sealed = $2, key_id = $3 where id = $1 and sealed = $4",
        Table::SecondFactors => {
            "update second_factors set sealed = $2, key_id = $3 where staff_id = $1 and sealed = $4"
        }
    };
    let replaced = tx
        .query(sql)
        .bind(old.id)
        .bind(new.bytes.as_slice())
        .bind(new.key_id.as_str())
        .bind(old.sealed.as_slice())
        .execute()
        .await?;
    Ok(replaced == 1)
}
