//! What publishing a decision would move, dossier by dossier, without moving it.

use super::{Outcome, look};
use crate::db::{Db, Result, Tx};
use crate::domain::law::Amendment;
use crate::domain::time::{Day, Moment};
use crate::store;
use crate::work::decisions;
use crate::work::desk::Desk;
use crate::work::ledger;

/// So many dossiers are looked at in one snapshot.
const PAGE: i64 = 1_000;

/// A date that would move. Every one was promised to the applicant on form 01.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Move {
    pub code: String,
    pub procedure: String,
    pub unit: String,
    pub due_before: Moment,
    pub due_on_before: Day,
    pub due_after: Moment,
    pub due_on_after: Day,
}

/// What a decision would do to the open dossiers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Preview {
    /// The edition by which the dates are counted now.
    pub edition: i64,
    /// Open dossiers with a date that were looked at.
    pub looked_at: u64,
    pub moves: Vec<Move>,
    /// Those that would have an earlier date and keep the one promised (TIME-16).
    pub kept_earlier: u64,
    /// Those whose clock stands still: their date is counted when it goes on.
    pub stopped: u64,
    /// Those that are late already and stay so.
    pub late: u64,
    /// Those whose new date would lie in a year that is not final (TIME-15): they keep the old one.
    pub impossible: u64,
    /// Those not received yet: their date will be counted by the new law.
    pub unpromised: u64,
}

/// The whole preview, page by page.
///
/// # Errors
/// Those of the database, and where the decision can't be compiled.
pub async fn preview(db: &Db, desk: &Desk, amendment: &Amendment) -> Result<Preview> {
    let known = desk.clone();
    let (candidate, scope, unpromised) = db
        .report(async move |tx| {
            let candidate = decisions::candidate(tx, &known.province, amendment).await?;
            let scope = decisions::scope(&known.province, &candidate);
            let unpromised = store::recounts::unpromised(tx, scope.as_deref()).await?;
            Ok((candidate, scope, unpromised))
        })
        .await?;
    let under = Desk { province: candidate.into(), ..desk.clone() };
    let edition = desk.province.edition;
    let mut preview =
        Preview { edition, unpromised: u64::try_from(unpromised).unwrap_or_default(), ..Preview::default() };
    let mut after = Some(0);
    while let Some(from) = after {
        let (page, next) =
            db.report(async |tx| preview_page(tx, &under, scope.as_deref(), from).await).await?;
        preview.add(page);
        after = next;
    }
    Ok(preview)
}

impl Preview {
    fn add(&mut self, page: Self) {
        self.looked_at += page.looked_at;
        self.moves.extend(page.moves);
        self.kept_earlier += page.kept_earlier;
        self.stopped += page.stopped;
        self.late += page.late;
        self.impossible += page.impossible;
    }

    /// How many dates would move in each unit, the most first.
    #[must_use]
    pub fn by_unit(&self) -> Vec<(String, usize)> {
        let mut counts = std::collections::BTreeMap::<&str, usize>::new();
        for one in &self.moves {
            *counts.entry(&one.unit).or_default() += 1;
        }
        let mut counts: Vec<_> = counts.into_iter().map(|(unit, count)| (unit.to_owned(), count)).collect();
        counts.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        counts
    }
}

/// One page of dossiers after `after` under the law of `desk`; where the next one begins, if any.
pub async fn preview_page(
    tx: &mut Tx,
    desk: &Desk,
    scope: Option<&[String]>,
    after: i64,
) -> Result<(Preview, Option<i64>)> {
    let page = store::recounts::open(tx, after, scope, PAGE).await?;
    let full = i64::try_from(page.len()).is_ok_and(|count| count == PAGE);
    let reached = page.last().filter(|_| full).map_or(after + store::recounts::STRETCH, |last| last.known.id);
    let known = page.into_iter().map(|one| one.known).collect();
    let mut preview = Preview::default();
    for opened in ledger::load_many(tx, known).await? {
        preview.looked_at += 1;
        match look(desk, &opened, desk.now) {
            Outcome::Stays => {}
            Outcome::KeptEarlier => preview.kept_earlier += 1,
            Outcome::Stopped => preview.stopped += 1,
            Outcome::Late => preview.late += 1,
            Outcome::Impossible(_) => preview.impossible += 1,
            Outcome::Moves(promise) => {
                let dossier = &opened.dossier;
                let Some(before) = dossier.promise() else { continue };
                preview.moves.push(Move {
                    code: opened.known.code.clone(),
                    procedure: dossier.filing.procedure.clone(),
                    unit: dossier.filing.competent_unit.to_string(),
                    due_before: before.due_at,
                    due_on_before: before.due_on,
                    due_after: promise.due_at,
                    due_on_after: promise.due_on,
                });
            }
        }
    }
    let more = reached < store::recounts::last(tx).await?;
    Ok((preview, more.then_some(reached)))
}
