//! Dossiers: one, and lists of them.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::http::header::ETAG;
use serde::Deserialize;
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::finding::{Place, Question, asked_in_an_address, found};
use super::intake::read;
use super::shapes::{DossierShape, ListedShape, Page};
use crate::app::App;
use crate::domain::finding::Sought;
use crate::domain::refusal::Refusal;
use crate::domain::staff::Deed;
use crate::domain::standing::Standing;
use crate::domain::time::Moment;
use crate::store;
use crate::store::lists::Filter;
use crate::web::failure::{Problem, Result};
use crate::web::session::Caller;
use crate::work::ledger;

/// One dossier with its promises, steps and stops.
#[utoipa::path(
    get, path = "/api/v1/dossiers/{code}", tag = "dossiers",
    params(("code" = String, Path, description = "The dossier's code")),
    responses(
        (status = 200, description = "The dossier; its ETag is its version", body = DossierShape),
        (status = 404, description = "None that the caller may see", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn one(
    State(app): State<App>,
    caller: Caller,
    Path(code): Path<String>,
) -> Result<(HeaderMap, Json<DossierShape>)> {
    let desk = app.desk();
    let (opened, events) = app
        .db
        .read(async |tx| {
            let opened = ledger::open(tx, &desk, &caller.actor, &code, Deed::View).await?;
            let events = store::events::of(tx, opened.known.id).await?;
            Ok((opened, events))
        })
        .await?;
    let shape = DossierShape::of(&desk, &opened.dossier, &events);
    Ok((etag(shape.version), Json(shape)))
}

/// The version as an entity tag.
#[must_use]
pub fn etag(version: i64) -> HeaderMap {
    let mut headers = HeaderMap::new();
    if let Ok(tag) = format!("\"{version}\"").parse() {
        headers.insert(ETAG, tag);
    }
    headers
}

/// What a list is limited to.
#[derive(Default, Deserialize, IntoParams, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ListQuery {
    /// A unit's code: its dossiers and those of everything below it.
    unit: Option<String>,
    /// `on_track`, `due_soon`, `apology_window`, `overdue`, `overdue_twice` or `clock_stopped`.
    standing: Option<String>,
    /// Due before this instant.
    due_before: Option<String>,
    /// The beginning of a code, with or without what separates its parts; an agency's number of one of
    /// the last days, as `12` or `261123-0012`; or the address of a slip. What names a person is taken
    /// by POST alone.
    q: Option<String>,
    /// Whether codes alone are looked for, as while somebody still types; in an address they always are.
    codes_only: bool,
    /// Where the page before ended.
    cursor: Option<String>,
    /// Rows a page, up to 200.
    limit: Option<i64>,
}

/// Dossiers by urgency, the most late first.
#[utoipa::path(
    get, path = "/api/v1/dossiers", tag = "dossiers",
    params(ListQuery),
    responses(
        (status = 200, description = "A page of dossiers", body = Page<ListedShape>),
        (status = 422, description = "Such a value can't be looked for here", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<ListQuery>,
) -> Result<Json<Page<ListedShape>>> {
    let asked = asked_in_an_address(query.q.as_deref().unwrap_or_default())?;
    answer(&app, &caller, query, asked).await
}

/// The same by what must not stand in an address: words of a name in any order, with or without
/// accents, each whole or its beginning; an identifier or phone number, whole or its last four digits
/// and more. The log says that somebody was looked for (DATA-06).
#[utoipa::path(
    post, path = "/api/v1/dossiers/search", tag = "dossiers",
    request_body = ListQuery,
    responses(
        (status = 200, description = "A page of dossiers", body = Page<ListedShape>),
        (status = 422, description = "Such a value can't be looked for", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn find(
    State(app): State<App>,
    caller: Caller,
    Json(body): Json<Value>,
) -> Result<Json<Page<ListedShape>>> {
    let query: ListQuery = read(body)?;
    let q = query.q.as_deref().unwrap_or_default();
    let asked = if query.codes_only { Sought::code_of(q) } else { Sought::of(q) };
    answer(&app, &caller, query, asked).await
}

async fn answer(
    app: &App,
    caller: &Caller,
    query: ListQuery,
    asked: Sought,
) -> Result<Json<Page<ListedShape>>> {
    let question = Question {
        filter: filter(&query)?,
        unit: query.unit,
        asked,
        place: query.cursor.as_deref().map(Place::read).transpose()?.flatten(),
        limit: query.limit.unwrap_or(50).clamp(1, 200),
    };
    let found = found(app, caller, question).await?;
    let (province, now) = (app.province(), app.desk().now);
    let items = found.rows.iter().map(|listed| ListedShape::of(listed, province.zone(), now)).collect();
    Ok(Json(Page { items, next: found.next }))
}

fn filter(query: &ListQuery) -> Result<Filter> {
    let standing = query.standing.as_deref().filter(|id| !id.is_empty());
    let standing =
        standing.map(|id| Standing::from_id(id).ok_or_else(|| unknown("standing", id))).transpose()?;
    let due_before = query.due_before.as_deref().filter(|text| !text.is_empty());
    let due_before =
        due_before.map(|text| text.parse::<Moment>().map_err(|_| unknown("due_before", text))).transpose()?;
    Ok(Filter { standing, due_before, ..Filter::default() })
}

pub(super) fn unknown(field: &'static str, given: &str) -> Refusal {
    Refusal::invalid(
        field,
        format!("Giá trị “{given}” không dùng được cho “{field}”."),
        format!("{given:?} is not a value that {field:?} takes."),
    )
}
