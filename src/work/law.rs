//! The law in force: what the files said first, and every decision published since.
//!
//! A deed rests on the edition that its desk has; one that was replaced meanwhile is refused, so
//! that nothing is counted by what no longer holds.

use std::sync::Arc;

use super::desk::Desk;
use crate::db::{Error, Result, Tx};
use crate::domain::calendar::CalendarProblem;
use crate::domain::law::{Drift, FIRST_EDITION, Law};
use crate::domain::province::Province;
use crate::domain::refusal::{Language, Refusal};
use crate::store;
use crate::store::decisions::Head;

/// The province under the edition that the database has in force; `known` is it under another one,
/// or as configured.
pub async fn in_force(tx: &mut Tx, known: &Arc<Province>) -> Result<Arc<Province>> {
    let Head { edition, .. } = store::decisions::head(tx).await?;
    let Some(first) = store::decisions::first(tx).await? else { return Ok(Arc::clone(known)) };
    let amendments =
        if edition > FIRST_EDITION { store::decisions::amendments(tx).await? } else { Vec::new() };
    let law = first.after(&amendments);
    if edition == known.edition && law == *known.law {
        return Ok(Arc::clone(known));
    }
    known.under(law, edition).map(Arc::new).map_err(|problems| unusable(edition, &problems))
}

/// The province in force, where it is another edition than the one known.
pub async fn renewed(tx: &mut Tx, known: &Arc<Province>) -> Result<Option<Arc<Province>>> {
    let Head { edition, .. } = store::decisions::head(tx).await?;
    if edition == known.edition || edition < FIRST_EDITION {
        return Ok(None);
    }
    in_force(tx, known).await.map(Some)
}

/// What the files say that is neither in force nor what they said at the first start. A decision must
/// bring it in, or the files be put back.
pub async fn drift(tx: &mut Tx, files: &Law) -> Result<Vec<Drift>> {
    let Some(first) = store::decisions::first(tx).await? else { return Ok(Vec::new()) };
    let in_force = first.after(&store::decisions::amendments(tx).await?);
    Ok(files.drift(&first, &in_force))
}

fn unusable(edition: i64, problems: &[CalendarProblem]) -> Error {
    let said: Vec<_> = problems.iter().map(|problem| problem.problem.say(Language::English)).collect();
    Error::corrupt("decisions", "content", format_args!("edition {edition}: {}", said.join("; ")))
}

/// Refuses a deed that rests on another edition than the one in force.
pub fn check(desk: &Desk, edition: i64) -> Result<(), Refusal> {
    if desk.province.edition == edition { Ok(()) } else { Err(Refusal::law_changed()) }
}
