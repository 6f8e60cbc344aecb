//! Forgets what need not be kept: ended sessions, and the bodies of letters long delivered. Puts the
//! reserve of the disk back where it was let go.

use std::time::Duration;

use jiff::SignedDuration;

use super::rest;
use crate::app::App;
use crate::db::Result;
use crate::store::{activations, outbox, sessions, throttles};
use crate::work::people;

const PERIOD: Duration = Duration::from_secs(3600);
/// Wrong attempts are remembered for at most half a day.
const LONGEST_MEMORY_H: i64 = 24;

pub(super) async fn run(app: App) {
    loop {
        match once(&app).await {
            Ok(()) => app.progress.note("tidy", PERIOD),
            Err(error) => tracing::error!(%error, "tidying up failed and will be tried again"),
        }
        if !rest(&app, PERIOD).await {
            return;
        }
    }
}

async fn once(app: &App) -> Result<()> {
    lay_ballast(app).await;
    let desk = app.desk();
    let now = desk.now;
    let days = i64::try_from(app.settings.data.keep_mail_days.get()).unwrap_or(i64::MAX / 24);
    let before = now.plus(SignedDuration::from_hours(-24 * days));
    app.db
        .write(async move |tx| {
            sessions::remove_ended(tx, now).await?;
            activations::remove_ended(tx, now).await?;
            throttles::forget_before(tx, now.plus(SignedDuration::from_hours(-LONGEST_MEMORY_H))).await?;
            outbox::forget_bodies(tx, before).await?;
            people::settle_terms(tx, &desk).await?;
            Ok(())
        })
        .await
}

/// Without it the service works as well, until the disk is full.
async fn lay_ballast(app: &App) {
    let db = app.db.clone();
    match app.tasks.spawn_blocking(move || db.lay_ballast()).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::warn!(%error, "there is no room for the reserve beside the database"),
        Err(error) => tracing::error!(%error, "laying the reserve beside the database failed"),
    }
}
