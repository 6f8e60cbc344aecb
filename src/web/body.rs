//! The body of a request, which must be there within its time however slowly it comes.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use hyper::body::{Frame, SizeHint};
use tokio::time::Sleep;

/// A body that breaks off once its time is over.
pub(super) struct Timed {
    body: Body,
    end: Pin<Box<Sleep>>,
    late: Late,
}

/// Whether a body was broken off.
#[derive(Clone, Debug, Default)]
pub(super) struct Late(Arc<AtomicBool>);

impl Late {
    pub(super) fn is_so(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

#[derive(Debug, thiserror::Error)]
#[error("the request's body did not come in time")]
struct TooLate;

impl Timed {
    /// `body`, to be read within `limit` from now.
    pub(super) fn new(body: Body, limit: Duration) -> (Self, Late) {
        let late = Late::default();
        (Self { body, end: Box::pin(tokio::time::sleep(limit)), late: late.clone() }, late)
    }
}

impl HttpBody for Timed {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let this = &mut *self;
        match Pin::new(&mut this.body).poll_frame(cx) {
            Poll::Pending if this.end.as_mut().poll(cx).is_ready() => {
                this.late.0.store(true, Ordering::Relaxed);
                Poll::Ready(Some(Err(axum::Error::new(TooLate))))
            }
            outcome => outcome,
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
