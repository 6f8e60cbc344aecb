//! Erases what applicants told, and what was written about them, once its keeping time is over. Dossiers,
//! figures and the audit log stay as they are: none of them holds it (DATA-05, KEEP-01, S24).

use super::desk::Desk;
use crate::db::{Result, Tx};
use crate::domain::staff::Actor;
use crate::store::audit::{self, Entry};
use crate::store::erasure::Due;
use crate::store::{erasure, events};

/// Erases the applicants of these dossiers, and the words about them.
pub async fn erase(tx: &mut Tx, desk: &Desk, due: &[Due]) -> Result<()> {
    for (_, dossier, applicant) in due {
        if let Some(applicant) = applicant {
            super::findable::forget(tx, desk, *applicant).await?;
            erasure::erase_applicant(tx, *applicant, desk.now).await?;
        }
        erasure::erase_traces(tx, *dossier, desk.now).await?;
        erase_words(tx, *dossier).await?;
    }
    let actor = Actor::system(desk.province.root.clone());
    let detail = serde_json::json!({ "persons": due.len() }).to_string();
    let entry = Entry { at: desk.now, actor: &actor, action: "person_erased", subject: "", detail: &detail };
    audit::append(tx, &entry).await
}

/// Takes the free words out of a dossier's events. Told again they make the same dossier, and the audit
/// log has never held them: its chain holds that an event was recorded, not what was said in it.
async fn erase_words(tx: &mut Tx, dossier: i64) -> Result<()> {
    for event in events::of(tx, dossier).await? {
        let bare = event.what.clone().without_words();
        if bare != event.what {
            events::put_bare(tx, dossier, event.seq, &bare).await?;
        }
    }
    Ok(())
}
