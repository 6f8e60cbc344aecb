//! Writes down what has become due: as the leader, under its epoch, each due time once.
//!
//! It asks the schedule what came after the last due time that is written down, never whether
//! something is due just now: whatever happened meanwhile, nothing is left out.

use std::time::Duration;

use jiff::SignedDuration;

use super::kernel::Kernel;
use super::rest;
use super::tasks::Task;
use crate::config::jobs::Missed;
use crate::db::Result;
use crate::domain::time::{Moment, Zone};
use crate::store::ticks::{NewTick, Noted};
use crate::store::{lease, ticks};

pub(super) const NAME: &str = "scheduler";
const LOOK: Duration = Duration::from_secs(2);
const PERIOD: Duration = Duration::from_secs(10);
/// Most due times written down in one deed.
const BATCH: usize = 1_000;
/// A task that makes up for nothing is still on time so long after it was due.
const ON_TIME: SignedDuration = SignedDuration::from_mins(2);
/// What is written down for later than this was written by a clock that ran ahead.
const AHEAD: SignedDuration = SignedDuration::from_hours(1);

pub(super) async fn run(kernel: Kernel) {
    loop {
        match round(&kernel).await {
            Ok(_) => kernel.app.progress.note(NAME, PERIOD),
            Err(error) => tracing::error!(%error, "what is due could not be written down"),
        }
        if !rest(&kernel.app, LOOK).await {
            return;
        }
    }
}

/// Writes down what has become due of every task, where this node leads; says how much it was.
///
/// # Errors
/// Those of the database.
pub async fn round(kernel: &Kernel) -> Result<u64> {
    let app = &kernel.app;
    if app.lead.epoch(app.clock.uptime()).is_none() {
        return Ok(0);
    }
    let all = kernel.db.read(async |tx| ticks::noted(tx).await).await?;
    let mut written = 0;
    for task in kernel.tasks.iter() {
        let mut noted = all.iter().find(|noted| noted.task == task.id).cloned();
        while let Some(known) = noted.take() {
            let Some(due) = due(task, app.province().zone(), &known, app.clock.now()) else { break };
            // Asked anew before each deed: the last one may have taken long.
            let Some(epoch) = app.lead.epoch(app.clock.uptime()) else { return Ok(written) };
            let count = u64::try_from(due.ticks.len()).unwrap_or(u64::MAX);
            noted = write(kernel, epoch, task.id, due, known).await?;
            written += if noted.is_some() { count } else { 0 };
        }
    }
    Ok(written)
}

/// What is to be written down of a task.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Due {
    ticks: Vec<NewTick>,
    /// What waits from before this is done with.
    supersedes: Option<Moment>,
    /// What is written down for after this was written by a clock that ran ahead.
    strike_after: Option<Moment>,
    next: Option<Moment>,
}

/// What has become due of a task since the last that is written down; none where nothing changes.
fn due(task: &Task, zone: &Zone, noted: &Noted, now: Moment) -> Option<Due> {
    if noted.last_due_at.is_some_and(|last| last > now.plus(AHEAD)) {
        return Some(Due { strike_after: Some(now), ..Due::default() });
    }
    let since = noted.last_due_at.unwrap_or(noted.known_since).max(now.plus(-task.window));
    let mut coming = task.schedule.after(zone, since).peekable();
    let mut ticks = Vec::new();
    while ticks.len() < BATCH
        && let Some(tick) = coming.next_if(|tick| tick.at <= now)
    {
        ticks.push(NewTick { due_at: tick.at, due_local: tick.local, state: "waiting" });
    }
    let next = coming.next().map(|tick| tick.at);
    let all = next.is_none_or(|next| next > now);
    let runs = match task.missed {
        Missed::Every => ticks.len(),
        Missed::OnceLatest => usize::from(all),
        Missed::Skip => {
            usize::from(all && ticks.last().is_some_and(|last| now.since(last.due_at) <= ON_TIME))
        }
    };
    let passed = if task.missed == Missed::Skip { "skipped" } else { "coalesced" };
    let missed = ticks.len().saturating_sub(runs);
    ticks[..missed].iter_mut().for_each(|tick| tick.state = passed);
    let supersedes = ticks.last().filter(|_| task.missed == Missed::OnceLatest).map(|last| last.due_at);
    let changes = !ticks.is_empty() || noted.next_due_at != next;
    changes.then_some(Due { ticks, supersedes, strike_after: None, next })
}

/// Writes it down, wholly or, where this node's epoch is over, not at all. Says how far the task
/// is written down now; none where there is no more to do.
async fn write(
    kernel: &Kernel,
    epoch: i64,
    task: &'static str,
    due: Due,
    known: Noted,
) -> Result<Option<Noted>> {
    let holder = kernel.node.clone();
    let noted = kernel
        .db
        .write(async move |tx| {
            if !lease::is_held(tx, &holder.id, epoch).await? {
                return Ok(None);
            }
            let last = match (due.strike_after, due.ticks.last()) {
                (Some(after), _) => ticks::strike(tx, task, after).await?,
                (None, last) => last.map(|tick| tick.due_at).or(known.last_due_at),
            };
            ticks::insert(tx, task, epoch, &due.ticks).await?;
            if let Some(latest) = due.supersedes {
                ticks::coalesce(tx, task, latest).await?;
            }
            ticks::advance(tx, task, last, due.next).await?;
            Ok(Some(Noted { last_due_at: last, next_due_at: due.next, ..known }))
        })
        .await?;
    if noted.is_none() {
        tracing::warn!(epoch, "another node leads");
        kernel.app.lead.resign();
    }
    Ok(noted)
}

#[cfg(test)]
mod tests;
