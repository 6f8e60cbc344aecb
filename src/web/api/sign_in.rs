//! Signing in and out.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum_extra::extract::cookie::CookieJar;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::App;
use crate::db::Error;
use crate::seal::password;
use crate::store::staff;
use crate::store::staff::Person;
use crate::web::failure::{Problem, Result};
use crate::web::session::{self, Caller};
use crate::work::sign_in::{self as work, wrong_name_or_password};

/// A name and its password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Credentials {
    pub name: String,
    pub password: String,
}

/// Who is signed in now.
#[derive(Serialize, ToSchema)]
pub struct SignedIn {
    pub name: String,
    pub unit: String,
    pub roles: Vec<String>,
}

/// Begins a session; the answer sets its cookie.
#[utoipa::path(
    post, path = "/api/v1/sign-in", tag = "sign-in",
    request_body = Credentials,
    responses(
        (status = 200, description = "Signed in; the session cookie is set", body = SignedIn),
        (status = 401, description = "Wrong name or password", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn sign_in(
    State(app): State<App>,
    jar: CookieJar,
    Json(credentials): Json<Credentials>,
) -> Result<(CookieJar, Json<SignedIn>)> {
    let (token, person) = begin(&app, &credentials.name, credentials.password).await?;
    let roles = person.roles.0.iter().map(|role| role.id().to_owned()).collect();
    let jar = jar.add(session::cookie(&app.settings, &token));
    Ok((jar, Json(SignedIn { name: person.name, unit: person.unit, roles })))
}

/// Checks a name and password and begins a session for them.
pub async fn begin(app: &App, name: &str, given: String) -> Result<([u8; 32], Person)> {
    let person = app.db.read(async |tx| staff::by_login(tx, name).await).await?;
    let person = person.filter(|person| person.active);
    let hash = person.as_ref().and_then(|person| person.password_hash.clone());
    let checking = tokio::task::spawn_blocking(move || password::verify(&given, hash.as_deref()));
    let right = checking.await.map_err(|_| Error::Panicked)?;
    let desk = app.desk();
    match person {
        Some(person) if right => {
            let token = session::new_token();
            let (whose, limits) = (person.clone(), session::limits(&app.settings));
            app.db.write(async move |tx| work::begin(tx, &desk, &whose, &token, limits).await).await?;
            Ok((token, person))
        }
        Some(person) => {
            app.db.write(async move |tx| work::failed(tx, &desk, &person).await).await?;
            Err(wrong_name_or_password().into())
        }
        None => Err(wrong_name_or_password().into()),
    }
}

/// Ends the session.
#[utoipa::path(
    post, path = "/api/v1/sign-out", tag = "sign-in",
    responses((status = 204, description = "Signed out"))
)]
pub async fn sign_out(
    State(app): State<App>,
    jar: CookieJar,
    caller: Caller,
) -> Result<(CookieJar, StatusCode)> {
    Ok((end(&app, jar, &caller).await?, StatusCode::NO_CONTENT))
}

/// Ends the caller's session, here and in the browser.
pub async fn end(app: &App, jar: CookieJar, caller: &Caller) -> Result<CookieJar> {
    if let Some(token) = session::token_of(&app.settings, &jar) {
        let (desk, person) = (app.desk(), caller.person.clone());
        app.db.write(async move |tx| work::end(tx, &desk, &person, &token).await).await?;
    }
    Ok(jar.add(session::expired_cookie(&app.settings)))
}
