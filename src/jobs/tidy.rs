//! Forgets what need not be kept: ended sessions, the bodies of letters long delivered, due times
//! long past, alarms of nodes that are no more.

use jiff::SignedDuration;

use super::turn::Turn;
use crate::db::Result;
use crate::store::{activations, alarms, outbox, sessions, throttles, ticks};
use crate::work::people;

/// Wrong attempts are remembered for at most half a day.
const LONGEST_MEMORY_H: i64 = 24;
/// Due times and alarms are remembered for so long.
const REMEMBERED: SignedDuration = SignedDuration::from_hours(24 * 400);

pub(super) async fn run(turn: Turn) -> Result<String> {
    let desk = turn.app.desk();
    let now = desk.now;
    let days = i64::try_from(turn.app.settings.data.keep_mail_days.get()).unwrap_or(i64::MAX / 24);
    let before = now.plus(SignedDuration::from_hours(-24 * days));
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
