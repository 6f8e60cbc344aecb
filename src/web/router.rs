//! All addresses in one list, and what every request passes through.

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY,
    X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderName, HeaderValue};
use axum::middleware;
use axum::response::IntoResponse;
use tower::ServiceBuilder;
use tower_http::csrf::CsrfLayer;
use tower_http::request_id::{MakeRequestUuid, PropagateRequestIdLayer, SetRequestIdLayer};
use tower_http::set_header::SetResponseHeaderLayer;

use super::api::{self, openapi};
use super::gate::{self, Gate};
use super::routes::{self, Route, Routes};
use super::{assets, failure, health, metrics, observe, pages, plain, unsent, watch};
use crate::app::App;

pub(super) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// No script, style or frame but our own; nobody may frame us.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; \
    connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; frame-src 'self'";

/// The whole service.
pub fn router(app: App) -> Router {
    dress(bare(), app)
}

/// Every handler at its address, without what every request passes through.
pub fn bare() -> Router<App> {
    let (api, document) = api::router().split_for_parts();
    let reader = openapi::reader(&document);
    let document = ([(CONTENT_TYPE, "application/json")], openapi::text(&document));
    Router::new()
        .merge(api)
        .merge(pages::routes().into_router())
        .merge(service(document, reader).into_router())
}

/// What belongs to neither pages nor interface.
fn service(
    document: impl IntoResponse + Clone + Send + Sync + 'static,
    reader: impl IntoResponse + Clone + Send + Sync + 'static,
) -> Routes {
    Routes::default()
        .get("/api/openapi.json", move || async { document })
        .get("/api/docs", move || async { reader })
        .get("/healthz", health::live)
        .get("/readyz", health::ready)
        .get("/metrics", metrics::show)
        .get("/assets/{name}", assets::asset)
}

/// Everything that can be asked for.
#[must_use]
pub fn list() -> Vec<Route> {
    let (_, document) = api::router().split_for_parts();
    let interface = routes::of_document(&document);
    let mut list = pages::routes().list();
    list.extend(interface);
    list.extend(service((), ()).list());
    list
}

/// Gives routes all that every request passes through.
pub fn dress(routes: Router<App>, app: App) -> Router {
    let app = app.for_requests();
    let is_https = app.settings.web.public_url.is_https();
    let layers = ServiceBuilder::new()
        .layer(middleware::from_fn_with_state(app.clone(), observe::number))
        .layer(SetRequestIdLayer::new(REQUEST_ID, MakeRequestUuid))
        .layer(PropagateRequestIdLayer::new(REQUEST_ID))
        .layer(header(X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(header(REFERRER_POLICY, "no-referrer"))
        .layer(header(CONTENT_SECURITY_POLICY, POLICY))
        .layer(header(CACHE_CONTROL, "no-store"))
        .option_layer(
            is_https.then(|| header(STRICT_TRANSPORT_SECURITY, "max-age=31536000; includeSubDomains")),
        )
        .layer(middleware::from_fn_with_state(app.clone(), observe::observe))
        .layer(middleware::from_fn_with_state(app.clone(), failure::shape))
        .layer(middleware::from_fn_with_state(Gate::new(&app), gate::pass))
        .layer(middleware::from_fn_with_state(app.clone(), plain::refuse))
        .layer(middleware::from_fn(unsent::keep))
        .layer(middleware::from_fn_with_state(app.clone(), watch::note))
        .layer(CsrfLayer::new());
    routes.with_state(app).layer(DefaultBodyLimit::disable()).layer(layers)
}

/// Sets a header unless the answer has it already.
fn header(name: HeaderName, value: &'static str) -> SetResponseHeaderLayer<HeaderValue> {
    SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value))
}
