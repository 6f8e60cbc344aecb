//! Choosing the language of the pages: a form on every page, which leads back to that page.

use std::sync::LazyLock;

use axum::extract::State;
use axum::response::Redirect;
use axum_extra::extract::Form;
use axum_extra::extract::cookie::CookieJar;
use serde::Deserialize;

use super::sign_in::local;
use crate::app::App;
use crate::domain::refusal::Language;
use crate::web::reader;

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Chosen {
    /// Every form carries it; here nothing hangs on it, as requests of other sites come no further.
    #[serde(rename = "csrf")]
    _csrf: String,
    language: String,
    /// The page that the form is on.
    back: String,
}

/// `POST /language`: keeps the choice in this browser and changes nothing else.
pub async fn choose(
    State(app): State<App>,
    jar: CookieJar,
    Form(chosen): Form<Chosen>,
) -> (CookieJar, Redirect) {
    let jar = match Language::from_id(&chosen.language) {
        Some(language) => jar.add(reader::cookie(&app.settings, language)),
        None => jar,
    };
    (jar, Redirect::to(local(&chosen.back)))
}

/// The patterns of all pages that can be looked at.
static LOOKED_AT: LazyLock<Vec<String>> = LazyLock::new(|| {
    let all = super::routes().list();
    all.into_iter().filter(|route| route.method == "GET").map(|route| route.path).collect()
});

/// The page with the form that was sent to `path`: the nearest address above it that can be looked at.
/// `pattern` is the route that took it.
pub fn page_above(pattern: &str, path: &str) -> String {
    let (mut pattern, mut path) = (pattern, path);
    while !LOOKED_AT.iter().any(|page| page == pattern) {
        let (Some((above, _)), Some((place, _))) = (pattern.rsplit_once('/'), path.rsplit_once('/')) else {
            return "/".to_owned();
        };
        (pattern, path) = (above, place);
    }
    path.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_that_is_shown_again_is_on_the_page_above_its_address() {
        for (pattern, path, page) in [
            ("/tra-cuu", "/tra-cuu", "/tra-cuu"),
            ("/sign-in/code", "/sign-in/code", "/sign-in"),
            ("/dossiers/search", "/dossiers/search", "/dossiers"),
            ("/dossiers/{code}/events", "/dossiers/H35.20-1/events", "/dossiers/H35.20-1"),
            ("/people/{id}/second-factor/reset", "/people/7/second-factor/reset", "/people/7"),
            ("/sign-out", "/sign-out", "/"),
        ] {
            assert_eq!(page_above(pattern, path), page, "{path}");
        }
    }
}
