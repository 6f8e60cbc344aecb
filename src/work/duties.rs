//! People as they are in office today: with the unit and the roles of their terms, and of those
//! for whom they stand in.

use super::desk::Desk;
use crate::db::{Error, Result, Tx};
use crate::domain::duty::{Duty, Post};
use crate::store;
use crate::store::duties::Row;
use crate::store::staff::Person;

/// The person as of today.
pub async fn today(tx: &mut Tx, desk: &Desk, person: Person) -> Result<Person> {
    let rows = store::duties::in_force(tx, person.id, desk.today()).await?;
    in_office(desk, person, &rows.iter().collect::<Vec<_>>())
}

/// The person as of today in their own right: without the roles of those for whom they stand in.
pub async fn today_in_own_right(tx: &mut Tx, desk: &Desk, person: Person) -> Result<Person> {
    let rows = store::duties::in_force(tx, person.id, desk.today()).await?;
    let own: Vec<&Row> = rows.iter().filter(|row| row.stands_in_for.is_none()).collect();
    in_office(desk, person, &own)
}

/// Everybody who can be written to, as of today.
pub async fn reachable(tx: &mut Tx, desk: &Desk) -> Result<Vec<Person>> {
    let people = store::staff::with_email(tx).await?;
    let rows = store::duties::all_in_force(tx, desk.today()).await?;
    let of = |person: &Person| rows.iter().filter(|row| row.staff_id == person.id).collect::<Vec<_>>();
    people
        .into_iter()
        .map(|person| {
            let own = of(&person);
            in_office(desk, person, &own)
        })
        .collect()
}

fn in_office(desk: &Desk, mut person: Person, rows: &[&Row]) -> Result<Person> {
    if rows.is_empty() {
        return Ok(person);
    }
    let duties: Vec<Duty> = rows.iter().map(|row| row.duty()).collect::<Result<_>>()?;
    let unit = person.unit.parse().map_err(|_| Error::corrupt("staff", "unit", person.id))?;
    let post = Post { unit, roles: person.roles.0.clone() }.on(desk.today(), &duties);
    person.unit = post.unit.to_string();
    person.roles.0 = post.roles;
    Ok(person)
}
