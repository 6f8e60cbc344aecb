//! What the service says about itself: log lines, and what its loops last got done.

use std::time::{Duration, Instant};

use tracing_subscriber::EnvFilter;
use tracing_subscriber::util::SubscriberInitExt;

mod progress;

pub use progress::{Progress, Silence};

/// Begins to write log lines to standard error, as JSON or as text.
///
/// The chatty libraries stay at `info` whatever the filter says: at `debug` they
/// would repeat what people wrote.
pub fn start(filter: &str, json: bool) {
    let quiet = ["sqlx=info", "lettre=info", "hyper=info", "rustls=info"];
    let mut filter = EnvFilter::try_new(filter).unwrap_or_else(|_| EnvFilter::new("info"));
    for directive in quiet {
        if let Ok(directive) = directive.parse() {
            filter = filter.add_directive(directive);
        }
    }
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // A second start, as in tests, keeps the first.
    _ = if json { lines.json().finish().try_init() } else { lines.finish().try_init() };
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
