//! Puts down who asked for what is not theirs (S20).

use axum::extract::{FromRequestParts, Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::Response;

use super::session::Newcomer;
use crate::app::App;
use crate::work::audit_log;

/// Longer addresses are nobody's.
const LONGEST_PATH: usize = 200;

/// Notes a request that was refused for want of a right, with whoever made it.
pub async fn note(State(app): State<App>, request: Request, next: Next) -> Response {
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let (parts, body) = request.into_parts();
    let mut asked = parts.clone();
    let response = next.run(Request::from_parts(parts, body)).await;
    if response.status() != StatusCode::FORBIDDEN {
        return response;
    }
    if let Ok(Newcomer(caller)) = Newcomer::from_request_parts(&mut asked, &app).await {
        let (desk, actor) = (app.desk(), caller.actor);
        let path: String = path.chars().take(LONGEST_PATH).collect();
        let deed = async move |tx: &mut crate::db::Tx| {
            audit_log::refused(tx, &desk, &actor, method.as_str(), &path).await
        };
        if let Err(error) = app.db.write(deed).await {
            tracing::error!(%error, "a refusal could not be put on the log");
        }
    }
    response
}
