//! Makes findable whoever was taken in before there was an index of persons, or by an older program
//! beside this one: a few at a time, so that nobody at a counter waits for it.

use std::time::Duration;

use super::{rest, rest_beating};
use crate::app::App;
use crate::db::Result;
use crate::work::findable;

pub(super) const NAME: &str = "findable";
const PERIOD: Duration = Duration::from_secs(600);
/// Between batches.
const PAUSE: Duration = Duration::from_millis(50);
const BATCH: i64 = 200;

pub(super) async fn run(app: App) {
    loop {
        let caught_up = catch_up(&app).await;
        if let Err(error) = &caught_up {
            tracing::error!(%error, "persons could not be made findable");
        }
        if !rest_beating(&app, NAME, PERIOD, caught_up.is_ok()).await {
            return;
        }
    }
}

async fn catch_up(app: &App) -> Result<()> {
    loop {
        app.progress.note(NAME, super::BEAT);
        let desk = app.desk();
        if app.db.write(async move |tx| findable::catch_up(tx, &desk, BATCH).await).await? == 0 {
            return Ok(());
        }
        if !rest(app, PAUSE).await {
            return Ok(());
        }
    }
}
