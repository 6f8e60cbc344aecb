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
use crate::db::Tx;
use crate::domain::refusal::Refusal;
use crate::store;
use crate::web::failure::{Problem, Result};
use crate::web::session::Caller;
use crate::work::desk::Desk;
use crate::work::processing::{self, Request};

/// `{"kind":"transfer","expected_version":1,"at":…,…}`; what else there is depends on the kind.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the request for the document; Request reads it")]
pub struct EventBody {
    /// `received`, `transfer`, `step_done`, `stage_done`, `supplement_requested`, `supplemented`,
    /// `payment_requested`, `paid`, `exclusion_began` (`exclusion`, `basis`, `document`), `exclusion_ended`,
    /// `opinion_requested` (`unit`, `question`, `due_on`), `opinion_given`, `stopped`, `withdrawn`, `refused`,
    /// `settled`, `returned`, `reopened`, `apology_issued`, `apology_delivered`, `exempted`,
    /// `correction_proposed` (`corrects`, `true_at`) or `corrected` (`corrects` and `words`, or
    /// `proposal`) or `correction_refused` (`proposal`).
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
    version_from_header(&headers, &mut body)?;
    let request = Request::from_json(body)?;
    let shape = change(&app, &caller, &code, request).await?;
    Ok((StatusCode::CREATED, etag(shape.version), Json(shape)))
}

/// `If-Match: "3"` says the same as `"expected_version": 3`; where both are there they agree.
///
/// # Errors
/// Where the header names no one version of a dossier, or another one than the body.
fn version_from_header(headers: &HeaderMap, body: &mut Value) -> Result<(), Refusal> {
    let mut tags = headers.get_all(IF_MATCH).iter();
    let Some(tag) = tags.next() else { return Ok(()) };
    let version = tag.to_str().ok().and_then(version_of).filter(|_| tags.next().is_none());
    let version = version.ok_or_else(unreadable_tag)?;
    let Value::Object(fields) = body else { return Ok(()) };
    let stated = fields.entry("expected_version").or_insert_with(|| version.into());
    match stated.as_i64() {
        Some(stated) if stated != version => Err(Refusal::invalid(
            "expected_version",
            format!(
                "If-Match ghi phiên bản {version} nhưng expected_version ghi {stated}. Chỉ gửi một trong hai."
            ),
            format!("If-Match says version {version}, expected_version says {stated}. Send one of the two."),
        )),
        _ => Ok(()),
    }
}

/// The number in `"3"`, `W/"3"` or, without quotes, `3`.
fn version_of(tag: &str) -> Option<i64> {
    let tag = tag.trim();
    let tag = tag.strip_prefix("W/").unwrap_or(tag);
    let number = tag.strip_prefix('"').map_or(Some(tag), |rest| rest.strip_suffix('"'))?;
    number.parse().ok().filter(|_| number.bytes().all(|byte| byte.is_ascii_digit()))
}

fn unreadable_tag() -> Refusal {
    Refusal::invalid(
        "If-Match",
        "If-Match chưa đúng; cần phiên bản trong ETag của hồ sơ, ví dụ \"3\".",
        "If-Match must be the version in the dossier's ETag, such as \"3\".",
    )
}

/// Does what the request asks for and shows the dossier as it is then.
pub async fn change(app: &App, caller: &Caller, code: &str, request: Request) -> Result<DossierShape> {
    let actor = caller.writer()?.clone();
    let deed = |desk: Desk| {
        let (actor, code, request) = (actor.clone(), code.to_owned(), request.clone());
        async move |tx: &mut Tx| {
            let opened = processing::change(tx, &desk, &actor, &code, &request).await?;
            let events = store::events::of(tx, opened.known.id).await?;
            Ok((opened, events))
        }
    };
    let (opened, events) = app.write(deed).await?;
    app.post.notify_one();
    Ok(DossierShape::of(&app.desk(), &opened.dossier, &events))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(tags: &[&str], mut body: Value) -> Result<Value, Option<String>> {
        let mut headers = HeaderMap::new();
        for tag in tags {
            headers.append(IF_MATCH, tag.parse().unwrap());
        }
        let read = version_from_header(&headers, &mut body);
        read.map(|()| body).map_err(|refusal| refusal.field.map(|field| field.into_owned()))
    }

    #[test]
    fn if_match_says_one_version_and_the_same_as_the_body() {
        for tag in ["\"3\"", "W/\"3\"", " 3 "] {
            assert_eq!(read(&[tag], json!({})), Ok(json!({ "expected_version": 3 })), "{tag}");
        }
        assert_eq!(read(&[], json!({})), Ok(json!({})));
        assert_eq!(read(&["\"3\""], json!({ "expected_version": 3 })), Ok(json!({ "expected_version": 3 })));
        let differs = read(&["\"3\""], json!({ "expected_version": 4 }));
        assert_eq!(differs, Err(Some("expected_version".to_owned())));
        for unreadable in
            [&["*"][..], &["\"x\""], &["\"3"], &["\"3\", \"4\""], &["\"3\"", "\"3\""], &["-1"], &[""]]
        {
            let read = read(unreadable, json!({ "expected_version": 3 }));
            assert_eq!(read, Err(Some("If-Match".to_owned())), "{unreadable:?}");
        }
    }
}
