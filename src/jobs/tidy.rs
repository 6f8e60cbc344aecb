//! Forgets what need not be kept: ended sessions, the bodies of letters long delivered, due times
//! long past, alarms of nodes that are no more.

use jiff::SignedDuration;

use super::turn::Turn;
use crate::app::App;
use crate::db::Result;
use crate::store::{activations, alarms, outbox, sessions, throttles, ticks};
use crate::work::desk::Desk;
use crate::work::{erasure, people};

/// Rounded up, so that nobody's data go a day too early.
const DAYS_A_YEAR: i32 = 366;
/// Wrong attempts are remembered for at most half a day.
const LONGEST_MEMORY_H: i64 = 24;
/// Due times and alarms are remembered for so long.
const REMEMBERED: SignedDuration = SignedDuration::from_hours(24 * 400);

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

pub(super) async fn run(turn: Turn) -> Result<String> {
    let desk = turn.app.desk();
    let now = desk.now;
    let days = i64::try_from(turn.app.settings.data.keep_mail_days.get()).unwrap_or(i64::MAX / 24);
    let before = now.plus(SignedDuration::from_hours(-24 * days));
    erase(&turn.app, &desk).await?;
    turn.write(async move |tx| {
        let ended = sessions::remove_ended(tx, now).await?;
        activations::remove_ended(tx, now).await?;
        throttles::forget_before(tx, now.plus(SignedDuration::from_hours(-LONGEST_MEMORY_H))).await?;
        let bodies = outbox::forget_bodies(tx, before).await?;
        people::settle_terms(tx, &desk).await?;
        let due = ticks::forget(tx, now.plus(-REMEMBERED)).await?;
        alarms::forget(tx, now.plus(-REMEMBERED)).await?;
        alarms::clear_of_the_gone(tx, now).await?;
        Ok(format!("{ended} sessions, {bodies} letters, {due} due times"))
    })
    .await
}
