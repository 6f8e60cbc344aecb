//! Writes the morning digest at its due time, once on however many nodes.
//!
//! Of due times missed while nothing ran, the latest is made up for: yesterday's
//! news helps nobody.

use std::time::Duration;

use super::schedule::{Schedule, Tick};
use super::{due, rest};
use crate::app::App;
use crate::db::{Error, Result};
use crate::domain::time::{Day, Moment};
use crate::store::staff::Person;
use crate::store::ticks;
use crate::work::desk::Desk;
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
    match due::latest(app, TASK, schedule, started).await? {
        Some(tick) => write(app, tick).await,
        None => Ok(()),
    }
}

/// Writes to one reader after the other, then notes the due time as done.
///
/// Whoever breaks off in between, or does it beside another node, leaves nothing out and
/// writes nothing twice: a reader has one digest a day.
async fn write(app: &App, tick: Tick) -> Result<()> {
    let desk = app.desk();
    let readers = app.db.read(async |tx| digest::readers(tx, &desk).await).await?;
    let mut written = 0;
    for reader in readers {
        written += usize::from(write_to(app, &desk, reader, tick.day).await?);
        app.progress.note(TASK, PERIOD);
    }
    app.db
        .write(async move |tx| {
            ticks::claim(tx, TASK, tick.at, &tick.local, desk.now).await?;
            ticks::finish(tx, TASK, tick.at, desk.now, "done").await
        })
        .await?;
    if written > 0 {
        tracing::info!(letters = written, "wrote the digest");
        app.post.notify_one();
    }
    Ok(())
}

/// Writes to one reader. What can't be read of one must not keep the others' digests back.
async fn write_to(app: &App, desk: &Desk, reader: Person, day: Day) -> Result<bool> {
    let composed = app.db.report(async |tx| digest::compose(tx, desk, &reader, day).await).await;
    let letter = match composed {
        Ok(letter) => letter,
        Err(error @ Error::Corrupt(_)) => {
            tracing::error!(%error, reader = reader.id, "this reader gets no digest");
            return Ok(false);
        }
        Err(error) => return Err(error),
    };
    let desk = desk.clone();
    app.db.write(async move |tx| digest::put(tx, &desk, &reader, day, &letter).await).await
}
