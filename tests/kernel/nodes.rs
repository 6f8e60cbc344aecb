//! Nodes over one database, each with a clock of its own that the test moves.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use dunghen::app::App;
use dunghen::clock::Clock;
use dunghen::config::Settings;
use dunghen::config::jobs::{Missed, Plan};
use dunghen::config::settings::Cron;
use dunghen::db::Db;
use dunghen::domain::time::Moment;
use dunghen::jobs::kernel::{DatabaseTime, Kernel};
use dunghen::jobs::tasks::{Job, Task};
use dunghen::jobs::{lease, runner, scheduler};
use dunghen::seal::Keyring;
use dunghen::store::ticks::{self, Claim};
use futures_util::FutureExt;

use crate::office::{at, province};
use crate::support::db::TestDb;

pub const SECOND: Duration = Duration::from_secs(1);
pub const MINUTE: Duration = Duration::from_secs(60);
pub const HOUR: Duration = Duration::from_secs(3_600);
pub const DAY: Duration = Duration::from_secs(86_400);

/// When every test begins: a Monday.
pub fn start() -> Moment {
    at("2026-08-03 06:00")
}

pub fn app(db: &Db, clock: &Clock) -> App {
    App::new(db.clone(), clock.clone(), Keyring::generate(), province(), Arc::new(Settings::default()))
}

/// A node whose machine shows `clock`, over a database whose own time is `time`.
pub fn node(db: &Db, name: &str, clock: &Clock, time: &Clock, tasks: Vec<Task>) -> Kernel {
    let kernel = Kernel::new(app(db, clock), db.clone(), name, tasks);
    Kernel { time: DatabaseTime::Given(time.clone()), ..kernel }
}

/// One node on a machine whose clock is right.
pub fn alone(db: &TestDb, tasks: Vec<Task>) -> (Kernel, Clock) {
    let clock = Clock::by_hand(start());
    (node(db, "alone", &clock, &clock, tasks), clock)
}

pub fn task(id: &'static str, cron: &str, missed: Missed, job: Job) -> Task {
    let cron = Cron::try_from(cron.to_owned()).unwrap();
    let plan = Plan { cron, days_earlier: 0, missed, window_days: 40 };
    Task::new(id, &plan, MINUTE, job).unwrap()
}

/// A job that does nothing.
pub fn idle() -> Job {
    Arc::new(|_| async { Ok("nothing".to_owned()) }.boxed())
}

/// Counts how often a job has run for each due time.
#[derive(Clone, Default)]
pub struct Runs(Arc<Mutex<BTreeMap<Moment, u32>>>);

impl Runs {
    pub fn job(&self) -> Job {
        let runs = self.clone();
        Arc::new(move |turn| {
            *runs.0.lock().unwrap().entry(turn.due_at).or_default() += 1;
            async { Ok("counted".to_owned()) }.boxed()
        })
    }

    pub fn all(&self) -> BTreeMap<Moment, u32> {
        self.0.lock().unwrap().clone()
    }
}

/// A job that panics for one due time, always.
pub fn poisoned(due_at: Moment) -> Job {
    Arc::new(move |turn| {
        async move {
            assert_ne!(turn.due_at, due_at, "a poisoned job");
            Ok("well".to_owned())
        }
        .boxed()
    })
}

/// Begins the history of a node's tasks, as its start does.
pub async fn know(kernel: &Kernel, since: Moment) {
    let tasks = Arc::clone(&kernel.tasks);
    kernel
        .db
        .write(async move |tx| {
            for task in tasks.iter() {
                ticks::know(tx, task.id, since).await?;
            }
            Ok(())
        })
        .await
        .unwrap();
}

/// What a node's loops do in one round: seek the lease, write down what is due, work it off.
pub async fn round(kernel: &Kernel) {
    lease::seek(kernel).await.unwrap();
    scheduler::round(kernel).await.unwrap();
    work_off(kernel).await;
}

/// Works off whatever is due, one after the other; says how much it was.
pub async fn work_off(kernel: &Kernel) -> usize {
    let mut done = 0;
    for task in kernel.tasks.iter() {
        while let Some(claim) = runner::claim(kernel, task).await.unwrap() {
            runner::work_off(kernel, task, claim).await;
            done += 1;
        }
    }
    done
}

pub async fn claim(kernel: &Kernel) -> Option<Claim> {
    runner::claim(kernel, &kernel.tasks[0]).await.unwrap()
}

/// `due_at` and `state` of every row of a task, in order.
pub async fn rows(db: &Db, task: &str) -> Vec<(Moment, String)> {
    db.read(async |tx| {
        tx.query("select due_at, state from job_ticks where task = $1 order by due_at")
            .bind(task)
            .fetch_all()
            .await
    })
    .await
    .unwrap()
}

/// How many rows of a task there are in a state.
pub async fn in_state(db: &Db, task: &str, state: &str) -> usize {
    rows(db, task).await.into_iter().filter(|(_, is)| is == state).count()
}

pub async fn number(db: &Db, sql: &'static str) -> i64 {
    db.read(async |tx| tx.query(sql).fetch_scalar().await).await.unwrap()
}

/// The kinds of the open alarms.
pub async fn open_alarms(db: &Db) -> Vec<String> {
    let counts = db.read(async |tx| dunghen::store::alarms::open_counts(tx).await).await.unwrap();
    counts
        .into_iter()
        .flat_map(|(kind, count)| std::iter::repeat_n(kind, usize::try_from(count).unwrap()))
        .collect()
}
