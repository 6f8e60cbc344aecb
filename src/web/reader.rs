//! Whoever reads a page: in which language, and where they are, so that choosing the other language
//! leads back there.
//!
//! A choice is kept in a cookie, signed in or not. Where nobody chose, the browser's own wish decides;
//! it decides nothing else, and a choice is stronger.

use std::convert::Infallible;

use axum::extract::{FromRef, FromRequestParts, MatchedPath};
use axum::http::header::ACCEPT_LANGUAGE;
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap, Method, Uri};
use axum_extra::extract::cookie::{Cookie, CookieJar, SameSite};

use super::pages;
use crate::app::App;
use crate::config::Settings;
use crate::domain::refusal::Language;

/// How one request wants to be answered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reader {
    pub language: Language,
    /// The path and query of the page, as it can be asked for again.
    pub address: String,
}

impl Reader {
    #[must_use]
    pub fn of(
        settings: &Settings,
        method: &Method,
        uri: &Uri,
        headers: &HeaderMap,
        extensions: &Extensions,
    ) -> Self {
        let chosen = CookieJar::from_headers(headers)
            .get(cookie_name(settings))
            .and_then(|cookie| Language::from_id(cookie.value()));
        let address = match extensions.get::<MatchedPath>() {
            Some(matched) if !method.is_safe() => pages::page_above(matched.as_str(), uri.path()),
            _ => uri.path_and_query().map(ToString::to_string).unwrap_or_default(),
        };
        Self { language: chosen.unwrap_or_else(|| wished(headers)), address }
    }

    /// The one of both that this reader understands.
    #[must_use]
    pub fn say<T>(&self, vietnamese: T, english: T) -> T {
        self.language.choose(vietnamese, english)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Reader
where
    App: FromRef<S>,
{
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        let app = App::from_ref(state);
        Ok(Self::of(&app.settings, &parts.method, &parts.uri, &parts.headers, &parts.extensions))
    }
}

/// The language that a client asks for: Vietnamese unless English is wished for more.
#[must_use]
pub fn wished(headers: &HeaderMap) -> Language {
    let text = headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut best = (0.0, Language::default());
    for one in text.split(',') {
        let (tag, rest) = one.split_once(';').unwrap_or((one, ""));
        let weight = rest.trim().strip_prefix("q=").map_or(1.0, |q| q.trim().parse::<f32>().unwrap_or(0.0));
        let primary = tag.trim().split('-').next().unwrap_or_default().to_ascii_lowercase();
        if let Some(language) = Language::from_id(&primary).filter(|_| weight > best.0) {
            best = (weight, language);
        }
    }
    best.1
}

/// The cookie that keeps a choice. It says nothing of who chose, and opens nothing.
#[must_use]
pub fn cookie(settings: &Settings, language: Language) -> Cookie<'static> {
    Cookie::build((cookie_name(settings), language.id()))
        .path("/")
        .http_only(true)
        .secure(settings.web.public_url.is_https())
        .same_site(SameSite::Lax)
        .permanent()
        .build()
}

fn cookie_name(settings: &Settings) -> &'static str {
    if settings.web.public_url.is_https() { "__Host-dunghen-language" } else { "dunghen-language" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_gets_english_only_where_it_wishes_it_more_than_vietnamese() {
        for (wish, expected) in [
            ("", Language::Vietnamese),
            ("vi", Language::Vietnamese),
            ("en", Language::English),
            ("en-GB,en;q=0.9", Language::English),
            ("vi-VN,vi;q=0.9,en-US;q=0.8,en;q=0.7", Language::Vietnamese),
            ("en;q=0.5, vi", Language::Vietnamese),
            ("vi;q=0.1, en;q=0.2", Language::English),
            ("fr, en;q=0.3", Language::English),
            ("fr, de;q=0.5", Language::Vietnamese),
            ("en;q=0", Language::Vietnamese),
            ("en;q=x", Language::Vietnamese),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT_LANGUAGE, wish.parse().unwrap());
            assert_eq!(wished(&headers), expected, "{wish:?}");
        }
    }
}
