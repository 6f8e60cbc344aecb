//! Who is asking: the person behind a session cookie or a bearer token.

use axum::extract::{FromRef, FromRequestParts};
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use axum_extra::extract::cookie::{Cookie, CookieJar, SameSite};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::SignedDuration;

use super::entrance::device;
use super::failure::{Failure, Result};
use super::reader::Reader;
use crate::app::App;
use crate::config::{SecondFactor, Settings};
use crate::db::Error;
use crate::domain::refusal::{Kind, Refusal};
use crate::domain::staff::{Actor, Role, monitors_province};
use crate::random;
use crate::seal::{Mark, digest};
use crate::store::staff::Person;
use crate::store::{second_factors, sessions, tokens};
use crate::work::duties;
use crate::work::own::Own;
use crate::work::sign_in::{self, Limits, SignedIn};

/// The field that a refusal for want of a second factor names.
pub const SECOND_FACTOR: &str = "second_factor";

/// The acting person of a request, as every deed demands.
#[derive(Clone, Debug)]
pub struct Caller {
    pub actor: Actor,
    pub person: Person,
    /// The token that this session's forms carry; empty for a bearer.
    pub csrf: Mark,
    /// By what the session is known; none for a bearer.
    pub session: Option<[u8; 32]>,
    /// In which language they read pages, and which page this is.
    pub reader: Reader,
    /// Whether a second factor has to be set up before anything else.
    owes_factor: bool,
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

    /// The caller as the owner of their account.
    ///
    /// # Errors
    /// For a token that only reads.
    pub fn own(&self) -> Result<Own> {
        let (actor, person) = (self.writer()?.clone(), self.person.clone());
        Ok(Own { actor, person, session: self.session })
    }

    /// Checks the token that a form of this session must carry.
    ///
    /// # Errors
    /// Where it is another session's or none.
    pub fn check_form(&self, csrf: &str) -> Result<()> {
        if self.csrf.is(csrf.as_bytes()) {
            return Ok(());
        }
        Err(Refusal::new(
            Kind::NotAllowed,
            "Biểu mẫu này thuộc phiên làm việc trước hoặc đến từ trang khác nên chưa được ghi. Xem lại rồi gửi lần nữa.",
            "This form belongs to an earlier session or came from another site and was not kept. Look it through and send it again.",
        )
        .into())
    }
}

fn not_signed_in() -> Failure {
    sign_in::not_signed_in().into()
}

impl<S: Send + Sync> FromRequestParts<S> for Caller
where
    App: FromRef<S>,
{
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        let Newcomer(caller) = Newcomer::from_request_parts(parts, state).await?;
        if caller.owes_factor { Err(owes_factor()) } else { Ok(caller) }
    }
}

/// Whoever is signed in, also where they have still to set up the second factor that their work asks for.
#[derive(Clone, Debug)]
pub struct Newcomer(pub Caller);

fn owes_factor() -> Failure {
    Refusal {
        field: Some(SECOND_FACTOR.into()),
        ..Refusal::new(
            Kind::NotAllowed,
            "Tài khoản này phải bật xác thực hai lớp trước khi làm việc. Mở trang Tài khoản của tôi để bật.",
            "This account has to set up a second factor first. Open the account page to do so.",
        )
    }
    .into()
}

impl<S: Send + Sync> FromRequestParts<S> for Newcomer
where
    App: FromRef<S>,
{
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        let app = App::from_ref(state);
        let Ok(reader) = Reader::from_request_parts(parts, state).await;
        if let Some(token) = bearer(parts) {
            return of_token(&app, &token, reader).await.map(Self);
        }
        let jar = CookieJar::from_headers(&parts.headers);
        let token = jar.get(cookie_name(&app.settings)).and_then(|cookie| decode(cookie.value()));
        match token {
            Some(token) => of_session(&app, &token, reader).await.map(Self),
            None => Err(not_signed_in()),
        }
    }
}

fn bearer(parts: &Parts) -> Option<String> {
    let value = parts.headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("Bearer").then(|| token.trim().to_owned())
}

async fn of_token(app: &App, token: &str, reader: Reader) -> Result<Caller> {
    let desk = app.desk();
    let found = app
        .db
        .ask(async |tx| {
            let Some(found) = sign_in::of_token(tx, token, desk.now).await? else { return Ok(None) };
            let person = duties::today(tx, &desk, found.person).await?;
            Ok(Some(SignedIn { person, ..found }))
        })
        .await?;
    let signed_in = found.ok_or_else(not_signed_in)?;
    if signed_in.is_due_for_a_note {
        let (hash, now) = (digest(token.as_bytes()), desk.now);
        noted(app.db.write(async move |tx| tokens::touch(tx, &hash, now).await).await);
    }
    let actor = match &signed_in.within {
        Some(unit) => confined(app, &signed_in.person, unit)?,
        None => signed_in.person.actor()?,
    };
    let (may_write, person) = (signed_in.may_write, signed_in.person);
    Ok(Caller { actor, person, csrf: Mark::default(), session: None, reader, owes_factor: false, may_write })
}

/// That somebody was here may go unnoted: whoever only looks is served while nothing can be kept,
/// and the next request notes it.
fn noted(outcome: crate::db::Result<()>) {
    if let Err(error) = outcome {
        tracing::debug!(%error, "the use of a session or token was not noted");
    }
}

/// The person within the unit that the token was narrowed to, which must still be theirs: a token does
/// not keep what its owner's transfer took away.
fn confined(app: &App, person: &Person, unit: &str) -> Result<Actor> {
    let (actor, province) = (person.actor()?, app.province());
    let units = &province.units;
    let unit = unit.parse().map_err(|_| Error::corrupt("api_tokens", "unit", person.id))?;
    let is_theirs = monitors_province(&actor, units) || units.is_within(&unit, &actor.unit);
    if is_theirs { Ok(actor.confined_to(unit)) } else { Err(not_signed_in()) }
}

async fn of_session(app: &App, token: &[u8], reader: Reader) -> Result<Caller> {
    let (desk, limits) = (app.desk(), limits(&app.settings));
    let found = app
        .db
        .ask(async |tx| {
            let Some(found) = sign_in::of_session(tx, token, desk.now, limits).await? else {
                return Ok(None);
            };
            let person = duties::today(tx, &desk, found.person).await?;
            let owes =
                wants_factor(&app.settings, &person) && !second_factors::is_confirmed(tx, person.id).await?;
            Ok(Some((SignedIn { person, ..found }, owes)))
        })
        .await?;
    let (signed_in, owes_factor) = found.ok_or_else(not_signed_in)?;
    let hash = digest(token);
    if signed_in.is_due_for_a_note {
        let now = desk.now;
        noted(app.db.write(async move |tx| sessions::touch(tx, &hash, now).await).await);
    }
    let actor = signed_in.person.actor()?;
    let csrf = app.keys.form_token(token);
    let (may_write, person) = (signed_in.may_write, signed_in.person);
    Ok(Caller { actor, person, csrf, session: Some(hash), reader, owes_factor, may_write })
}

/// Whether this person must have a second factor, by the settings (S7).
#[must_use]
pub fn wants_factor(settings: &Settings, person: &Person) -> bool {
    let of: &[Role] = match settings.second_factor() {
        SecondFactor::Required => &[Role::Administrator, Role::UnitHead, Role::ControlOffice],
        SecondFactor::Administrators => &[Role::Administrator],
        SecondFactor::Offered => &[],
    };
    person.roles.0.iter().any(|role| of.contains(role))
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

fn device_cookie_name(settings: &Settings) -> &'static str {
    if settings.web.public_url.is_https() { "__Host-dunghen-device" } else { "dunghen-device" }
}

/// The cookie by which a browser is known again on which `name` was signed in. It opens nothing.
#[must_use]
pub fn device_cookie(app: &App, name: &str) -> Cookie<'static> {
    Cookie::build((device_cookie_name(&app.settings), device::mark(app, name)))
        .path("/")
        .http_only(true)
        .secure(app.settings.web.public_url.is_https())
        .same_site(SameSite::Lax)
        .permanent()
        .build()
}

/// The device of a request, if `name` was signed in on it before.
#[must_use]
pub fn device_of(app: &App, jar: &CookieJar, name: &str) -> Option<String> {
    let mark = jar.get(device_cookie_name(&app.settings))?;
    device::of_mark(app, name, mark.value())
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
