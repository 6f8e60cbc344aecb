//! The tasks that have due times: which of them this node does, when, and by what.

use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use jiff::SignedDuration;

use super::schedule::{Schedule, ScheduleError};
use super::turn::Turn;
use super::{backup, digest, statistics, tidy};
use crate::app::App;
use crate::config::jobs::{Missed, Plan};
use crate::db::Result;
use crate::work::backups::Kind;

/// What is done when a task is due; says in a few words what it came to.
pub type Job = Arc<dyn Fn(Turn) -> BoxFuture<'static, Result<String>> + Send + Sync>;

/// Longer than this, nothing but a copy of everything takes.
const LONGEST: Duration = Duration::from_secs(30 * 60);
const LONGEST_COPY: Duration = Duration::from_secs(3 * 3_600);

/// A task with its due times.
#[derive(Clone)]
pub struct Task {
    pub id: &'static str,
    pub schedule: Schedule,
    pub missed: Missed,
    /// How far back a due time that was missed is looked for.
    pub window: SignedDuration,
    /// Whatever takes longer has failed.
    pub longest: Duration,
    pub job: Job,
}

impl Task {
    /// # Errors
    /// Where the plan's expression is none.
    pub fn new(id: &'static str, plan: &Plan, longest: Duration, job: Job) -> Result<Self, ScheduleError> {
        let schedule = plan.cron.as_str().parse::<Schedule>()?.days_earlier(plan.days_earlier);
        let window = SignedDuration::from_hours(24 * i64::from(plan.window_days));
        Ok(Self { id, schedule, missed: plan.missed, window, longest, job })
    }
}

/// The tasks that this node does, as its configuration says.
///
/// # Errors
/// Where an expression is none, which the configuration has made sure of.
pub fn all(app: &App) -> Result<Vec<Task>, ScheduleError> {
    let copies = app.settings.backup_folder().is_some();
    let tasks: [(&'static str, Duration, bool, Job); 5] = [
        ("backup", LONGEST_COPY, copies, Arc::new(|turn| backup::run(turn, Kind::Backup).boxed())),
        ("digest", LONGEST, true, Arc::new(|turn| digest::run(turn).boxed())),
        ("drill", LONGEST_COPY, copies, Arc::new(|turn| backup::run(turn, Kind::Drill).boxed())),
        ("statistics", LONGEST, true, Arc::new(|turn| statistics::run(turn).boxed())),
        ("tidy", LONGEST, true, Arc::new(|turn| tidy::run(turn).boxed())),
    ];
    let done = tasks.into_iter().filter(|(_, _, is_on, _)| *is_on);
    let planned =
        done.filter_map(|(id, longest, _, job)| Some((id, longest, job, app.settings.table.plan(id)?)));
    planned.map(|(id, longest, job, plan)| Task::new(id, plan, longest, job)).collect()
}
