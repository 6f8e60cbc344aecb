//! All addresses in one list, and what every request passes through.

use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY,
    X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::middleware;
use axum::routing::get;
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::csrf::CsrfLayer;
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::request_id::{MakeRequestUuid, PropagateRequestIdLayer, SetRequestIdLayer};
use tower_http::set_header::SetResponseHeaderLayer;
use tower_http::timeout::TimeoutLayer;

use super::api::{self, openapi};
use super::{assets, failure, health, pages};
use crate::app::App;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// No script, style or frame but our own; nobody may frame us.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; \
    connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; frame-src 'self'";

/// The whole service.
pub fn router(app: App) -> Router {
    let (api, document) = api::router().split_for_parts();
    let reader = openapi::reader(&document);
    let timeout = Duration::from_secs(app.settings.web.handler_timeout_s.get());
    let body_limit = app.settings.web.body_limit_bytes.size();
    let is_https = app.settings.web.public_url.is_https();
    Router::new()
        .merge(api)
        .merge(pages::router())
        .route("/api/openapi.json", get(move || async { openapi::document(document) }))
        .route("/api/docs", get(move || async { reader }))
        .route("/healthz", get(health::live))
        .route("/readyz", get(health::ready))
        .route("/assets/{name}", get(assets::asset))
        .with_state(app)
        .layer(DefaultBodyLimit::disable())
        .layer(
            ServiceBuilder::new()
                .layer(SetRequestIdLayer::new(REQUEST_ID, MakeRequestUuid))
                .layer(PropagateRequestIdLayer::new(REQUEST_ID))
                .layer(header(X_CONTENT_TYPE_OPTIONS, "nosniff"))
                .layer(header(REFERRER_POLICY, "no-referrer"))
                .layer(header(CONTENT_SECURITY_POLICY, POLICY))
                .layer(header(CACHE_CONTROL, "no-store"))
                .option_layer(
                    is_https
                        .then(|| header(STRICT_TRANSPORT_SECURITY, "max-age=31536000; includeSubDomains")),
                )
                .layer(middleware::from_fn(failure::shape))
                .layer(CatchPanicLayer::new())
                .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, timeout))
                .layer(RequestBodyLimitLayer::new(body_limit))
                .layer(CsrfLayer::new()),
        )
}

/// Sets a header unless the answer has it already.
fn header(name: HeaderName, value: &'static str) -> SetResponseHeaderLayer<HeaderValue> {
    SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value))
}
