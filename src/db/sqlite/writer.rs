//! SQLite's only writer: one thread, one connection, one queue.
//!
//! Those who came during the last commit make up the next group: under load it fills
//! by itself, and a lone caller waits for nobody. All its deeds run under one durable
//! commit, and nobody is answered before it: even a refusal may rest on what a
//! neighbour wrote.
//!
//! Almost every deed that is refused is refused before it has written anything. So a group
//! first runs without a savepoint for each, which would be a third of the journeys to the
//! database; where a deed does fail halfway, the whole group is done again with them.

use std::ops::Range;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::future::BoxFuture;
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tokio_util::task::task_tracker::TaskTrackerToken;

use super::ballast::Ballast;
use super::{SqliteSource, WriteLock, check_version};
use crate::db::deed::{Deed, run};
use crate::db::error::{Error, Result};
use crate::db::limit::monotonic;
use crate::db::meter::Meter;
use crate::db::pool::close;
use crate::db::tx::Tx;

/// Most deeds under one commit; more gained nothing when measured.
const LARGEST_GROUP: usize = 64;
/// A group that has lasted this long commits what it has done, so that nobody waits for a slow crowd.
const LONGEST_GROUP: Duration = Duration::from_millis(250);
const QUEUE: usize = 1024;

/// The door to the writing thread, which ends once the last door is gone or closed.
#[derive(Clone)]
pub(in crate::db) struct Writer {
    queue: mpsc::Sender<Box<dyn Waiting>>,
    /// For those who go before the others.
    first: mpsc::Sender<Box<dyn Waiting>>,
    closing: CancellationToken,
    limit: Duration,
}

impl Writer {
    /// Starts the thread and has it open its connection.
    ///
    /// # Errors
    /// Where the file can't be opened for writing.
    pub(in crate::db) async fn start(
        source: SqliteSource,
        lock: Arc<WriteLock>,
        ballast: Ballast,
        limit: Duration,
        meter: Arc<Meter>,
        tracker: &TaskTracker,
    ) -> Result<Self> {
        let ((queue, waiting), (first, before_them)) = (mpsc::channel(QUEUE), mpsc::channel(QUEUE));
        let (opened, open) = oneshot::channel();
        let closing = CancellationToken::new();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build()
            .map_err(Error::unavailable)?;
        let work = Work {
            source,
            tx: None,
            is_journal_doubtful: false,
            ballast,
            before_them,
            waiting,
            closing: closing.clone(),
            meter,
            _lock: lock,
            _open: tracker.token(),
        };
        std::thread::Builder::new()
            .name("writer".to_owned())
            .spawn(move || {
                stay_on_one_processor();
                runtime.block_on(work.begin(opened));
            })
            .map_err(Error::unavailable)?;
        open.await.unwrap_or(Err(Error::Stopped))?;
        Ok(Self { queue, first, closing, limit })
    }

    /// Puts `deed` into the queue, or before everybody in it, and waits for its commit.
    pub(in crate::db) async fn hand_over<T: Send + 'static>(
        &self,
        deed: impl Deed<T>,
        first: bool,
    ) -> Result<T> {
        let (caller, answer) = oneshot::channel();
        let ticket =
            Ticket { deed, asked: monotonic(), limit: self.limit, outcome: Err(Error::Stopped), caller };
        let queue = if first { &self.first } else { &self.queue };
        match tokio::time::timeout(self.limit, queue.send(Box::new(ticket))).await {
            Ok(sent) => sent.map_err(|_| Error::Stopped)?,
            Err(_) => return Err(Error::Busy),
        }
        answer.await.unwrap_or(Err(Error::Stopped))
    }

    /// Lets the thread finish what is in the queue, and nothing else.
    pub(in crate::db) fn close(&self) {
        self.closing.cancel();
    }
}

/// What the thread holds.
struct Work {
    source: SqliteSource,
    /// Absent after a group was lost, until the file is opened anew.
    tx: Option<Tx>,
    /// The journal may hold what can be read and yet be gone after a power cut.
    is_journal_doubtful: bool,
    ballast: Ballast,
    before_them: mpsc::Receiver<Box<dyn Waiting>>,
    waiting: mpsc::Receiver<Box<dyn Waiting>>,
    closing: CancellationToken,
    meter: Arc<Meter>,
    _lock: Arc<WriteLock>,
    _open: TaskTrackerToken,
}

impl Work {
    async fn begin(mut self, opened: oneshot::Sender<Result<()>>) {
        let open = self.tx().await.map(drop);
        let failed = open.is_err();
        if opened.send(open).is_err() || failed {
            return;
        }
        self.go_on().await;
        if let Some(tx) = self.tx.take() {
            _ = close(tx.link).await; // the next opening recovers whatever this left
        }
    }

    async fn go_on(&mut self) {
        let mut group = Vec::with_capacity(LARGEST_GROUP);
        while self.fill(&mut group).await {
            let meter = Arc::clone(&self.meter);
            let (answered, committed) = match self.tx().await {
                Ok(tx) => commit(tx, &mut group, &meter).await,
                Err(error) => (0..group.len(), Err(error)),
            };
            if committed.is_err() {
                // SQLite may have rolled back by itself: start from a state that is known.
                self.tx = None;
            }
            self.learn_from(&committed);
            group.drain(answered).for_each(|ticket| ticket.answer(&committed));
        }
    }

    /// What a failed commit tells of disk and journal.
    fn learn_from(&mut self, committed: &Result<()>) {
        match committed {
            Err(Error::CommitUnknown(_)) => self.is_journal_doubtful = true,
            Err(Error::Full(_)) if self.ballast.let_go() => {
                tracing::error!(
                    "the disk is full; the reserve beside the database was let go, free more room now"
                );
            }
            _ => {}
        }
    }

    /// Adds those who wait; false once nobody will come any more.
    async fn fill(&mut self, group: &mut Vec<Box<dyn Waiting>>) -> bool {
        while group.len() < LARGEST_GROUP
            && let Ok(ticket) = self.before_them.try_recv().or_else(|_| self.waiting.try_recv())
        {
            group.push(ticket);
        }
        if group.is_empty() {
            tokio::select! {
                biased;
                Some(ticket) = self.before_them.recv() => group.push(ticket),
                _ = self.waiting.recv_many(group, LARGEST_GROUP) => {}
                () = self.closing.cancelled(), if !self.waiting.is_closed() => {
                    self.before_them.close();
                    self.waiting.close();
                    if self.before_them.recv_many(group, LARGEST_GROUP).await == 0 {
                        self.waiting.recv_many(group, LARGEST_GROUP).await;
                    }
                }
            }
        }
        !group.is_empty()
    }

    /// The writing transaction, on a connection opened by this very thread: the thread
    /// that sqlx starts for it then stays on the same processor.
    async fn tx(&mut self) -> Result<&mut Tx> {
        let tx = match self.tx.take() {
            Some(tx) => tx,
            None => {
                let mut tx = Tx::new(self.source.connect().await?);
                check_version(&mut tx).await?;
                if self.is_journal_doubtful {
                    empty_journal(&mut tx).await?;
                    self.is_journal_doubtful = false;
                }
                tx
            }
        };
        Ok(self.tx.insert(tx))
    }
}

/// Carries everything over into the file and begins the journal anew.
///
/// After a synchronisation that failed, the system may count pages as written that are not on the disk:
/// whatever was acknowledged behind them would be gone with them at the next power cut. Copied into the
/// file they are written once more. Until that has succeeded, nothing is written.
async fn empty_journal(tx: &mut Tx) -> Result<()> {
    let (busy, ..): (i64, i64, i64) = tx.query("pragma wal_checkpoint(truncate)").fetch_one().await?;
    if busy == 0 {
        Ok(())
    } else {
        Err(Error::unavailable("the journal can't be emptied while somebody reads"))
    }
}

/// Runs the group, or as much of it as there is time for, and commits; tells who is to be answered.
async fn commit(tx: &mut Tx, group: &mut [Box<dyn Waiting>], meter: &Meter) -> (Range<usize>, Result<()>) {
    match in_one_go(tx, group).await {
        Ok(Some(done)) => keep(tx, done, meter).await,
        Ok(None) => one_by_one(tx, group, meter).await,
        Err(error) => (0..group.len(), Err(error)),
    }
}

/// How many deeds were done; none where one has failed that left the transaction other than it
/// was, and all was undone.
async fn in_one_go(tx: &mut Tx, group: &mut [Box<dyn Waiting>]) -> Result<Option<usize>> {
    let begun = monotonic();
    tx.steer("begin immediate").await?;
    let mut done = 0;
    for ticket in group {
        tx.touched = false;
        if ticket.run(tx).await.is_err() && tx.touched {
            _ = tx.steer("rollback").await; // SQLite may have done so by itself
            return Ok(None);
        }
        done += 1;
        if begun.elapsed() > LONGEST_GROUP {
            break;
        }
    }
    Ok(Some(done))
}

/// Runs each deed under a savepoint, so that one that fails takes no neighbour with it.
///
/// A deed that takes the whole transaction with it is answered alone: the others are
/// done again.
async fn one_by_one(
    tx: &mut Tx,
    group: &mut [Box<dyn Waiting>],
    meter: &Meter,
) -> (Range<usize>, Result<()>) {
    let begun = monotonic();
    let all = group.len();
    if let Err(error) = tx.steer("begin immediate; savepoint deed").await {
        return (0..all, Err(error));
    }
    let mut done = 0;
    for ticket in group {
        let next = match ticket.run(tx).await {
            Ok(()) if done + 1 == all => Ok(()),
            Ok(()) => tx.steer("release deed; savepoint deed").await,
            Err(error) => tx.steer("rollback to deed").await.map_err(|_| error),
        };
        if let Err(error) = next {
            return (done..done + 1, Err(error));
        }
        done += 1;
        if begun.elapsed() > LONGEST_GROUP {
            break;
        }
    }
    keep(tx, done, meter).await
}

async fn keep(tx: &mut Tx, done: usize, meter: &Meter) -> (Range<usize>, Result<()>) {
    let begun = monotonic();
    let committed = tx.steer("commit").await;
    meter.commits.note(begun.elapsed());
    meter.groups.note_number(u32::try_from(done).unwrap_or(u32::MAX));
    let committed = committed.map_err(|error| match error {
        // The journal may hold it all the same, and the next opening would find it there.
        Error::Unavailable(reason) => Error::CommitUnknown(reason),
        error => error,
    });
    (0..done, committed)
}

/// A deed in the queue, whatever its result's type.
trait Waiting: Send {
    /// Does the deed and keeps its result until the commit.
    ///
    /// Half of its time is for the queue and less than half for the deed itself, so that
    /// one without end does not use up its neighbours' time as well.
    fn run<'a>(&'a mut self, tx: &'a mut Tx) -> BoxFuture<'a, Result<()>>;
    fn answer(self: Box<Self>, committed: &Result<()>);
}

struct Ticket<T, F> {
    deed: F,
    asked: Instant,
    limit: Duration,
    outcome: Result<T>,
    caller: oneshot::Sender<Result<T>>,
}

impl<T: Send, F: Deed<T>> Waiting for Ticket<T, F> {
    fn run<'a>(&'a mut self, tx: &'a mut Tx) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            // What took too long already is not done again with the group.
            let too_long = matches!(self.outcome, Err(Error::TimedOut));
            let in_time = !too_long && self.asked.elapsed() < self.limit / 2;
            let (deed, share) = (self.deed.clone(), self.limit * 2 / 5);
            self.outcome = if in_time { run(deed, tx, share).await } else { Err(Error::TimedOut) };
            self.outcome.as_ref().map(drop).map_err(Error::clone)
        })
    }

    fn answer(self: Box<Self>, committed: &Result<()>) {
        _ = self.caller.send(committed.clone().and(self.outcome)); // the caller may have left
    }
}

/// Handing a statement to another processor costs more than the statement; and on the same one, each of
/// a statement's answers would wake this thread in the middle of the next unless it lets the other
/// finish first, as one that says it has time (a batch) does.
#[cfg(target_os = "linux")]
fn stay_on_one_processor() {
    use thread_priority::{
        NormalThreadSchedulePolicy, ThreadPriority, ThreadSchedulePolicy, set_thread_priority_and_policy,
        thread_native_id,
    };

    let mut one = rustix::thread::CpuSet::new();
    one.set(rustix::thread::sched_getcpu());
    _ = rustix::thread::sched_setaffinity(None, &one); // slower where it is not allowed, not wrong
    let batch = ThreadSchedulePolicy::Normal(NormalThreadSchedulePolicy::Batch);
    if let Ok(unchanged) = USUAL_PRIORITY.try_into().map(ThreadPriority::Crossplatform) {
        _ = set_thread_priority_and_policy(thread_native_id(), unchanged, batch); // likewise
    }
}

/// What the library calls a niceness of 0.
#[cfg(target_os = "linux")]
const USUAL_PRIORITY: u8 = 47;

#[cfg(not(target_os = "linux"))]
fn stay_on_one_processor() {}
