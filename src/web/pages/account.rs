//! One's own account: password, sessions, tokens, who stands in; each form comes back to this page.

pub mod factor;

use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::Form;
use axum_extra::extract::cookie::CookieJar;
use serde::Deserialize;

use super::absence;
use super::parts::{self, html};
use crate::app::App;
use crate::db::{self, Tx};
use crate::domain::refusal::{Language, Refusal};
use crate::seal::hex;
use crate::store::staff::Person;
use crate::store::{self, sessions, tokens};
use crate::web::entrance::{self, Origin};
use crate::web::failure::{Failure, Result};
use crate::web::pages::front::Front;
use crate::web::session::{self, Caller};
use crate::web::views::account::{Account, Factor, SessionRow, TokenForm, TokenRow};
use crate::web::views::parts::{Choice, Field};
use crate::web::views::shell::Flash;
use crate::work::account::{self as work, WantedToken, Which};
use crate::work::second_factor::{self, State as FactorState};

/// A token lasts so long unless another time is asked for.
const DAYS: &str = "90";

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    done: String,
}

/// `GET /account`.
pub async fn show(State(app): State<App>, caller: Caller, Query(asked): Query<Asked>) -> Result<Response> {
    let mut page = page(&app, &caller).await?;
    page.shell.flashes.extend(done(caller.reader.language, &asked.done));
    Ok(html(&page)?.into_response())
}

fn done(language: Language, word: &str) -> Option<Flash> {
    let (vietnamese, english) = match word {
        "password" => (
            "Đã đổi mật khẩu. Mọi phiên khác đã kết thúc.",
            "Password changed. All other sessions have ended.",
        ),
        "sessions" => ("Đã kết thúc phiên.", "The session has ended."),
        "revoked" => ("Đã thu hồi mã truy cập.", "The access token was revoked."),
        "stand_in" => ("Đã cử người thay.", "The stand-in was named."),
        "stand_in_ended" => ("Đã kết thúc việc cử người thay.", "Nobody stands in any longer."),
        "factor_off" => ("Đã tắt xác thực hai lớp.", "Two-factor sign-in is off."),
        _ => return None,
    };
    Some(Flash { good: true, text: language.choose(vietnamese, english).to_owned() })
}

/// The page as it is now, with empty forms.
pub(super) async fn page(app: &App, caller: &Caller) -> Result<Account> {
    let desk = Front::of(app, &caller.reader);
    let found = app.db.read(async |tx| Found::read(tx, &desk, &caller.person).await).await?;
    let person = &caller.person;
    Ok(Account {
        shell: parts::shell(&desk, caller, desk.say("Tài khoản của tôi", "My account"), None),
        login: person.login.clone().unwrap_or_default(),
        name: person.name.clone(),
        email: person.email.clone(),
        unit: desk.unit_name(&caller.actor.unit),
        roles: person.roles.0.iter().map(|role| role.name(desk.language()).to_owned()).collect(),
        shortest: app.settings.session.min_password_length.size(),
        proof: entrance::proof_of(app, caller).await?,
        current: Field::default(),
        password: Field::default(),
        sessions: found.sessions.iter().map(|one| session_row(&desk, caller, one)).collect(),
        factor: Factor {
            codes_left: match found.factor {
                FactorState::On { codes_left } => Some(codes_left),
                FactorState::None => None,
            },
            wanted: session::wants_factor(&app.settings, person),
        },
        tokens: found.tokens.iter().map(|one| token_row(&desk, one)).collect(),
        token_form: TokenForm {
            days: Field::of(DAYS),
            units: parts::units(&desk, &caller.actor, None),
            ..TokenForm::default()
        },
        fresh_token: None,
        absence: absence::of(&desk, person, &found.colleagues, &found.duties, "/account/stand-in"),
    })
}

/// All that the page rests on.
struct Found {
    sessions: Vec<sessions::Listed>,
    tokens: Vec<tokens::Listed>,
    factor: FactorState,
    colleagues: Vec<Person>,
    duties: Vec<store::duties::Row>,
}

impl Found {
    async fn read(tx: &mut Tx, desk: &Front, person: &Person) -> db::Result<Self> {
        Ok(Self {
            sessions: sessions::of_staff(tx, person.id).await?,
            tokens: tokens::of_staff(tx, person.id, desk.now).await?,
            factor: second_factor::state(tx, person).await?,
            colleagues: store::staff::of_unit(tx, &person.unit).await?,
            duties: store::duties::concerning(tx, person.id).await?,
        })
    }
}

fn session_row(desk: &Front, caller: &Caller, one: &sessions::Listed) -> SessionRow {
    SessionRow {
        id: hex(&one.token_hash),
        agent: match one.agent.as_str() {
            "" => desk.say("Không rõ", "Unknown"),
            entrance::OTHER_PROGRAM => desk.say(entrance::OTHER_PROGRAM, "Another program"),
            known => known,
        }
        .to_owned(),
        network: one.network.clone(),
        began: parts::briefly(desk, one.created_at),
        seen: parts::briefly(desk, one.seen_at),
        this: caller.session.is_some_and(|session| session.as_slice() == one.token_hash),
    }
}

fn token_row(desk: &Front, one: &tokens::Listed) -> TokenRow {
    let unit = one.unit.as_deref().and_then(|unit| unit.parse().ok());
    TokenRow {
        id: hex(&one.token_hash),
        label: if one.label.is_empty() {
            desk.say("cấp bằng dòng lệnh", "issued by command line").to_owned()
        } else {
            one.label.clone()
        },
        scope: if one.scope == "write" {
            desk.say("đọc và ghi", "read and write")
        } else {
            desk.say("chỉ đọc", "read only")
        },
        unit: unit.map(|unit| desk.unit_name(&unit)),
        ends: parts::briefly(desk, one.expires_at),
        used: one.last_used_at.map(|at| parts::briefly(desk, at)),
    }
}

/// The page again, with what was wrong put in by `mark`.
pub(super) async fn again(
    app: &App,
    caller: &Caller,
    failure: Failure,
    mark: impl FnOnce(&mut Account, &Refusal),
) -> Result<Response> {
    let Failure::Refused(refusal) = &failure else { return Err(failure) };
    if failure.asks_to_sign_in() {
        return Err(failure);
    }
    let mut page = page(app, caller).await?;
    mark(&mut page, refusal);
    Ok((failure.status(), html(&page)?).into_response())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewPassword {
    #[serde(default)]
    csrf: String,
    #[serde(default)]
    current: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    again: String,
}

/// `POST /account/password`.
pub async fn password(
    State(app): State<App>,
    caller: Caller,
    jar: CookieJar,
    origin: Origin,
    Form(given): Form<NewPassword>,
) -> Result<Response> {
    caller.check_form(&given.csrf)?;
    match change_password(&app, &caller, jar, &origin, given).await {
        Ok(jar) => Ok((jar, Redirect::to("/account?done=password")).into_response()),
        Err(failure) => {
            again(&app, &caller, failure, |page, refusal| {
                let why = Some(refusal.said.to(page.shell.language).to_owned());
                let is_new = refusal.field.as_deref() == Some("password");
                if is_new { page.password.error = why } else { page.current.error = why }
            })
            .await
        }
    }
}

async fn change_password(
    app: &App,
    caller: &Caller,
    jar: CookieJar,
    origin: &Origin,
    given: NewPassword,
) -> Result<CookieJar> {
    let own = caller.own()?;
    entrance::prove_again(app, caller, origin, given.current).await?;
    let hash = checked(app, &caller.person, given.password, &given.again).await?;
    let desk = app.desk();
    let deed = async move |tx: &mut Tx| {
        work::change_password(tx, &desk, &own, &hash).await?;
        store::staff::epoch(tx, own.person.id).await
    };
    let epoch = app.db.write(deed).await?;
    entrance::admit(app, jar, origin, (&caller.person, epoch)).await
}

/// The hash of a new password that was typed twice and is not easily guessed.
pub(super) async fn checked(app: &App, person: &Person, password: String, again: &str) -> Result<String> {
    if password != again {
        let (vi, en) =
            ("Hai lần nhập mật khẩu mới chưa giống nhau.", "The new password was typed in two ways.");
        return Err(Refusal::invalid("password", vi, en).into());
    }
    work::check_password(&password, app.settings.session.min_password_length.size(), person)?;
    entrance::hash(app, password).await
}

/// What a form names: a session or a token, by what it is known.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Chosen {
    #[serde(default)]
    csrf: String,
    #[serde(default)]
    which: String,
}

fn unhex(text: &str) -> Vec<u8> {
    let pairs = text.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).unwrap_or("x"));
    pairs.map(|pair| u8::from_str_radix(pair, 16)).collect::<Result<_, _>>().unwrap_or_default()
}

/// `POST /account/sessions/end`.
pub async fn end_sessions(
    State(app): State<App>,
    caller: Caller,
    Form(chosen): Form<Chosen>,
) -> Result<Redirect> {
    caller.check_form(&chosen.csrf)?;
    let which = match (chosen.which.as_str(), caller.session) {
        ("others", Some(this)) => Which::Others(this),
        _ => Which::One(unhex(&chosen.which)),
    };
    let (desk, actor, person) = (app.desk(), caller.writer()?.clone(), caller.person.clone());
    app.db.write(async move |tx| work::end_sessions(tx, &desk, &actor, &person, &which).await).await?;
    Ok(Redirect::to("/account?done=sessions"))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewToken {
    #[serde(default)]
    csrf: String,
    #[serde(default)]
    label: String,
    #[serde(default)]
    unit: String,
    #[serde(default)]
    days: String,
    #[serde(default)]
    write: String,
    /// The password once more, or a code of the second factor.
    #[serde(default)]
    current: String,
}

/// `POST /account/tokens`: the page with the new token on it, which is never shown again (S18).
pub async fn issue_token(
    State(app): State<App>,
    caller: Caller,
    origin: Origin,
    Form(mut given): Form<NewToken>,
) -> Result<Response> {
    caller.check_form(&given.csrf)?;
    let (desk, own) = (app.desk(), caller.own()?);
    let proof = std::mem::take(&mut given.current);
    if let Err(failure) = entrance::prove_again(&app, &caller, &origin, proof).await {
        return again(&app, &caller, failure, |page, refusal| typed_again(page, &given, refusal)).await;
    }
    let wanted = WantedToken {
        label: given.label.clone(),
        may_write: given.write == "yes",
        unit: Some(given.unit.clone()),
        days: given.days.trim().parse().unwrap_or(0),
    };
    let token = work::new_token();
    let fresh = token.clone();
    let deed = async move |tx: &mut Tx| work::issue_token(tx, &desk, &own, &wanted, &token).await;
    match app.db.write(deed).await {
        Ok(()) => {
            let page = Account { fresh_token: Some(fresh), ..page(&app, &caller).await? };
            Ok(html(&page)?.into_response())
        }
        Err(error) => {
            again(&app, &caller, error.into(), |page, refusal| typed_again(page, &given, refusal)).await
        }
    }
}

fn typed_again(page: &mut Account, given: &NewToken, refusal: &Refusal) {
    let told = || refusal.said.to(page.shell.language).to_owned();
    let error = |name: &str| (refusal.field.as_deref() == Some(name)).then(told);
    let form = &mut page.token_form;
    form.label = Field { value: given.label.clone(), error: error("label") };
    form.days = Field { value: given.days.clone(), error: error("days") };
    form.unit_error = error("unit");
    form.current.error = error("current").or_else(|| refusal.wait_s.map(|_| told()));
    form.may_write = given.write == "yes";
    let units = std::mem::take(&mut form.units);
    let chosen = |unit: Choice| Choice { chosen: unit.value == given.unit, ..unit };
    form.units = units.into_iter().map(chosen).collect();
}

/// `POST /account/tokens/revoke`.
pub async fn revoke_token(
    State(app): State<App>,
    caller: Caller,
    Form(chosen): Form<Chosen>,
) -> Result<Redirect> {
    caller.check_form(&chosen.csrf)?;
    let (desk, actor, person) = (app.desk(), caller.writer()?.clone(), caller.person.clone());
    let hash = unhex(&chosen.which);
    app.db.write(async move |tx| work::revoke_token(tx, &desk, &actor, &person, &hash).await).await?;
    Ok(Redirect::to("/account?done=revoked"))
}

/// `POST /account/stand-in`.
pub async fn name_stand_in(
    State(app): State<App>,
    caller: Caller,
    origin: Origin,
    Form(given): Form<absence::Given>,
) -> Result<Response> {
    caller.check_form(&given.csrf)?;
    match absence::name(&app, &caller, &origin, caller.person.id, given).await {
        Ok(()) => Ok(Redirect::to("/account?done=stand_in").into_response()),
        Err(failure) => {
            again(&app, &caller, failure, |page, refusal| {
                let text = refusal.said.to(page.shell.language).to_owned();
                if let Some(absence) = &mut page.absence {
                    absence.error = Some(text);
                } else {
                    page.shell.flashes.push(Flash { good: false, text });
                }
            })
            .await
        }
    }
}

/// `POST /account/stand-in/end`.
pub async fn end_stand_in(
    State(app): State<App>,
    caller: Caller,
    Form(ended): Form<absence::Ended>,
) -> Result<Redirect> {
    caller.check_form(&ended.csrf)?;
    absence::end(&app, &caller, caller.person.id, ended.duty).await?;
    Ok(Redirect::to("/account?done=stand_in_ended"))
}
