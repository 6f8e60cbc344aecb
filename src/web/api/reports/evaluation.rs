//! What others evaluate units by: index 766 and the criteria of PAR INDEX.

use axum::extract::{Query, State};
use axum::response::Response;
use serde::Deserialize;
use utoipa::IntoParams;

use super::periodic::{PeriodWords, period};
use super::{Format, as_csv, as_json, format};
use crate::app::App;
use crate::web::failure::{Problem, Result};
use crate::web::session::Caller;
use crate::work::report::{apologies, index766 as index, par as criteria};

/// One of `month`, `quarter`, `half`, `nine_months` and `year`; the rest has defaults.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct Index766Query {
    /// `2026-11`: from 15 October to 14 November.
    month: Option<String>,
    /// `2026-Q3`.
    quarter: Option<String>,
    /// The first six months of `2026`.
    half: Option<String>,
    /// The first nine months of `2026`.
    nine_months: Option<String>,
    /// `2026`.
    year: Option<String>,
    unit: Option<String>,
    /// `json` or `csv`.
    format: Option<String>,
}

/// Index 766: settlement progress and online dossiers of each unit.
#[utoipa::path(
    get, path = "/api/v1/reports/index766", tag = "reports",
    params(Index766Query),
    responses(
        (status = 200, description = "The figures, as JSON or CSV", body = Object),
        (status = 422, description = "The question can't be answered", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn index766(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<Index766Query>,
) -> Result<Response> {
    let format = format(query.format.as_deref())?;
    let words = PeriodWords {
        month: query.month,
        quarter: query.quarter,
        half: query.half,
        nine_months: query.nine_months,
        year: query.year,
    };
    let scales = app.settings.evaluation.scales();
    let asked = index::Asked { period: period(&words)?, unit: query.unit, scales };
    let desk = app.desk();
    let found = app.db.report(async |tx| index::index766(tx, &desk, &caller.actor, &asked).await).await?;
    match format {
        Format::Json => Ok(as_json(index::json(&found, &desk))),
        Format::Csv => {
            let name = format!("766-{}-{}", asked.period.from(), asked.period.to());
            as_csv(&app, &desk, &caller.actor, "index766", &name, index::csv(&found)).await
        }
    }
}

/// One of `month`, `quarter`, `half`, `nine_months` and `year`; the rest has defaults.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct ParQuery {
    /// `2026-11`: from 15 October to 14 November.
    month: Option<String>,
    /// `2026-Q3`.
    quarter: Option<String>,
    /// The first six months of `2026`.
    half: Option<String>,
    /// The first nine months of `2026`.
    nine_months: Option<String>,
    /// `2026`.
    year: Option<String>,
    /// Calendar months and years instead of those from the 15th to the 14th.
    #[serde(default)]
    calendar: bool,
    /// The evidence: each late dossier with its letter, instead of figures.
    #[serde(default)]
    list: bool,
    /// `json` or `csv`.
    format: Option<String>,
}

/// PAR INDEX: on-time settlement of each tier, and apologies.
#[utoipa::path(
    get, path = "/api/v1/reports/par", tag = "reports",
    params(ParQuery),
    responses(
        (status = 200, description = "The figures or the evidence, as JSON or CSV", body = Object),
        (status = 422, description = "The question can't be answered", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn par(State(app): State<App>, caller: Caller, Query(query): Query<ParQuery>) -> Result<Response> {
    let format = format(query.format.as_deref())?;
    let words = PeriodWords {
        month: query.month,
        quarter: query.quarter,
        half: query.half,
        nine_months: query.nine_months,
        year: query.year,
    };
    let period = period(&words)?;
    let (from, to) = if query.calendar { period.calendar_days() } else { (period.from(), period.to()) };
    let desk = app.desk();
    let (json, csv) = if query.list {
        let asked = apologies::Asked { from, to, unit: None };
        let found =
            app.db.report(async |tx| apologies::evidence(tx, &desk, &caller.actor, &asked).await).await?;
        (apologies::evidence_json(&found, &asked, &desk), apologies::evidence_csv(&found, &desk))
    } else {
        let asked = criteria::Asked { from, to, scales: app.settings.evaluation.scales() };
        let found = app.db.report(async |tx| criteria::par(tx, &desk, &caller.actor, &asked).await).await?;
        (criteria::json(&found, &asked, &desk), criteria::csv(&found, &asked))
    };
    match format {
        Format::Json => Ok(as_json(json)),
        Format::Csv => as_csv(&app, &desk, &caller.actor, "par", &format!("PAR-{from}-{to}"), csv).await,
    }
}
