//! The way in and out: the welcome page, the sign-in form, signing out.

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::Form;
use axum_extra::extract::cookie::CookieJar;
use serde::Deserialize;

use super::figure;
use super::parts::html;
use crate::app::App;
use crate::store;
use crate::web::api::sign_in as api;
use crate::web::failure::{Failure, Result};
use crate::web::session::{self, Caller};
use crate::web::views::parts::Field;
use crate::web::views::shell::{Place, Shell};
use crate::web::views::sign_in::{SignIn, Welcome};
use crate::work::wording;

/// So many trial accounts are named on the sign-in page of a demonstration.
const MOST_ACCOUNTS: i64 = 12;

/// `/`: what the service is, or the first page of whoever is signed in.
pub async fn home(State(app): State<App>, caller: Result<Caller>) -> Result<Response> {
    match caller {
        Ok(caller) => Ok(Redirect::to(first_page(&caller)).into_response()),
        Err(Failure::Refused(_)) => {
            let desk = app.desk();
            let welcome = Welcome {
                shell: Shell::outside("Lời hẹn được giữ"),
                office: desk.unit_name(&app.province.root),
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
    next: String,
}

/// `/sign-in`.
pub async fn form(State(app): State<App>, Query(wanted): Query<Wanted>) -> Result<Response> {
    Ok(html(&page(&app, Field::default(), local(&wanted.next)).await?)?.into_response())
}

async fn page(app: &App, name: Field, next: &str) -> Result<SignIn> {
    let accounts = if app.settings.demonstration {
        app.db.read(async |tx| store::staff::with_login(tx, MOST_ACCOUNTS).await).await?
    } else {
        Vec::new()
    };
    let desk = app.desk();
    let role = |person: &store::staff::Person| {
        let role = person.roles.0.first().map_or("", |role| role.name_vi());
        format!("{role}, {}", wording::unit_name(&desk, &person.unit))
    };
    Ok(SignIn {
        shell: Shell::outside("Đăng nhập"),
        office: desk.unit_name(&app.province.root),
        name,
        next: next.to_owned(),
        accounts: accounts
            .iter()
            .map(|person| (person.login.clone().unwrap_or_default(), role(person)))
            .collect(),
    })
}

#[derive(Deserialize)]
pub struct Credentials {
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
    caller: Result<Caller>,
    jar: CookieJar,
    Form(given): Form<Credentials>,
) -> Result<Response> {
    match api::begin(&app, given.name.trim(), given.password).await {
        Ok((token, _)) => {
            let jar = match caller {
                Ok(before) => api::end(&app, jar, &before).await?,
                Err(_) => jar,
            };
            let jar = jar.add(session::cookie(&app.settings, &token));
            Ok((jar, Redirect::to(local(&given.next))).into_response())
        }
        Err(Failure::Refused(refusal)) => {
            let name = Field::wrong(given.name, refusal.said.vietnamese.clone());
            let page = page(&app, name, local(&given.next)).await?;
            Ok((StatusCode::UNAUTHORIZED, html(&page)?).into_response())
        }
        Err(broken) => Err(broken),
    }
}

/// Where to go on after signing in: a path of this service and nothing else.
fn local(next: &str) -> &str {
    let is_path = next.starts_with('/') && !next.starts_with("//");
    let is_plain = next.bytes().all(|b| b.is_ascii_graphic() && b != b'\\');
    if is_path && is_plain { next } else { "/" }
}

#[derive(Deserialize)]
pub struct Leaving {
    #[serde(default)]
    csrf: String,
}

pub async fn leave(
    State(app): State<App>,
    caller: Caller,
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
