//! What publishing a decision would move, dossier by dossier, without moving it.

use super::{Outcome, look};
use crate::db::{Db, Result, Tx};
use crate::domain::law::Amendment;
use crate::domain::recount::{Move, Preview};
use crate::domain::time::Moment;
use crate::store;
use crate::work::decisions;
use crate::work::desk::Desk;
use crate::work::ledger::{self, Opened};

/// So many dossiers are looked at in one snapshot.
pub(super) const PAGE: i64 = 1_000;

/// The desk under the law that is proposed, and whose dossiers that may concern.
pub(super) struct Proposed {
    desk: Desk,
    scope: Option<Vec<String>>,
}

impl Proposed {
    pub(super) async fn of(tx: &mut Tx, desk: &Desk, amendment: &Amendment) -> Result<Self> {
        let candidate = decisions::candidate(tx, &desk.province, amendment).await?;
        let scope = decisions::scope(&desk.province, &candidate);
        Ok(Self { desk: Desk { province: candidate.into(), ..desk.clone() }, scope })
    }

    /// A preview that has looked at nothing yet, and the last dossier that it is to look at.
    pub(super) async fn begin(&self, tx: &mut Tx) -> Result<(Preview, i64)> {
        let unpromised = store::recounts::unpromised(tx, self.scope.as_deref()).await?;
        let preview = Preview::beside(u64::try_from(unpromised).unwrap_or_default());
        Ok((preview, store::recounts::last(tx).await?))
    }

    /// Looks at the next dossiers after `reached`, `limit` at most, and counts them into `preview`; says
    /// up to which it looked. `now` decides what was late before.
    pub(super) async fn look(
        &self,
        tx: &mut Tx,
        preview: &mut Preview,
        reached: i64,
        limit: i64,
        now: Moment,
    ) -> Result<i64> {
        let page = store::recounts::open(tx, reached, self.scope.as_deref(), limit).await?;
        let full = i64::try_from(page.len()).is_ok_and(|count| count == limit);
        let through =
            page.last().filter(|_| full).map_or(reached + store::recounts::STRETCH, |last| last.known.id);
        let known = page.into_iter().map(|one| one.known).collect();
        for opened in ledger::load_many(tx, known).await? {
            count(preview, &self.desk, &opened, now);
        }
        Ok(through)
    }
}

fn count(preview: &mut Preview, desk: &Desk, opened: &Opened, now: Moment) {
    preview.looked_at += 1;
    match look(desk, opened, now) {
        Outcome::Stays => {}
        Outcome::KeptEarlier => preview.kept_earlier += 1,
        Outcome::Stopped => preview.stopped += 1,
        Outcome::Late => preview.late += 1,
        Outcome::Impossible(_) => preview.impossible += 1,
        Outcome::Moves(promise) => {
            let dossier = &opened.dossier;
            let Some(before) = dossier.promise() else { return };
            preview.count(Move {
                due_before: before.due_at,
                due_on_before: before.due_on,
                code: opened.known.code.clone(),
                procedure: dossier.filing.procedure.clone(),
                unit: dossier.filing.competent_unit.to_string(),
                due_after: promise.due_at,
                due_on_after: promise.due_on,
            });
        }
    }
}

/// The whole preview at once, however long that takes.
///
/// # Errors
/// Those of the database, and where the decision can't be compiled.
pub async fn preview(db: &Db, desk: &Desk, amendment: &Amendment) -> Result<Preview> {
    let (proposed, (mut preview, last)) = db
        .report(async |tx| {
            let proposed = Proposed::of(tx, desk, amendment).await?;
            let begun = proposed.begin(tx).await?;
            Ok((proposed, begun))
        })
        .await?;
    let mut reached = 0;
    while reached < last {
        let (so_far, now) = (preview, desk.now);
        (preview, reached) = db
            .report(async |tx| {
                let mut preview = so_far;
                let reached = proposed.look(tx, &mut preview, reached, PAGE, now).await?;
                Ok((preview, reached))
            })
            .await?;
    }
    Ok(preview)
}
