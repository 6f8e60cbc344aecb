//! A stack of connections behind a semaphore, for either engine.
//!
//! What comes back in a state that is not known for certain (its user was dropped
//! in the middle of a transaction, perhaps before the server's answer to `begin`) is
//! rolled back before anybody else gets it, or closed. Otherwise the next user's
//! statements would run inside a transaction that nobody ever commits.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use sqlx::Connection;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::task::TaskTracker;

use super::error::{Error, Result};
use super::limit::{monotonic, within};
use super::postgres::PostgresSource;
use super::sqlite::SqliteSource;
use super::tx::{Link, Tx};
use crate::telemetry::metrics::Level;

/// A connection is replaced at this age, so that a server's memory and addresses can change.
const LIFETIME: Duration = Duration::from_secs(600);
/// How long a connection that lay idle may take to begin before it counts as dead.
const BEGIN_LIMIT: Duration = Duration::from_secs(1);
const ROLLBACK_LIMIT: Duration = Duration::from_secs(1);
const CLOSE_LIMIT: Duration = Duration::from_secs(5);
const NONE_IN_TIME: &str = "no connection to the database could be had in time";

/// Where a pool's connections come from.
pub(super) enum Source {
    Sqlite(SqliteSource),
    Postgres(PostgresSource),
}

pub(super) struct Pool {
    source: Source,
    size: u32,
    acquire_limit: Duration,
    permits: Arc<Semaphore>,
    idle: Mutex<Vec<Aged>>,
    waiting: Level,
    tracker: TaskTracker,
}

struct Aged {
    tx: Tx,
    born: Instant,
}

/// A connection with a begun transaction, on loan.
pub(super) struct Held {
    pool: Arc<Pool>,
    // Empty only while it is being given back.
    lent: Option<(Aged, OwnedSemaphorePermit)>,
}

impl Pool {
    pub(super) fn new(source: Source, size: u32, acquire_limit: Duration, tracker: TaskTracker) -> Arc<Self> {
        let permits = Arc::new(Semaphore::new(usize::try_from(size).unwrap_or(1).max(1)));
        let (idle, waiting) = (Mutex::default(), Level::default());
        Arc::new(Self { source, size: size.max(1), acquire_limit, permits, idle, waiting, tracker })
    }

    /// Takes a connection and begins a transaction on it with the text `begin`.
    ///
    /// # Errors
    /// [`Error::Unavailable`] where that takes longer than the pool's limit.
    pub(super) async fn begin(self: &Arc<Self>, begin: &'static str) -> Result<Held> {
        match within(self.acquire_limit, self.begin_now(begin)).await {
            Err(Error::TimedOut) => Err(Error::unavailable(NONE_IN_TIME)),
            outcome => outcome,
        }
    }

    async fn begin_now(self: &Arc<Self>, begin: &'static str) -> Result<Held> {
        let mut permit = self.permit().await?;
        while let Some(aged) = self.pop() {
            let mut held = Held { pool: Arc::clone(self), lent: Some((aged, permit)) };
            // The first statement doubles as the question whether the connection still lives.
            if within(BEGIN_LIMIT, held.steer(begin)).await.is_ok() {
                return Ok(held);
            }
            // The others have most likely died with it.
            self.lock().clear();
            permit = held.discard()?;
        }
        let aged = Aged { tx: Tx::new(self.connect().await?), born: monotonic() };
        let mut held = Held { pool: Arc::clone(self), lent: Some((aged, permit)) };
        held.steer(begin).await?;
        Ok(held)
    }

    /// Lends a connection without a transaction: one that lay idle, if there is one and `fresh` is not asked for.
    pub(super) async fn lend(self: &Arc<Self>, fresh: bool) -> Result<Held> {
        let lent = within(self.acquire_limit, async {
            let permit = self.permit().await?;
            if fresh {
                self.lock().clear();
            }
            let aged = match self.pop() {
                Some(aged) => aged,
                None => Aged { tx: Tx::new(self.connect().await?), born: monotonic() },
            };
            Ok(Held { pool: Arc::clone(self), lent: Some((aged, permit)) })
        });
        match lent.await {
            Err(Error::TimedOut) => Err(Error::unavailable(NONE_IN_TIME)),
            outcome => outcome,
        }
    }

    /// The right to a connection.
    async fn permit(&self) -> Result<OwnedSemaphorePermit> {
        let _counted = self.waiting.enter();
        Arc::clone(&self.permits).acquire_owned().await.map_err(|_| Error::Stopped)
    }

    async fn connect(&self) -> Result<Link> {
        match &self.source {
            Source::Sqlite(source) => source.connect().await,
            Source::Postgres(source) => source.connect().await,
        }
    }

    /// The connection used last, unless it is too old.
    fn pop(&self) -> Option<Aged> {
        let mut idle = self.lock();
        idle.retain(|aged| aged.born.elapsed() < LIFETIME);
        idle.pop()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Aged>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lends nothing more, waits for what is lent, and closes every connection.
    pub(super) async fn close(&self) {
        let all = within(CLOSE_LIMIT, async {
            self.permits.acquire_many(self.size).await.map_err(|_| Error::Stopped)
        });
        drop(all.await);
        self.permits.close();
        let idle = std::mem::take(&mut *self.lock());
        for aged in idle {
            _ = within(CLOSE_LIMIT, close(aged.tx.link)).await; // it ends with the process anyway
        }
    }

    pub(super) fn usage(&self) -> Usage {
        Usage {
            size: self.size,
            busy: self.size - u32::try_from(self.permits.available_permits()).unwrap_or(0).min(self.size),
            idle: u32::try_from(self.lock().len()).unwrap_or(u32::MAX),
            waiting: self.waiting.get(),
        }
    }
}

/// How much of a pool is in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Usage {
    pub size: u32,
    pub busy: u32,
    /// Connections that are open and do nothing.
    pub idle: u32,
    /// Those who wait for one.
    pub waiting: u64,
}

pub(super) async fn close(link: Link) -> Result<()> {
    match link {
        Link::Sqlite(connection, _) => connection.close().await?,
        Link::Postgres(connection) => connection.close().await?,
    }
    Ok(())
}

impl Held {
    /// The transaction on loan.
    ///
    /// # Errors
    /// [`Error::Stopped`] once it has been given back.
    pub(super) fn tx(&mut self) -> Result<&mut Tx> {
        self.lent.as_mut().map(|(aged, _)| &mut aged.tx).ok_or(Error::Stopped)
    }

    async fn steer(&mut self, sql: &'static str) -> Result<()> {
        self.tx()?.steer(sql).await
    }

    /// Ends the transaction with the text `end` and gives the connection back.
    pub(super) async fn end(mut self, end: &'static str) -> Result<()> {
        self.steer(end).await?;
        self.give_back();
        Ok(())
    }

    /// Gives the connection back, on which no transaction is open.
    pub(super) fn give_back(mut self) {
        if let Some((aged, _permit)) = self.lent.take() {
            self.pool.lock().push(aged);
        }
    }

    /// Closes the connection and keeps the right to another.
    fn discard(&mut self) -> Result<OwnedSemaphorePermit> {
        self.lent.take().map(|(_, permit)| permit).ok_or(Error::Stopped)
    }
}

/// A transaction that was not ended: nobody knows what the server has heard.
impl Drop for Held {
    fn drop(&mut self) {
        let Some((mut aged, permit)) = self.lent.take() else { return };
        aged.tx.break_off();
        let worth_keeping = matches!(aged.tx.link, Link::Postgres(_));
        if !worth_keeping || tokio::runtime::Handle::try_current().is_err() {
            return; // closing the connection rolls back
        }
        let pool = Arc::clone(&self.pool);
        self.pool.tracker.spawn(async move {
            if within(ROLLBACK_LIMIT, aged.tx.steer("rollback")).await.is_ok() {
                aged.tx.spoiled = None;
                pool.lock().push(aged);
            }
            drop(permit);
        });
    }
}
