//! Accounts as their administrators keep them: the list, one account, and what its forms do.

pub mod identity;

use axum::extract::{Path, Query, State};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum_extra::extract::Form;
use serde::Deserialize;

use super::parts::{self, ROWS, escaped, html};
use super::{absence, account};
use crate::app::App;
use crate::db::Tx;
use crate::domain::refusal::{Language, Refusal};
use crate::domain::staff::likeness::Likeness;
use crate::domain::staff::{Actor, Deed, Role};
use crate::domain::time::Day;
use crate::store::staff::{Person, Wanted};
use crate::store::{self, second_factors, sessions};
use crate::web::entrance::{self, Origin};
use crate::web::failure::{Failure, Result};
use crate::web::pages::front::Front;
use crate::web::reader::Reader;
use crate::web::session::Caller;
use crate::web::views::parts::{Choice, Field};
use crate::web::views::people::{
    Activate, NewPerson, Particulars as Shown, People, PersonPage, PersonRow, PersonState,
};
use crate::web::views::proof::Proof;
use crate::web::views::shell::{Flash, Place, Shell};
use crate::work::desk::Desk;
use crate::work::people::{self as work, Link, Particulars};
use crate::work::{second_person, wording};

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    q: String,
    unit: String,
    state: String,
    /// The name and number after which the page begins.
    after: String,
    id: Option<i64>,
}

/// `GET /people?q=&unit=&state=&after=&id=`.
pub async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(asked): Query<Asked>,
) -> Result<Html<String>> {
    let desk = Front::of(&app, &caller.reader);
    let some = |text: &'_ str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    let (text, unit) = (some(&asked.q), some(&asked.unit));
    let wanted = Wanted {
        text: text.as_deref(),
        unit: unit.as_deref(),
        active: match asked.state.as_str() {
            "active" => Some(true),
            "closed" => Some(false),
            _ => None,
        },
        after: asked.id.map(|id| (asked.after.as_str(), id)),
        limit: ROWS,
    };
    let found = app.db.read(async |tx| work::list(tx, &desk, &caller.actor, &wanted).await).await?;
    let narrowed =
        format!("q={}&unit={}&state={}", escaped(&asked.q), escaped(&asked.unit), escaped(&asked.state));
    let full = i64::try_from(found.len()).is_ok_and(|count| count == ROWS);
    let last = found.last().filter(|_| full);
    html(&People {
        shell: parts::shell(&desk, &caller, desk.say("Tài khoản", "Accounts"), Some(Place::People)),
        query: asked.q.clone(),
        units: units(&desk, &asked.unit, desk.say("Mọi đơn vị", "All units")),
        states: [("", "Tất cả", "All"), ("active", "Đang dùng", "In use"), ("closed", "Đã khoá", "Closed")]
            .map(|(value, vi, en)| Choice::new(value, desk.say(vi, en), value == asked.state))
            .to_vec(),
        rows: found.iter().map(|person| row(&desk, person)).collect(),
        first: asked.id.map(|_| format!("/people?{narrowed}")),
        next: last.map(|last| format!("/people?{narrowed}&after={}&id={}", escaped(&last.name), last.id)),
    })
}

fn row(desk: &Front, person: &Person) -> PersonRow {
    PersonRow {
        id: person.id,
        login: person.login.clone().unwrap_or_default(),
        name: person.name.clone(),
        unit: wording::unit_name(desk, &person.unit),
        roles: absence::words(desk, &person.roles.0),
        state: state(person),
    }
}

fn state(person: &Person) -> PersonState {
    match (person.active, &person.password_hash) {
        (false, _) => PersonState::Closed,
        (true, None) => PersonState::Waiting,
        (true, Some(_)) => PersonState::Active,
    }
}

fn units(desk: &Front, chosen: &str, none: &str) -> Vec<Choice> {
    let all = desk.province.units.subtree(&desk.province.root, desk.today());
    let choice = |unit: &crate::domain::unit::Unit| {
        Choice::new(unit.code.as_str(), desk.name(&unit.name_vi), unit.code.as_str() == chosen)
    };
    std::iter::once(Choice::new("", none, chosen.is_empty())).chain(all.into_iter().map(choice)).collect()
}

/// The fields of an account as they were typed, and what is wrong with one of them.
#[derive(Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Typed {
    csrf: String,
    login: String,
    name: String,
    email: String,
    unit: String,
    roles: Vec<String>,
    from_on: String,
    /// The administrator's own password once more, or a code.
    current: String,
}

impl Typed {
    fn of(person: &Person) -> Self {
        Self {
            name: person.name.clone(),
            email: person.email.clone().unwrap_or_default(),
            unit: person.unit.clone(),
            roles: person.roles.0.iter().map(|role| role.id().to_owned()).collect(),
            ..Self::default()
        }
    }

    fn particulars(&self) -> Particulars {
        Particulars {
            name: self.name.clone(),
            email: Some(self.email.clone()),
            unit: self.unit.clone(),
            // What is no role is refused as one that nobody may have.
            roles: self.roles.iter().map(|role| role.parse().unwrap_or(Role::System)).collect(),
        }
    }

    fn first_day(&self) -> Result<Option<Day>, Refusal> {
        let text = self.from_on.trim();
        let wrong = || Refusal::invalid("from_on", "Ngày chưa đúng.", "This is no date.");
        if text.is_empty() { Ok(None) } else { text.parse().map(Some).map_err(|_| wrong()) }
    }

    fn shown(&self, desk: &Front, refusal: Option<&Refusal>) -> Shown {
        let error = |name: &str| parts::error(desk, refusal, name);
        let field = |name: &str, value: &str| Field { value: value.to_owned(), error: error(name) };
        let held = Role::ALL.into_iter().filter(|role| role.is_held_by_staff());
        let role = |role: Role| {
            Choice::new(
                role.id(),
                role.name(desk.language()),
                self.roles.iter().any(|chosen| chosen == role.id()),
            )
        };
        Shown {
            name: field("name", &self.name),
            email: field("email", &self.email),
            units: units(desk, &self.unit, desk.say("Chọn đơn vị", "Choose a unit")),
            unit_error: error("unit"),
            roles: held.map(role).collect(),
            roles_error: error("roles"),
        }
    }
}

/// `GET /people/new`.
pub async fn blank(State(app): State<App>, caller: Caller) -> Result<Html<String>> {
    let desk = Front::of(&app, &caller.reader);
    desk.allow_whole(&caller.actor, Deed::ManagePeople)?;
    let proof = entrance::proof_of(&app, &caller).await?;
    html(&new_page(&desk, &caller, proof, &Typed::default(), None))
}

fn new_page(
    desk: &Front,
    caller: &Caller,
    proof: Proof,
    typed: &Typed,
    refusal: Option<&Refusal>,
) -> NewPerson {
    let waits = || refusal.filter(|refusal| refusal.wait_s.is_some()).map(|one| desk.told(&one.said));
    NewPerson {
        proof,
        current: Field { value: String::new(), error: parts::error(desk, refusal, "current").or_else(waits) },
        shell: parts::shell(desk, caller, desk.say("Thêm tài khoản", "Add an account"), Some(Place::People)),
        login: Field { value: typed.login.clone(), error: parts::error(desk, refusal, "login") },
        form: typed.shown(desk, refusal),
    }
}

/// `POST /people`: the new account's page with its one-time link, which is never shown again. It is a way
/// in, and so its maker proves once more who they are.
pub async fn add(
    State(app): State<App>,
    caller: Caller,
    origin: Origin,
    Form(mut typed): Form<Typed>,
) -> Result<Response> {
    caller.check_form(&typed.csrf)?;
    let (desk, actor, link) = (Front::of(&app, &caller.reader), caller.writer()?.clone(), Link::generate());
    desk.allow_whole(&actor, Deed::ManagePeople)?;
    let proof = std::mem::take(&mut typed.current);
    let added = match entrance::prove_again(&app, &caller, &origin, proof).await {
        Ok(()) => {
            let (desk, link, login, of) =
                (desk.clone(), link.clone(), typed.login.clone(), typed.particulars());
            let deed = async move |tx: &mut Tx| work::add(tx, &desk, &actor, &login, &of, &link).await;
            app.db.write(deed).await.map_err(Failure::from)
        }
        Err(failure) => Err(failure),
    };
    match added {
        Ok(person) => with_link(&app, &caller, person.id, &link).await,
        Err(Failure::Refused(refusal)) => {
            let proof = entrance::proof_of(&app, &caller).await?;
            let page = new_page(&desk, &caller, proof, &typed, Some(&refusal));
            Ok((Failure::Refused(refusal).status(), html(&page)?).into_response())
        }
        Err(failure) => Err(failure),
    }
}

async fn with_link(app: &App, caller: &Caller, id: i64, link: &Link) -> Result<Response> {
    let mut page = page(app, caller, id, None, None).await?;
    page.link = Some(link.url(&app.desk()));
    Ok(html(&page)?.into_response())
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Done {
    done: String,
}

/// `GET /people/{id}`.
pub async fn show(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<i64>,
    Query(asked): Query<Done>,
) -> Result<Html<String>> {
    let mut page = page(&app, &caller, id, None, None).await?;
    page.shell.flashes.extend(done(caller.reader.language, &asked.done));
    html(&page)
}

fn done(language: Language, word: &str) -> Option<Flash> {
    let (vietnamese, english) = match word {
        "changed" => ("Đã lưu.", "Saved."),
        "sessions" => ("Đã kết thúc các phiên của người này.", "This person's sessions have ended."),
        "closed" => (
            "Đã khoá tài khoản; mọi phiên và mã truy cập đã kết thúc.",
            "The account is closed; all its sessions and tokens have ended.",
        ),
        "opened" => ("Đã mở lại tài khoản.", "The account is open again."),
        "identity" => ("Đã gắn với danh tính bên nhà cung cấp.", "Linked to the identity at the provider."),
        "identity_removed" => {
            ("Đã gỡ khỏi danh tính bên nhà cung cấp.", "Unlinked from the identity at the provider.")
        }
        "factor" => ("Đã gỡ xác thực hai lớp.", "Two-factor sign-in was removed."),
        "stand_in" => ("Đã cử người thay.", "The stand-in was named."),
        "stand_in_ended" => ("Đã kết thúc việc cử người thay.", "Nobody stands in any longer."),
        _ => return None,
    };
    Some(Flash { good: true, text: language.choose(vietnamese, english).to_owned() })
}

async fn page(
    app: &App,
    caller: &Caller,
    id: i64,
    typed: Option<&Typed>,
    refusal: Option<&Refusal>,
) -> Result<PersonPage> {
    let desk = Front::of(app, &caller.reader);
    let (person, has_factor, linked_at, open, duties, colleagues, alike) = app
        .db
        .read(async |tx| {
            let person = work::one(tx, &desk, &caller.actor, id).await?;
            let has_factor = second_factors::is_confirmed(tx, id).await?;
            let linked_at = identity::linked_at(tx, app, id).await?;
            let open = sessions::of_staff(tx, id).await?.len();
            let duties = store::duties::concerning(tx, id).await?;
            let colleagues = store::staff::of_unit(tx, &person.unit).await?;
            let alike = second_person::alike(tx, &person).await?;
            Ok((person, has_factor, linked_at, open, duties, colleagues, alike))
        })
        .await?;
    let wrong_proof = typed.and_then(|_| parts::error(&desk, refusal, "current"));
    let as_is = Typed::of(&person);
    let typed = typed.unwrap_or(&as_is);
    Ok(PersonPage {
        shell: parts::shell(&desk, caller, person.name.clone(), Some(Place::People)),
        id,
        login: person.login.clone().unwrap_or_default(),
        name: person.name.clone(),
        state: state(&person),
        form: typed.shown(&desk, refusal),
        from_on: Field { value: typed.from_on.clone(), error: parts::error(&desk, refusal, "from_on") },
        proof: entrance::proof_of(app, caller).await?,
        current: Field { value: String::new(), error: wrong_proof },
        has_factor,
        identity: identity::shown(app, &desk, linked_at, parts::error(&desk, refusal, "subject")),
        sessions: open,
        duties: duties.iter().map(|duty| absence::row(&desk, &person, duty)).collect(),
        absence: absence::of(&desk, &person, &colleagues, &duties, &format!("/people/{id}/stand-in")),
        link: None,
        alike: alike.iter().map(|(other, how)| looks_like(&desk, other, *how)).collect(),
    })
}

/// In what an account looks like another one, and whose that is.
fn looks_like(desk: &Front, other: &Person, how: Likeness) -> String {
    let login = other.login.as_deref().unwrap_or_default();
    match how {
        Likeness::Email => {
            desk.say(format!("Cùng thư điện tử với {login}"), format!("Same e-mail address as {login}"))
        }
        Likeness::Name => desk.say(format!("Cùng họ tên với {login}"), format!("Same name as {login}")),
    }
}

/// `POST /people/{id}`: unit and roles are power, and so whoever gives them proves once more who they are.
pub async fn change(
    State(app): State<App>,
    caller: Caller,
    origin: Origin,
    Path(id): Path<i64>,
    Form(mut typed): Form<Typed>,
) -> Result<Response> {
    caller.check_form(&typed.csrf)?;
    let actor = caller.writer()?.clone();
    app.desk().allow_whole(&actor, Deed::ManagePeople)?;
    let proof = std::mem::take(&mut typed.current);
    let changed = async {
        let (desk, to, from_on) = (app.desk(), typed.particulars(), typed.first_day()?);
        entrance::prove_again(&app, &caller, &origin, proof).await?;
        let deed = async move |tx: &mut Tx| work::change(tx, &desk, &actor, id, &to, from_on).await;
        Ok::<_, Failure>(app.db.write(deed).await?)
    };
    match changed.await {
        Ok(_) => Ok(Redirect::to(&format!("/people/{id}?done=changed")).into_response()),
        Err(failure) => again(&app, &caller, id, Some(&typed), failure).await,
    }
}

/// The page again, with the reason beside its field or above everything.
async fn again(
    app: &App,
    caller: &Caller,
    id: i64,
    typed: Option<&Typed>,
    failure: Failure,
) -> Result<Response> {
    let Failure::Refused(refusal) = &failure else { return Err(failure) };
    let mut page = page(app, caller, id, typed, Some(refusal)).await?;
    let fields = ["name", "email", "unit", "roles", "from_on", "subject"];
    let fields = fields.into_iter().chain(typed.is_some().then_some("current"));
    if !fields.into_iter().any(|field| refusal.field.as_deref() == Some(field)) {
        page.shell.flashes.push(Flash { good: false, text: refusal.said.to(page.shell.language).to_owned() });
    }
    Ok((failure.status(), html(&page)?).into_response())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pressed {
    #[serde(default)]
    csrf: String,
    #[serde(default)]
    active: String,
    /// The administrator's own password once more, or a code, where the deed asks for it.
    #[serde(default)]
    current: String,
}

/// Does one thing to an account and goes back to its page.
async fn press(
    app: &App,
    caller: &Caller,
    id: i64,
    pressed: &Pressed,
    done: &str,
    deed: impl AsyncFnOnce(App, Desk, Actor) -> crate::db::Result<Person>,
) -> Result<Response> {
    caller.check_form(&pressed.csrf)?;
    let actor = caller.writer()?.clone();
    match deed(app.clone(), app.desk(), actor).await {
        Ok(_) => Ok(Redirect::to(&format!("/people/{id}?done={done}")).into_response()),
        Err(error) => again(app, caller, id, None, error.into()).await,
    }
}

/// `POST /people/{id}/state`. Closing takes no second look: it may be urgent, and gives nobody anything.
pub async fn set_state(
    State(app): State<App>,
    caller: Caller,
    origin: Origin,
    Path(id): Path<i64>,
    Form(mut pressed): Form<Pressed>,
) -> Result<Response> {
    let active = pressed.active == "yes";
    let done = if active { "opened" } else { "closed" };
    if active {
        caller.check_form(&pressed.csrf)?;
        app.desk().allow_whole(caller.writer()?, Deed::ManagePeople)?;
        let proof = std::mem::take(&mut pressed.current);
        if let Err(failure) = entrance::prove_again(&app, &caller, &origin, proof).await {
            return again(&app, &caller, id, None, failure).await;
        }
    }
    press(&app, &caller, id, &pressed, done, async move |app: App, desk, actor| {
        app.db.write(async move |tx| work::set_active(tx, &desk, &actor, id, active).await).await
    })
    .await
}

/// `POST /people/{id}/sessions/end`.
pub async fn end_sessions(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<i64>,
    Form(pressed): Form<Pressed>,
) -> Result<Response> {
    press(&app, &caller, id, &pressed, "sessions", async move |app: App, desk, actor| {
        app.db.write(async move |tx| work::end_sessions(tx, &desk, &actor, id).await).await
    })
    .await
}

/// `POST /people/{id}/second-factor/reset`.
pub async fn reset_factor(
    State(app): State<App>,
    caller: Caller,
    origin: Origin,
    Path(id): Path<i64>,
    Form(mut pressed): Form<Pressed>,
) -> Result<Response> {
    caller.check_form(&pressed.csrf)?;
    app.desk().allow_whole(caller.writer()?, Deed::ManagePeople)?;
    let proof = std::mem::take(&mut pressed.current);
    if let Err(failure) = entrance::prove_again(&app, &caller, &origin, proof).await {
        return again(&app, &caller, id, None, failure).await;
    }
    press(&app, &caller, id, &pressed, "factor", async move |app: App, desk, actor| {
        app.db.write(async move |tx| work::reset_factor(tx, &desk, &actor, id).await).await
    })
    .await
}

/// `POST /people/{id}/link`: the account's page with a new one-time link.
pub async fn give_link(
    State(app): State<App>,
    caller: Caller,
    origin: Origin,
    Path(id): Path<i64>,
    Form(pressed): Form<Pressed>,
) -> Result<Response> {
    caller.check_form(&pressed.csrf)?;
    let (desk, actor, link) = (app.desk(), caller.writer()?.clone(), Link::generate());
    desk.allow_whole(&actor, Deed::ManagePeople)?;
    if let Err(failure) = entrance::prove_again(&app, &caller, &origin, pressed.current).await {
        return again(&app, &caller, id, None, failure).await;
    }
    let given = link.clone();
    let deed = async move |tx: &mut Tx| work::give_link(tx, &desk, &actor, id, &given).await;
    match app.db.write(deed).await {
        Ok(_) => with_link(&app, &caller, id, &link).await,
        Err(error) => again(&app, &caller, id, None, error.into()).await,
    }
}

/// `POST /people/{id}/stand-in`.
pub async fn name_stand_in(
    State(app): State<App>,
    caller: Caller,
    origin: Origin,
    Path(id): Path<i64>,
    Form(given): Form<absence::Given>,
) -> Result<Response> {
    caller.check_form(&given.csrf)?;
    match absence::name(&app, &caller, &origin, id, given).await {
        Ok(()) => Ok(Redirect::to(&format!("/people/{id}?done=stand_in")).into_response()),
        Err(failure) => again(&app, &caller, id, None, failure).await,
    }
}

/// `POST /people/{id}/stand-in/end`.
pub async fn end_stand_in(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<i64>,
    Form(ended): Form<absence::Ended>,
) -> Result<Redirect> {
    caller.check_form(&ended.csrf)?;
    absence::end(&app, &caller, id, ended.duty).await?;
    Ok(Redirect::to(&format!("/people/{id}?done=stand_in_ended")))
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Followed {
    token: String,
}

/// `GET /activate?token=`: nothing is used up by looking.
pub async fn activation(
    State(app): State<App>,
    reader: Reader,
    Query(followed): Query<Followed>,
) -> Result<Html<String>> {
    let link = Link::of(&followed.token);
    let person = holder(&app, &link).await?;
    html(&activate_page(&app, &reader, &person, &link, None))
}

async fn holder(app: &App, link: &Link) -> Result<Person> {
    let desk = app.desk();
    let holder = app.db.read(async |tx| work::holder(tx, &desk, link).await).await?;
    holder.ok_or_else(|| work::no_link().into())
}

fn activate_page(
    app: &App,
    reader: &Reader,
    person: &Person,
    link: &Link,
    error: Option<String>,
) -> Activate {
    Activate {
        shell: Shell::outside(reader, reader.say("Đặt mật khẩu", "Set a password")),
        office: app.desk().unit_name(&app.province().root),
        login: person.login.clone().unwrap_or_default(),
        name: person.name.clone(),
        token: link.token().to_owned(),
        shortest: app.settings.session.min_password_length.size(),
        password: Field { value: String::new(), error },
    }
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Chosen {
    csrf: String,
    token: String,
    password: String,
    again: String,
}

/// `POST /activate`: the password is set, the link used up, its owner signed in.
pub async fn activate(
    State(app): State<App>,
    jar: axum_extra::extract::cookie::CookieJar,
    origin: Origin,
    reader: Reader,
    Form(chosen): Form<Chosen>,
) -> Result<Response> {
    let link = Link::of(&chosen.token);
    let person = holder(&app, &link).await?;
    let hash = match account::checked(&app, &person, chosen.password, &chosen.again).await {
        Ok(hash) => hash,
        Err(failure @ Failure::Refused(_)) => {
            let why = failure.said().to(reader.language).to_owned();
            let page = activate_page(&app, &reader, &person, &link, Some(why));
            return Ok((failure.status(), html(&page)?).into_response());
        }
        Err(failure) => return Err(failure),
    };
    let desk = app.desk();
    let deed = async move |tx: &mut Tx| {
        let person = work::activate(tx, &desk, &link, &hash).await?;
        // In the epoch that this begins: whoever sets one up afterwards begins the next.
        let has_factor = second_factors::is_confirmed(tx, person.id).await?;
        Ok((has_factor, store::staff::epoch(tx, person.id).await?))
    };
    let (has_factor, epoch) = app.db.write(deed).await?;
    if has_factor {
        return Ok(Redirect::to("/sign-in").into_response());
    }
    let jar = entrance::admit(&app, jar, &origin, (&person, epoch)).await?;
    Ok((jar, Redirect::to("/")).into_response())
}
