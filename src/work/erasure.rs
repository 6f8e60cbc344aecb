//! Erases what applicants told once its keeping time is over. Dossiers, figures and the audit log
//! stay as they are: none of them holds it (DATA-05, KEEP-01, S24).

use super::desk::Desk;
use crate::db::{Db, Result, Tx};
use crate::domain::staff::Actor;
use crate::domain::time::Day;
use crate::store::audit::{self, Entry};
use crate::store::erasure;

const BATCH: i64 = 500;

/// Erases the applicants of dossiers that were over before `before`; says how many.
pub async fn erase(db: &Db, desk: &Desk, before: Day) -> Result<u64> {
    let (mut total, mut after) = (0, None);
    loop {
        let due = db.report(async |tx| erasure::due(tx, before, after, BATCH).await).await?;
        let Some((day, id, _)) = due.last() else { return Ok(total) };
        after = Some((*day, *id));
        total += u64::try_from(due.len()).unwrap_or(u64::MAX);
        let desk = desk.clone();
        db.write(async move |tx| batch(tx, &desk, &due).await).await?;
    }
}

async fn batch(tx: &mut Tx, desk: &Desk, due: &[(Day, i64, i64)]) -> Result<()> {
    for (_, dossier, applicant) in due {
        erasure::erase(tx, *applicant, *dossier, desk.now).await?;
    }
    let actor = Actor::system(desk.province.root.clone());
    let detail = serde_json::json!({ "persons": due.len() }).to_string();
    let entry = Entry { at: desk.now, actor: &actor, action: "person_erased", subject: "", detail: &detail };
    audit::append(tx, &entry).await
}
