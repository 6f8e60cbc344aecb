//! Obligations and alerts.

use axum::Json;
use axum::extract::{Query, State};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::finding::cursor;
use super::shapes::Page;
use crate::app::App;
use crate::domain::refusal::Refusal;
use crate::domain::time::{Moment, Zone};
use crate::store;
use crate::store::obligations::Listed;
use crate::web::failure::Result;
use crate::web::session::Caller;
use crate::work::scope;

const PAGE: i64 = 50;

/// One apology owed or made.
#[derive(Serialize, ToSchema)]
pub struct ObligationShape {
    pub code: String,
    pub unit: String,
    pub procedure_name: String,
    /// `owed_overdue`, `issued_in_advance`, `issued_late`, `delivered`, `exempt` or `closed`.
    pub state: String,
    pub due_at: Option<String>,
    pub opened_at: String,
    pub issued_at: Option<String>,
    pub form_number: Option<String>,
    pub reason: Option<String>,
    pub delivered_at: Option<String>,
}

impl ObligationShape {
    fn of(listed: &Listed, zone: &Zone) -> Self {
        let shown = |at: Option<Moment>| at.map(|at| zone.rfc3339(at));
        Self {
            code: listed.code.clone(),
            unit: listed.unit.clone(),
            procedure_name: listed.procedure_name.clone(),
            state: listed.state().id().to_owned(),
            due_at: shown(listed.due_at),
            opened_at: zone.rfc3339(listed.opened_at),
            issued_at: shown(listed.issued_at),
            form_number: listed.form_number.clone(),
            reason: listed.reason.clone(),
            delivered_at: shown(listed.delivered_at),
        }
    }
}

/// What a list of obligations is limited to.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct ObligationQuery {
    unit: Option<String>,
    /// Only those for which no letter went out.
    #[serde(default)]
    unsent: bool,
    cursor: Option<String>,
}

/// Apologies owed and made, the oldest first.
#[utoipa::path(
    get, path = "/api/v1/obligations", tag = "apologies",
    params(ObligationQuery),
    responses((status = 200, description = "A page of obligations", body = Page<ObligationShape>))
)]
pub async fn obligations(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<ObligationQuery>,
) -> Result<Json<Page<ObligationShape>>> {
    let desk = app.desk();
    let after = query.cursor.as_deref().filter(|text| !text.is_empty()).map(read_cursor).transpose()?;
    let found = app
        .db
        .read(async |tx| {
            let units = scope::of(tx, &desk, &caller.actor, query.unit.as_deref()).await?;
            store::obligations::list(tx, &units, query.unsent, after, PAGE).await
        })
        .await?;
    let province = app.province();
    let zone = province.zone();
    let full = i64::try_from(found.len()).unwrap_or(i64::MAX) == PAGE;
    let next = found
        .last()
        .filter(|_| full)
        .map(|last| URL_SAFE_NO_PAD.encode(format!("{}:{}", last.opened_at.micros(), last.dossier_id)));
    Ok(Json(Page { items: found.iter().map(|listed| ObligationShape::of(listed, zone)).collect(), next }))
}

fn read_cursor(text: &str) -> Result<(Moment, i64)> {
    let cursor = cursor(text)?;
    Ok((cursor.late_from, cursor.id))
}

/// One alert to the caller.
#[derive(Serialize, ToSchema)]
pub struct AlertShape {
    pub id: i64,
    pub code: String,
    /// `reception_waiting`, `step_overdue`, `due_soon`, `apology_owed`, `overdue` or `overdue_twice`.
    pub rule: String,
    /// Working days after due for `overdue`.
    pub level: i64,
    pub since: String,
    pub created_at: String,
    pub letter_id: Option<i64>,
}

/// Where a list of alerts goes on.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct AlertQuery {
    cursor: Option<String>,
}

/// The caller's own alerts, the newest first.
#[utoipa::path(
    get, path = "/api/v1/alerts", tag = "apologies",
    params(AlertQuery),
    responses((status = 200, description = "A page of alerts", body = Page<AlertShape>))
)]
pub async fn alerts(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<AlertQuery>,
) -> Result<Json<Page<AlertShape>>> {
    let before = query.cursor.as_deref().filter(|text| !text.is_empty()).map(|text| {
        text.parse::<i64>().map_err(|_| {
            Refusal::invalid("cursor", "Con trỏ trang không đúng.", "This is not a cursor of this list.")
        })
    });
    let before = before.transpose()?;
    let recipient = caller.actor.staff_id.0;
    let found =
        app.db.read(async |tx| store::alerts::of_recipient(tx, recipient, before, PAGE).await).await?;
    let province = app.province();
    let zone = province.zone();
    let full = i64::try_from(found.len()).unwrap_or(i64::MAX) == PAGE;
    let next = found.last().filter(|_| full).map(|last| last.id.to_string());
    let items = found.into_iter().map(|alert| AlertShape {
        id: alert.id,
        code: alert.code,
        rule: alert.rule,
        level: alert.level,
        since: zone.rfc3339(alert.since),
        created_at: zone.rfc3339(alert.created_at),
        letter_id: alert.letter_id,
    });
    Ok(Json(Page { items: items.collect(), next }))
}
