//! Writes the morning digest, each reader's once a day on however many nodes.

use super::schedule::Schedule;
use super::turn::Turn;
use crate::app::App;
use crate::db::{Error, Result};
use crate::domain::time::Moment;
use crate::store::staff::Person;
use crate::work::desk::Desk;
use crate::work::digest;

/// Writes the latest digest that was due after `since`, where nothing tells of an earlier one.
///
/// # Errors
/// What the database answers.
pub async fn make_up(app: &App, since: Moment) -> Result<()> {
    let plan = app.settings.table.plan("digest");
    let schedule = plan.and_then(|plan| plan.cron.as_str().parse::<Schedule>().ok());
    let due = schedule.and_then(|schedule| schedule.latest(app.province().zone(), since, app.clock.now()));
    if let Some(tick) = due {
        run(Turn::by_hand(app.clone(), tick.at)).await?;
    }
    Ok(())
}

/// Writes to one reader after the other.
///
/// Whoever breaks off in between, or does it beside another node, leaves nothing out and
/// writes nothing twice: a reader has one digest a day.
pub(super) async fn run(turn: Turn) -> Result<String> {
    let desk = turn.app.desk();
    let readers = turn.app.db.read(async |tx| digest::readers(tx, &desk).await).await?;
    let mut written = 0;
    for reader in readers {
        written += usize::from(write_to(&turn, &desk, reader).await?);
    }
    if written > 0 {
        turn.app.post.notify_one();
    }
    Ok(format!("{written} letters"))
}

/// Writes to one reader. What can't be read of one must not keep the others' digests back.
async fn write_to(turn: &Turn, desk: &Desk, reader: Person) -> Result<bool> {
    let day = turn.day();
    let composed = turn.app.db.report(async |tx| digest::compose(tx, desk, &reader, day).await).await;
    let letter = match composed {
        Ok(letter) => letter,
        Err(error @ Error::Corrupt(_)) => {
            tracing::error!(%error, reader = reader.id, "this reader gets no digest");
            return Ok(false);
        }
        Err(error) => return Err(error),
    };
    let desk = desk.clone();
    turn.write(async move |tx| digest::put(tx, &desk, &reader, day, &letter).await).await
}
