//! What is counted and noted of every request, whatever became of it.
//!
//! Routes are named as in the list of routes: what people put into an address stays out of the log.

use axum::extract::{MatchedPath, Request, State};
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::Response;

use super::address::{Client, Peer};
use super::router::REQUEST_ID;
use crate::app::App;
use crate::telemetry::Stopwatch;
use crate::telemetry::traffic::Answered;

/// So long may the number be that a proxy gives a request.
const LONGEST_ID: usize = 64;

/// A request has its number from us or from a trusted proxy; what others call themselves is forgotten,
/// so that nobody hides behind another's number in the log.
pub async fn number(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<Peer>().map(|Peer(peer)| peer.ip().to_canonical());
    let trusted = peer.is_some_and(|peer| app.settings.web.trusted_proxies.hold(peer));
    let plain = |id: &[u8]| {
        (1..=LONGEST_ID).contains(&id.len())
            && id.iter().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(byte))
    };
    if !trusted || !request.headers().get(REQUEST_ID).is_some_and(|id| plain(id.as_bytes())) {
        request.headers_mut().remove(REQUEST_ID);
    }
    next.run(request).await
}

/// Notes who asked for what, and how it went.
pub async fn observe(State(app): State<App>, request: Request, next: Next) -> Response {
    let watch = Stopwatch::start();
    let peer = request.extensions().get::<Peer>().map(|Peer(peer)| peer.ip());
    let client = peer.map(|peer| Client::behind(peer, request.headers(), &app.settings.web.trusted_proxies));
    let route = request.extensions().get::<MatchedPath>().map_or("none", MatchedPath::as_str).to_owned();
    let method = name(request.method());
    let is_safe = request.method().is_safe();
    let id = request.headers().get(REQUEST_ID).and_then(|id| id.to_str().ok()).unwrap_or_default().to_owned();
    let response = next.run(request).await;
    let (status, took) = (response.status(), watch.elapsed());
    let address = client.map(|Client(address)| address.to_string()).unwrap_or_default();
    let (ms, code) = (took.as_millis(), status.as_u16());
    // Who is sent away under load is counted, and must not fill the log as well.
    if (is_safe && !status.is_client_error() && !status.is_server_error())
        || status == StatusCode::SERVICE_UNAVAILABLE
    {
        tracing::debug!(method, route, status = code, ms, client = address, request_id = id, "answered");
    } else {
        tracing::info!(method, route, status = code, ms, client = address, request_id = id, "answered");
    }
    app.traffic.answers.of(Answered { route, method, class: class(status) }).note(took);
    response
}

/// Anybody can invent methods, but not lines in what is counted.
fn name(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

fn class(status: StatusCode) -> &'static str {
    match status.as_u16() / 100 {
        1 => "1xx",
        2 => "2xx",
        3 => "3xx",
        4 => "4xx",
        _ => "5xx",
    }
}
