//! What the service says about itself: log lines, and what its loops last got done.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tracing_subscriber::EnvFilter;
use tracing_subscriber::util::SubscriberInitExt;

/// Begins to write log lines to standard error, as JSON or as text.
pub fn start(filter: &str, json: bool) {
    let lines = tracing_subscriber::fmt().with_env_filter(self::filter(filter)).with_writer(std::io::stderr);
    // A second start, as in tests, keeps the first.
    _ = if json { lines.json().finish().try_init() } else { lines.finish().try_init() };
}

/// What is said, by a filter as of `RUST_LOG`.
///
/// The chatty libraries stay at `info` whatever it says: at `debug` they would repeat what people
/// wrote.
#[must_use]
pub fn filter(text: &str) -> EnvFilter {
    let quiet = ["sqlx=info", "lettre=info", "hyper=info", "rustls=info"];
    let filter = EnvFilter::try_new(text).unwrap_or_else(|_| EnvFilter::new("info"));
    quiet.into_iter().filter_map(|directive| directive.parse().ok()).fold(filter, EnvFilter::add_directive)
}

/// When each loop last got something done.
#[derive(Clone, Debug, Default)]
pub struct Progress(Arc<Mutex<BTreeMap<&'static str, Beat>>>);

#[derive(Clone, Copy, Debug)]
struct Beat {
    at: Instant,
    period: Duration,
}

/// Silent for longer than this many periods, a loop counts as stuck.
const PERIODS: u32 = 3;

impl Progress {
    /// Notes that `name`, which comes round every `period`, got something done.
    pub fn note(&self, name: &'static str, period: Duration) {
        let beat = Beat { at: now(), period };
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(name, beat);
    }

    /// The loops that have been silent for too long.
    #[must_use]
    pub fn stuck(&self) -> Vec<&'static str> {
        let beats = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let late = |beat: &Beat| now().duration_since(beat.at) > beat.period * PERIODS;
        beats.iter().filter(|(_, beat)| late(beat)).map(|(name, _)| *name).collect()
    }
}

/// Measures how long something takes.
#[derive(Clone, Copy, Debug)]
pub struct Stopwatch(Instant);

impl Stopwatch {
    #[must_use]
    pub fn start() -> Self {
        Self(now())
    }

    #[must_use]
    pub fn elapsed(self) -> Duration {
        self.0.elapsed()
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "waiting is measured on the monotonic clock, never on the wall's"
)]
fn now() -> Instant {
    Instant::now()
}
