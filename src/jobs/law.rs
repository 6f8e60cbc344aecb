//! Takes over new editions of the law, counts dates anew by them, foretells what a proposal would move,
//! and announces a missing year.
//!
//! On every node; whichever comes first takes a step, and each step is taken once.

use std::time::Duration;

use super::rest_beating;
use crate::app::App;
use crate::db::Result;
use crate::store;
use crate::work::coming_year;
use crate::work::recount::{self, Pace, Step, Walk};

pub(super) const NAME: &str = "law";
/// A new edition of another node is noticed within this time.
const PERIOD: Duration = Duration::from_secs(2);
const BATCH: i64 = 1_000;

pub(super) async fn run(app: App) {
    loop {
        let done = once(&app).await;
        if let Err(error) = &done {
            tracing::error!(%error, "the law's loop failed and will be tried again");
        }
        if !rest_beating(&app, NAME, PERIOD, done.is_ok()).await {
            return;
        }
    }
}

async fn once(app: &App) -> Result<()> {
    app.renew().await?;
    until_counted(app).await?;
    until_foretold(app).await?;
    let desk = app.desk();
    if coming_year::missing(&desk).is_some()
        && app.db.write(async move |tx| coming_year::tell(tx, &desk).await).await? > 0
    {
        app.post.notify_one();
    }
    Ok(())
}

/// Takes steps until all dates are counted anew, or there is something to wait for.
///
/// # Errors
/// Those of the database; steps before it stay taken.
pub async fn until_counted(app: &App) -> Result<()> {
    if !app.db.ask(async |tx| Ok(store::decisions::head(tx).await?.recounting)).await? {
        return Ok(());
    }
    let mut walk = Walk::default();
    loop {
        match walk.step(&app.db, &app.desk(), BATCH).await? {
            Step::Idle | Step::Waits => return Ok(()),
            Step::Went { looked_at, moved } => {
                app.progress.note(NAME, PERIOD);
                tracing::info!(looked_at, moved, "counted dates anew");
            }
            Step::Done { letters, .. } => {
                tracing::info!(letters, "all dates are counted by the new edition");
                if letters > 0 {
                    app.post.notify_one();
                }
            }
        }
        if app.stop.is_cancelled() {
            return Ok(());
        }
    }
}

/// Goes on with previews that somebody has asked for, until they are whole.
///
/// # Errors
/// Those of the database; what was found before stays found.
pub async fn until_foretold(app: &App) -> Result<()> {
    while !app.stop.is_cancelled() {
        let desk = app.desk();
        let Some(id) = app.db.read(async |tx| recount::waiting(tx, &desk).await).await? else { break };
        if !recount::turn(&app.db, &desk, id, Pace::default()).await? {
            break;
        }
        app.progress.note(NAME, PERIOD);
    }
    Ok(())
}
