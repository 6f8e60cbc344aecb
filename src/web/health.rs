//! Whether the process lives, and whether it can do its work.

use std::time::Duration;

use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use crate::app::App;
use crate::app::lead::Standing;
use crate::web::failure::AsItStands;

/// An answer of the database that takes longer is none.
const PATIENCE: Duration = Duration::from_secs(3);

/// The process lives.
pub async fn live() -> &'static str {
    "ok\n"
}

/// It can do its work: every loop moves, it is known who leads, the database answers and has the
/// schema that this program knows.
pub async fn ready(State(app): State<App>) -> Response {
    match obstacle(&app).await {
        None => "ready\n".into_response(),
        Some(what) => {
            (StatusCode::SERVICE_UNAVAILABLE, Extension(AsItStands), format!("{what}\n")).into_response()
        }
    }
}

async fn obstacle(app: &App) -> Option<String> {
    if app.stop.is_cancelled() {
        return Some("stopping".to_owned());
    }
    let stuck = app.progress.stuck();
    if !stuck.is_empty() {
        return Some(format!("stuck: {}", stuck.join(", ")));
    }
    if app.lead.standing(app.clock.uptime()) == Standing::Unknown {
        return Some("it is not known who leads".to_owned());
    }
    match tokio::time::timeout(PATIENCE, app.db.for_the_clock().schema_is_current()).await {
        Ok(Ok(true)) => None,
        Ok(Ok(false)) => Some("the schema is not this program's".to_owned()),
        Ok(Err(error)) => {
            tracing::error!(%error, "not ready");
            Some("the database does not answer".to_owned())
        }
        Err(_) => Some("the database does not answer".to_owned()),
    }
}
