//! Signing in and out.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum_extra::extract::cookie::CookieJar;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::intake::read;
use crate::app::App;
use crate::domain::refusal::{Kind, Refusal};
use crate::web::entrance::{self, Entered, Origin};
use crate::web::failure::{Problem, Result};
use crate::web::session::{self, Newcomer};
use crate::work::sign_in as work;

/// A name and its password, and the code of a second factor where the account has one.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Credentials {
    pub name: String,
    pub password: String,
    #[serde(default)]
    pub code: Option<String>,
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
    post, path = "/api/v1/sign-in", tag = "sign-in", security(()),
    request_body = Credentials,
    responses(
        (status = 200, description = "Signed in; the session cookie is set", body = SignedIn),
        (status = 401, description = "Wrong name, password or code", body = Problem, content_type = "application/problem+json"),
        (status = 429, description = "Too many wrong attempts; Retry-After says when to go on", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn sign_in(
    State(app): State<App>,
    jar: CookieJar,
    origin: Origin,
    Json(body): Json<Value>,
) -> Result<(CookieJar, Json<SignedIn>)> {
    let credentials: Credentials = read(body)?;
    let entered =
        entrance::enter(&app, jar.clone(), &origin, &credentials.name, credentials.password).await?;
    let (person, jar) = match (entered, credentials.code) {
        (Entered::In(person, jar), _) => (*person, jar),
        (Entered::CodeWanted(ticket), Some(code)) => {
            entrance::prove(&app, jar, &origin, &ticket, &code).await?
        }
        (Entered::CodeWanted(_), None) => return Err(code_wanted().into()),
    };
    let roles = person.roles.0.iter().map(|role| role.id().to_owned()).collect();
    Ok((jar, Json(SignedIn { name: person.name, unit: person.unit, roles })))
}

fn code_wanted() -> Refusal {
    Refusal {
        field: Some("code".into()),
        ..Refusal::new(
            Kind::NotSignedIn,
            "Tài khoản này dùng xác thực hai lớp. Gửi kèm mã trên điện thoại trong trường code.",
            "This account has a second factor. Send its code in the field `code`.",
        )
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
    Newcomer(caller): Newcomer,
) -> Result<(CookieJar, StatusCode)> {
    Ok((end(&app, jar, &caller).await?, StatusCode::NO_CONTENT))
}

/// Ends the caller's session, here and in the browser.
pub async fn end(app: &App, jar: CookieJar, caller: &session::Caller) -> Result<CookieJar> {
    if let Some(token) = session::token_of(&app.settings, &jar) {
        let (desk, person) = (app.desk(), caller.person.clone());
        app.db.in_turn().write(async move |tx| work::end(tx, &desk, &person, &token).await).await?;
    }
    Ok(jar.add(session::expired_cookie(&app.settings)))
}
