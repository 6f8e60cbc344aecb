//! The people of the offices and how they sign in.

use sqlx::FromRow;
use sqlx::types::Json;

use crate::db::{Error, Result, Sql, Tx, sql};
use crate::domain::staff::{Actor, Role, StaffId};
use crate::domain::time::Moment;

/// One person.
#[derive(Clone, Debug, FromRow)]
pub struct Person {
    pub id: i64,
    pub login: Option<String>,
    pub name: String,
    pub email: Option<String>,
    pub unit: String,
    pub roles: Json<Vec<Role>>,
    pub password_hash: Option<String>,
    pub active: bool,
}

impl Person {
    /// The acting person that every deed demands.
    pub fn actor(&self) -> Result<Actor> {
        let unit = self.unit.parse().map_err(|_| Error::corrupt("staff", "unit", self.id))?;
        Ok(Actor::new(StaffId(self.id), unit, self.roles.0.iter().copied()))
    }
}

/// A person to be added.
#[derive(Clone, Debug)]
pub struct NewPerson<'a> {
    pub login: Option<&'a str>,
    pub name: &'a str,
    pub email: Option<&'a str>,
    pub unit: &'a str,
    pub roles: &'a [Role],
    pub password_hash: Option<&'a str>,
    pub source: Option<&'a str>,
    pub created_at: Moment,
}

pub async fn insert(tx: &mut Tx, new: &NewPerson<'_>) -> Result<i64> {
    tx.query(
        "insert into staff (login, name, email, unit, roles, password_hash, active, source, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9) returning id",
    )
    .bind(new.login)
    .bind(new.name)
    .bind(new.email)
    .bind(new.unit)
    .bind(Json(new.roles))
    .bind(new.password_hash)
    .bind(new.source.is_none())
    .bind(new.source)
    .bind(new.created_at)
    .fetch_scalar()
    .await
}

/// Makes sure that the service itself, which acts in sweeps and deliveries, is on the list as number 0.
pub async fn keep_system(tx: &mut Tx, unit: &str, now: Moment) -> Result<()> {
    tx.query(
        "insert into staff (id, login, name, email, unit, roles, password_hash, active, source, created_at)
         values (0, null, 'Đúng Hẹn', null, $1, $2, null, $3, null, $4)
         on conflict (id) do nothing",
    )
    .bind(unit)
    .bind(Json([Role::System].as_slice()))
    .bind(false)
    .bind(now)
    .execute()
    .await?;
    Ok(())
}

/// Puts a better hash of the same password in the place of the old one.
pub async fn rehash(tx: &mut Tx, id: i64, old: &str, better: &str) -> Result<()> {
    tx.query("update staff set password_hash = $3 where id = $1 and password_hash = $2")
        .bind(id)
        .bind(old)
        .bind(better)
        .execute()
        .await?;
    Ok(())
}

pub async fn by_login(tx: &mut Tx, login: &str) -> Result<Option<Person>> {
    tx.query("select id, login, name, email, unit, roles, password_hash, active from staff where login = $1")
        .bind(login)
        .fetch_optional()
        .await
}

pub async fn by_id(tx: &mut Tx, id: i64) -> Result<Option<Person>> {
    tx.query("select id, login, name, email, unit, roles, password_hash, active from staff where id = $1")
        .bind(id)
        .fetch_optional()
        .await
}

/// What a list of people is limited to.
#[derive(Clone, Debug, Default)]
pub struct Wanted<'a> {
    /// The beginning of a login, or a part of a name.
    pub text: Option<&'a str>,
    pub unit: Option<&'a str>,
    pub active: Option<bool>,
    /// The name and number after which the page begins.
    pub after: Option<(&'a str, i64)>,
    pub limit: i64,
}

/// People with an account, by name; without the service itself and those whom an import brought.
pub async fn page(tx: &mut Tx, wanted: &Wanted<'_>) -> Result<Vec<Person>> {
    let pattern = wanted.text.map(|text| format!("%{}%", text.replace(['%', '_', '\\'], "")));
    tx.query(
        "select id, login, name, email, unit, roles, password_hash, active from staff
         where login is not null
            and ($1 is null or lower(login) like lower($1) or lower(name) like lower($1))
            and ($2 is null or unit = $2) and ($3 is null or active = $3)
            and ($4 is null or (name, id) > ($4, $5))
         order by name, id limit $6",
    )
    .bind(pattern)
    .bind(wanted.unit)
    .bind(wanted.active)
    .bind(wanted.after.map(|(name, _)| name))
    .bind(wanted.after.map(|(_, id)| id))
    .bind(wanted.limit)
    .fetch_all()
    .await
}

/// Changes what is known of a person.
pub async fn update(
    tx: &mut Tx,
    id: i64,
    name: &str,
    email: Option<&str>,
    unit: &str,
    roles: &[Role],
) -> Result<()> {
    tx.query("update staff set name = $2, email = $3, unit = $4, roles = $5 where id = $1")
        .bind(id)
        .bind(name)
        .bind(email)
        .bind(unit)
        .bind(Json(roles))
        .execute()
        .await?;
    Ok(())
}

pub async fn set_active(tx: &mut Tx, id: i64, active: bool) -> Result<()> {
    tx.query("update staff set active = $2 where id = $1").bind(id).bind(active).execute().await?;
    Ok(())
}

pub async fn set_password(tx: &mut Tx, id: i64, hash: &str) -> Result<()> {
    tx.query("update staff set password_hash = $2 where id = $1").bind(id).bind(hash).execute().await?;
    Ok(())
}

/// The epoch in which a person signs in; none for whoever may not.
pub async fn epoch(tx: &mut Tx, id: i64) -> Result<Option<i64>> {
    tx.query("select epoch from staff where id = $1 and active").bind(id).fetch_optional_scalar().await
}

// Whoever begins a session and whoever begins the next epoch wait for each other.
const HELD_EPOCH: Sql = sql!("select epoch from staff where id = $1 and active", postgres " for share");

/// The same, and it stays so until this transaction ends.
pub async fn held_epoch(tx: &mut Tx, id: i64) -> Result<Option<i64>> {
    tx.query(HELD_EPOCH).bind(id).fetch_optional_scalar().await
}

// Stronger, as the deed may begin the next epoch itself: two that share a row and would both change it
// wait for each other for ever.
const HELD: Sql = sql!("select id from staff where id = $1 and active", postgres " for no key update");

/// Whether a person may sign in. Until this transaction ends nobody else changes that, begins a session of
/// theirs or ends them all.
pub async fn hold(tx: &mut Tx, id: i64) -> Result<bool> {
    let held: Option<i64> = tx.query(HELD).bind(id).fetch_optional_scalar().await?;
    Ok(held.is_some())
}

/// Begins a person's next epoch: what was begun of signing in before it leads nowhere (S9).
pub async fn next_epoch(tx: &mut Tx, id: i64) -> Result<()> {
    tx.query("update staff set epoch = epoch + 1 where id = $1").bind(id).execute().await?;
    Ok(())
}

/// Everybody who may sign in.
pub async fn active_with_login(tx: &mut Tx) -> Result<Vec<Person>> {
    tx.query(
        "select id, login, name, email, unit, roles, password_hash, active
         from staff where login is not null and active order by id",
    )
    .fetch_all()
    .await
}

/// The active people of one unit, by name.
pub async fn of_unit(tx: &mut Tx, unit: &str) -> Result<Vec<Person>> {
    tx.query(
        "select id, login, name, email, unit, roles, password_hash, active
         from staff where unit = $1 and active order by name, id",
    )
    .bind(unit)
    .fetch_all()
    .await
}

/// The first people who can sign in, for a demonstration to name them.
pub async fn with_login(tx: &mut Tx, limit: i64) -> Result<Vec<Person>> {
    tx.query(
        "select id, login, name, email, unit, roles, password_hash, active
         from staff where login is not null and active order by id limit $1",
    )
    .bind(limit)
    .fetch_all()
    .await
}

/// Everyone who can be written to, for digests.
pub async fn with_email(tx: &mut Tx) -> Result<Vec<Person>> {
    tx.query(
        "select id, login, name, email, unit, roles, password_hash, active
         from staff where email is not null and active order by unit, id",
    )
    .fetch_all()
    .await
}

/// Everybody's number and name, also of those whom an import brought.
pub async fn names(tx: &mut Tx) -> Result<Vec<(i64, String)>> {
    tx.query("select id, name from staff order by id").fetch_all().await
}
