//! Sweeps at its period, batch after batch while there is a full one.

use super::{BEAT, rest_beating};
use crate::app::App;
use crate::work::sweep::{self, Swept};

pub(super) const NAME: &str = "sweep";

pub(super) async fn run(app: App) {
    let pause = app.settings.table.pause(NAME);
    loop {
        let swept = until_done(&app).await;
        match &swept {
            Ok(Swept { checked: 0, .. }) => {}
            Ok(Swept { checked, alerts, letters }) => tracing::info!(checked, alerts, letters, "swept"),
            Err(error) => tracing::error!(%error, "the sweep failed and will be tried again"),
        }
        if !rest_beating(&app, NAME, pause, swept.is_ok()).await {
            return;
        }
    }
}

/// Sweeps until nothing is due; each batch is a deed of its own.
///
/// # Errors
/// Those of the database; batches before it stay done.
pub async fn until_done(app: &App) -> crate::db::Result<Swept> {
    let batch = i64::try_from(app.settings.jobs.sweep_batch.get()).unwrap_or(i64::MAX);
    let mut total = Swept::default();
    loop {
        let desk = app.desk();
        let swept = app.db.write(async move |tx| sweep::sweep(tx, &desk, batch).await).await?;
        app.progress.note(NAME, BEAT);
        total.checked += swept.checked;
        total.alerts += swept.alerts;
        total.letters += swept.letters;
        if swept.letters > 0 {
            app.post.notify_one();
        }
        if i64::try_from(swept.checked).unwrap_or(i64::MAX) < batch || app.stop.is_cancelled() {
            break;
        }
    }
    total.letters += tell_those_who_wait(app, batch).await?;
    Ok(total)
}

/// Tells what had to wait, so many alerts at a time, for as long as somebody may be written to.
async fn tell_those_who_wait(app: &App, batch: i64) -> crate::db::Result<usize> {
    let mut total = 0;
    while !app.stop.is_cancelled() {
        let desk = app.desk();
        let letters =
            app.db.write(async move |tx| sweep::tell_those_who_wait(tx, &desk, batch).await).await?;
        if letters == 0 {
            break;
        }
        total += letters;
        app.post.notify_one();
    }
    Ok(total)
}
