//! The way in and out: the welcome page, the sign-in form, signing out.

use axum::extract::{Query, State};
use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::Form;
use axum_extra::extract::cookie::CookieJar;
use serde::Deserialize;

use super::figure;
use super::front::Front;
use super::parts::html;
use crate::app::App;
use crate::store;
use crate::web::api::sign_in as api;
use crate::web::entrance::{self, Entered, Origin};
use crate::web::failure::{Failure, Result};
use crate::web::reader::Reader;
use crate::web::session::{Caller, Newcomer};
use crate::web::views::parts::Field;
use crate::web::views::shell::{Place, Shell};
use crate::web::views::sign_in::{CodeWanted, SignIn, Welcome};
use crate::work::wording;

/// So many trial accounts are named on the sign-in page of a demonstration.
const MOST_ACCOUNTS: i64 = 12;

/// `/`: what the service is, or the first page of whoever is signed in.
pub async fn home(State(app): State<App>, reader: Reader, caller: Result<Newcomer>) -> Result<Response> {
    match caller {
        Ok(Newcomer(caller)) => Ok(Redirect::to(first_page(&caller)).into_response()),
        Err(Failure::Refused(_)) => {
            let desk = Front::of(&app, &reader);
            let welcome = Welcome {
                shell: Shell::outside(&reader, desk.say("Lời hẹn được giữ", "The promise is kept")),
                office: desk.unit_name(&app.province().root),
                figure: figure::example(&desk),
            };
            Ok(html(&welcome)?.into_response())
        }
        Err(broken) => Err(broken),
    }
}

fn first_page(caller: &Caller) -> &'static str {
    let places = Place::of_roles(caller.actor.roles.iter().copied());
    places.first().map_or("/board", |place| place.path())
}

#[derive(Deserialize)]
pub struct Wanted {
    #[serde(default)]
    pub(super) next: String,
}

/// `/sign-in`.
pub async fn form(State(app): State<App>, reader: Reader, Query(wanted): Query<Wanted>) -> Result<Response> {
    Ok(html(&page(&app, &reader, Field::default(), local(&wanted.next)).await?)?.into_response())
}

async fn page(app: &App, reader: &Reader, name: Field, next: &str) -> Result<SignIn> {
    let accounts = if app.settings.demonstration {
        app.db.read(async |tx| store::staff::with_login(tx, MOST_ACCOUNTS).await).await?
    } else {
        Vec::new()
    };
    let desk = Front::of(app, reader);
    let role = |person: &store::staff::Person| {
        let role = person.roles.0.first().map_or("", |role| role.name(desk.language()));
        format!("{role}, {}", desk.name(&wording::unit_name(&desk, &person.unit)))
    };
    Ok(SignIn {
        shell: Shell::outside(reader, desk.say("Đăng nhập", "Sign in")),
        office: desk.unit_name(&app.province().root),
        name,
        next: next.to_owned(),
        provider: app.provider.as_ref().map(|_| app.settings.identity.label.clone()),
        accounts: accounts
            .iter()
            .map(|person| (person.login.clone().unwrap_or_default(), role(person)))
            .collect(),
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Credentials {
    #[serde(default, rename = "csrf")]
    _csrf: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    next: String,
}

/// A new session for the right password; the old one of this browser ends with it.
pub async fn enter(
    State(app): State<App>,
    jar: CookieJar,
    origin: Origin,
    reader: Reader,
    Form(given): Form<Credentials>,
) -> Result<Response> {
    let next = local(&given.next);
    match entrance::enter(&app, jar, &origin, given.name.trim(), given.password).await {
        Ok(Entered::In(_, jar)) => Ok((jar, Redirect::to(next)).into_response()),
        Ok(Entered::CodeWanted(ticket)) => {
            Ok(html(&code_page(&app, &reader, ticket, next, None))?.into_response())
        }
        Err(failure @ Failure::Refused(_)) => {
            let status = failure.status();
            let name = Field::wrong(given.name, failure.said().to(reader.language));
            let page = page(&app, &reader, name, next).await?;
            Ok((status, waiting(&failure), html(&page)?).into_response())
        }
        Err(broken) => Err(broken),
    }
}

/// What a form that is shown again says to programs: how long to wait.
pub(super) fn waiting(failure: &Failure) -> HeaderMap {
    let wait = failure.wait_s().map(|seconds| (RETRY_AFTER, HeaderValue::from(seconds)));
    wait.into_iter().collect()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Proof {
    #[serde(default, rename = "csrf")]
    _csrf: String,
    #[serde(default)]
    ticket: String,
    #[serde(default)]
    code: String,
    #[serde(default)]
    next: String,
}

/// `POST /sign-in/code`: the code of the second factor, with the ticket of the right password.
pub async fn prove(
    State(app): State<App>,
    jar: CookieJar,
    origin: Origin,
    reader: Reader,
    Form(given): Form<Proof>,
) -> Result<Response> {
    let next = local(&given.next);
    match entrance::prove(&app, jar, &origin, &given.ticket, &given.code).await {
        Ok((_, jar)) => Ok((jar, Redirect::to(next)).into_response()),
        Err(failure @ Failure::Refused(_)) => {
            let why = failure.said().to(reader.language).to_owned();
            let page = code_page(&app, &reader, given.ticket, next, Some(why));
            Ok((failure.status(), waiting(&failure), html(&page)?).into_response())
        }
        Err(broken) => Err(broken),
    }
}

pub(super) fn code_page(
    app: &App,
    reader: &Reader,
    ticket: String,
    next: &str,
    error: Option<String>,
) -> CodeWanted {
    CodeWanted {
        shell: Shell::outside(reader, reader.say("Xác thực hai lớp", "Two-factor sign-in")),
        office: app.desk().unit_name(&app.province().root),
        code: Field { value: String::new(), error },
        ticket,
        next: next.to_owned(),
    }
}

/// Where to go on after signing in: a path of this service and nothing else.
pub(super) fn local(next: &str) -> &str {
    let is_path = next.starts_with('/') && !next.starts_with("//");
    let is_plain = next.bytes().all(|b| b.is_ascii_graphic() && b != b'\\');
    if is_path && is_plain { next } else { "/" }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Leaving {
    #[serde(default)]
    csrf: String,
}

pub async fn leave(
    State(app): State<App>,
    Newcomer(caller): Newcomer,
    jar: CookieJar,
    Form(form): Form<Leaving>,
) -> Result<(CookieJar, Redirect)> {
    caller.check_form(&form.csrf)?;
    Ok((api::end(&app, jar, &caller).await?, Redirect::to("/")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_path_of_this_service_is_gone_on_to() {
        assert_eq!(local("/dossiers?q=H35%2E20&cursor=a"), "/dossiers?q=H35%2E20&cursor=a");
        for elsewhere in ["", "//evil.example", "/\\evil.example", "https://evil.example", "/a\r\nb", "/\tb"]
        {
            assert_eq!(local(elsewhere), "/", "{elsewhere:?}");
        }
    }
}
