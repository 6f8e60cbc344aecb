//! What time it is, and how long the machine has been up: the only place that asks.
//!
//! Everything else is given an instant. The wall clock may be fixed or run from another
//! instant, for demonstrations and tests; in tests both hands are moved by hand.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use crate::domain::time::Moment;

/// The clock of one process; cheap to clone.
#[derive(Clone, Debug)]
pub struct Clock(Arc<Hands>);

#[derive(Debug)]
enum Hands {
    System,
    /// Stands at one instant for ever.
    Fixed(Moment),
    /// Runs on from an instant that was given at the start.
    From {
        shown: Moment,
        started: Moment,
    },
    /// Moves when it is told to; both in microseconds.
    ByHand {
        wall: AtomicI64,
        uptime: AtomicI64,
    },
}

impl Clock {
    #[must_use]
    pub fn system() -> Self {
        Self(Arc::new(Hands::System))
    }

    #[must_use]
    pub fn fixed(at: Moment) -> Self {
        Self(Arc::new(Hands::Fixed(at)))
    }

    /// A clock that shows `shown` now and goes on from there, for demonstrations.
    #[must_use]
    pub fn from(shown: Moment) -> Self {
        Self(Arc::new(Hands::From { shown, started: system_now() }))
    }

    /// A clock that shows `shown` until it is moved, for tests.
    #[must_use]
    pub fn by_hand(shown: Moment) -> Self {
        let (wall, uptime) = (AtomicI64::new(shown.micros()), AtomicI64::new(0));
        Self(Arc::new(Hands::ByHand { wall, uptime }))
    }

    /// Lets time pass on a clock that is moved by hand.
    pub fn pass(&self, length: Duration) {
        if let Hands::ByHand { wall, uptime } = &*self.0 {
            let micros = i64::try_from(length.as_micros()).unwrap_or(i64::MAX);
            wall.fetch_add(micros, Ordering::SeqCst);
            uptime.fetch_add(micros, Ordering::SeqCst);
        }
    }

    /// Sets such a clock to another instant, as an operator or a time server would.
    pub fn set(&self, shown: Moment) {
        if let Hands::ByHand { wall, .. } = &*self.0 {
            wall.store(shown.micros(), Ordering::SeqCst);
        }
    }

    #[must_use]
    pub fn now(&self) -> Moment {
        match &*self.0 {
            Hands::System => system_now(),
            Hands::Fixed(at) => *at,
            Hands::From { shown, started } => shown.plus(system_now().since(*started)),
            Hands::ByHand { wall, .. } => {
                Moment::from_micros(wall.load(Ordering::SeqCst)).unwrap_or_else(|_| system_now())
            }
        }
    }

    /// How long the machine has been up, sleep included. Nobody can set it, so lengths are
    /// measured with it, and it tells when the wall clock was set.
    #[must_use]
    pub fn uptime(&self) -> Duration {
        match &*self.0 {
            Hands::ByHand { uptime, .. } => {
                Duration::from_micros(u64::try_from(uptime.load(Ordering::SeqCst)).unwrap_or(0))
            }
            _ => system_uptime(),
        }
    }

    #[must_use]
    pub fn is_system(&self) -> bool {
        matches!(*self.0, Hands::System)
    }

    /// Whether its hands move at all.
    #[must_use]
    pub fn runs(&self) -> bool {
        !matches!(*self.0, Hands::Fixed(_))
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place that reads the wall clock")]
fn system_now() -> Moment {
    Moment::new(jiff::Timestamp::now())
}

#[cfg(target_os = "linux")]
fn system_uptime() -> Duration {
    let up = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
    let (seconds, nanos) = (u64::try_from(up.tv_sec), u32::try_from(up.tv_nsec));
    Duration::new(seconds.unwrap_or(0), nanos.unwrap_or(0))
}

#[cfg(not(target_os = "linux"))]
#[expect(clippy::disallowed_methods, reason = "the one place that reads the monotonic clock")]
fn system_uptime() -> Duration {
    static START: std::sync::LazyLock<std::time::Instant> = std::sync::LazyLock::new(std::time::Instant::now);
    START.elapsed()
}
