//! Counts the kept figures again from the dossiers' rows, which are replayed beside this.

use super::Verdict;
use crate::db::{Db, Result, Tx};
use crate::domain::statistics::HalfMonth;
use crate::domain::time::Day;
use crate::store::figures::{Cell, Tally, next_period, recounted, stored};
use crate::store::statistics::Basis;

/// Checks every half month on every basis, a snapshot for each.
pub async fn figures(db: &Db, mut verdict: Verdict) -> Result<Verdict> {
    for basis in Basis::ALL {
        let mut after = Day::BEFORE_ALL;
        loop {
            let (period, so_far) = db
                .report(async |tx| {
                    let mut verdict = verdict.clone();
                    Ok((page_of_figures(tx, basis, after, &mut verdict).await?, verdict))
                })
                .await?;
            verdict = so_far;
            match period {
                Some(period) => after = period.last(),
                None => break,
            }
        }
    }
    Ok(verdict)
}

/// Checks the first half month after `after` for which there is anything; the next begins after it.
pub async fn page_of_figures(
    tx: &mut Tx,
    basis: Basis,
    after: Day,
    verdict: &mut Verdict,
) -> Result<Option<HalfMonth>> {
    let Some(period) = next_period(tx, basis, after).await? else { return Ok(None) };
    let (kept, counted) = (stored(tx, basis, period).await?, recounted(tx, basis, period).await?);
    let only_kept = kept.keys().filter(|cell| !counted.contains_key(cell));
    for cell in counted.keys().chain(only_kept) {
        let of =
            |cells: &std::collections::BTreeMap<Cell, Tally>| cells.get(cell).copied().unwrap_or_default();
        let (kept, counted) = (of(&kept), of(&counted));
        if kept != counted {
            let subject = format!("figures {} {} {}", basis.id(), period.first(), cell.name());
            verdict.find(subject, format!("{kept} kept but {counted} counted again"));
        }
    }
    verdict.half_months += 1;
    Ok(Some(period))
}
