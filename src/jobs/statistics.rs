//! Counts the month that has ended, once it has.

use super::turn::Turn;
use crate::db::Result;
use crate::domain::statistics::Figures;
use crate::store::statistics::{Basis, Scope, counts};

pub(super) async fn run(turn: Turn) -> Result<String> {
    let Some(last_day) = turn.day().month().first().previous() else { return Ok(String::new()) };
    let month = last_day.month();
    let scope = Scope { basis: Basis::Settled, from: month.first(), to: last_day, units: None };
    let counts = turn.app.db.report(async |tx| counts(tx, &scope, None, None).await).await?;
    let all = counts.iter().fold(Figures::default(), |sum, count| sum.plus(count.figures()));
    Ok(format!("{month}: {} settled, {} of them late", all.evaluable() + all.without_due, all.late))
}
