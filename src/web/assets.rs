//! The style sheet, the script and the icon, carried in the binary.
//!
//! An address with the right `v` may be kept for ever; any other is asked for again.

use std::fmt::Write as _;

use axum::extract::{Path, RawQuery};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use rust_embed::{EmbeddedFile, RustEmbed};

#[derive(RustEmbed)]
#[folder = "src/web/assets/"]
struct Assets;

/// The address of an asset with its hash, `/assets/app.css?v=1f0c…`.
#[must_use]
pub fn address(name: &str) -> String {
    match Assets::get(name) {
        Some(file) => format!("/assets/{name}?v={}", version(&file)),
        None => format!("/assets/{name}"),
    }
}

/// Serves `/assets/{name}`.
pub async fn asset(Path(name): Path<String>, RawQuery(query): RawQuery, headers: HeaderMap) -> Response {
    let Some(file) = Assets::get(&name) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let version = version(&file);
    let named = query.and_then(|query| query.strip_prefix("v=").map(|v| v == version)).unwrap_or(false);
    let cache = if named { "public, max-age=31536000, immutable" } else { "no-cache" };
    let tag = format!("\"{version}\"");
    let known = headers.get(IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    let cached = [(ETAG, tag.clone()), (CACHE_CONTROL, cache.to_owned())];
    if known.is_some_and(|known| known.split(',').any(|one| one.trim().trim_start_matches("W/") == tag)) {
        return (StatusCode::NOT_MODIFIED, cached).into_response();
    }
    let kind = mime_guess::from_path(&name).first_or_octet_stream();
    let kind = if kind.type_() == "text" { format!("{kind}; charset=utf-8") } else { kind.to_string() };
    (cached, [(CONTENT_TYPE, kind)], file.data.into_owned()).into_response()
}

fn version(file: &EmbeddedFile) -> String {
    let mut text = String::new();
    for byte in file.metadata.sha256_hash().iter().take(8) {
        let _ = write!(text, "{byte:02x}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn ask(name: &str, query: Option<&str>, known: Option<&str>) -> Response {
        let mut headers = HeaderMap::new();
        if let Some(known) = known {
            headers.insert(IF_NONE_MATCH, known.parse().unwrap());
        }
        asset(Path(name.to_owned()), RawQuery(query.map(str::to_owned)), headers).await
    }

    #[tokio::test]
    async fn an_asset_is_kept_for_ever_only_under_its_own_hash() {
        let address = address("app.css");
        let query = address.split('?').nth(1);
        let kept = ask("app.css", query, None).await;
        assert_eq!(kept.headers()[CACHE_CONTROL], "public, max-age=31536000, immutable");
        assert_eq!(kept.headers()[CONTENT_TYPE], "text/css; charset=utf-8");
        let old = ask("app.css", Some("v=0000000000000000"), None).await;
        assert_eq!(old.headers()[CACHE_CONTROL], "no-cache");
        let tag = old.headers()[ETAG].to_str().unwrap().to_owned();
        let known = ask("app.css", None, Some(&format!("\"other\", W/{tag}"))).await;
        assert_eq!(known.status(), StatusCode::NOT_MODIFIED);
        assert_eq!(ask("../Cargo.toml", None, None).await.status(), StatusCode::NOT_FOUND);
    }
}
