//! Erases what applicants told once its keeping time is over. Dossiers, figures and the audit log
//! stay as they are: none of them holds it (DATA-05, KEEP-01, S24).

use super::desk::Desk;
use crate::db::{Result, Tx};
use crate::domain::staff::Actor;
use crate::domain::time::Day;
use crate::store::audit::{self, Entry};
use crate::store::erasure;

/// Erases the applicants of these dossiers, each named by its day, itself and its applicant.
pub async fn erase(tx: &mut Tx, desk: &Desk, due: &[(Day, i64, i64)]) -> Result<()> {
    for (_, dossier, applicant) in due {
        super::findable::forget(tx, desk, *applicant).await?;
        erasure::erase(tx, *applicant, *dossier, desk.now).await?;
    }
    let actor = Actor::system(desk.province.root.clone());
    let detail = serde_json::json!({ "persons": due.len() }).to_string();
    let entry = Entry { at: desk.now, actor: &actor, action: "person_erased", subject: "", detail: &detail };
    audit::append(tx, &entry).await
}
