//! Forgets what need not be kept: ended sessions, and the bodies of letters long delivered.

use std::time::Duration;

use jiff::SignedDuration;

use super::rest;
use crate::app::App;
use crate::db::Result;
use crate::store::{activations, outbox, sessions, throttles};
use crate::work::desk::Desk;
use crate::work::{erasure, people};

const PERIOD: Duration = Duration::from_secs(3600);
/// Rounded up, so that nobody's data go a day too early.
const DAYS_A_YEAR: i32 = 366;
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

/// Erases the applicants of dossiers that ended longer ago than they are kept.
///
/// # Errors
/// Those of the database; batches before it stay done.
pub async fn erase(app: &App, desk: &Desk) -> Result<u64> {
    let years = i32::try_from(app.settings.data.keep_person_years.get()).unwrap_or(i32::MAX);
    let before = desk.today().plus(years.saturating_mul(-DAYS_A_YEAR));
    match before.filter(|_| years > 0) {
        Some(before) => erasure::erase(&app.db, desk, before).await,
        None => Ok(0),
    }
}

async fn once(app: &App) -> Result<()> {
    let desk = app.desk();
    let now = desk.now;
    let days = i64::try_from(app.settings.data.keep_mail_days.get()).unwrap_or(i64::MAX / 24);
    let before = now.plus(SignedDuration::from_hours(-24 * days));
    app.keys.read_again();
    erase(app, &desk).await?;
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
