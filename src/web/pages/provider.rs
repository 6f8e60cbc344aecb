//! Signing in at the identity provider: the way there and the way back.

use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::cookie::{Cookie, CookieJar, SameSite};
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use super::parts::html;
use super::sign_in::{Wanted, code_page, local};
use crate::app::App;
use crate::db::Tx;
use crate::domain::time::Moment;
use crate::identity::{IdentityError, Provider, Question, Reply};
use crate::seal::Use;
use crate::store::staff;
use crate::web::entrance::{self, Entered, Origin, sealed};
use crate::web::failure::{Failure, Result};
use crate::web::reader::Reader;
use crate::work::{identity, sign_in};

/// So long somebody may take at the provider.
const LASTS: SignedDuration = SignedDuration::from_mins(10);

/// What the browser keeps meanwhile, sealed: what was asked, and where to go on afterwards.
#[derive(Serialize, Deserialize)]
struct Journey {
    question: Question,
    next: String,
    until_micros: i64,
}

fn cookie(app: &App, value: String) -> Cookie<'static> {
    let is_https = app.settings.web.public_url.is_https();
    let name = if is_https { "__Host-dunghen-provider" } else { "dunghen-provider" };
    Cookie::build((name, value)).path("/").http_only(true).secure(is_https).same_site(SameSite::Lax).build()
}

fn provider(app: &App) -> Result<&Provider> {
    app.provider.as_deref().ok_or_else(|| identity::no_provider().into())
}

/// `GET /sign-in/provider?next=`: off to the provider. Nothing is kept here of it.
pub async fn ask(State(app): State<App>, jar: CookieJar, Query(wanted): Query<Wanted>) -> Result<Response> {
    let now = app.clock.now();
    let (url, question) = provider(&app)?.ask(now.seconds()).await.map_err(|error| refused(&error))?;
    let next = local(&wanted.next).to_owned();
    let journey = Journey { question, next, until_micros: now.plus(LASTS).micros() };
    let jar = jar.add(cookie(&app, sealed::close(&app, &journey, Use::Journey)?));
    Ok((jar, Redirect::to(&url)).into_response())
}

/// What the provider adds to our address; it may add more than we know.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Returned {
    code: String,
    state: String,
    iss: Option<String>,
    error: String,
}

/// `GET /sign-in/provider/return`: back from the provider, in the browser that went there, once.
pub async fn hear(
    State(app): State<App>,
    jar: CookieJar,
    origin: Origin,
    reader: Reader,
    Query(returned): Query<Returned>,
) -> Result<Response> {
    let provider = provider(&app)?;
    let desk = app.desk();
    let empty = cookie(&app, String::new());
    let journey = jar.get(empty.name()).and_then(|kept| sealed::open(&app, kept.value(), Use::Journey));
    let journey: Journey = journey.ok_or_else(identity::not_ours)?;
    let until = Moment::from_micros(journey.until_micros).unwrap_or(desk.now);
    if desk.now >= until || returned.state != journey.question.state {
        return Err(identity::not_ours().into());
    }
    let (taking, state) = (desk.clone(), returned.state);
    app.db.write(async move |tx| identity::take_answer(tx, &taking, &state).await).await?;
    let believed = if returned.error.is_empty() {
        let reply = Reply { code: returned.code, issuer: returned.iss };
        provider.hear(&journey.question, reply, desk.now.seconds()).await
    } else {
        Err(IdentityError::Refused(returned.error.chars().take(80).collect()))
    };
    let found = match believed {
        Ok(who) => {
            let holder = async |tx: &mut Tx| {
                let Some(person) = identity::holder(tx, &desk, &who.issuer, &who.subject).await? else {
                    return Ok(None);
                };
                let epoch = staff::epoch(tx, person.id).await?;
                Ok(Some((person, epoch)))
            };
            let found = app.db.read(holder).await?;
            found.ok_or_else(|| Failure::from(identity::not_linked(&who.subject)))
        }
        Err(error) => Err(refused(&error)),
    };
    let (person, epoch) = match found {
        Ok(found) => found,
        Err(failure) => {
            let whence = origin.whence_of_nobody();
            app.db.write(async move |tx| sign_in::failed(tx, &desk, None, &whence).await).await?;
            return Err(failure);
        }
    };
    let mut over = empty;
    over.make_removal();
    match entrance::enter_as(&app, jar.add(over), &origin, (&person, epoch)).await? {
        Entered::In(_, jar) => Ok((jar, Redirect::to(&journey.next)).into_response()),
        Entered::CodeWanted(ticket) => {
            Ok(html(&code_page(&app, &reader, ticket, &journey.next, None))?.into_response())
        }
    }
}

fn refused(error: &IdentityError) -> Failure {
    tracing::warn!(%error, "a sign-in at the identity provider failed");
    match error {
        IdentityError::NotBuilt | IdentityError::Settings(_) => identity::no_provider().into(),
        IdentityError::Unreachable(_) | IdentityError::Refused(_) => identity::not_believed().into(),
    }
}
