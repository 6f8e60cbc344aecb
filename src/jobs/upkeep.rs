//! What each node sees to for itself: that it has the keys that another process put into the file,
//! and that the reserve of the disk is back where it was let go.

use std::time::Duration;

use super::rest_beating;
use crate::app::App;

pub(super) const NAME: &str = "upkeep";
const PERIOD: Duration = Duration::from_secs(3600);

pub(super) async fn run(app: App) {
    loop {
        app.keys.read_again();
        lay_ballast(&app).await;
        if !rest_beating(&app, NAME, PERIOD, true).await {
            return;
        }
    }
}

/// Without it the service works as well, until the disk is full.
async fn lay_ballast(app: &App) {
    let db = app.db.clone();
    match app.tasks.spawn_blocking(move || db.lay_ballast()).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::warn!(%error, "there is no room for the reserve beside the database"),
        Err(error) => tracing::error!(%error, "laying the reserve beside the database failed"),
    }
}
