//! What one node needs to do its share of what happens later: a name, the database's time, the
//! tasks and their rhythm.
//!
//! One node leads and writes down what has become due ([`lease`](super::lease),
//! [`scheduler`](super::scheduler)); any node claims it and works it off
//! ([`runner`](super::runner)); each looks after itself ([`watchdog`](super::watchdog)).

use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;

use super::lease;
use super::tasks::Task;
use crate::app::App;
use crate::clock::Clock;
use crate::db::{Db, Result, Tx};
use crate::domain::time::Moment;
use crate::random;
use crate::store::{self, ticks};

/// A share in what happens later; clones are the same node.
#[derive(Clone)]
pub struct Kernel {
    pub app: App,
    /// Connections of its own, so that no crowd keeps a lease from being renewed.
    pub db: Db,
    pub node: Arc<Node>,
    pub time: DatabaseTime,
    pub rhythm: Rhythm,
    pub tasks: Arc<Vec<Task>>,
}

/// This process among the nodes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// Unique, and another after each start.
    pub id: String,
    /// For people.
    pub name: String,
}

/// The time that leases and claims end by.
#[derive(Clone, Debug)]
pub enum DatabaseTime {
    /// The server's; with SQLite, which one process has alone, that of its machine.
    Own,
    /// What this clock shows.
    Given(Clock),
}

impl DatabaseTime {
    pub async fn now(&self, tx: &mut Tx) -> Result<Moment> {
        match self {
            Self::Own if tx.is_sqlite() => Ok(Clock::system().now()),
            Self::Own => store::lease::server_time(tx).await,
            Self::Given(clock) => Ok(clock.now()),
        }
    }
}

/// How long a claim lasts and how often it is renewed.
#[derive(Clone, Copy, Debug)]
pub struct Rhythm {
    pub claim: Duration,
    pub beat: Duration,
    /// How often the runner looks whether something is due.
    pub look: Duration,
    /// How long a task that failed rests before its second attempt.
    pub backoff: Duration,
}

impl Default for Rhythm {
    fn default() -> Self {
        Self {
            claim: Duration::from_secs(60),
            beat: Duration::from_secs(15),
            look: Duration::from_secs(2),
            backoff: Duration::from_secs(15),
        }
    }
}

impl Kernel {
    /// A new node of this name.
    #[must_use]
    pub fn new(app: App, db: Db, name: &str, tasks: Vec<Task>) -> Self {
        let node = Node { id: random::ulid(app.clock.now()), name: name.to_owned() };
        Self {
            app,
            db,
            node: Arc::new(node),
            time: DatabaseTime::Own,
            rhythm: Rhythm::default(),
            tasks: Arc::new(tasks),
        }
    }

    /// Makes sure that due times can be kept, begins the history of tasks that have none, and
    /// asks for the lease for the first time.
    ///
    /// # Errors
    /// Where nothing keeps a due time from being written down twice, or the database doesn't answer.
    pub async fn start(&self) -> Result<()> {
        let (tasks, since) = (Arc::clone(&self.tasks), self.app.clock.now());
        self.db
            .write(async move |tx| {
                // Refused where the unique key is missing that makes a tick one.
                ticks::insert(tx, "", 0, &[]).await?;
                for task in tasks.iter() {
                    ticks::know(tx, task.id, since).await?;
                }
                if tx.is_sqlite() {
                    // Whoever had the file before is no more.
                    store::lease::vacate(tx).await?;
                    ticks::abandon(tx).await?;
                }
                Ok(())
            })
            .await?;
        lease::seek(self).await
    }

    /// The task of this name, where this node does it.
    pub(super) fn task(&self, id: &str) -> Option<&Task> {
        self.tasks.iter().find(|task| task.id == id)
    }

    /// Later by `length`, which may be longer than time itself.
    pub(super) fn after(at: Moment, length: Duration) -> Moment {
        at.plus(SignedDuration::try_from(length).unwrap_or(SignedDuration::MAX))
    }
}
