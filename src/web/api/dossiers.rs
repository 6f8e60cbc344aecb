//! Dossiers: one, and lists of them.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::http::header::ETAG;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::intake::read;
use super::shapes::{DossierShape, ListedShape, Page};
use crate::app::App;
use crate::db::Tx;
use crate::domain::applicant::phone_key;
use crate::domain::refusal::Refusal;
use crate::domain::staff::Deed;
use crate::domain::standing::Standing;
use crate::domain::time::Moment;
use crate::store;
use crate::store::lists::{Cursor, Filter, Listed, never};
use crate::web::failure::{Problem, Result};
use crate::web::session::Caller;
use crate::work::{audit_log, ledger, scope};

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
    /// The beginning of a code. An identifier or a phone number in full is taken by POST alone.
    q: Option<String>,
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
    refuse_numbers_in_addresses(query.q.as_deref().unwrap_or_default())?;
    answer(&app, &caller, query).await
}

/// The same by what must not stand in an address: an identifier or a phone number in full finds the
/// dossiers of that person, and the log says that they were looked for (DATA-06).
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
    answer(&app, &caller, read(body)?).await
}

async fn answer(app: &App, caller: &Caller, query: ListQuery) -> Result<Json<Page<ListedShape>>> {
    let desk = app.desk();
    let limit = query.limit.unwrap_or(50).clamp(1, 200);
    let after = query.cursor.as_deref().filter(|text| !text.is_empty()).map(cursor).transpose()?;
    let found = found(app, caller, filter(app, &query)?, query.unit, after, limit).await?;
    let province = app.province();
    let zone = province.zone();
    let full = i64::try_from(found.len()).unwrap_or(i64::MAX) == limit;
    let next = found.last().filter(|_| full).map(cursor_after);
    let items = found.iter().map(|listed| ListedShape::of(listed, zone, desk.now)).collect();
    Ok(Json(Page { items, next }))
}

/// A page of what fits and the caller may see; that a person was looked for is put on the log.
pub async fn found(
    app: &App,
    caller: &Caller,
    mut filter: Filter,
    unit: Option<String>,
    after: Option<Cursor>,
    limit: i64,
) -> Result<Vec<Listed>> {
    let (desk, actor) = (app.desk(), caller.actor.clone());
    if filter.applicant_code.is_none() {
        let page = async |tx: &mut Tx| {
            filter.units = scope::of(tx, &desk, &actor, unit.as_deref()).await?;
            store::lists::page(tx, &filter, desk.now, after, limit).await
        };
        return Ok(app.db.read(page).await?);
    }
    let page = async move |tx: &mut Tx| {
        let mut filter = filter.clone();
        filter.units = scope::of(tx, &desk, &actor, unit.as_deref()).await?;
        let found = store::lists::page(tx, &filter, desk.now, after, limit).await?;
        audit_log::person_searched(tx, &desk, &actor, found.len()).await?;
        Ok(found)
    };
    Ok(app.db.write(page).await?)
}

fn filter(app: &App, query: &ListQuery) -> Result<Filter> {
    let standing = query.standing.as_deref().filter(|id| !id.is_empty());
    let standing =
        standing.map(|id| Standing::from_id(id).ok_or_else(|| unknown("standing", id))).transpose()?;
    let due_before = query.due_before.as_deref().filter(|text| !text.is_empty());
    let due_before =
        due_before.map(|text| text.parse::<Moment>().map_err(|_| unknown("due_before", text))).transpose()?;
    let mut filter = Filter { standing, due_before, ..Filter::default() };
    search(app, &mut filter, query.q.as_deref().unwrap_or_default());
    Ok(filter)
}

/// A number by which a person is known.
enum PersonNumber {
    Identifier(String),
    Phone(String),
}

/// Digits alone, so many of them, are an identifier or a phone number; anything else begins a code.
fn person_number(q: &str) -> Option<PersonNumber> {
    let plain = q.chars().all(|c| c.is_ascii_digit() || matches!(c, '+' | ' ' | '.' | '-'));
    let digits: String = q.chars().filter(char::is_ascii_digit).collect();
    match (plain, digits.len()) {
        (true, 12) => Some(PersonNumber::Identifier(digits)),
        (true, 9..=11) => Some(PersonNumber::Phone(phone_key(q))),
        _ => None,
    }
}

/// Whether this must not stand in an address.
#[must_use]
pub fn names_a_person(q: &str) -> bool {
    person_number(q.trim()).is_some()
}

pub fn search(app: &App, filter: &mut Filter, q: &str) {
    let q = q.trim();
    if q.is_empty() {
        return;
    }
    match person_number(q) {
        Some(PersonNumber::Identifier(digits)) => {
            filter.applicant_code = Some(app.keys.search_code("identifier", &digits));
        }
        Some(PersonNumber::Phone(key)) => filter.applicant_code = Some(app.keys.search_code("phone", &key)),
        None => filter.code_prefix = Some(q.to_owned()),
    }
}

/// Addresses are kept in logs and histories.
///
/// # Errors
/// Where `q` is an identifier or a phone number.
pub fn refuse_numbers_in_addresses(q: &str) -> Result<()> {
    if !names_a_person(q) {
        return Ok(());
    }
    Err(Refusal::invalid(
        "q",
        "Số định danh và số điện thoại không được đặt trong địa chỉ. Nhập vào ô tìm kiếm trên trang, hoặc gửi bằng POST /api/v1/dossiers/search.",
        "An identifier or phone number must not stand in an address. Use the search field, or POST /api/v1/dossiers/search.",
    )
    .into())
}

fn unknown(field: &'static str, given: &str) -> Refusal {
    Refusal::invalid(
        field,
        format!("Giá trị “{given}” không dùng được cho “{field}”."),
        format!("{given:?} is not a value that {field:?} takes."),
    )
}

/// Where the next page begins, opaque to the caller.
#[must_use]
pub fn cursor_after(last: &Listed) -> String {
    let at = last.late_from.unwrap_or_else(never);
    URL_SAFE_NO_PAD.encode(format!("{}:{}", at.micros(), last.id))
}

/// Reads [`cursor_after`].
///
/// # Errors
/// For anything else.
pub fn cursor(text: &str) -> Result<Cursor> {
    let read = || {
        let plain = String::from_utf8(URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
        let (micros, id) = plain.split_once(':')?;
        Some(Cursor { late_from: Moment::from_micros(micros.parse().ok()?).ok()?, id: id.parse().ok()? })
    };
    read().ok_or_else(|| unknown("cursor", text).into())
}
