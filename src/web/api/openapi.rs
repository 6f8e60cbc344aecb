//! The OpenAPI document and a page to read it on, both without leaving the office.

use axum::body::Bytes;
use axum::response::Html;
use utoipa::Modify;
use utoipa::openapi::OpenApi;
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme,
};

/// A session cookie or a bearer token.
pub struct Security;

impl Modify for Security {
    fn modify(&self, document: &mut OpenApi) {
        let components = document.components.get_or_insert_default();
        let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build();
        components.add_security_scheme("bearer", SecurityScheme::Http(bearer));
        let cookie = ApiKey::Cookie(ApiKeyValue::new("dunghen"));
        components.add_security_scheme("session", SecurityScheme::ApiKey(cookie));
        // Where an operation says nothing else, one of the two is needed.
        let either = ["bearer", "session"].map(|scheme| SecurityRequirement::new(scheme, [""; 0]));
        document.security = Some(either.to_vec());
    }
}

/// The document as it is sent, made once: it is large, and everybody may ask for it.
#[must_use]
pub fn text(document: &OpenApi) -> Bytes {
    document.to_json().unwrap_or_default().into()
}

/// A plain page that lists every route with what it takes and answers.
pub fn reader(document: &OpenApi) -> Html<String> {
    use std::fmt::Write as _;
    let mut html = String::from(
        "<!doctype html><html lang=en><meta charset=utf-8><title>Đúng Hẹn API</title>\
         <meta name=viewport content=\"width=device-width\">",
    );
    let css = crate::web::assets::address("app.css");
    let _ = write!(html, "<link rel=stylesheet href=\"{css}\"><main class=docs><h1>Đúng Hẹn API</h1>");
    let about = document.info.description.as_deref().unwrap_or_default();
    let _ =
        write!(html, "<p>{}</p><p><a href=\"/api/openapi.json\">OpenAPI 3.1 (JSON)</a></p>", escape(about));
    for (path, item) in &document.paths.paths {
        let operations = [
            ("GET", &item.get),
            ("POST", &item.post),
            ("PUT", &item.put),
            ("PATCH", &item.patch),
            ("DELETE", &item.delete),
        ];
        for (method, operation) in operations {
            let Some(operation) = operation else { continue };
            let summary = operation.summary.as_deref().unwrap_or_default();
            let text = operation.description.as_deref().unwrap_or_default();
            let _ = write!(
                html,
                "<section><h2><code>{method} {}</code></h2><p>{}</p><p>{}</p></section>",
                escape(path),
                escape(summary),
                escape(text)
            );
        }
    }
    html.push_str("</main></html>");
    Html(html)
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
