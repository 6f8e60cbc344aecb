//! Writes the morning digest at its due time, once on however many nodes.
//!
//! Of due times missed while nothing ran, the latest is made up for: yesterday's
//! news helps nobody.

use std::time::Duration;

use jiff::SignedDuration;

use super::rest;
use super::schedule::{Schedule, Tick};
use crate::app::App;
use crate::db::Result;
use crate::domain::time::Moment;
use crate::store::ticks;
use crate::work::digest;

const TASK: &str = "digest";
const PERIOD: Duration = Duration::from_secs(20);

pub(super) async fn run(app: App) {
    let schedule = match app.settings.jobs.digest.as_str().parse::<Schedule>() {
        Ok(schedule) => schedule,
        Err(error) => return tracing::error!(%error, "the digest has no schedule"),
    };
    let started = app.clock.now();
    loop {
        match once(&app, &schedule, started).await {
            Ok(()) => app.progress.note(TASK, PERIOD),
            Err(error) => tracing::error!(%error, "the digest failed and will be tried again"),
        }
        if !rest(&app, PERIOD).await {
            return;
        }
    }
}

/// Writes the latest digest that was due after `since`, where nothing tells of an earlier one.
///
/// # Errors
/// What the database answers.
pub async fn make_up(app: &App, since: Moment) -> Result<()> {
    let schedule = app.settings.jobs.digest.as_str().parse::<Schedule>();
    // Of a schedule that can't be read the loop tells.
    let Ok(schedule) = schedule else { return Ok(()) };
    once(app, &schedule, since).await
}

/// Does what is due now, if anything is.
async fn once(app: &App, schedule: &Schedule, started: Moment) -> Result<()> {
    let latest = app.db.read(async |tx| ticks::latest(tx, TASK).await).await?;
    let now = app.clock.now();
    // Without any history the task begins with the service; with it, it looks back a limited time.
    let days = i64::try_from(app.settings.jobs.catch_up_days.get()).unwrap_or(0);
    let horizon = now.plus(SignedDuration::from_hours(-24 * days));
    let since = latest.map_or(started, |latest| latest.max(horizon));
    match schedule.latest(app.province.zone(), since, now) {
        Some(tick) => write(app, tick).await,
        None => Ok(()),
    }
}

/// Claims the due time and writes, in one deed: whoever loses the claim writes nothing.
async fn write(app: &App, tick: Tick) -> Result<()> {
    let desk = app.desk();
    let written = app
        .db
        .write(async move |tx| {
            if !ticks::claim(tx, TASK, tick.at, &tick.local, desk.now).await? {
                return Ok(0);
            }
            let written = digest::write_all(tx, &desk, tick.day).await?;
            ticks::finish(tx, TASK, tick.at, desk.now, "done").await?;
            Ok(written)
        })
        .await?;
    if written > 0 {
        tracing::info!(letters = written, "wrote the digest");
        app.post.notify_one();
    }
    Ok(())
}
