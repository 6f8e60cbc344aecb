//! What happens by itself: the sweep, the morning digest, the post, the backups, the reports'
//! counts, the tidying up.
//!
//! Each is a loop that notes its progress. A loop never ends before the service is
//! told to; if one does, the service ends with it, so that its supervisor notices.

pub mod anchor;
pub mod backup;
pub mod digest;
mod due;
mod figures;
pub mod schedule;
pub mod sender;
pub mod sweeper;
pub mod tidy;

use std::time::Duration;

use tokio::task::JoinSet;

use crate::app::App;
use crate::jobs::sender::Courier;
use crate::work::backups::Kind;

/// A loop ended though nobody had told it to.
#[derive(Debug, thiserror::Error)]
#[error("the loop {0:?} has ended by itself")]
pub struct LoopEnded(pub &'static str);

/// Runs all loops until the service stops.
///
/// # Errors
/// As soon as one ends by itself.
pub async fn run(app: App, courier: Courier) -> Result<(), LoopEnded> {
    let mut loops = JoinSet::new();
    let watched = app.clone();
    spawn(&mut loops, "sweep", sweeper::run(app.clone()));
    spawn(&mut loops, "digest", digest::run(app.clone()));
    spawn(&mut loops, "anchor", anchor::run(app.clone()));
    spawn(&mut loops, "post", sender::run(app.clone(), courier));
    if backup::is_on(&app) {
        spawn(&mut loops, "backup", backup::run(app.clone(), Kind::Backup));
        spawn(&mut loops, "drill", backup::run(app.clone(), Kind::Drill));
    }
    spawn(&mut loops, "figures", figures::run(app.clone()));
    spawn(&mut loops, "tidy", tidy::run(app));
    while let Some(ended) = loops.join_next().await {
        if !watched.stop.is_cancelled() {
            return Err(LoopEnded(ended.unwrap_or("unknown, by a panic")));
        }
    }
    Ok(())
}

fn spawn(
    loops: &mut JoinSet<&'static str>,
    name: &'static str,
    job: impl Future<Output = ()> + Send + 'static,
) {
    loops.spawn(async move {
        job.await;
        name
    });
}

/// Waits for `period` or for the end of the service; says whether to go on.
async fn rest(app: &App, period: Duration) -> bool {
    tokio::select! {
        () = app.stop.cancelled() => false,
        () = tokio::time::sleep(period) => true,
    }
}
