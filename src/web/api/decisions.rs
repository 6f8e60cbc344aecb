//! Decisions that change calendar, hours or rules: proposed by one person, and published by another
//! (TIME-16).

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::calendars::known_unit;
use super::intake::{idempotency_key, read};
use super::shapes::Page;
use crate::app::App;
use crate::config::Fault;
use crate::config::decisions::{self as files, Beside, Header};
use crate::db::{Db, Tx};
use crate::domain::law::Amendment;
use crate::domain::refusal::Refusal;
use crate::domain::staff::Deed;
use crate::domain::time::{Day, Zone};
use crate::store::decisions::Row;
use crate::web::failure::{Failure, Problem, Result};
use crate::web::session::Caller;
use crate::work::decisions::{self as work, Proposal};
use crate::work::desk::Desk;

const PAGE: i64 = 100;

/// A decision.
#[derive(Serialize, ToSchema)]
pub struct DecisionShape {
    pub id: i64,
    /// `first`, `calendar`, `overlay`, `rulesets` or `revocation`.
    pub kind: String,
    /// `proposed`, `withdrawn`, `recounting` (published, dates are being counted anew) or `published`.
    pub state: String,
    pub document: String,
    pub signer: String,
    pub effective_on: String,
    pub reason: String,
    pub proposed_by: String,
    pub proposed_at: String,
    /// The edition of the law that it has made.
    pub edition: Option<i64>,
    pub published_by: Option<String>,
    pub published_at: Option<String>,
    /// When all dates were counted by it.
    pub recounted_at: Option<String>,
    /// How many dates it has moved.
    pub moved: i64,
    /// What it changes, whole; not in lists.
    #[schema(value_type = Object)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content: Option<Amendment>,
}

impl DecisionShape {
    fn of(row: Row, zone: &Zone) -> Self {
        Self {
            id: row.id,
            state: row.stage().id().to_owned(),
            kind: row.kind,
            document: row.document,
            signer: row.signer,
            effective_on: row.effective_on.to_string(),
            reason: row.reason,
            proposed_by: row.proposer,
            proposed_at: zone.rfc3339(row.proposed_at),
            edition: row.edition,
            published_by: row.publisher,
            published_at: row.published_at.map(|at| zone.rfc3339(at)),
            recounted_at: row.recounted_at.map(|at| zone.rfc3339(at)),
            moved: row.moved,
            content: None,
        }
    }
}

/// Which part of the list is asked for.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Asked {
    /// The number of the last decision of the page before.
    cursor: Option<i64>,
}

/// All decisions, the newest first.
#[utoipa::path(
    get, path = "/api/v1/calendars/decisions", tag = "calendars",
    params(Asked),
    responses((status = 200, description = "A page of decisions", body = Page<DecisionShape>))
)]
pub async fn list(
    State(app): State<App>,
    _caller: Caller,
    Query(asked): Query<Asked>,
) -> Result<Json<Page<DecisionShape>>> {
    let province = app.province();
    let rows = app.db.read(async |tx| work::list(tx, asked.cursor, PAGE).await).await?;
    let full = i64::try_from(rows.len()).is_ok_and(|count| count == PAGE);
    let next = rows.last().filter(|_| full).map(|row| row.id.to_string());
    let items = rows.into_iter().map(|row| DecisionShape::of(row, province.zone())).collect();
    Ok(Json(Page { items, next }))
}

/// What is proposed: either `content`, or `text` with a notice as TOML or iCalendar. What the text
/// says of itself need not be said again.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DecisionBody {
    #[serde(default)]
    #[schema(example = "12/QĐ-UBND")]
    pub document: Option<String>,
    #[serde(default)]
    pub signer: Option<String>,
    /// The first day that it speaks of, where it is not said.
    #[serde(default)]
    #[schema(value_type = Option<String>, example = "2026-09-17")]
    pub effective_on: Option<Day>,
    #[serde(default)]
    pub reason: Option<String>,
    #[serde(default)]
    #[schema(value_type = Option<Object>, example = json!({ "kind": "overlay", "day_off": [
        { "unit": "H35.21", "date": "2026-09-17", "name": "Nghỉ do bão", "document": "12/QĐ-UBND" }] }))]
    pub content: Option<Amendment>,
    #[serde(default)]
    pub text: Option<String>,
    /// The unit whose days off an iCalendar text names; without it they are the country's.
    #[serde(default)]
    pub unit: Option<String>,
}

/// Proposes a decision. Nothing changes until another person publishes it.
///
/// The same request under the same Idempotency-Key is answered with the same proposal.
#[utoipa::path(
    post, path = "/api/v1/calendars/decisions", tag = "calendars",
    request_body = DecisionBody,
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes a repetition harmless")),
    responses(
        (status = 201, description = "Proposed", body = DecisionShape),
        (status = 403, description = "For the control office alone", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "The key was used for another proposal", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "It can't become law; `field` names the place", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn propose(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    Json(body): Json<Value>,
) -> Result<(StatusCode, Json<DecisionShape>)> {
    app.desk().allow_whole(&caller.actor, Deed::ManageCalendar)?;
    let body: DecisionBody = read(body)?;
    let key = idempotency_key(&headers)?;
    let proposal = proposal(&app, body).await?;
    let id = keep(&app, &caller, proposal, key).await?;
    Ok((StatusCode::CREATED, Json(whole(&app, id).await?)))
}

async fn proposal(app: &App, body: DecisionBody) -> Result<Proposal> {
    let header = Header {
        document: body.document,
        signer: body.signer,
        effective: body.effective_on,
        reason: body.reason,
    };
    match (body.content, body.text) {
        (Some(amendment), None) => Ok(Proposal {
            amendment,
            original: None,
            document: header.document.unwrap_or_default(),
            signer: header.signer.unwrap_or_default(),
            effective_on: header.effective,
            reason: header.reason.unwrap_or_default(),
        }),
        (None, Some(text)) => {
            let desk = app.desk();
            let unit = known_unit(&desk, body.unit.as_deref())?;
            let handed = handed(&app.db, &desk, text, Beside { header, unit }).await?;
            handed.map_err(|faults| faults.first().map_or_else(neither, refused).into())
        }
        _ => Err(neither().into()),
    }
}

fn neither() -> Refusal {
    Refusal::invalid(
        "content",
        "Gửi một trong hai: content (dữ liệu) hoặc text (văn bản TOML, iCalendar).",
        "Send one of the two: content (data) or text (TOML or iCalendar).",
    )
}

/// The first fault, with its line.
fn refused(fault: &Fault) -> Refusal {
    use crate::domain::refusal::Language::{English, Vietnamese};
    Refusal::invalid(fault.field.clone(), fault.to(Vietnamese), fault.to(English))
}

/// A text as a proposal, or all that is wrong with it.
pub async fn handed(
    db: &Db,
    desk: &Desk,
    text: String,
    beside: Beside,
) -> Result<Result<Proposal, Vec<Fault>>> {
    let before = db.read(async |tx| work::in_force(tx).await).await?;
    let read = files::read("text", &text, &beside, &desk.province, &before);
    Ok(read.map(|handed| Proposal {
        amendment: handed.amendment,
        original: Some(text),
        document: handed.header.document.unwrap_or_default(),
        signer: handed.header.signer.unwrap_or_default(),
        effective_on: handed.header.effective,
        reason: handed.header.reason.unwrap_or_default(),
    }))
}

/// Keeps a proposal; of two under one key at the same instant the second gets the first one's number.
pub async fn keep(app: &App, caller: &Caller, proposal: Proposal, key: Option<String>) -> Result<i64> {
    let actor = caller.writer()?.clone();
    let attempt = async || {
        let deed = |desk: Desk| {
            let (actor, proposal, key) = (actor.clone(), proposal.clone(), key.clone());
            async move |tx: &mut Tx| work::propose(tx, &desk, &actor, &proposal, key.as_deref()).await
        };
        app.write(deed).await
    };
    match attempt().await {
        Err(error) if key.is_some() && error.is_unique_violation() => attempt().await,
        outcome => outcome,
    }
    .map_err(Failure::from)
}

async fn whole(app: &App, id: i64) -> Result<DecisionShape> {
    let province = app.province();
    let (row, content) = app.db.read(async |tx| work::whole(tx, id).await).await?;
    Ok(DecisionShape { content, ..DecisionShape::of(row, province.zone()) })
}

/// One decision with what it changes.
#[utoipa::path(
    get, path = "/api/v1/calendars/decisions/{id}", tag = "calendars",
    params(("id" = i64, Path)),
    responses(
        (status = 200, description = "The decision", body = DecisionShape),
        (status = 404, description = "There is no such decision", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn one(
    State(app): State<App>,
    _caller: Caller,
    Path(id): Path<i64>,
) -> Result<Json<DecisionShape>> {
    Ok(Json(whole(&app, id).await?))
}

/// The publisher has seen the preview of this edition.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PublishBody {
    pub expected_edition: i64,
}

/// Makes a proposal of another person the law, and has all dates counted anew.
#[utoipa::path(
    post, path = "/api/v1/calendars/decisions/{id}/publish", tag = "calendars",
    request_body = PublishBody,
    params(("id" = i64, Path)),
    responses(
        (status = 200, description = "Published; dates are being counted anew", body = DecisionShape),
        (status = 403, description = "For a second person of the control office alone", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "The law has changed since the preview, there is no whole preview, or it is no open proposal", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn publish(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<i64>,
    Json(body): Json<Value>,
) -> Result<Json<DecisionShape>> {
    app.desk().allow_whole(&caller.actor, Deed::Recompute)?;
    let body: PublishBody = read(body)?;
    publish_by(&app, &caller, id, body.expected_edition).await?;
    Ok(Json(whole(&app, id).await?))
}

/// Publishes, and takes the new edition over here at once; the loop that counts does the rest.
pub async fn publish_by(app: &App, caller: &Caller, id: i64, expected: i64) -> Result<()> {
    let actor = caller.writer()?.clone();
    let deed = |desk: Desk| {
        let actor = actor.clone();
        async move |tx: &mut Tx| work::publish(tx, &desk, &actor, id, expected).await
    };
    app.write(deed).await?;
    Ok(app.renew().await?)
}

/// Says nothing.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NothingBody {}

/// Takes a proposal back.
#[utoipa::path(
    post, path = "/api/v1/calendars/decisions/{id}/withdraw", tag = "calendars",
    request_body = NothingBody,
    params(("id" = i64, Path)),
    responses(
        (status = 200, description = "Taken back", body = DecisionShape),
        (status = 403, description = "For the control office alone", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "It is no open proposal", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn withdraw(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<i64>,
    Json(body): Json<Value>,
) -> Result<Json<DecisionShape>> {
    let NothingBody {} = read(body)?;
    withdraw_by(&app, &caller, id).await?;
    Ok(Json(whole(&app, id).await?))
}

pub async fn withdraw_by(app: &App, caller: &Caller, id: i64) -> Result<()> {
    let (desk, actor) = (app.desk(), caller.writer()?.clone());
    Ok(app.db.write(async move |tx| work::withdraw(tx, &desk, &actor, id).await).await?)
}
