//! "If received now": of one procedure, and of all that a unit receives.

use axum::Json;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::intake::read;
use super::shapes::PromiseShape;
use crate::app::App;
use crate::domain::deadline::Derivation;
use crate::domain::refusal::Language;
use crate::paper::month_picture::MonthPicture;
use crate::web::failure::{Problem, Result};
use crate::web::reader::wished;
use crate::web::session::Caller;
use crate::work::desk::Desk;
use crate::work::quote::{self as work, Offer, Warning};

/// "If received now."
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct QuoteBody {
    #[schema(example = "1.004873")]
    pub procedure: String,
    /// Where it would be received; the caller's own unit, where it is not said.
    #[serde(default)]
    pub receiving_unit: Option<String>,
    #[serde(default)]
    pub channel: Option<String>,
}

/// What the applicant should know about a date.
#[derive(Serialize, ToSchema)]
pub struct WarningShape {
    /// `after_cutoff`, `day_off`, `calendar_not_final`, `settled_elsewhere` or `file_at_commune`.
    pub kind: String,
    /// In the caller's language.
    pub text: String,
}

/// What a receipt now would promise.
#[derive(Serialize, ToSchema)]
pub struct QuoteShape {
    pub due_at: Option<String>,
    pub due_date: Option<String>,
    /// `Thứ Năm 26/11/2026, 17:00`, in the caller's language.
    pub due_words: Option<String>,
    /// The picture's text: from which day is counted and what does not count.
    pub explanation: Option<String>,
    /// The month picture as SVG.
    pub picture: Option<String>,
    /// `3 ngày làm việc`; none without a limit.
    pub limit_words: Option<String>,
    pub procedure_name: String,
    /// The papers that the procedure asks for.
    pub components: Vec<String>,
    pub competent_unit: String,
    pub promise: Option<PromiseShape>,
    #[schema(value_type = Object)]
    pub derivation: Option<Derivation>,
    /// The first of the warnings.
    pub warning: Option<String>,
    pub warnings: Vec<WarningShape>,
}

/// Answers what would be promised if a dossier were received now. Nothing is written.
#[utoipa::path(
    post, path = "/api/v1/quote", tag = "dossiers",
    request_body = QuoteBody,
    responses(
        (status = 200, description = "The promise that would be made", body = QuoteShape),
        (status = 422, description = "Unknown procedure or unit, or no lawful date", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn quote(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    Json(body): Json<serde_json::Value>,
) -> Result<Json<QuoteShape>> {
    let body: QuoteBody = read(body)?;
    let language = wished(&headers);
    let desk = app.desk();
    let unit = body.receiving_unit.filter(|unit| !unit.is_empty());
    let unit = unit.unwrap_or_else(|| caller.actor.unit.to_string());
    let quote = work::quote(&desk, &body.procedure, &unit)?;
    let province = app.province();
    let zone = province.zone();
    let words = quote.promise.as_ref().map(|promise| {
        let (day, clock) = zone.local(promise.due_at);
        language.day_time(day, clock)
    });
    let procedure = desk.procedure(&body.procedure, desk.today());
    let basis = quote.promise.as_ref().and_then(|promise| promise.basis.as_ref());
    let counted = quote.derivation.as_ref().zip(quote.grounds.as_ref());
    let picture =
        counted.map(|(derivation, grounds)| MonthPicture::of(derivation, grounds, Some(desk.today())));
    let warnings = warnings(&desk, &quote.warnings, language);
    Ok(Json(QuoteShape {
        due_at: quote.promise.as_ref().map(|promise| zone.rfc3339(promise.due_at)),
        due_date: quote.promise.as_ref().map(|promise| promise.due_on.to_string()),
        due_words: words,
        explanation: picture.as_ref().map(|picture| picture.sentence(language)),
        picture: picture.and_then(|picture| picture.svg(language).ok()).map(|svg| svg.to_string()),
        limit_words: basis.map(|basis| language.limit(basis.terms.limit)),
        procedure_name: procedure.map(|procedure| procedure.name_vi.clone()).unwrap_or_default(),
        components: procedure.map(|procedure| procedure.components.clone()).unwrap_or_default(),
        competent_unit: quote.competent_unit.to_string(),
        promise: quote.promise.as_ref().map(|promise| PromiseShape::of(promise, zone)),
        derivation: quote.derivation,
        warning: warnings.first().map(|warning| warning.text.clone()),
        warnings,
    }))
}

fn warnings(desk: &Desk, warnings: &[Warning], language: Language) -> Vec<WarningShape> {
    let shape = |warning: &Warning| WarningShape {
        kind: warning.id().to_owned(),
        text: warning.say(desk).to(language).to_owned(),
    };
    warnings.iter().map(shape).collect()
}

/// Which procedures are asked for.
#[derive(Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct Asked {
    /// The unit that would receive; the caller's own, where it is not said.
    pub unit: Option<String>,
    /// Words of the code, name or field, with or without accents.
    pub q: Option<String>,
}

/// What a receipt of one procedure now would promise.
#[derive(Serialize, ToSchema)]
pub struct OfferShape {
    pub procedure: String,
    pub name: String,
    pub field: String,
    pub limit: String,
    /// `3 ngày làm việc`, in the caller's language.
    pub limit_words: String,
    pub due_at: Option<String>,
    pub due_date: Option<String>,
    pub due_words: Option<String>,
    /// True where it rests on a year that is not final, so that nothing could be promised now.
    pub provisional: bool,
    pub competent_unit: Option<String>,
    pub warnings: Vec<WarningShape>,
}

/// All procedures of a counter as it would promise them now.
#[derive(Serialize, ToSchema)]
pub struct QuotesShape {
    pub as_of: String,
    pub receiving_unit: String,
    /// By field and name.
    pub items: Vec<OfferShape>,
    /// Always null: all come at once.
    pub next: Option<String>,
}

/// Answers what would be promised for every procedure if it were received now. Nothing is written.
#[utoipa::path(
    get, path = "/api/v1/quotes", tag = "dossiers",
    params(Asked),
    responses(
        (status = 200, description = "A date, or why there is none, for each procedure in force", body = QuotesShape),
        (status = 422, description = "Unknown unit", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn quotes(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    Query(asked): Query<Asked>,
) -> Result<Json<QuotesShape>> {
    let language = wished(&headers);
    let desk = app.desk();
    let unit = asked.unit.filter(|unit| !unit.is_empty());
    let unit = unit.unwrap_or_else(|| caller.actor.unit.to_string());
    let offers = work::offers(&desk, &unit, asked.q.as_deref().unwrap_or_default())?;
    let items = offers.iter().map(|offer| shape(&desk, offer, language)).collect();
    let as_of = desk.province.zone().rfc3339(desk.now);
    Ok(Json(QuotesShape { as_of, receiving_unit: unit, items, next: None }))
}

fn shape(desk: &Desk, offer: &Offer<'_>, language: Language) -> OfferShape {
    let zone = desk.province.zone();
    let words = |at| {
        let (day, clock) = zone.local(at);
        language.day_time(day, clock)
    };
    let procedure = offer.procedure;
    OfferShape {
        procedure: procedure.code.to_string(),
        name: procedure.name_in(language).to_owned(),
        field: procedure.field.clone(),
        limit: procedure.limit().to_string(),
        limit_words: language.limit(procedure.limit()),
        due_at: offer.due.map(|due| zone.rfc3339(due.at)),
        due_date: offer.due.map(|due| due.on.to_string()),
        due_words: offer.due.map(|due| words(due.at)),
        provisional: offer.warnings.iter().any(|warning| matches!(warning, Warning::NotFinal { .. })),
        competent_unit: offer.competent_unit.as_ref().map(ToString::to_string),
        warnings: warnings(desk, &offer.warnings, language),
    }
}
