//! Puts what older keys sealed under the present one, some rows at a time.

use super::desk::{Desk, sealing_failed};
use crate::db::{Db, Result, Tx};
use crate::domain::staff::Actor;
use crate::seal::Use;
use crate::store::audit::{self, Entry};
use crate::store::reseal::{self, Table};

const BATCH: i64 = 500;

fn use_of(table: Table) -> Use {
    match table {
        Table::Applicants => Use::Applicant,
        Table::Letters => Use::Letter,
        Table::SecondFactors => Use::SecondFactor,
    }
}

/// One batch of a table after row `after`; says how many and where it ended, none at the end.
async fn batch(tx: &mut Tx, desk: &Desk, table: Table, after: i64) -> Result<Option<(u64, i64)>> {
    let rows = reseal::older(tx, table, &desk.keys.current(), after, BATCH).await?;
    let Some(last) = rows.last().map(|row| row.id) else { return Ok(None) };
    let mut done = 0;
    for row in &rows {
        let old = crate::seal::Sealed { bytes: row.sealed.clone(), key_id: row.key_id.clone() };
        let new = desk.keys.reseal(&old, use_of(table)).map_err(sealing_failed)?;
        done += u64::from(reseal::replace(tx, table, row, &new).await?);
    }
    Ok(Some((done, last)))
}

/// Puts everything under the present key, each batch a deed of its own: whoever breaks it off goes
/// on from there.
pub async fn reseal_all(db: &Db, desk: &Desk) -> Result<u64> {
    let mut total = 0;
    for table in Table::ALL {
        let mut after = 0;
        loop {
            let desk = desk.clone();
            match db.write(async move |tx| batch(tx, &desk, table, after).await).await? {
                Some((done, last)) => {
                    total += done;
                    after = last;
                }
                None => break,
            }
        }
    }
    let desk = desk.clone();
    db.write(async move |tx| {
        let actor = Actor::system(desk.province.root.clone());
        let detail = serde_json::json!({ "key": desk.keys.current(), "values": total }).to_string();
        let entry =
            Entry { at: desk.now, actor: &actor, action: "keys_rotated", subject: "", detail: &detail };
        audit::append(tx, &entry).await
    })
    .await?;
    Ok(total)
}
