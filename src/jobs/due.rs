//! Which due time of a scheduled task is to be done now.

use jiff::SignedDuration;

use super::schedule::{Schedule, Tick};
use crate::app::App;
use crate::db::Result;
use crate::domain::time::Moment;
use crate::store::ticks;

/// The latest due time that has come and is not yet noted; of several missed ones, it alone.
///
/// Without any history the task begins at `started`; with it, it looks back a limited time.
pub(super) async fn latest(
    app: &App,
    task: &'static str,
    schedule: &Schedule,
    started: Moment,
) -> Result<Option<Tick>> {
    let noted = app.db.read(async move |tx| ticks::latest(tx, task).await).await?;
    let now = app.clock.now();
    let days = i64::try_from(app.settings.jobs.catch_up_days.get()).unwrap_or(0);
    let horizon = now.plus(SignedDuration::from_hours(-24 * days));
    let since = noted.map_or(started, |noted| noted.max(horizon));
    Ok(schedule.latest(app.province.zone(), since, now))
}
