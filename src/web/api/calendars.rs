//! The working calendar as it is in force: its years, one year of a unit, and the same as iCalendar.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::shapes::{Page, name};
use crate::app::App;
use crate::config::calendar::ical as file;
use crate::domain::calendar::{MarkedDay, OfficeHours};
use crate::domain::refusal::{Kind, Refusal};
use crate::domain::time::Day;
use crate::domain::unit::UnitCode;
use crate::web::failure::{Problem, Result};
use crate::web::session::Caller;
use crate::work::desk::Desk;

/// One year of the working calendar.
#[derive(Serialize, ToSchema)]
pub struct CalendarYearShape {
    /// `vn-state@2026.1`, and behind it the edition that decisions have made of it: `+2`.
    pub calendar: String,
    pub year: i16,
    /// `final`, `estimate` or `partial`; only a final year gives official dates.
    pub status: String,
    /// The notices that it rests on.
    pub source: String,
}

/// The years of the calendar and whether they are final (CAL-08).
#[utoipa::path(
    get, path = "/api/v1/calendars", tag = "calendars",
    responses((status = 200, description = "The calendar's years", body = Page<CalendarYearShape>))
)]
pub async fn years(State(app): State<App>, _caller: Caller) -> Result<Json<Page<CalendarYearShape>>> {
    let province = app.province();
    let calendar = province.general_timetable().calendar();
    let items = calendar.data().years.iter().map(|year| CalendarYearShape {
        calendar: calendar.label().to_owned(),
        year: year.year,
        status: name(&year.status),
        source: year.source.clone(),
    });
    Ok(Json(Page { items: items.collect(), next: None }))
}

/// Whose calendar is asked for.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct OfUnit {
    /// The unit's code; the province as a whole where none is named.
    pub unit: Option<String>,
}

/// A day that is not what its weekday says.
#[derive(Serialize, ToSchema)]
pub struct CalendarDayShape {
    pub date: String,
    /// `public`, `compensatory`, `swap`, `local`, `makeup`, or `holiday`: a public day on a rest day.
    pub kind: String,
    /// With the number of the decision, where a unit's own decided it.
    pub name: String,
    /// Of a day off the rest day that is worked for it, of a make-up day the day off.
    pub other: Option<String>,
}

impl CalendarDayShape {
    fn of(day: MarkedDay) -> Self {
        Self {
            date: day.day.to_string(),
            kind: day.mark.id().to_owned(),
            name: day.name,
            other: day.other.map(|other| other.to_string()),
        }
    }
}

/// Office hours from a day on.
#[derive(Serialize, ToSchema)]
pub struct HoursShape {
    pub from: String,
    /// `07:30-11:30,13:30-17:00`
    pub sessions: String,
}

/// A year as a unit works by it.
#[derive(Serialize, ToSchema)]
pub struct UnitYearShape {
    pub calendar: String,
    pub edition: i64,
    pub year: i16,
    pub status: String,
    pub unit: Option<String>,
    pub days: Vec<CalendarDayShape>,
    pub hours: Vec<HoursShape>,
}

/// A year of the calendar by which a unit works, with its own days off and hours (TIME-10, TIME-14).
#[utoipa::path(
    get, path = "/api/v1/calendars/{year}", tag = "calendars",
    params(("year" = i16, Path, example = 2026), OfUnit),
    responses(
        (status = 200, description = "Its days off, make-up days and hours", body = UnitYearShape),
        (status = 404, description = "There is no record of the year, or no such unit", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn year(
    State(app): State<App>,
    _caller: Caller,
    Path(year): Path<i16>,
    Query(of): Query<OfUnit>,
) -> Result<Json<UnitYearShape>> {
    let desk = app.desk();
    let unit = known_unit(&desk, of.unit.as_deref())?;
    let timetable =
        unit.as_ref().map_or(desk.province.general_timetable(), |unit| desk.province.timetable(unit));
    let status = timetable.calendar().status(year).ok_or_else(|| no_year(year))?;
    let mut hours: Vec<HoursShape> = Vec::new();
    let mut before: Option<&OfficeHours> = None;
    let first = Day::new(year, 1, 1).ok();
    for day in std::iter::successors(first, |day| day.next()).take_while(|day| day.year() == year) {
        let now = timetable.hours(day);
        if before.replace(now) != Some(now) {
            hours.push(HoursShape { from: day.to_string(), sessions: now.to_string() });
        }
    }
    Ok(Json(UnitYearShape {
        calendar: timetable.calendar().label().to_owned(),
        edition: desk.province.edition,
        year,
        status: name(&status),
        unit: unit.map(|unit| unit.to_string()),
        days: timetable.marked_days(year).into_iter().map(CalendarDayShape::of).collect(),
        hours,
    }))
}

/// The unit of this code, if one is named.
///
/// # Errors
/// Where there is no such unit.
pub fn known_unit(desk: &Desk, code: Option<&str>) -> Result<Option<UnitCode>> {
    let Some(code) = code.map(str::trim).filter(|code| !code.is_empty()) else { return Ok(None) };
    let unit = code.parse::<UnitCode>().ok().filter(|unit| desk.province.units.get(unit).is_some());
    unit.map(Some).ok_or_else(|| {
        let (vietnamese, english) = (
            format!("Không có đơn vị {code}. Chọn đơn vị trong danh mục."),
            format!("There is no unit {code}. See the list of units."),
        );
        Refusal { field: Some("unit".into()), ..Refusal::new(Kind::NotFound, vietnamese, english) }.into()
    })
}

fn no_year(year: i16) -> Refusal {
    Refusal::new(
        Kind::NotFound,
        format!("Lịch không có năm {year}. Xem danh sách các năm."),
        format!("The calendar has no record of {year}. See the list of years."),
    )
}

/// All years of the calendar by which a unit works, as iCalendar.
#[utoipa::path(
    get, path = "/api/v1/calendars/ical", tag = "calendars",
    params(OfUnit),
    responses(
        (status = 200, description = "The days off and make-up days", body = String, content_type = "text/calendar"),
        (status = 404, description = "There is no such unit", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn ical(State(app): State<App>, _caller: Caller, Query(of): Query<OfUnit>) -> Result<Response> {
    exported(&app.desk(), of.unit.as_deref())
}

/// The file, by its name.
///
/// # Errors
/// Where there is no such unit.
pub fn exported(desk: &Desk, unit: Option<&str>) -> Result<Response> {
    let unit = known_unit(desk, unit)?;
    let text = text(desk, unit.as_ref());
    let of = unit.unwrap_or_else(|| desk.province.root.clone());
    let name = format!("attachment; filename=\"lich-lam-viec-{of}.ics\"");
    let headers = [(CONTENT_TYPE, "text/calendar; charset=utf-8".to_owned()), (CONTENT_DISPOSITION, name)];
    Ok((headers, text).into_response())
}

/// All days of a unit's calendar, or of the province's, as iCalendar.
#[must_use]
pub fn text(desk: &Desk, unit: Option<&UnitCode>) -> String {
    let province = &desk.province;
    let timetable = unit.map_or(province.general_timetable(), |unit| province.timetable(unit));
    let calendar = timetable.calendar();
    let days: Vec<MarkedDay> = calendar.years().flat_map(|(year, _)| timetable.marked_days(year)).collect();
    let of = desk.unit_name(unit.unwrap_or(&province.root));
    let stamp: String = desk.now.to_string().chars().take(19).filter(|c| !matches!(c, '-' | ':')).collect();
    file::write(&format!("Lịch làm việc – {of}"), calendar.label(), &format!("{stamp}Z"), &days)
}
