//! The JSON interface. Handlers extract, call `work` and answer; the list of routes is
//! the OpenAPI document.

pub mod apologies;
pub mod calendars;
pub mod catalogue;
mod course;
pub mod decisions;
pub mod dossiers;
pub mod events;
pub mod finding;
pub mod intake;
pub mod openapi;
pub mod people;
pub mod person;
mod previews;
pub mod quote;
pub mod reports;
pub mod shapes;
pub mod sign_in;

use self::openapi::Security;
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;

/// What the document says about the interface as a whole.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Đúng Hẹn",
        description = "Follows every administrative dossier from intake to return. Errors are \
            application/problem+json; lists are paged by `cursor`; every change names the version that \
            its sender saw; every POST that creates may carry an Idempotency-Key."
    ),
    modifiers(&Security)
)]
struct Document;

/// Every route of the interface, each with its documentation.
#[must_use]
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(Document::openapi())
        .routes(routes!(sign_in::sign_in))
        .routes(routes!(sign_in::sign_out))
        .routes(routes!(intake::receive, dossiers::list))
        .routes(routes!(quote::quote))
        .routes(routes!(quote::quotes))
        .routes(routes!(dossiers::find))
        .routes(routes!(dossiers::one))
        .routes(routes!(events::add))
        .routes(routes!(person::reveal))
        .routes(routes!(people::list, people::add))
        .routes(routes!(people::one, people::change))
        .routes(routes!(people::give_link))
        .routes(routes!(apologies::obligations))
        .routes(routes!(apologies::alerts))
        .routes(routes!(reports::on_time))
        .routes(routes!(reports::periodic::ii06))
        .routes(routes!(reports::periodic::overdue))
        .routes(routes!(reports::periodic::apologies))
        .routes(routes!(reports::evaluation::index766))
        .routes(routes!(reports::evaluation::par))
        .routes(routes!(catalogue::units))
        .routes(routes!(catalogue::procedures))
        .routes(routes!(catalogue::versions))
        .routes(routes!(calendars::years))
        .routes(routes!(calendars::year))
        .routes(routes!(calendars::ical))
        .routes(routes!(decisions::list, decisions::propose))
        .routes(routes!(decisions::one))
        .routes(routes!(previews::preview))
        .routes(routes!(decisions::publish))
        .routes(routes!(decisions::withdraw))
}
