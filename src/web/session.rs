//! Who is asking: the person behind a session cookie or a bearer token.

use axum::extract::{FromRef, FromRequestParts};
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use axum_extra::extract::cookie::{Cookie, CookieJar, SameSite};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::SignedDuration;

use super::failure::{Failure, Result};
use crate::app::App;
use crate::config::Settings;
use crate::domain::refusal::{Kind, Refusal};
use crate::domain::staff::Actor;
use crate::random;
use crate::seal::digest;
use crate::store::sessions;
use crate::store::staff::Person;
use crate::work::sign_in::{self, Limits};

/// The acting person of a request, as every deed demands.
#[derive(Clone, Debug)]
pub struct Caller {
    pub actor: Actor,
    pub person: Person,
    /// The token that this session's forms carry; empty for a bearer.
    pub csrf: String,
    may_write: bool,
}

impl Caller {
    /// The actor, if this caller may change anything at all.
    ///
    /// # Errors
    /// For a token that only reads.
    pub fn writer(&self) -> Result<&Actor> {
        if self.may_write {
            return Ok(&self.actor);
        }
        Err(Refusal::new(
            Kind::NotAllowed,
            "Mã truy cập này chỉ được đọc. Xin mã có quyền ghi.",
            "This token only reads. Ask for one with the scope `write`.",
        )
        .into())
    }

    /// Checks the token that a form of this session must carry.
    ///
    /// # Errors
    /// Where it is another session's or none.
    pub fn check_form(&self, csrf: &str) -> Result<()> {
        if !self.csrf.is_empty() && self.csrf == csrf {
            return Ok(());
        }
        Err(Refusal::new(
            Kind::NotAllowed,
            "Biểu mẫu đã cũ hoặc đến từ trang khác. Tải lại trang rồi gửi lại.",
            "This form is out of date or came from another site. Load the page again and send it anew.",
        )
        .into())
    }
}

fn not_signed_in() -> Failure {
    Refusal::new(
        Kind::NotSignedIn,
        "Cần đăng nhập để tiếp tục. Phiên làm việc có thể đã hết hạn.",
        "Sign in to go on. Your session may have ended.",
    )
    .into()
}

impl<S: Send + Sync> FromRequestParts<S> for Caller
where
    App: FromRef<S>,
{
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        let app = App::from_ref(state);
        if let Some(token) = bearer(parts) {
            return of_token(&app, &token).await;
        }
        let jar = CookieJar::from_headers(&parts.headers);
        let token = jar.get(cookie_name(&app.settings)).and_then(|cookie| decode(cookie.value()));
        match token {
            Some(token) => of_session(&app, &token).await,
            None => Err(not_signed_in()),
        }
    }
}

fn bearer(parts: &Parts) -> Option<String> {
    let value = parts.headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("Bearer").then(|| token.trim().to_owned())
}

async fn of_token(app: &App, token: &str) -> Result<Caller> {
    let now = app.clock.now();
    let signed_in = app.db.ask(async |tx| sign_in::of_token(tx, token, now).await).await?;
    let signed_in = signed_in.ok_or_else(not_signed_in)?;
    let actor = signed_in.person.actor()?;
    Ok(Caller { actor, person: signed_in.person, csrf: String::new(), may_write: signed_in.may_write })
}

async fn of_session(app: &App, token: &[u8]) -> Result<Caller> {
    let (now, limits) = (app.clock.now(), limits(&app.settings));
    let found = app.db.ask(async |tx| sign_in::of_session(tx, token, now, limits).await).await?;
    let signed_in = found.ok_or_else(not_signed_in)?;
    if signed_in.is_due_for_a_note {
        let hash = digest(token);
        app.db.write(async move |tx| sessions::touch(tx, &hash, now).await).await?;
    }
    let actor = signed_in.person.actor()?;
    let csrf = app.keys.form_token(token);
    Ok(Caller { actor, person: signed_in.person, csrf, may_write: signed_in.may_write })
}

/// How long sessions last, by the settings.
#[must_use]
pub fn limits(settings: &Settings) -> Limits {
    let whole = |count: u64| i64::try_from(count).unwrap_or(i64::MAX / 3600);
    Limits {
        idle: SignedDuration::from_mins(whole(settings.session.idle_min.get())),
        absolute: SignedDuration::from_hours(whole(settings.session.absolute_h.get())),
    }
}

/// `__Host-` ties the cookie to this very host and to TLS; plain HTTP is for loopback alone.
fn cookie_name(settings: &Settings) -> &'static str {
    if settings.web.public_url.is_https() { "__Host-dunghen" } else { "dunghen" }
}

/// A fresh session token: 256 bits that nobody can guess.
#[must_use]
pub fn new_token() -> [u8; 32] {
    random::bytes()
}

/// The cookie that carries a session; scripts can't read it.
#[must_use]
pub fn cookie(settings: &Settings, token: &[u8]) -> Cookie<'static> {
    Cookie::build((cookie_name(settings), URL_SAFE_NO_PAD.encode(token)))
        .path("/")
        .http_only(true)
        .secure(settings.web.public_url.is_https())
        .same_site(SameSite::Lax)
        .build()
}

/// The cookie that ends it in the browser.
#[must_use]
pub fn expired_cookie(settings: &Settings) -> Cookie<'static> {
    let mut cookie = cookie(settings, &[]);
    cookie.make_removal();
    cookie
}

/// The session token of a request, for ending it.
#[must_use]
pub fn token_of(settings: &Settings, jar: &CookieJar) -> Option<Vec<u8>> {
    jar.get(cookie_name(settings)).and_then(|cookie| decode(cookie.value()))
}

fn decode(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok().filter(|token| token.len() == 32)
}
