//! Keeps few changes waiting to be folded into the counts that reports read.

use std::time::Duration;

use super::rest;
use crate::app::App;
use crate::work::figures::fold;

const PERIOD: Duration = Duration::from_secs(10);

pub(super) async fn run(app: App) {
    loop {
        match fold(&app.db).await {
            Ok(()) => app.progress.note("figures", PERIOD),
            Err(error) => tracing::error!(%error, "folding figures failed and will be tried again"),
        }
        if !rest(&app, PERIOD).await {
            return;
        }
    }
}
