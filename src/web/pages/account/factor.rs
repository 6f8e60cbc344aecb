//! Setting up the second factor: a picture to scan, the first code as proof, the recovery codes once.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::Form;
use serde::Deserialize;

use super::super::front::Front;
use super::super::parts::{self, html};
use crate::app::App;
use crate::domain::refusal::Refusal;
use crate::paper::qr;
use crate::seal::totp::Secret;
use crate::web::entrance::{self, Origin};
use crate::web::failure::{Failure, Result};
use crate::web::session::{self, Caller, Newcomer};
use crate::web::views::account::{FactorPage, FactorStep};
use crate::web::views::parts::Field;
use crate::work::second_factor::{self as work, State as FactorState};

/// The service's name in an application of codes.
const ISSUER: &str = "Dung Hen";

/// `GET /account/second-factor`.
pub async fn show(State(app): State<App>, Newcomer(caller): Newcomer) -> Result<Response> {
    answer(&app, &caller, step(&app, &caller, None).await?).await
}

async fn answer(app: &App, caller: &Caller, step: FactorStep) -> Result<Response> {
    let desk = Front::of(app, &caller.reader);
    let shell = parts::shell(&desk, caller, desk.say("Xác thực hai lớp", "Two-factor sign-in"), None);
    Ok(html(&FactorPage { shell, step, proof: entrance::proof_of(app, caller).await? })?.into_response())
}

/// How far it has come, with what is wrong with the code or password just typed.
async fn step(app: &App, caller: &Caller, error: Option<String>) -> Result<FactorStep> {
    let (desk, person) = (app.desk(), &caller.person);
    let session = caller.session.as_ref().map(<[u8; 32]>::as_slice);
    let field = Field { value: String::new(), error };
    let (state, proposed) = app
        .db
        .read(async |tx| {
            Ok((work::state(tx, person).await?, work::proposed(tx, &desk, person, session).await?))
        })
        .await?;
    Ok(match (state, proposed) {
        (FactorState::On { codes_left }, _) => FactorStep::On { codes_left, password: field },
        (FactorState::None, Some(secret)) => scan(caller, &secret, field)?,
        (FactorState::None, None) => {
            FactorStep::Begin { wanted: session::wants_factor(&app.settings, person), password: field }
        }
    })
}

fn scan(caller: &Caller, secret: &Secret, code: Field) -> Result<FactorStep> {
    let uri = secret.uri(ISSUER, caller.person.login.as_deref().unwrap_or_default());
    let typed = secret.typed();
    let groups: Vec<&str> = (0..typed.len()).step_by(4).filter_map(|at| typed.get(at..at + 4)).collect();
    let picture = qr::svg(
        &uri,
        caller.reader.say("Hình để quét bằng ứng dụng xác thực", "Picture to scan with an authenticator app"),
    )?;
    Ok(FactorStep::Scan { picture, typed: groups.join(" "), code })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Begun {
    #[serde(default)]
    csrf: String,
    #[serde(default)]
    password: String,
}

/// `POST /account/second-factor/begin`: whoever sets one up says once more who they are, or a stranger
/// at an unlocked screen would shut the account's owner out.
pub async fn begin(
    State(app): State<App>,
    Newcomer(caller): Newcomer,
    origin: Origin,
    Form(form): Form<Begun>,
) -> Result<Response> {
    caller.check_form(&form.csrf)?;
    if let Err(failure) = entrance::prove_again(&app, &caller, &origin, form.password).await {
        return refused(&app, &caller, failure).await;
    }
    let (desk, own) = (app.desk(), caller.own()?);
    app.db.write(async move |tx| work::propose(tx, &desk, &own).await.map(drop)).await?;
    Ok(Redirect::to("/account/second-factor").into_response())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FirstCode {
    #[serde(default)]
    csrf: String,
    #[serde(default)]
    code: String,
}

/// `POST /account/second-factor/confirm`: the page with the recovery codes, which are never shown again.
pub async fn confirm(
    State(app): State<App>,
    Newcomer(caller): Newcomer,
    Form(form): Form<FirstCode>,
) -> Result<Response> {
    caller.check_form(&form.csrf)?;
    let (desk, own) = (app.desk(), caller.own()?);
    let deed = async move |tx: &mut crate::db::Tx| work::confirm(tx, &desk, &own, &form.code).await;
    match app.db.write(deed).await.map_err(Failure::from) {
        Ok(codes) => answer(&app, &caller, FactorStep::Codes(codes)).await,
        Err(failure) => refused(&app, &caller, failure).await,
    }
}

/// The page again with the reason beside the field.
async fn refused(app: &App, caller: &Caller, failure: Failure) -> Result<Response> {
    let Failure::Refused(refusal) = &failure else { return Err(failure) };
    if failure.asks_to_sign_in() {
        return Err(failure);
    }
    let why = Some(refusal.said.to(caller.reader.language).to_owned());
    let status = if refusal.wait_s.is_some() { failure.status() } else { StatusCode::UNPROCESSABLE_ENTITY };
    let page = answer(app, caller, step(app, caller, why).await?).await?;
    Ok((status, page).into_response())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Change {
    #[serde(default)]
    csrf: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    deed: String,
}

/// `POST /account/second-factor/change`: new recovery codes, or off; the password once more for either.
pub async fn change(
    State(app): State<App>,
    caller: Caller,
    origin: Origin,
    Form(form): Form<Change>,
) -> Result<Response> {
    caller.check_form(&form.csrf)?;
    match changed(&app, &caller, &origin, form).await {
        Ok(Some(codes)) => answer(&app, &caller, FactorStep::Codes(codes)).await,
        Ok(None) => Ok(Redirect::to("/account?done=factor_off").into_response()),
        Err(failure) => refused(&app, &caller, failure).await,
    }
}

async fn changed(app: &App, caller: &Caller, origin: &Origin, form: Change) -> Result<Option<Vec<String>>> {
    entrance::prove_again(app, caller, origin, form.password).await?;
    let off = form.deed == "off";
    if off && session::wants_factor(&app.settings, &caller.person) {
        return Err(must_stay_on().into());
    }
    let (desk, own) = (app.desk(), caller.own()?);
    let deed = async move |tx: &mut crate::db::Tx| {
        if off {
            work::turn_off(tx, &desk, &own).await?;
            return Ok(None);
        }
        work::renew_codes(tx, &desk, &own).await.map(Some)
    };
    Ok(app.db.write(deed).await?)
}

fn must_stay_on() -> Refusal {
    Refusal::invalid(
        "deed",
        "Vai trò của ông/bà bắt buộc xác thực hai lớp nên không tắt được.",
        "Your role asks for a second factor; it can't be taken away.",
    )
}
