//! Signing in over HTTP, for the pages and the interface alike: slowed down where it is guessed
//! at, checked off the threads that serve others, with a second factor where there is one.

mod proof;

use std::convert::Infallible;
use std::sync::{Arc, PoisonError};

use axum::extract::{FromRef, FromRequestParts};
use axum::http::HeaderMap;
use axum::http::header::USER_AGENT;
use axum::http::request::Parts;
use axum_extra::extract::cookie::CookieJar;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use super::address::Client;
use super::failure::Result;
use super::session;
pub use proof::{proof_of, prove_again, proved_lately};

use crate::app::App;
use crate::config::Settings;
use crate::db::{self, Error, Tx};
use crate::domain::time::Moment;
use crate::random;
use crate::seal::password::Workspace;
use crate::seal::{Sealed, Use, hex, password};
use crate::store::staff::{self, Person};
use crate::work::desk::sealing_failed;
use crate::work::sign_in::{self as work, Whence, wrong_name_or_password};
use crate::work::throttle::{Knock, Limits, Verdict};
use crate::work::{second_factor, throttle};

/// Wrong secrets for one dossier, and from one network for all, before the waits begin.
const LOOK_UPS: u32 = 5;
const LOOK_UPS_OF_NETWORK: u32 = 20;
/// What is no browser that we know, as sessions keep it.
pub const OTHER_PROGRAM: &str = "Chương trình khác";
/// So long after the password the code of the second factor may come.
const TICKET: SignedDuration = SignedDuration::from_mins(5);

/// The network and the browser that a request comes from.
#[derive(Clone, Debug)]
pub struct Origin {
    pub network: String,
    agent: String,
}

impl<S: Send + Sync> FromRequestParts<S> for Origin
where
    App: FromRef<S>,
{
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        let client = Client::from_request_parts(parts, state).await?;
        Ok(Self { network: client.network(), agent: agent(&parts.headers) })
    }
}

impl Origin {
    /// From where, if it is not known who.
    #[must_use]
    pub fn whence_of_nobody(&self) -> Whence {
        Whence { network: self.network.clone(), agent: self.agent.clone(), device: None }
    }

    fn whence(&self, app: &App, jar: &CookieJar, name: &str) -> Whence {
        let device = session::device_of(app, jar, name);
        Whence { network: self.network.clone(), agent: self.agent.clone(), device }
    }
}

/// `Chrome, Windows`: enough for its owner to know a browser again.
fn agent(headers: &HeaderMap) -> String {
    let text = headers.get(USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let first = |names: &[(&str, &'static str)]| {
        names.iter().find(|(mark, _)| text.contains(mark)).map(|(_, name)| *name)
    };
    let browser = first(&[
        ("coc_coc", "Cốc Cốc"),
        ("Edg", "Edge"),
        ("OPR", "Opera"),
        ("Firefox", "Firefox"),
        ("Chrome", "Chrome"),
        ("Safari", "Safari"),
    ]);
    let system = first(&[
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS", "macOS"),
        ("Linux", "Linux"),
    ]);
    match (browser, system) {
        (Some(browser), Some(system)) => format!("{browser}, {system}"),
        (Some(one), None) | (None, Some(one)) => one.to_owned(),
        (None, None) => OTHER_PROGRAM.to_owned(),
    }
}

/// How much guessing is free, by the settings.
#[must_use]
pub fn limits(settings: &Settings) -> Limits {
    let whole = |count: u64| u32::try_from(count).unwrap_or(u32::MAX);
    let sign_in = &settings.sign_in;
    let longest = i64::try_from(sign_in.longest_wait_min.get()).unwrap_or(i64::from(u16::MAX));
    throttle::Limits::new(
        whole(sign_in.attempts.get()),
        whole(sign_in.network_attempts.get()),
        SignedDuration::from_mins(longest),
    )
}

/// How much guessing at the public look-up is free. A whole village may come from one network.
#[must_use]
pub fn look_up_limits(settings: &Settings) -> Limits {
    let longest = i64::try_from(settings.sign_in.longest_wait_min.get()).unwrap_or(i64::from(u16::MAX));
    throttle::Limits::new(LOOK_UPS, LOOK_UPS_OF_NETWORK, SignedDuration::from_mins(longest))
}

/// Whoever has proved to be somebody, or has still to send the code of their second factor.
#[derive(Debug)]
pub enum Entered {
    In(Box<Person>, CookieJar),
    /// The ticket that the code must come with.
    CodeWanted(String),
}

/// Checks a name and a password; begins a session where no second factor is set up.
pub async fn enter(app: &App, jar: CookieJar, origin: &Origin, name: &str, given: String) -> Result<Entered> {
    let whence = origin.whence(app, &jar, name);
    let knock = whence.knock(name);
    count(app, &knock).await?;
    let (person, epoch) = app.db.in_turn().read(async |tx| known(tx, name).await).await?;
    let hash = person.as_ref().and_then(|person| person.password_hash.clone());
    let checked = check(app, given, hash).await?;
    let Some((person, right)) = person.clone().zip(checked) else {
        let desk = app.desk();
        app.db
            .in_turn()
            .write(async move |tx| work::failed(tx, &desk, person.as_ref(), &whence).await)
            .await?;
        return Err(wrong_name_or_password().into());
    };
    if let Some(better) = right.better {
        let id = person.id;
        app.db.in_turn().write(async move |tx| staff::rehash(tx, id, &right.old, &better).await).await?;
    }
    let desk = app.desk();
    let has_factor = {
        let (knock, limits, id) = (knock, limits(&app.settings), person.id);
        let deed = async move |tx: &mut Tx| {
            knock.right(tx, &desk, limits).await?;
            crate::store::second_factors::is_confirmed(tx, id).await
        };
        app.db.in_turn().write(deed).await?
    };
    if has_factor {
        return Ok(Entered::CodeWanted(ticket(app, person.id, epoch)?));
    }
    let jar = begin(app, jar, (&person, epoch), whence).await?;
    Ok(Entered::In(Box::new(person), jar))
}

/// Who has this name and may sign in, and in which epoch.
async fn known(tx: &mut Tx, name: &str) -> db::Result<(Option<Person>, Option<i64>)> {
    let Some(person) = staff::by_login(tx, name).await? else { return Ok((None, None)) };
    let epoch = staff::epoch(tx, person.id).await?;
    Ok((Some(person).filter(|_| epoch.is_some()), epoch))
}

/// Checks the code of a second factor that comes with the ticket of a right password.
pub async fn prove(
    app: &App,
    jar: CookieJar,
    origin: &Origin,
    ticket: &str,
    code: &str,
) -> Result<(Person, CookieJar)> {
    let Some((person, epoch)) = holder(app, ticket).await? else {
        return Err(wrong_name_or_password().into());
    };
    let name = person.login.clone().unwrap_or_default();
    let whence = origin.whence(app, &jar, &name);
    let knock = whence.knock_with_code(person.id);
    count(app, &knock).await?;
    let (desk, limits, code) = (app.desk(), limits(&app.settings), code.to_owned());
    let proved = {
        let (person, whence) = (person.clone(), whence.clone());
        let deed = async move |tx: &mut Tx| {
            let proved = second_factor::prove(tx, &desk, &person, &code).await?;
            if proved {
                knock.right(tx, &desk, limits).await?;
            } else {
                work::failed(tx, &desk, Some(&person), &whence).await?;
            }
            Ok(proved)
        };
        app.db.in_turn().write(deed).await?
    };
    if !proved {
        return Err(second_factor::wrong_code().into());
    }
    let jar = begin(app, jar, (&person, epoch), whence).await?;
    Ok((person, jar))
}

/// Counts an attempt before anything is looked at.
async fn count(app: &App, knock: &Knock) -> Result<()> {
    let (desk, limits, knock) = (app.desk(), limits(&app.settings), knock.clone());
    let now = desk.now;
    let verdict: Verdict =
        app.db.in_turn().write(async move |tx| knock.count(tx, &desk, limits).await).await?;
    Ok(verdict.allow(now)?)
}

/// Begins a session under a fresh id, ends the one that this browser had, and marks the device.
async fn begin(
    app: &App,
    jar: CookieJar,
    (person, epoch): (&Person, Option<i64>),
    whence: Whence,
) -> Result<CookieJar> {
    let token = session::new_token();
    let before = session::token_of(&app.settings, &jar);
    let (desk, whose, limits) = (app.desk(), person.clone(), session::limits(&app.settings));
    app.db
        .in_turn()
        .write(async move |tx| {
            if let Some(before) = before {
                crate::store::sessions::remove(tx, &crate::seal::digest(&before)).await?;
            }
            work::admit(tx, &desk, (&whose, epoch), &token, limits, &whence).await
        })
        .await?;
    let jar = jar.add(session::cookie(&app.settings, &token));
    Ok(jar.add(session::device_cookie(app, person.login.as_deref().unwrap_or_default())))
}

/// A session for a person who has proved in this epoch to be that person in another way than by a password.
pub async fn admit(
    app: &App,
    jar: CookieJar,
    origin: &Origin,
    (person, epoch): (&Person, Option<i64>),
) -> Result<CookieJar> {
    let whence = origin.whence(app, &jar, person.login.as_deref().unwrap_or_default());
    begin(app, jar, (person, epoch), whence).await
}

/// The same for whoever the identity provider has signed in; a second factor that is set up here is
/// asked for all the same.
pub async fn enter_as(
    app: &App,
    jar: CookieJar,
    origin: &Origin,
    (person, epoch): (&Person, Option<i64>),
) -> Result<Entered> {
    let id = person.id;
    if app.db.read(async |tx| crate::store::second_factors::is_confirmed(tx, id).await).await? {
        return Ok(Entered::CodeWanted(ticket(app, id, epoch)?));
    }
    Ok(Entered::In(Box::new(person.clone()), admit(app, jar, origin, (person, epoch)).await?))
}

/// The hash of the right password, and a better one where it was made with less effort than is usual now.
struct Right {
    old: String,
    better: Option<String>,
}

/// Checks a password on a thread of its own, a few at a time; none where it is wrong.
async fn check(app: &App, given: String, hash: Option<String>) -> Result<Option<Right>> {
    hashing(app, move |workspace| {
        let right = password::verify_in(workspace, &given, hash.as_deref());
        let old = hash.filter(|_| right)?;
        let better = password::is_outdated(&old).then(|| password::hash(&given).ok()).flatten();
        Some(Right { old, better })
    })
    .await
}

/// The hash of a new password.
pub async fn hash(app: &App, given: String) -> Result<String> {
    let hash = hashing(app, move |_| password::hash(&given)).await?;
    Ok(hash.map_err(|error| Error::corrupt("staff", "password_hash", error))?)
}

/// Whether `given` is the password of `person`.
async fn is_password_of(app: &App, person: &Person, given: String) -> Result<bool> {
    let knock = Knock::at(format!("password:{}", person.id));
    count(app, &knock).await?;
    let right = check(app, given, person.password_hash.clone()).await?.is_some();
    if right {
        let (desk, limits) = (app.desk(), limits(&app.settings));
        app.db.in_turn().write(async move |tx| knock.right(tx, &desk, limits).await).await?;
    }
    Ok(right)
}

async fn hashing<T: Send + 'static>(
    app: &App,
    work: impl FnOnce(&mut Workspace) -> T + Send + 'static,
) -> Result<T> {
    let permit = Arc::clone(&app.hashing).acquire_owned().await.map_err(|_| Error::Stopped)?;
    let workspaces = Arc::clone(&app.workspaces);
    let hashed = tokio::task::spawn_blocking(move || {
        let free = || workspaces.lock().unwrap_or_else(PoisonError::into_inner);
        let mut workspace = free().pop().unwrap_or_default();
        let done = work(&mut workspace);
        free().push(workspace);
        drop(permit);
        done
    });
    Ok(hashed.await.map_err(|_| Error::Panicked)?)
}

/// That somebody's password was right, for a few minutes and for as long as nothing has changed about how
/// they sign in (S9).
#[derive(Serialize, Deserialize)]
struct Ticket {
    staff_id: i64,
    epoch: Option<i64>,
    until_micros: i64,
}

fn ticket(app: &App, staff_id: i64, epoch: Option<i64>) -> Result<String> {
    let ticket = Ticket { staff_id, epoch, until_micros: app.clock.now().plus(TICKET).micros() };
    sealed::close(app, &ticket, Use::Ticket)
}

/// Whose ticket it is, if it is still good, and the epoch that it is of.
async fn holder(app: &App, ticket: &str) -> Result<Option<(Person, Option<i64>)>> {
    let Some(ticket) = sealed::open::<Ticket>(app, ticket, Use::Ticket) else { return Ok(None) };
    let is_good = Moment::from_micros(ticket.until_micros).is_ok_and(|until| app.clock.now() < until);
    if !is_good {
        return Ok(None);
    }
    let deed = async |tx: &mut Tx| {
        let epoch = staff::epoch(tx, ticket.staff_id).await?;
        if epoch.is_none() || epoch != ticket.epoch {
            return Ok(None);
        }
        Ok(staff::by_id(tx, ticket.staff_id).await?.map(|person| (person, epoch)))
    };
    Ok(app.db.in_turn().read(deed).await?)
}

/// What a browser carries for us and can neither read nor change.
pub(super) mod sealed {
    use super::{App, Engine, Result, Sealed, URL_SAFE_NO_PAD, Use, sealing_failed};

    pub fn close<T: serde::Serialize>(app: &App, value: &T, purpose: Use) -> Result<String> {
        let sealed = app.keys.seal(value, purpose).map_err(sealing_failed)?;
        Ok(format!("{}.{}", sealed.key_id, URL_SAFE_NO_PAD.encode(&sealed.bytes)))
    }

    pub fn open<T: serde::de::DeserializeOwned>(app: &App, text: &str, purpose: Use) -> Option<T> {
        let (key_id, bytes) = text.split_once('.')?;
        let sealed = Sealed { bytes: URL_SAFE_NO_PAD.decode(bytes).ok()?, key_id: key_id.to_owned() };
        app.keys.open(&sealed, purpose).ok()
    }
}

/// A fresh mark for a device, and the device behind one.
pub(super) mod device {
    use super::{App, Engine, URL_SAFE_NO_PAD, hex, random};

    const NONCE: usize = 16;

    pub fn mark(app: &App, name: &str) -> String {
        let nonce: [u8; NONCE] = random::bytes();
        URL_SAFE_NO_PAD.encode([nonce.as_slice(), app.keys.device_mark(name, &nonce).as_bytes()].concat())
    }

    /// The device's number, if the mark was made here and for this name.
    pub fn of_mark(app: &App, name: &str, mark: &str) -> Option<String> {
        let bytes = URL_SAFE_NO_PAD.decode(mark).ok()?;
        let (nonce, made) = bytes.split_at_checked(NONCE)?;
        app.keys.device_mark(name, nonce).is(made).then(|| hex(nonce))
    }
}
