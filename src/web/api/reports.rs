//! Official figures.

pub mod evaluation;
pub mod periodic;

use axum::extract::{Query, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::app::App;
use crate::domain::refusal::Refusal;
use crate::domain::staff::Actor;
use crate::domain::time::{Day, Month};
use crate::web::failure::{Problem, Result};
use crate::web::session::Caller;
use crate::work::audit_log;
use crate::work::desk::Desk;
use crate::work::report::{self, Asked, Basis, Dimension, PeriodStyle};

/// A month, or both `from` and `to`; the rest has defaults.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct OnTimeQuery {
    /// `2026-11`.
    month: Option<String>,
    /// The first day; included.
    from: Option<String>,
    /// The last day; included.
    to: Option<String>,
    /// `unit`, `field`, `procedure`, `channel`, `officer` or `month`.
    by: Option<String>,
    and_by: Option<String>,
    /// `settled`, `received` or `due`.
    basis: Option<String>,
    unit: Option<String>,
    /// `calendar`, or `report` for months from the 15th to the 14th.
    period_style: Option<String>,
    /// `json` or `csv`.
    format: Option<String>,
}

/// On-time figures per department, field, procedure, channel, officer or month.
#[utoipa::path(
    get, path = "/api/v1/reports/on-time", tag = "reports",
    params(OnTimeQuery),
    responses(
        (status = 200, description = "The figures, as JSON or CSV", body = Object),
        (status = 422, description = "The question can't be answered", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn on_time(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<OnTimeQuery>,
) -> Result<Response> {
    let asked = asked(&query)?;
    let desk = app.desk();
    let found = app.db.report(async |tx| report::on_time(tx, &desk, &caller.actor, &asked).await).await?;
    match format(query.format.as_deref())? {
        Format::Json => Ok(as_json(report::json::render(&found, &asked, &desk))),
        Format::Csv => {
            let name = format!("dung-hen-{}-{}", asked.from, asked.to);
            let text = report::csv::render(&found, &asked, &desk);
            as_csv(&app, &desk, &caller.actor, "on-time", &name, text).await
        }
    }
}

/// How a report is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    Json,
    Csv,
}

fn format(given: Option<&str>) -> Result<Format> {
    match given {
        None | Some("json") => Ok(Format::Json),
        Some("csv") => Ok(Format::Csv),
        Some(other) => Err(wrong("format", other, "json, csv").into()),
    }
}

fn as_json(text: String) -> Response {
    ([(CONTENT_TYPE, "application/json")], text).into_response()
}

/// The report as a file; that it was taken out is written down.
async fn as_csv(
    app: &App,
    desk: &Desk,
    actor: &Actor,
    report: &'static str,
    name: &str,
    text: String,
) -> Result<Response> {
    let (noted, actor) = (desk.clone(), actor.clone());
    app.db.write(async move |tx| audit_log::exported(tx, &noted, &actor, report).await).await?;
    let name = format!("attachment; filename=\"{name}.csv\"");
    let headers = [(CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()), (CONTENT_DISPOSITION, name)];
    Ok((headers, text).into_response())
}

fn wrong(field: &'static str, given: &str, allowed: &str) -> Refusal {
    Refusal::invalid(
        field,
        format!("Giá trị “{given}” không dùng được cho “{field}”; các giá trị: {allowed}."),
        format!("{given:?} is not a value of {field:?}; it takes {allowed}."),
    )
}

fn asked(query: &OnTimeQuery) -> Result<Asked> {
    let period_style = match query.period_style.as_deref() {
        None | Some("calendar") => PeriodStyle::Calendar,
        Some("report") => PeriodStyle::Report,
        Some(other) => return Err(wrong("period_style", other, "calendar, report").into()),
    };
    let basis = match query.basis.as_deref() {
        None | Some("settled") => Basis::Settled,
        Some("received") => Basis::Received,
        Some("due") => Basis::Due,
        Some(other) => return Err(wrong("basis", other, "settled, received, due").into()),
    };
    let (month, from, to) = (query.month.as_deref(), query.from.as_deref(), query.to.as_deref());
    let (from, to) = days(month, from, to, |month| period_style.days_of(month))?;
    let by = query.by.as_deref().map_or(Ok(Dimension::Unit), |by| dimension("by", by))?;
    let and_by = query.and_by.as_deref().map(|by| dimension("and_by", by)).transpose()?;
    if and_by == Some(by) {
        return Err(wrong(
            "and_by",
            query.and_by.as_deref().unwrap_or_default(),
            "a dimension other than `by`",
        )
        .into());
    }
    Ok(Asked { from, to, basis, by, and_by, unit: query.unit.clone(), period_style })
}

/// The days of a month, or those from one to another.
fn days(
    month: Option<&str>,
    from: Option<&str>,
    to: Option<&str>,
    of_month: impl Fn(Month) -> Option<(Day, Day)>,
) -> Result<(Day, Day)> {
    let day =
        |field: &'static str, text: &str| text.parse::<Day>().map_err(|_| wrong(field, text, "YYYY-MM-DD"));
    match (month, from, to) {
        (Some(month), None, None) => {
            let days = month.parse::<Month>().ok().and_then(of_month);
            days.ok_or_else(|| wrong("month", month, "YYYY-MM").into())
        }
        (None, Some(from), Some(to)) => Ok((day("from", from)?, day("to", to)?)),
        _ => Err(Refusal::invalid(
            "month",
            "Cần `month`, hoặc cả `from` và `to`.",
            "Give `month`, or both `from` and `to`.",
        )
        .into()),
    }
}

fn dimension(field: &'static str, name: &str) -> Result<Dimension> {
    Ok(match name {
        "unit" => Dimension::Unit,
        "field" => Dimension::Field,
        "procedure" => Dimension::Procedure,
        "channel" => Dimension::Channel,
        "officer" => Dimension::Officer,
        "month" => Dimension::Month,
        other => return Err(wrong(field, other, "unit, field, procedure, channel, officer, month").into()),
    })
}
