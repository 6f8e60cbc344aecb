//! What happens by itself: new editions of the law, the sweep, the post, the reports' counts, and the tasks that have due
//! times.
//!
//! Everything here is a loop that is heard of again and again. A loop never ends before the
//! service is told to; if one does, the service ends with it, so that its supervisor notices.

pub mod anchor;
pub mod backup;
pub mod digest;
mod figures;
mod findable;
pub mod kernel;
pub mod law;
pub mod lease;
pub mod runner;
pub mod schedule;
pub mod scheduler;
pub mod sender;
mod statistics;
pub mod sweeper;
pub mod tasks;
pub mod tidy;
pub mod turn;
mod upkeep;
pub mod watchdog;

use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use tokio::task::JoinSet;

use crate::app::App;
use kernel::Kernel;
use sender::Courier;

/// How often a loop that rests is heard of.
const BEAT: Duration = Duration::from_secs(15);
/// What failed is tried again this soon.
const SOON: Duration = Duration::from_secs(5);

/// A loop ended though nobody had told it to.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("the loop {0:?} has ended by itself")]
pub struct LoopEnded(pub &'static str);

/// Runs all loops until the service stops.
///
/// # Errors
/// As soon as one ends by itself.
pub async fn run(kernel: Kernel, courier: Courier) -> Result<(), LoopEnded> {
    let app = kernel.app.clone();
    backup::look_for_folder(&app);
    let loops = vec![
        (lease::NAME, lease::run(kernel.clone()).boxed()),
        (scheduler::NAME, scheduler::run(kernel.clone()).boxed()),
        (runner::NAME, runner::run(kernel.clone()).boxed()),
        (watchdog::NAME, watchdog::run(kernel).boxed()),
        (law::NAME, law::run(app.clone()).boxed()),
        (sweeper::NAME, sweeper::run(app.clone()).boxed()),
        (anchor::NAME, anchor::run(app.clone()).boxed()),
        (figures::NAME, figures::run(app.clone()).boxed()),
        (findable::NAME, findable::run(app.clone()).boxed()),
        (upkeep::NAME, upkeep::run(app.clone()).boxed()),
        (sender::NAME, sender::run(app.clone(), courier).boxed()),
    ];
    supervise(&app, loops).await
}

/// Runs loops side by side until the service stops.
///
/// # Errors
/// As soon as one ends by itself, by a panic too.
pub async fn supervise(
    app: &App,
    loops: Vec<(&'static str, BoxFuture<'static, ()>)>,
) -> Result<(), LoopEnded> {
    let mut running = JoinSet::new();
    for (name, going) in loops {
        // From now on it is expected.
        app.progress.note(name, BEAT);
        running.spawn(async move {
            going.await;
            name
        });
    }
    while let Some(ended) = running.join_next().await {
        if !app.stop.is_cancelled() {
            return Err(LoopEnded(ended.unwrap_or("unknown, by a panic")));
        }
    }
    Ok(())
}

/// Waits for `period` or for the end of the service; says whether to go on.
async fn rest(app: &App, period: Duration) -> bool {
    tokio::select! {
        () = app.stop.cancelled() => false,
        () = tokio::time::sleep(period) => true,
    }
}

/// The same for a loop that rests long: where it went well, it is heard of meanwhile; else it
/// rests only shortly.
async fn rest_beating(app: &App, name: &'static str, period: Duration, went_well: bool) -> bool {
    if !went_well {
        return rest(app, period.min(SOON)).await;
    }
    let mut left = period;
    loop {
        app.progress.note(name, BEAT);
        let part = left.min(BEAT);
        if !rest(app, part).await {
            return false;
        }
        left -= part;
        if left.is_zero() {
            return true;
        }
    }
}
