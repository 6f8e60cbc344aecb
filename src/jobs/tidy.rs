//! Forgets what need not be kept: ended sessions, the bodies of letters long delivered, due times
//! long past, alarms of nodes that are no more.

use jiff::SignedDuration;

use super::turn::Turn;
use crate::db::Result;
use crate::domain::time::Day;
use crate::store::{self, activations, alarms, identities, outbox, sessions, throttles, ticks};
use crate::work::desk::Desk;
use crate::work::{erasure, people};

/// Rounded up, so that nobody's data go a day too early.
const DAYS_A_YEAR: i32 = 366;
/// Wrong attempts are remembered for at most half a day.
const LONGEST_MEMORY_H: i64 = 24;
/// So many persons are erased at once.
const BATCH: i64 = 100;
/// Due times and alarms are remembered for so long.
const REMEMBERED: SignedDuration = SignedDuration::from_hours(24 * 400);

/// Erases the applicants of dossiers that were over before `before`; says how many.
///
/// # Errors
/// Those of the database and [`Error::Overtaken`](crate::db::Error::Overtaken) where the turn is
/// another's meanwhile; batches before it stay done.
pub async fn erase(turn: &Turn, desk: &Desk, before: Day) -> Result<u64> {
    let (mut total, mut after) = (0, None);
    loop {
        let due = turn.app.db.report(async |tx| store::erasure::due(tx, before, after, BATCH).await).await?;
        let Some((day, id, _)) = due.last() else { return Ok(total) };
        after = Some((*day, *id));
        total += u64::try_from(due.len()).unwrap_or(u64::MAX);
        let desk = desk.clone();
        turn.write(async move |tx| erasure::erase(tx, &desk, &due).await).await?;
    }
}

/// Whose data have been kept for long enough, where there is an end to it.
fn kept_until(turn: &Turn, desk: &Desk) -> Option<Day> {
    let years = i32::try_from(turn.app.settings.data.keep_person_years.get()).unwrap_or(i32::MAX);
    desk.today().plus(years.saturating_mul(-DAYS_A_YEAR)).filter(|_| years > 0)
}

pub(super) async fn run(turn: Turn) -> Result<String> {
    let desk = turn.app.desk();
    let now = desk.now;
    let days = i64::try_from(turn.app.settings.data.keep_mail_days.get()).unwrap_or(i64::MAX / 24);
    let before = now.plus(SignedDuration::from_hours(-24 * days));
    if let Some(day) = kept_until(&turn, &desk) {
        erase(&turn, &desk, day).await?;
    }
    turn.write(async move |tx| {
        let ended = sessions::remove_ended(tx, now).await?;
        activations::remove_ended(tx, now).await?;
        throttles::forget_before(tx, now.plus(SignedDuration::from_hours(-LONGEST_MEMORY_H))).await?;
        identities::forget_answers(tx, now.plus(SignedDuration::from_hours(-LONGEST_MEMORY_H))).await?;
        let bodies = outbox::forget_bodies(tx, before).await?;
        people::settle_terms(tx, &desk).await?;
        let due = ticks::forget(tx, now.plus(-REMEMBERED)).await?;
        alarms::forget(tx, now.plus(-REMEMBERED)).await?;
        alarms::clear_of_the_gone(tx, now).await?;
        Ok(format!("{ended} sessions, {bodies} letters, {due} due times"))
    })
    .await
}
