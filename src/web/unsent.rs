//! A form that came when its session was over is handed back to whoever typed it, unsent.
//!
//! Only the forms in which people type for minutes; never one with a password in it. What is
//! handed back is what this very request brought, and nothing is kept here.

use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, Request};
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum_extra::extract::Form;

use crate::web::views::problem::Kept;

/// Puts what was typed beside an answer that asks to sign in.
pub async fn keep(request: Request, next: Next) -> Response {
    if request.method() != Method::POST || !is_typed_into(request.uri().path()) {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    // The whole body is here already; nothing is waited for.
    let Ok(bytes) = Bytes::from_request(Request::new(body), &()).await else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let again = || Request::from_parts(parts.clone(), Body::from(bytes.clone()));
    let action = parts.uri.path().to_owned();
    let (sent, typed) = (again(), again());
    let mut response = next.run(sent).await;
    if response.status() == StatusCode::UNAUTHORIZED
        && let Ok(Form(fields)) = Form::<Vec<(String, String)>>::from_request(typed, &()).await
    {
        let fields = fields.into_iter().filter(|(name, _)| name != "csrf").collect();
        response.extensions_mut().insert(Kept { action, fields });
    }
    response
}

fn is_typed_into(path: &str) -> bool {
    path == "/intake" || (path.starts_with("/dossiers/") && path.ends_with("/events"))
}
