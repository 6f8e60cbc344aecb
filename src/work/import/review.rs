//! What imports could not take in and what they found odd, for those who may import.

use super::finding::Oddity;
use super::record::Reason;
use crate::db::{Result, Tx};
use crate::domain::refusal::Said;
use crate::domain::staff::{Actor, Deed};
use crate::store::imports::{self, Found, Quarantined, RunRow, Wanted};
use crate::work::desk::Desk;

/// The runs before number `before`, newest first.
pub async fn runs(
    tx: &mut Tx,
    desk: &Desk,
    actor: &Actor,
    source: Option<&str>,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<RunRow>> {
    desk.allow_whole(actor, Deed::Import)?;
    imports::runs(tx, source, before, limit).await
}

/// The names of all sources.
pub async fn sources(tx: &mut Tx, desk: &Desk, actor: &Actor) -> Result<Vec<String>> {
    desk.allow_whole(actor, Deed::Import)?;
    imports::sources(tx).await
}

/// Records that were not taken in.
pub async fn quarantine(
    tx: &mut Tx,
    desk: &Desk,
    actor: &Actor,
    wanted: &Wanted,
) -> Result<Vec<Quarantined>> {
    desk.allow_whole(actor, Deed::Import)?;
    imports::quarantined(tx, wanted).await
}

/// Dossiers that were taken in with something odd about them.
pub async fn findings(tx: &mut Tx, desk: &Desk, actor: &Actor, wanted: &Wanted) -> Result<Vec<Found>> {
    desk.allow_whole(actor, Deed::Import)?;
    imports::found(tx, wanted).await
}

/// What a stored reason of quarantine means and what to do about it.
#[must_use]
pub fn reason(id: &str) -> Said {
    Reason::from_id(id).map_or_else(|| Said::new(id, id), Reason::said)
}

/// What a stored kind of finding means, and what to do about it.
#[must_use]
pub fn oddity(id: &str) -> (Said, Said) {
    let unknown = || (Said::new(id, id), Said::new("", ""));
    Oddity::from_id(id).map_or_else(unknown, |oddity| (oddity.said(), oddity.advice()))
}
