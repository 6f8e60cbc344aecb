//! Asks for the lease and renews it: of all nodes one leads, for fifteen seconds at a time.

use std::time::Duration;

use jiff::SignedDuration;

use super::kernel::Kernel;
use super::rest;
use crate::db::Result;
use crate::store::lease;

pub(super) const NAME: &str = "lease";
/// How long a lease lasts; it is trusted a second less ([`TRUST`](crate::app::lead::TRUST)).
const LASTS: Duration = Duration::from_secs(15);
const RENEWED: Duration = Duration::from_secs(5);
/// Whoever follows looks more often, so that a lease given back is soon another's.
const SOUGHT: Duration = Duration::from_secs(2);
/// A node not heard of for so long is no more.
const GONE: SignedDuration = SignedDuration::from_hours(24);

pub(super) async fn run(kernel: Kernel) {
    loop {
        match seek(&kernel).await {
            Ok(()) => kernel.app.progress.note(NAME, RENEWED),
            Err(error) => tracing::error!(%error, "the lease could not be asked for"),
        }
        let leads = kernel.app.lead.epoch(kernel.app.clock.uptime()).is_some();
        if !rest(&kernel.app, if leads { RENEWED } else { SOUGHT }).await {
            break;
        }
    }
    if let Err(error) = resign(&kernel).await {
        tracing::warn!(%error, "the lease could not be given back; it ends by itself");
    }
}

/// Notes that this node lives, and takes or renews the lease where nobody else has it.
///
/// # Errors
/// Those of the database: what was known before goes on until its trust ends.
pub async fn seek(kernel: &Kernel) -> Result<()> {
    let asked = kernel.app.clock.uptime();
    let led = kernel.app.lead.epoch(asked);
    let (node, time) = (kernel.node.clone(), kernel.time.clone());
    let epoch = kernel
        .db
        .write(async move |tx| {
            let now = time.now(tx).await?;
            lease::seen(tx, &node.id, &node.name, now).await?;
            let (until, too_far) = (Kernel::after(now, LASTS), Kernel::after(now, LASTS * 2));
            let epoch = lease::take(tx, &node.id, now, until, too_far).await?;
            if epoch.is_some() {
                lease::forget(tx, now.plus(-GONE)).await?;
            }
            Ok(epoch)
        })
        .await?;
    kernel.app.lead.heard(asked, epoch);
    if epoch != led {
        tracing::info!(
            node = kernel.node.name,
            epoch,
            "this node {}",
            if epoch.is_some() { "leads" } else { "follows" }
        );
    }
    Ok(())
}

/// Gives the lease back, where this node has it, so that another need not wait for its end.
///
/// # Errors
/// Those of the database.
pub async fn resign(kernel: &Kernel) -> Result<()> {
    kernel.app.lead.resign();
    let node = kernel.node.clone();
    kernel.db.write(async move |tx| lease::give_back(tx, &node.id).await).await?;
    Ok(())
}
