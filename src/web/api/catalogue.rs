//! Units, procedures and calendars as they are in force.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::shapes::{Page, name};
use crate::app::App;
use crate::domain::procedure::Competent;
use crate::web::failure::Result;
use crate::web::session::Caller;

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
    let items = app.province.units.at(today).map(|unit| UnitShape {
        code: unit.code.to_string(),
        name: unit.name_vi.clone(),
        kind: unit.kind.id().to_owned(),
        parent: unit.parent.as_ref().map(ToString::to_string),
    });
    Ok(Json(Page { items: items.collect(), next: None }))
}

/// One procedure in force.
#[derive(Serialize, ToSchema)]
pub struct ProcedureShape {
    pub code: String,
    pub version: i64,
    pub name: String,
    pub field: String,
    /// The limit that is promised by: `10wd`, `20cd`, `8wh`, `2mo`, `same-day` or `none`.
    pub limit: String,
    pub statutory_limit: String,
    /// The competent unit; none where it is the commune of receipt.
    pub competent_unit: Option<String>,
    pub channels: Vec<String>,
    pub components: Vec<String>,
    pub demonstration: bool,
}

/// The procedures that may be filed today.
#[utoipa::path(
    get, path = "/api/v1/procedures", tag = "catalogue",
    responses((status = 200, description = "All procedures in force", body = Page<ProcedureShape>))
)]
pub async fn procedures(State(app): State<App>, _caller: Caller) -> Result<Json<Page<ProcedureShape>>> {
    let today = app.desk().today();
    let items = app.province.catalogue.offered(today).map(|procedure| ProcedureShape {
        code: procedure.code.to_string(),
        version: procedure.version,
        name: procedure.name_vi.clone(),
        field: procedure.field.clone(),
        limit: procedure.limit().to_string(),
        statutory_limit: procedure.statutory_limit.to_string(),
        competent_unit: match &procedure.competent {
            Competent::Unit(unit) => Some(unit.to_string()),
            Competent::CommuneOfReceipt => None,
        },
        channels: procedure.channels.iter().map(|channel| channel.id().to_owned()).collect(),
        components: procedure.components.clone(),
        demonstration: procedure.demonstration,
    });
    Ok(Json(Page { items: items.collect(), next: None }))
}

/// One year of the working calendar.
#[derive(Serialize, ToSchema)]
pub struct CalendarYearShape {
    pub calendar: String,
    pub year: i16,
    /// `final`, `estimate` or `partial`; only a final year gives official dates.
    pub status: String,
}

/// The years of the calendar and whether they are final (CAL-08).
#[utoipa::path(
    get, path = "/api/v1/calendars", tag = "catalogue",
    responses((status = 200, description = "The calendar's years", body = Page<CalendarYearShape>))
)]
pub async fn calendars(State(app): State<App>, _caller: Caller) -> Result<Json<Page<CalendarYearShape>>> {
    let calendar = app.province.timetable(&app.province.root).calendar();
    let items = calendar.years().map(|(year, status)| CalendarYearShape {
        calendar: calendar.label().to_owned(),
        year,
        status: name(&status),
    });
    Ok(Json(Page { items: items.collect(), next: None }))
}
