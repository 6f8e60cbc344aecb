//! Accounts, for their administrators' programs. No password travels here: a new account is opened
//! by a one-time link that its owner follows.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::intake::read;
use super::shapes::Page;
use crate::app::App;
use crate::db::Tx;
use crate::domain::refusal::Refusal;
use crate::domain::staff::{Deed, Role};
use crate::domain::time::Day;
use crate::store::staff::{Person, Wanted};
use crate::web::entrance;
use crate::web::failure::{Problem, Result};
use crate::web::session::Caller;
use crate::work::people::{self as work, LINK_LASTS, Link, Particulars};

const PAGE: i64 = 100;

/// One account.
#[derive(Serialize, ToSchema)]
pub struct PersonShape {
    pub login: String,
    pub name: String,
    pub email: Option<String>,
    pub unit: String,
    pub roles: Vec<String>,
    pub active: bool,
    /// Whether its owner has set a password.
    pub activated: bool,
}

impl From<Person> for PersonShape {
    fn from(person: Person) -> Self {
        Self {
            login: person.login.unwrap_or_default(),
            name: person.name,
            email: person.email,
            unit: person.unit,
            roles: person.roles.0.iter().map(|role| role.id().to_owned()).collect(),
            active: person.active,
            activated: person.password_hash.is_some(),
        }
    }
}

/// An account and the link that opens it, which is never shown again.
#[derive(Serialize, ToSchema)]
pub struct LinkShape {
    pub person: PersonShape,
    pub link: String,
    pub expires_at: String,
}

fn with_link(app: &App, person: Person, link: &Link) -> LinkShape {
    let desk = app.desk();
    let expires_at = desk.province.zone().rfc3339(desk.now.plus(LINK_LASTS));
    LinkShape { person: person.into(), link: link.url(&desk), expires_at }
}

/// What a list of accounts is limited to.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct PeopleQuery {
    q: Option<String>,
    unit: Option<String>,
    active: Option<bool>,
    /// The login after which the page begins.
    cursor: Option<String>,
}

/// The accounts, by name.
#[utoipa::path(
    get, path = "/api/v1/people", tag = "people",
    params(PeopleQuery),
    responses(
        (status = 200, description = "A page of accounts", body = Page<PersonShape>),
        (status = 403, description = "For administrators alone", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<PeopleQuery>,
) -> Result<Json<Page<PersonShape>>> {
    let desk = app.desk();
    let cursor = query.cursor.as_deref().filter(|cursor| !cursor.is_empty());
    let found = app
        .db
        .read(async |tx| {
            let last = match cursor {
                Some(login) => Some(work::named(tx, &desk, &caller.actor, login).await?),
                None => None,
            };
            let wanted = Wanted {
                text: query.q.as_deref().filter(|text| !text.is_empty()),
                unit: query.unit.as_deref().filter(|unit| !unit.is_empty()),
                active: query.active,
                after: last.as_ref().map(|last| (last.name.as_str(), last.id)),
                limit: PAGE,
            };
            work::list(tx, &desk, &caller.actor, &wanted).await
        })
        .await?;
    let full = i64::try_from(found.len()).is_ok_and(|count| count == PAGE);
    let next = found.last().filter(|_| full).and_then(|last| last.login.clone());
    Ok(Json(Page { items: found.into_iter().map(PersonShape::from).collect(), next }))
}

/// A new account.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPersonBody {
    #[schema(example = "mai.lt")]
    pub login: String,
    pub name: String,
    #[serde(default)]
    pub email: Option<String>,
    #[schema(example = "H35.21")]
    pub unit: String,
    #[schema(value_type = Vec<String>)]
    pub roles: Vec<Role>,
}

/// Makes an account; its owner sets the password by the link.
#[utoipa::path(
    post, path = "/api/v1/people", tag = "people",
    request_body = NewPersonBody,
    responses(
        (status = 201, description = "Made", body = LinkShape),
        (status = 403, description = "For administrators alone", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "A field can't be taken", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn add(
    State(app): State<App>,
    caller: Caller,
    Json(body): Json<Value>,
) -> Result<(StatusCode, Json<LinkShape>)> {
    let body: NewPersonBody = read(body)?;
    let (desk, actor, link) = (app.desk(), caller.writer()?.clone(), Link::generate());
    desk.allow_whole(&actor, Deed::ManagePeople)?;
    entrance::proved_lately(&app, &caller).await?;
    let given = link.clone();
    let of = Particulars { name: body.name, email: body.email, unit: body.unit, roles: body.roles };
    let deed = async move |tx: &mut Tx| work::add(tx, &desk, &actor, &body.login, &of, &given).await;
    let person = app.db.write(deed).await?;
    Ok((StatusCode::CREATED, Json(with_link(&app, person, &link))))
}

/// One account.
#[utoipa::path(
    get, path = "/api/v1/people/{login}", tag = "people",
    params(("login" = String, Path, description = "The name to sign in with")),
    responses(
        (status = 200, description = "The account", body = PersonShape),
        (status = 403, description = "For administrators alone", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "There is none", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn one(
    State(app): State<App>,
    caller: Caller,
    Path(login): Path<String>,
) -> Result<Json<PersonShape>> {
    let desk = app.desk();
    let person = app.db.read(async |tx| work::named(tx, &desk, &caller.actor, &login).await).await?;
    Ok(Json(person.into()))
}

/// What is to be changed; what is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PersonChange {
    pub name: Option<String>,
    pub email: Option<String>,
    pub unit: Option<String>,
    #[schema(value_type = Option<Vec<String>>)]
    pub roles: Option<Vec<Role>>,
    /// The day from which unit and roles hold; now, where it is not said.
    pub from: Option<String>,
    /// `false` closes the account and ends all that it began.
    pub active: Option<bool>,
}

impl PersonChange {
    /// Whether it gives nobody anything; then it may be urgent.
    fn only_closes(&self) -> bool {
        let Self { name, email, unit, roles, from: _, active } = self;
        let changes = name.is_some() || email.is_some() || unit.is_some() || roles.is_some();
        !changes && *active != Some(true)
    }
}

/// Changes an account.
#[utoipa::path(
    patch, path = "/api/v1/people/{login}", tag = "people",
    params(("login" = String, Path, description = "The name to sign in with")),
    request_body = PersonChange,
    responses(
        (status = 200, description = "As it is now", body = PersonShape),
        (status = 403, description = "For administrators alone", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "There is none", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "It is the last administrator", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "A field can't be taken", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn change(
    State(app): State<App>,
    caller: Caller,
    Path(login): Path<String>,
    Json(body): Json<Value>,
) -> Result<Json<PersonShape>> {
    let body: PersonChange = read(body)?;
    let from = body.from.as_deref().map(str::parse::<Day>).transpose().map_err(|_| {
        Refusal::invalid("from", "Ngày chưa đúng (YYYY-MM-DD).", "This is no date (YYYY-MM-DD).")
    })?;
    let (desk, actor) = (app.desk(), caller.writer()?.clone());
    desk.allow_whole(&actor, Deed::ManagePeople)?;
    if !body.only_closes() {
        entrance::proved_lately(&app, &caller).await?;
    }
    let deed = async move |tx: &mut Tx| {
        let mut person = work::named(tx, &desk, &actor, &login).await?;
        let of = Particulars {
            name: body.name.clone().unwrap_or_else(|| person.name.clone()),
            email: body.email.clone().or_else(|| person.email.clone()),
            unit: body.unit.clone().unwrap_or_else(|| person.unit.clone()),
            roles: body.roles.clone().unwrap_or_else(|| person.roles.0.clone()),
        };
        if body.name.is_some() || body.email.is_some() || body.unit.is_some() || body.roles.is_some() {
            person = work::change(tx, &desk, &actor, person.id, &of, from).await?;
        }
        match body.active {
            Some(active) if active != person.active => {
                work::set_active(tx, &desk, &actor, person.id, active).await
            }
            _ => Ok(person),
        }
    };
    Ok(Json(app.db.write(deed).await?.into()))
}

/// Gives an account a new one-time link, as for a lost password.
#[utoipa::path(
    post, path = "/api/v1/people/{login}/link", tag = "people",
    params(("login" = String, Path, description = "The name to sign in with")),
    responses(
        (status = 200, description = "The link, shown once", body = LinkShape),
        (status = 403, description = "For administrators alone", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "There is none", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "The account is closed", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn give_link(
    State(app): State<App>,
    caller: Caller,
    Path(login): Path<String>,
) -> Result<Json<LinkShape>> {
    let (desk, actor, link) = (app.desk(), caller.writer()?.clone(), Link::generate());
    desk.allow_whole(&actor, Deed::ManagePeople)?;
    entrance::proved_lately(&app, &caller).await?;
    let given = link.clone();
    let deed = async move |tx: &mut Tx| {
        let person = work::named(tx, &desk, &actor, &login).await?;
        work::give_link(tx, &desk, &actor, person.id, &given).await
    };
    let person = app.db.write(deed).await?;
    Ok(Json(with_link(&app, person, &link)))
}
