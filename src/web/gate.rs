//! Who may come in, and how long each request may take.
//!
//! Only so many requests are under way at once: more would all be answered late, and so one
//! above the limit is sent away at once. What watches over the service and the way in have
//! room of their own. A request whose body is still to come waits outside until it is there, so
//! that whoever sends slowly keeps nobody out. A request that may change something goes on to its end in a task of its
//! own, whatever becomes of its connection or its time; one that only looks ends with either.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, HttpBody};
use axum::extract::{Request, State};
use axum::http::header::CONNECTION;
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::task::TaskTracker;

use super::body::{Broken, whole};
use super::failure::Failure;
use super::server::Crowded;
use crate::app::App;
use crate::config::Web;
use crate::db::Error;
use crate::telemetry::traffic::Traffic;

/// Room for whoever watches over the service.
const WATCHERS: usize = 8;
/// Room beside the common one for those who sign in.
const ENTRANTS: usize = 16;
/// Larger bodies are received by no more than [`RECEIVERS`] at once, so that they cannot fill the memory.
const SMALL_BODY: u64 = 65_536;
const RECEIVERS: usize = 32;

/// Shared by all requests.
#[derive(Clone)]
pub struct Gate {
    common: Arc<Semaphore>,
    watchers: Arc<Semaphore>,
    entrants: Arc<Semaphore>,
    receivers: Arc<Semaphore>,
    largest_body: usize,
    body: Duration,
    handler: Duration,
    tasks: TaskTracker,
    traffic: Arc<Traffic>,
}

/// What a request asks for, as far as its room depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wish {
    Watch,
    SignIn,
    Anything,
}

impl Wish {
    fn of(path: &str) -> Self {
        match path {
            "/healthz" | "/readyz" | "/metrics" => Self::Watch,
            "/sign-in"
            | "/sign-in/code"
            | "/sign-in/provider"
            | "/sign-in/provider/return"
            | "/api/v1/sign-in" => Self::SignIn,
            _ => Self::Anything,
        }
    }
}

impl Gate {
    #[must_use]
    pub fn new(app: &App) -> Self {
        let Web { max_requests, body_limit_bytes, body_timeout_s, handler_timeout_s, .. } = &app.settings.web;
        let room = |size| Arc::new(Semaphore::new(size));
        Self {
            common: room(max_requests.size()),
            watchers: room(WATCHERS),
            entrants: room(ENTRANTS),
            receivers: room(RECEIVERS),
            largest_body: body_limit_bytes.size(),
            body: Duration::from_secs(body_timeout_s.get()),
            handler: Duration::from_secs(handler_timeout_s.get()),
            tasks: app.tasks.clone(),
            traffic: Arc::clone(&app.traffic),
        }
    }

    /// The request with its whole body, or what to answer instead.
    async fn received(&self, request: Request) -> Result<Request, Response> {
        let length = request.body().size_hint();
        if length.lower() > u64::try_from(self.largest_body).unwrap_or(u64::MAX) {
            return Err(Broken::TooLarge.into_response());
        }
        let _receiver = match length.upper() {
            Some(0..=SMALL_BODY) => None,
            _ => Some(self.receivers.try_acquire().map_err(|_| self.send_away("bodies"))?),
        };
        let (parts, body) = request.into_parts();
        match whole(body, self.largest_body, self.body).await {
            Ok(bytes) => Ok(Request::from_parts(parts, Body::from(bytes))),
            Err(broken) => Err(broken.into_response()),
        }
    }

    /// A place for one request, where there is one.
    fn place(&self, request: &Request) -> Option<OwnedSemaphorePermit> {
        let take = |room: &Arc<Semaphore>| Arc::clone(room).try_acquire_owned().ok();
        let common = || if crowded(request).is_some() { None } else { take(&self.common) };
        match Wish::of(request.uri().path()) {
            Wish::Watch => take(&self.watchers),
            Wish::SignIn => common().or_else(|| take(&self.entrants)),
            Wish::Anything => common(),
        }
    }

    /// Too many are here already: the `full` room has no place left.
    fn send_away(&self, full: &'static str) -> Response {
        self.traffic.shed.of(full).add_one();
        Failure::from(Error::Busy).into_response()
    }
}

fn crowded(request: &Request) -> Option<Crowded> {
    request.extensions().get::<Crowded>().copied()
}

/// Lets a request in, or sends it away.
pub async fn pass(State(gate): State<Gate>, request: Request, next: Next) -> Response {
    let full = match crowded(&request) {
        Some(Crowded::House) => "connections",
        Some(Crowded::Client) => "connections_of_a_client",
        None => "requests",
    };
    let Some(mut place) = gate.place(&request) else { return gate.send_away(full) };
    let mut request = request;
    if !request.body().is_end_stream() {
        drop(place);
        request = match gate.received(request).await {
            Ok(request) => request,
            Err(answer) => return answer,
        };
        let Some(again) = gate.place(&request) else { return gate.send_away(full) };
        place = again;
    }
    let inside = gate.traffic.requests.enter();
    let changes = !request.method().is_safe();
    let traffic = Arc::clone(&gate.traffic);
    let work = async move {
        let answer = AssertUnwindSafe(next.run(request)).catch_unwind().await;
        drop((place, inside));
        answer.unwrap_or_else(|_| {
            traffic.panics.add_one();
            Failure::from(Error::Panicked).into_response()
        })
    };
    let answer = if changes {
        let done = tokio::time::timeout(gate.handler, gate.tasks.spawn(work)).await;
        done.map(|done| done.unwrap_or_else(|_| Failure::from(Error::Stopped).into_response()))
    } else {
        tokio::time::timeout(gate.handler, work).await
    };
    answer.unwrap_or_else(|_| Failure::TooSlow { changes }.into_response())
}

impl IntoResponse for Broken {
    fn into_response(self) -> Response {
        let status = match self {
            Self::TooLate => StatusCode::REQUEST_TIMEOUT,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Torn => StatusCode::BAD_REQUEST,
        };
        // What is still to come of the request would be taken for the next one.
        (status, [(CONNECTION, HeaderValue::from_static("close"))]).into_response()
    }
}
