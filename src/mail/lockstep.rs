//! A stream that lets the two sides of an SMTP conversation speak in turn only.
//!
//! lettre's connection reads ahead: a second reply in the same packet would wait in its
//! buffer and be taken as the answer to the next command, perhaps as the "250" of another
//! mail. So this stream stands beneath it, hands up one reply for one thing said, and fails
//! when the relay has spoken unasked. It also remembers whether the final dot has gone out,
//! which lettre doesn't tell. It understands nothing else of SMTP.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};

use lettre::transport::smtp::client::AsyncTokioStream;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, ReadBuf};

/// The longest line of a reply that is listened to, in bytes.
const MAX_LINE: usize = 1000;
/// The longest reply that is listened to, in bytes.
const MAX_REPLY: usize = 64 * 1024;
/// What ends the content of a mail, and what no content can hold (its dots are doubled).
const FINAL_DOT: &[u8; 5] = b"\r\n.\r\n";

/// Whether the final dot of the mail at hand has been given to the network.
#[derive(Clone, Debug, Default)]
pub(super) struct FinalDot(Arc<AtomicBool>);

impl FinalDot {
    pub(super) fn forget(&self) {
        self.0.store(false, Ordering::Relaxed);
    }

    pub(super) fn is_out(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Turn {
    /// The relay owes a reply, or the rest of one.
    Theirs,
    /// The reply is complete; the relay has nothing to say before we have.
    Ours,
    /// We have begun to say something.
    Speaking,
}

#[derive(Debug)]
pub(super) struct Lockstep<S> {
    stream: S,
    peer: SocketAddr,
    /// Received and not yet handed up.
    heard: Vec<u8>,
    turn: Turn,
    /// The last five bytes said.
    said: [u8; 5],
    dot: FinalDot,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Lockstep<S> {
    /// The relay speaks first.
    pub(super) fn new(stream: S, peer: SocketAddr, dot: FinalDot) -> Self {
        Self { stream, peer, heard: Vec::new(), turn: Turn::Theirs, said: [0; 5], dot }
    }

    /// Behaves as if the relay had just said `greeting`: after STARTTLS it doesn't greet again,
    /// but lettre waits for it.
    pub(super) fn greeted(stream: S, peer: SocketAddr, dot: FinalDot, greeting: String) -> Self {
        Self { heard: greeting.into_bytes(), ..Self::new(stream, peer, dot) }
    }

    /// One whole reply, as it came.
    pub(super) async fn reply(&mut self) -> io::Result<String> {
        let mut reply = Vec::new();
        if self.turn == Turn::Speaking {
            self.turn = Turn::Theirs;
        }
        while self.turn == Turn::Theirs {
            if self.read_buf(&mut reply).await? == 0 {
                return Err(closed());
            }
            if reply.len() > MAX_REPLY {
                return Err(unruly("the reply has no end"));
            }
            reply.reserve(MAX_LINE);
        }
        String::from_utf8(reply).map_err(|_| unruly("the reply is no text"))
    }

    /// The bare stream, if the relay has said nothing beyond its last reply: words that came in
    /// the clear must not be taken for words said under TLS.
    pub(super) fn into_quiet_stream(self) -> io::Result<S> {
        if self.heard.is_empty() { Ok(self.stream) } else { Err(unruly("the relay spoke out of turn")) }
    }

    /// The first line heard, with its end; `None` while it isn't complete.
    fn line(&self) -> io::Result<Option<usize>> {
        match self.heard.iter().take(MAX_LINE).position(|byte| *byte == b'\n') {
            Some(end) => Ok(Some(end + 1)),
            None if self.heard.len() >= MAX_LINE => Err(unruly("a line of the reply has no end")),
            None => Ok(None),
        }
    }

    fn hear(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        let mut space = [0_u8; MAX_LINE];
        let mut buffer = ReadBuf::new(&mut space);
        ready!(Pin::new(&mut self.stream).poll_read(cx, &mut buffer))?;
        self.heard.extend_from_slice(buffer.filled());
        Poll::Ready(Ok(buffer.filled().len()))
    }

    /// Fails where the relay has said something unasked, or has gone.
    fn expect_quiet(&mut self, cx: &mut Context<'_>) -> io::Result<()> {
        if !self.heard.is_empty() {
            return Err(unruly("the relay spoke out of turn"));
        }
        match self.hear(cx) {
            Poll::Pending => Ok(()),
            Poll::Ready(Ok(0)) => Err(closed()),
            Poll::Ready(Ok(_)) => Err(unruly("the relay spoke out of turn")),
            Poll::Ready(Err(error)) => Err(error),
        }
    }

    fn remember(&mut self, said: &[u8]) {
        for byte in said.iter().skip(said.len().saturating_sub(self.said.len())) {
            self.said.rotate_left(1);
            self.said[4] = *byte;
        }
        if self.said == *FINAL_DOT {
            self.dot.0.store(true, Ordering::Relaxed);
        }
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncRead for Lockstep<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.turn == Turn::Ours {
            return Poll::Ready(Err(unruly("a second reply was waited for")));
        }
        self.turn = Turn::Theirs;
        loop {
            if let Some(end) = self.line()? {
                if buffer.remaining() < end {
                    return Poll::Ready(Err(unruly("there is no room for the reply")));
                }
                let line: Vec<u8> = self.heard.drain(..end).collect();
                if ends_reply(&line) {
                    self.turn = Turn::Ours;
                }
                buffer.put_slice(&line);
                return Poll::Ready(Ok(()));
            }
            if ready!(self.hear(cx))? == 0 {
                return Poll::Ready(Ok(()));
            }
        }
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Lockstep<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, words: &[u8]) -> Poll<io::Result<usize>> {
        if self.turn == Turn::Theirs {
            return Poll::Ready(Err(unruly("the reply was not waited for")));
        }
        self.expect_quiet(cx)?;
        self.turn = Turn::Speaking;
        let written = ready!(Pin::new(&mut self.stream).poll_write(cx, words))?;
        self.remember(words.get(..written).unwrap_or(words));
        Poll::Ready(Ok(written))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

impl<S> AsyncTokioStream for Lockstep<S>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + Sync + std::fmt::Debug,
{
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.peer)
    }
}

/// `250-…` goes on, `250 …` and `250` end; what is no reply at all ends too, and lettre refuses it.
fn ends_reply(line: &[u8]) -> bool {
    line.get(3) != Some(&b'-')
}

fn unruly(what: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

fn closed() -> io::Error {
    io::Error::new(io::ErrorKind::UnexpectedEof, "the relay closed the connection")
}
