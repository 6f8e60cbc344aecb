//! What publishing a proposal would move, and how far counting that has come (TIME-16).

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::http::header::RETRY_AFTER;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::app::App;
use crate::domain::staff::Deed;
use crate::domain::time::Zone;
use crate::web::failure::{Problem, Result};
use crate::web::session::Caller;
use crate::work::recount::{self, Foretold, NAMED, Pace, Preview};

/// A date that would move. It was promised to the applicant on form 01.
#[derive(Serialize, ToSchema)]
pub struct MoveShape {
    pub code: String,
    pub procedure: String,
    pub unit: String,
    pub due_at_before: String,
    pub due_date_before: String,
    pub due_at_after: String,
    pub due_date_after: String,
}

/// What publishing would do to the open dossiers. No date becomes earlier.
#[derive(Serialize, ToSchema)]
pub struct PreviewShape {
    /// To be named when it is published: the edition by which the dates are counted now.
    pub edition: i64,
    /// The instant for which it holds; an hour later it is counted anew.
    pub as_of: String,
    pub looked_at: u64,
    /// How many dates would move; `moves` tells those that were promised first.
    pub moved: u64,
    /// How many of them in each unit, the most first.
    pub units: Vec<UnitMovesShape>,
    pub moves: Vec<MoveShape>,
    /// Those that would have an earlier date and keep the one promised.
    pub kept_earlier: u64,
    /// Those whose clock stands still.
    pub stopped: u64,
    /// Those that are late already and stay so.
    pub late: u64,
    /// Those whose new date would lie in a year that is not final: they keep the old one.
    pub impossible: u64,
    /// Those not received yet, whose date will be counted by the new law.
    pub unpromised: u64,
}

/// How many dates of a unit would move.
#[derive(Serialize, ToSchema)]
pub struct UnitMovesShape {
    pub unit: String,
    pub moved: u64,
}

/// How far a preview has come that takes a while.
#[derive(Serialize, ToSchema)]
pub struct CountingShape {
    /// `counting`, or `waiting` while dates are being counted anew by the decision before; `failed` where it
    /// was given up.
    pub state: &'static str,
    pub looked_at: u64,
    /// Why it was given up.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl PreviewShape {
    fn of(preview: &Preview, edition: i64, as_of: String, zone: &Zone, limit: usize) -> Self {
        let moves = preview.moves().take(limit).map(|one| MoveShape {
            code: one.code.clone(),
            procedure: one.procedure.clone(),
            unit: one.unit.clone(),
            due_at_before: zone.rfc3339(one.due_before),
            due_date_before: one.due_on_before.to_string(),
            due_at_after: zone.rfc3339(one.due_after),
            due_date_after: one.due_on_after.to_string(),
        });
        let units = preview.by_unit().into_iter();
        Self {
            edition,
            as_of,
            looked_at: preview.looked_at,
            moved: preview.moved(),
            units: units.map(|(unit, moved)| UnitMovesShape { unit: unit.to_owned(), moved }).collect(),
            moves: moves.collect(),
            kept_earlier: preview.kept_earlier,
            stopped: preview.stopped,
            late: preview.late,
            impossible: preview.impossible,
            unpromised: preview.unpromised,
        }
    }
}

/// How much of a preview is asked for.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct HowMuch {
    /// So many dates at most; a thousand, and never more, where it is not said.
    limit: Option<usize>,
}

/// Whose dates would move, from which to which. No date is changed.
///
/// Where there are many dossiers it is counted in the background: ask again until it is whole.
#[utoipa::path(
    get, path = "/api/v1/calendars/decisions/{id}/preview", tag = "calendars",
    params(("id" = i64, Path), HowMuch),
    responses(
        (status = 200, description = "What would move", body = PreviewShape),
        (status = 202, description = "It is being counted; ask again after `Retry-After`", body = CountingShape),
        (status = 503, description = "It can't be counted; an hour after it was begun whoever asks has it begun anew", body = CountingShape),
        (status = 403, description = "For the control office alone", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "It was published or taken back", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn preview(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<i64>,
    Query(how): Query<HowMuch>,
) -> Result<Response> {
    app.desk().allow_whole(&caller.actor, Deed::ManageCalendar)?;
    app.renew().await?;
    let desk = app.desk();
    let counting = |state, looked_at| {
        let again = [(RETRY_AFTER, "2")];
        Ok((StatusCode::ACCEPTED, again, Json(CountingShape { state, looked_at, reason: None }))
            .into_response())
    };
    match recount::foretell(&app.db, &desk, id, Pace::default()).await? {
        Foretold::Waits => counting("waiting", 0),
        Foretold::Counting { looked_at, .. } => counting("counting", looked_at),
        Foretold::Failed { looked_at, why, .. } => {
            let shape = CountingShape { state: "failed", looked_at, reason: why };
            Ok((StatusCode::SERVICE_UNAVAILABLE, Json(shape)).into_response())
        }
        Foretold::Whole { preview, edition, as_of } => {
            let (zone, limit) = (desk.province.zone(), how.limit.unwrap_or(NAMED));
            let shape = PreviewShape::of(&preview, edition, zone.rfc3339(as_of), zone, limit);
            Ok(Json(shape).into_response())
        }
    }
}
