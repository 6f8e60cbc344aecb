//! How long anything may take.
//!
//! Measures on the monotonic clock; knows nothing of civil time.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use super::error::{Error, Result};

/// Instructions of SQLite's virtual machine between two looks at the deadline: about 0.1 ms.
pub(super) const INSTRUCTIONS_BETWEEN_LOOKS: i32 = 10_000;

#[expect(clippy::disallowed_methods, reason = "measures a length, tells no time of day")]
pub(super) fn monotonic() -> Instant {
    Instant::now()
}

/// Waits for `work`, but no longer than `limit`.
pub(super) async fn within<T>(limit: Duration, work: impl Future<Output = Result<T>>) -> Result<T> {
    tokio::time::timeout(limit, work).await.unwrap_or(Err(Error::TimedOut))
}

/// When the statements of one SQLite connection must have ended.
///
/// Shared with the connection's progress handler, which breaks off a statement
/// that runs past it: dropping a future alone does not stop SQLite.
#[derive(Clone, Debug)]
pub(super) struct Deadline {
    base: Instant,
    micros: Arc<AtomicU64>,
}

impl Deadline {
    pub(super) fn none() -> Self {
        Self { base: monotonic(), micros: Arc::new(AtomicU64::new(u64::MAX)) }
    }

    pub(super) fn set(&self, limit: Duration) {
        self.micros.store(self.elapsed().saturating_add(micros(limit)), Ordering::Relaxed);
    }

    pub(super) fn clear(&self) {
        self.micros.store(u64::MAX, Ordering::Relaxed);
    }

    /// Breaks off whatever is running now.
    pub(super) fn pass(&self) {
        self.micros.store(0, Ordering::Relaxed);
    }

    pub(super) fn is_ahead(&self) -> bool {
        self.elapsed() < self.micros.load(Ordering::Relaxed)
    }

    fn elapsed(&self) -> u64 {
        micros(self.base.elapsed())
    }
}

fn micros(length: Duration) -> u64 {
    u64::try_from(length.as_micros()).unwrap_or(u64::MAX)
}
