//! Units and procedures as they are in force.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::shapes::{Page, name};
use crate::app::App;
use crate::domain::procedure::{Competent, Procedure, Stage, Step};
use crate::domain::refusal::Language;
use crate::web::failure::{Problem, Result};
use crate::web::reader::wished;
use crate::web::session::Caller;
use crate::work::quote as work;

/// One unit.
#[derive(Serialize, ToSchema)]
pub struct UnitShape {
    pub code: String,
    pub name: String,
    pub kind: String,
    pub parent: Option<String>,
}

/// The units in force today.
#[utoipa::path(
    get, path = "/api/v1/units", tag = "catalogue",
    responses((status = 200, description = "All units in force", body = Page<UnitShape>))
)]
pub async fn units(State(app): State<App>, _caller: Caller) -> Result<Json<Page<UnitShape>>> {
    let today = app.desk().today();
    let province = app.province();
    let items = province.units.at(today).map(|unit| UnitShape {
        code: unit.code.to_string(),
        name: unit.name_vi.clone(),
        kind: unit.kind.id().to_owned(),
        parent: unit.parent.as_ref().map(ToString::to_string),
    });
    Ok(Json(Page { items: items.collect(), next: None }))
}

/// One version of a procedure.
#[derive(Serialize, ToSchema)]
pub struct ProcedureShape {
    pub code: String,
    pub version: i64,
    pub valid_from: Option<String>,
    /// The last day of receipt that falls under this version.
    pub valid_to: Option<String>,
    pub name: String,
    pub field: String,
    /// `province`, `district`, `commune`.
    pub tiers: Vec<String>,
    /// The limit that is promised by: `10wd`, `20cd`, `8wh`, `2mo`, `same-day` or `none`.
    pub limit: String,
    pub statutory_limit: String,
    /// What the agency promises instead of the law's limit.
    pub committed_limit: Option<String>,
    /// The limit of the second appointment, after payment.
    pub second_limit: Option<String>,
    /// The rest of the clock's policy; none where the rule set decides.
    pub cutoff: Option<String>,
    pub cutoff_effect: Option<String>,
    pub due_time: Option<String>,
    /// `restart` or `pause`.
    pub supplement_clock: Option<String>,
    pub supplement_deadline_wd: Option<u32>,
    /// The competent unit; none where it is the commune of receipt.
    pub competent_unit: Option<String>,
    pub channels: Vec<String>,
    pub fee: Option<String>,
    pub components: Vec<String>,
    pub steps: Vec<StepShape>,
    /// Of an interlinked procedure (LINK-01); none of any other.
    pub stages: Vec<PlannedStageShape>,
    pub demonstration: bool,
}

/// One step of the internal process.
#[derive(Serialize, ToSchema)]
pub struct StepShape {
    pub name: String,
    pub role: String,
    /// `0.25wd` or `2wh`; none where it is not counted.
    pub time: Option<String>,
}

/// What one agency does of an interlinked procedure.
#[derive(Serialize, ToSchema)]
pub struct PlannedStageShape {
    /// From 1.
    pub no: usize,
    pub name: String,
    /// The agency; none where it is the commune of receipt.
    pub unit: Option<String>,
    pub limit: String,
    /// The stages whose results it waits for; none: it starts with the receipt.
    pub after: Vec<usize>,
}

fn unit_of(competent: &Competent) -> Option<String> {
    match competent {
        Competent::Unit(unit) => Some(unit.to_string()),
        Competent::CommuneOfReceipt => None,
    }
}

impl ProcedureShape {
    fn of(procedure: &Procedure, language: Language) -> Self {
        let step = |step: &Step| StepShape {
            name: step.name.clone(),
            role: step.role.to_string(),
            time: step.time.map(|time| time.to_string()),
        };
        let stage = |(place, stage): (usize, &Stage)| PlannedStageShape {
            no: place + 1,
            name: stage.name.clone(),
            unit: unit_of(&stage.unit),
            limit: stage.limit.to_string(),
            after: stage.after.iter().map(|place| place + 1).collect(),
        };
        Self {
            code: procedure.code.to_string(),
            version: procedure.version,
            valid_from: procedure.valid_from.map(|day| day.to_string()),
            valid_to: procedure.valid_to.map(|day| day.to_string()),
            name: procedure.name_in(language).to_owned(),
            field: procedure.field.clone(),
            tiers: procedure.tiers.iter().map(name).collect(),
            limit: procedure.limit().to_string(),
            statutory_limit: procedure.statutory_limit.to_string(),
            committed_limit: procedure.committed_limit.map(|limit| limit.to_string()),
            second_limit: procedure.second_limit.map(|limit| limit.to_string()),
            cutoff: procedure.cutoff.map(|cutoff| cutoff.to_string()),
            cutoff_effect: procedure.cutoff_effect.map(|effect| effect.to_string()),
            due_time: procedure.due_time.map(|time| time.to_string()),
            supplement_clock: procedure.supplement_clock.as_ref().map(name),
            supplement_deadline_wd: procedure.supplement_deadline_wd,
            competent_unit: unit_of(&procedure.competent),
            channels: procedure.channels.iter().map(|channel| channel.id().to_owned()).collect(),
            fee: procedure.fee.clone(),
            components: procedure.components.clone(),
            steps: procedure.steps.iter().map(step).collect(),
            stages: procedure.stages.iter().enumerate().map(stage).collect(),
            demonstration: procedure.demonstration,
        }
    }
}

/// Which procedures are asked for.
#[derive(Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct Asked {
    /// Words of the code, name or field, with or without accents.
    pub q: Option<String>,
    /// So many at most; all where it is not said.
    pub limit: Option<usize>,
}

/// The procedures that may be filed today.
#[utoipa::path(
    get, path = "/api/v1/procedures", tag = "catalogue",
    params(Asked),
    responses((status = 200, description = "All procedures in force", body = Page<ProcedureShape>))
)]
pub async fn procedures(
    State(app): State<App>,
    _caller: Caller,
    headers: HeaderMap,
    Query(asked): Query<Asked>,
) -> Result<Json<Page<ProcedureShape>>> {
    let language = wished(&headers);
    let province = app.province();
    let found = work::found(&province, app.desk().today(), asked.q.as_deref().unwrap_or_default());
    let wanted = found.into_iter().take(asked.limit.unwrap_or(usize::MAX));
    let items = wanted.map(|procedure| ProcedureShape::of(procedure, language)).collect();
    Ok(Json(Page { items, next: None }))
}

/// All versions of one procedure, the newest first (LAW-01).
#[utoipa::path(
    get, path = "/api/v1/procedures/{code}", tag = "catalogue",
    params(("code" = String, Path, example = "1.004873")),
    responses(
        (status = 200, description = "Its versions", body = Page<ProcedureShape>),
        (status = 404, description = "There is no such procedure", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn versions(
    State(app): State<App>,
    _caller: Caller,
    headers: HeaderMap,
    Path(code): Path<String>,
) -> Result<Json<Page<ProcedureShape>>> {
    let language = wished(&headers);
    let province = app.province();
    let versions = work::versions(&province, &code)?;
    let items = versions.iter().rev().map(|procedure| ProcedureShape::of(procedure, language)).collect();
    Ok(Json(Page { items, next: None }))
}
