//! Walks the whole database page by page, so that nothing is held up by one long look.

use super::{Verdict, page_of_audit, page_of_dossiers};
use crate::db::{Db, Result};
use crate::store::audit::Head;
use crate::work::desk::Desk;
use crate::work::law;

/// Checks all dossiers, a snapshot per page, by the law that the database has in force.
pub async fn dossiers(db: &Db, desk: &Desk, mut verdict: Verdict) -> Result<Verdict> {
    let province = db.report(async |tx| law::in_force(tx, &desk.province).await).await?;
    let desk = &Desk { province, ..desk.clone() };
    let mut after = 0;
    loop {
        let (next, so_far) = db
            .report(async |tx| {
                let mut verdict = verdict.clone();
                let next = page_of_dossiers(tx, desk, after, &mut verdict).await?;
                Ok((next, verdict))
            })
            .await?;
        verdict = so_far;
        match next {
            Some(id) => after = id,
            None => return Ok(verdict),
        }
    }
}

/// Checks the whole audit chain, a snapshot per page.
pub async fn audit(db: &Db, mut verdict: Verdict) -> Result<Verdict> {
    let mut link = Head::default();
    loop {
        let (next, so_far) = db
            .report(async |tx| {
                let mut verdict = verdict.clone();
                let next = page_of_audit(tx, link.clone(), &mut verdict).await?;
                Ok((next, verdict))
            })
            .await?;
        verdict = so_far;
        match next {
            Some(next) => link = next,
            None => return Ok(verdict),
        }
    }
}
