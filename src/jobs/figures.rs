//! Keeps few changes waiting to be folded into the counts that reports read.

use std::time::Duration;

use super::rest_beating;
use crate::app::App;
use crate::work::figures::fold;

pub(super) const NAME: &str = "figures";
const PERIOD: Duration = Duration::from_secs(10);

pub(super) async fn run(app: App) {
    loop {
        let folded = fold(&app.db).await;
        if let Err(error) = &folded {
            tracing::error!(%error, "folding figures failed and will be tried again");
        }
        if !rest_beating(&app, NAME, PERIOD, folded.is_ok()).await {
            return;
        }
    }
}
