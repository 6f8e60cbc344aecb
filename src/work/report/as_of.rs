//! Dossiers as they stood at an instant that may be long past (REP-05, MON-07).

use crate::db::{Result, Tx};
use crate::domain::dossier::Dossier;
use crate::domain::time::{ClockTime, Day, Moment};
use crate::store;
use crate::store::periodic::Asked;
use crate::work::desk::Desk;
use crate::work::ledger::corrupt;

/// How many lives are read at once.
pub const BATCH: i64 = 500;

/// The last instant of a period that ends with `to`, or now where that is still to come (MON-07).
pub fn end_of(desk: &Desk, to: Day) -> Moment {
    let midnight = desk.province.zone().instant(to, ClockTime::END_OF_DAY);
    let last = midnight.map(|midnight| midnight.plus(jiff::SignedDuration::from_micros(-1)));
    last.map_or(desk.now, |last| last.min(desk.now))
}

/// These dossiers as they stood at `at`; those that did not exist by then are left out.
pub async fn lives(tx: &mut Tx, ids: &[i64], at: Moment) -> Result<Vec<Dossier>> {
    let lives = store::events::of_many(tx, ids).await?;
    let folded = lives.values().filter_map(|events| {
        let dossier = Dossier::as_of(events, at);
        dossier.map_err(|misfit| corrupt("", &misfit)).transpose()
    });
    folded.collect()
}

/// Shows the period's dossiers that their rows do not judge, as they stood at its end.
pub async fn touched(tx: &mut Tx, asked: &Asked<'_>, mut show: impl FnMut(&Dossier)) -> Result<()> {
    let mut after = 0;
    loop {
        let ids = store::periodic::touched(tx, asked, after, BATCH).await?;
        let Some(last) = ids.last() else { return Ok(()) };
        after = *last;
        lives(tx, &ids, asked.as_of).await?.iter().for_each(&mut show);
    }
}

/// Whether it was late then. Another system may have told of an end that was still to come.
pub fn was_late(dossier: &Dossier, at: Moment) -> bool {
    if dossier.ended_at.is_some_and(|end| end > at) {
        return dossier.promise().is_some_and(|promise| promise.is_missed_at(at));
    }
    dossier.is_late_at(at)
}
