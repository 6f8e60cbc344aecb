//! Folds what dossiers changed into the counts that reports read.
//!
//! Reports are right without it, only slower: they read what is not folded yet as well.

use crate::db::{Db, Result};
use crate::store::figures;

/// Changes folded in one deed: a moment's work.
const BATCH: i64 = 2_000;

/// Folds until nothing is left.
///
/// # Errors
/// Those of the database; what was folded before stays folded.
pub async fn fold(db: &Db) -> Result<()> {
    while db.read(async |tx| figures::any_changes(tx).await).await? {
        db.write(async move |tx| figures::fold(tx, BATCH).await).await?;
    }
    Ok(())
}
