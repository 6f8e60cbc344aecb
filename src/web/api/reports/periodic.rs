//! Form II.06, the late dossiers of an instant and the apologies of a period.

use axum::extract::{Query, State};
use axum::response::Response;
use serde::Deserialize;
use utoipa::IntoParams;

use super::{Format, as_csv, as_json, format, wrong};
use crate::app::App;
use crate::domain::deadline::parse_received;
use crate::domain::periodic::{Period, PeriodError};
use crate::domain::refusal::Refusal;
use crate::domain::time::Month;
use crate::web::failure::{Problem, Result};
use crate::web::session::Caller;
use crate::work::report::{apologies as owed, ii06 as form, overdue as late};

/// One of `month`, `quarter`, `half`, `nine_months` and `year`; the rest has defaults.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct Ii06Query {
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
    /// A row for each procedure, not only for each field.
    #[serde(default)]
    procedures: bool,
    /// `json` or `csv`.
    format: Option<String>,
}

/// Form II.06: what a reporting period took in, settled and left open.
#[utoipa::path(
    get, path = "/api/v1/reports/ii06", tag = "reports",
    params(Ii06Query),
    responses(
        (status = 200, description = "The form, as JSON or CSV, its columns under their numbers", body = Object),
        (status = 422, description = "The question can't be answered", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn ii06(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<Ii06Query>,
) -> Result<Response> {
    let format = format(query.format.as_deref())?;
    let words = PeriodWords {
        month: query.month,
        quarter: query.quarter,
        half: query.half,
        nine_months: query.nine_months,
        year: query.year,
    };
    let asked = form::Asked { period: period(&words)?, unit: query.unit, procedures: query.procedures };
    let desk = app.desk();
    let found = app.db.report(async |tx| form::form(tx, &desk, &caller.actor, &asked).await).await?;
    match format {
        Format::Json => Ok(as_json(form::json(&found, &desk))),
        Format::Csv => {
            let name = format!("II.06-{}-{}", asked.period.from(), asked.period.to());
            as_csv(&app, &desk, &caller.actor, "ii06", &name, form::csv(&found)).await
        }
    }
}

/// How a period may be named; exactly one of them.
pub struct PeriodWords {
    pub month: Option<String>,
    pub quarter: Option<String>,
    pub half: Option<String>,
    pub nine_months: Option<String>,
    pub year: Option<String>,
}

/// The period that is named.
pub fn period(words: &PeriodWords) -> Result<Period> {
    let PeriodWords { month, quarter, half, nine_months, year } = words;
    let given = [
        ("month", month),
        ("quarter", quarter),
        ("half", half),
        ("nine_months", nine_months),
        ("year", year),
    ];
    let mut given = given.into_iter().filter_map(|(field, value)| Some((field, value.as_deref()?)));
    let (Some((field, value)), None) = (given.next(), given.next()) else {
        return Err(Refusal::invalid(
            "month",
            "Cần đúng một trong `month`, `quarter`, `half`, `nine_months`, `year`.",
            "Give exactly one of `month`, `quarter`, `half`, `nine_months`, `year`.",
        )
        .into());
    };
    let of_year = |period: fn(i16) -> Result<Period, PeriodError>| {
        value.parse().ok().filter(|_| value.len() == 4).and_then(|year| period(year).ok())
    };
    let (period, shape) = match field {
        "month" => (value.parse::<Month>().ok().and_then(|month| Period::month(month).ok()), "YYYY-MM"),
        "quarter" => {
            (value.parse().ok().and_then(|quarter| Period::quarter(quarter).ok()), "YYYY-Q1 … YYYY-Q4")
        }
        "half" => (of_year(Period::half), "YYYY"),
        "nine_months" => (of_year(Period::nine_months), "YYYY"),
        _ => (of_year(Period::year), "YYYY"),
    };
    period.ok_or_else(|| wrong(field, value, shape).into())
}

/// At which instant, and where.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct OverdueQuery {
    /// `2026-11-20T16:00`, also with an offset; now where none is given.
    as_of: Option<String>,
    unit: Option<String>,
    /// `json` or `csv`.
    format: Option<String>,
}

/// Every dossier that was open and late at an instant, the most late first.
#[utoipa::path(
    get, path = "/api/v1/reports/overdue", tag = "reports",
    params(OverdueQuery),
    responses(
        (status = 200, description = "The dossiers, as JSON or CSV", body = Object),
        (status = 422, description = "The question can't be answered", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn overdue(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<OverdueQuery>,
) -> Result<Response> {
    let format = format(query.format.as_deref())?;
    let desk = app.desk();
    let as_of = query.as_of.as_deref().map(|text| {
        parse_received(text, desk.province.zone()).map_err(|_| wrong("as_of", text, "2026-11-20T16:00"))
    });
    let asked = late::Asked { as_of: as_of.transpose()?.unwrap_or(desk.now), unit: query.unit };
    let found = app.db.report(async |tx| late::overdue(tx, &desk, &caller.actor, &asked).await).await?;
    match format {
        Format::Json => Ok(as_json(late::json(&found, &desk))),
        Format::Csv => {
            let name = format!("qua-han-{}", desk.province.zone().day(asked.as_of));
            as_csv(&app, &desk, &caller.actor, "overdue", &name, late::csv(&found, &desk)).await
        }
    }
}

/// A month, or both `from` and `to`.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct ApologiesQuery {
    /// `2026-11`.
    month: Option<String>,
    /// The first day; included.
    from: Option<String>,
    /// The last day; included.
    to: Option<String>,
    unit: Option<String>,
    /// Each obligation with its letter, instead of figures.
    #[serde(default)]
    list: bool,
    /// `json` or `csv`.
    format: Option<String>,
}

/// The apologies that came to be owed in a period, and what became of them.
#[utoipa::path(
    get, path = "/api/v1/reports/apologies", tag = "reports",
    params(ApologiesQuery),
    responses(
        (status = 200, description = "The figures or the list, as JSON or CSV", body = Object),
        (status = 422, description = "The question can't be answered", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn apologies(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<ApologiesQuery>,
) -> Result<Response> {
    let format = format(query.format.as_deref())?;
    let (from, to) =
        super::days(query.month.as_deref(), query.from.as_deref(), query.to.as_deref(), |month| {
            Some((month.first(), month.last()))
        })?;
    let asked = owed::Asked { from, to, unit: query.unit };
    let desk = app.desk();
    let (json, csv): (String, String) = if query.list {
        let found = app.db.report(async |tx| owed::evidence(tx, &desk, &caller.actor, &asked).await).await?;
        (owed::evidence_json(&found, &asked, &desk), owed::evidence_csv(&found, &desk))
    } else {
        let found = app.db.report(async |tx| owed::apologies(tx, &desk, &caller.actor, &asked).await).await?;
        (owed::json(&found, &asked, &desk), owed::csv(&found))
    };
    match format {
        Format::Json => Ok(as_json(json)),
        Format::Csv => {
            let name = format!("xin-loi-{from}-{to}");
            as_csv(&app, &desk, &caller.actor, "apologies", &name, csv).await
        }
    }
}
