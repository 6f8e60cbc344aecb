//! Everything that may happen to a dossier.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::header::IF_MATCH;
use axum::http::{HeaderMap, StatusCode};
use serde_json::Value;
use utoipa::ToSchema;

use super::dossiers::etag;
use super::shapes::DossierShape;
use crate::app::App;
use crate::store;
use crate::web::failure::{Problem, Result};
use crate::web::session::Caller;
use crate::work::processing::{self, Request};

/// `{"kind":"transfer","expected_version":1,"at":…,…}`; what else there is depends on the kind.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the request for the document; Request reads it")]
pub struct EventBody {
    /// `received`, `transfer`, `step_done`, `supplement_requested`, `supplemented`, `payment_requested`,
    /// `paid`, `stopped`, `withdrawn`, `refused`, `settled`, `returned`, `apology_issued`,
    /// `apology_delivered` or `exempted`.
    #[schema(example = "transfer")]
    kind: String,
    /// The version that the sender saw; `If-Match` does as well.
    expected_version: i64,
    /// When it happened; now, where it is not said.
    at: Option<String>,
    #[schema(example = "H35.05")]
    to_unit: Option<String>,
    reason: Option<String>,
}

/// Adds an event to a dossier.
#[utoipa::path(
    post, path = "/api/v1/dossiers/{code}/events", tag = "dossiers",
    params(("code" = String, Path, description = "The dossier's code")),
    request_body = EventBody,
    responses(
        (status = 201, description = "Added; the dossier as it is now", body = DossierShape),
        (status = 404, description = "None that the caller may see", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "The dossier has changed, or knows no such move now", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "A field can't be taken", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn add(
    State(app): State<App>,
    caller: Caller,
    Path(code): Path<String>,
    headers: HeaderMap,
    Json(mut body): Json<Value>,
) -> Result<(StatusCode, HeaderMap, Json<DossierShape>)> {
    version_from_header(&headers, &mut body);
    let request = Request::from_json(body)?;
    let shape = change(&app, &caller, &code, request).await?;
    Ok((StatusCode::CREATED, etag(shape.version), Json(shape)))
}

/// `If-Match: "3"` says the same as `"expected_version": 3`.
fn version_from_header(headers: &HeaderMap, body: &mut Value) {
    let tag = headers.get(IF_MATCH).and_then(|value| value.to_str().ok());
    let version =
        tag.and_then(|tag| tag.trim().trim_start_matches("W/").trim_matches('"').parse::<i64>().ok());
    if let (Some(version), Value::Object(fields)) = (version, body) {
        fields.entry("expected_version").or_insert_with(|| version.into());
    }
}

/// Does what the request asks for and shows the dossier as it is then.
pub async fn change(app: &App, caller: &Caller, code: &str, request: Request) -> Result<DossierShape> {
    let actor = caller.writer()?.clone();
    let desk = app.desk();
    let code = code.to_owned();
    let (opened, events) = app
        .db
        .write({
            let desk = desk.clone();
            async move |tx| {
                let opened = processing::change(tx, &desk, &actor, &code, &request).await?;
                let events = store::events::of(tx, opened.known.id).await?;
                Ok((opened, events))
            }
        })
        .await?;
    app.post.notify_one();
    Ok(DossierShape::of(&desk, &opened.dossier, &events))
}
