//! Whether the process lives, and whether it can do its work.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use crate::app::App;
use crate::store::sweep;

/// The process lives.
pub async fn live() -> &'static str {
    "ok\n"
}

/// It can do its work: the database answers and every loop has moved lately.
pub async fn ready(State(app): State<App>) -> Response {
    if app.stop.is_cancelled() {
        return (StatusCode::SERVICE_UNAVAILABLE, "stopping\n").into_response();
    }
    let stuck = app.progress.stuck();
    if !stuck.is_empty() {
        return (StatusCode::SERVICE_UNAVAILABLE, format!("stuck: {}\n", stuck.join(", "))).into_response();
    }
    let now = app.clock.now();
    match app.db.read(async |tx| sweep::backlog(tx, now).await).await {
        Ok(_) => "ready\n".into_response(),
        Err(error) => {
            tracing::error!(%error, "not ready");
            (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n").into_response()
        }
    }
}
