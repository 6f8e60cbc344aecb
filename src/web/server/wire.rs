//! One client's connection, with an end to the patience for it.
//!
//! Three waits are bounded: for the head of a request, for the next request, and for a client
//! that does not take its answer. A body's time is kept where it is read. The last one is no
//! plain limit: every byte taken buys a little more time, so that a slow line may take long for
//! a large file, while one byte a second ends soon.

use std::io::{self, ErrorKind, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep};

use crate::telemetry;

/// What a client must take of its answer on average: a kibibyte a second.
const TIME_PER_BYTE: Duration = Duration::from_micros(1_000_000 / 1024);

/// How long is waited for a client's requests.
#[derive(Clone, Copy, Debug)]
pub(super) struct Patience {
    pub(super) header: Duration,
    /// For the next one, and for a client that takes nothing of its answer.
    pub(super) idle: Duration,
}

const HEAD: u8 = 0;
const ANSWERING: u8 = 1;
const WAITING: u8 = 2;

/// Where the conversation is, told by whoever answers.
#[derive(Clone, Debug, Default)]
pub(super) struct Phase(Arc<AtomicU8>);

impl Phase {
    /// A request's head is there.
    pub(super) fn answering(&self) {
        self.0.store(ANSWERING, Ordering::Relaxed);
    }

    /// It has an answer.
    pub(super) fn waiting(&self) {
        self.0.store(WAITING, Ordering::Relaxed);
    }

    fn get(&self) -> u8 {
        self.0.load(Ordering::Relaxed)
    }
}

/// Both directions of a connection.
pub(super) struct Wire<S> {
    stream: S,
    patience: Patience,
    phase: Phase,
    /// The phase that the alarm for reading is set for.
    alarm_of: u8,
    reading: Alarm,
    writing: Alarm,
    /// Since when the client has taken nothing though there is something.
    blocked_since: Option<Instant>,
    /// For how long it may do so from now on.
    left: Duration,
}

impl<S> Wire<S> {
    pub(super) fn new(stream: S, patience: Patience) -> (Self, Phase) {
        let phase = Phase::default();
        let mut reading = Alarm::default();
        reading.set(now() + patience.header);
        let wire = Self {
            stream,
            patience,
            phase: phase.clone(),
            alarm_of: HEAD,
            reading,
            writing: Alarm::default(),
            blocked_since: None,
            left: patience.idle,
        };
        (wire, phase)
    }

    /// The first bytes after a pause begin a head.
    fn heard(&mut self) {
        if self.phase.get() == WAITING {
            self.phase.0.store(HEAD, Ordering::Relaxed);
        }
    }

    /// Whether the wait for more has lasted too long; if not, the task is woken when it has.
    fn is_silent_for_too_long(&mut self, cx: &mut Context<'_>) -> bool {
        let phase = self.phase.get();
        if phase == ANSWERING || self.blocked_since.is_some() {
            self.alarm_of = ANSWERING;
            return false;
        }
        if self.alarm_of != phase {
            self.alarm_of = phase;
            let patience = if phase == HEAD { self.patience.header } else { self.patience.idle };
            self.reading.set(now() + patience);
        }
        self.reading.has_rung(cx)
    }

    /// Keeps account of how a write went.
    fn wrote(&mut self, cx: &mut Context<'_>, outcome: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        match &outcome {
            Poll::Ready(Ok(bytes)) => {
                let waited = self.blocked_since.take().map_or(Duration::ZERO, |since| now() - since);
                let earned = TIME_PER_BYTE * u32::try_from(*bytes).unwrap_or(u32::MAX);
                self.left = (self.left.saturating_sub(waited) + earned).min(self.patience.idle);
                // The pause between two requests begins when the answer is taken; nobody reads then.
                self.alarm_of = ANSWERING;
                _ = self.is_silent_for_too_long(cx);
                outcome
            }
            Poll::Ready(Err(_)) => outcome,
            Poll::Pending => {
                let since = *self.blocked_since.get_or_insert_with(now);
                self.writing.set(since + self.left);
                if self.writing.has_rung(cx) { Poll::Ready(Err(too_slow())) } else { outcome }
            }
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Wire<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = &mut *self;
        match Pin::new(&mut this.stream).poll_read(cx, buffer) {
            Poll::Pending if this.is_silent_for_too_long(cx) => Poll::Ready(Err(too_slow())),
            Poll::Pending => Poll::Pending,
            Poll::Ready(read) => {
                this.heard();
                Poll::Ready(read)
            }
        }
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Wire<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.wrote(cx, outcome)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.stream).poll_write_vectored(cx, parts);
        self.wrote(cx, outcome)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

fn too_slow() -> io::Error {
    io::Error::new(ErrorKind::TimedOut, "the client took too long")
}

fn now() -> Instant {
    Instant::from_std(telemetry::now())
}

/// Wakes whoever waits; made with its first use.
#[derive(Default)]
struct Alarm(Option<Pin<Box<Sleep>>>);

impl Alarm {
    fn set(&mut self, at: Instant) {
        match &mut self.0 {
            Some(sleep) if sleep.deadline() == at => {}
            Some(sleep) => sleep.as_mut().reset(at),
            None => self.0 = Some(Box::pin(tokio::time::sleep_until(at))),
        }
    }

    fn has_rung(&mut self, cx: &mut Context<'_>) -> bool {
        self.0.as_mut().is_some_and(|sleep| sleep.as_mut().poll(cx).is_ready())
    }
}
