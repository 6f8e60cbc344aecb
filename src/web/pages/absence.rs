//! Who stands in for somebody who leads, as their own page and their administrator's show it.

use serde::Deserialize;

use super::front::Front;
use crate::app::App;
use crate::domain::refusal::Refusal;
use crate::domain::staff::Role;
use crate::domain::time::Day;
use crate::store::duties::Row;
use crate::store::staff::Person;
use crate::web::entrance::{self, Origin};
use crate::web::failure::Result;
use crate::web::session::Caller;
use crate::web::views::account::{Absence, DutyRow};
use crate::web::views::parts::Choice;
use crate::work::stand_in;

/// The part about `person`'s deputies; none for whoever needs none.
pub fn of(
    desk: &Front,
    person: &Person,
    colleagues: &[Person],
    duties: &[Row],
    action: &str,
) -> Option<Absence> {
    if stand_in::leading_roles(person).is_empty() {
        return None;
    }
    let today = desk.today();
    let name = |id: i64| {
        let found = colleagues.iter().find(|one| one.id == id);
        found.map_or_else(|| desk.say("đồng nghiệp", "a colleague").to_owned(), |one| desk.name(&one.name))
    };
    let to_come = duties.iter().filter(|row| row.to_on.is_none_or(|last| last >= today));
    let deputies = to_come.filter(|row| row.stands_in_for == Some(person.id)).map(|row| DutyRow {
        id: row.id,
        what: name(row.staff_id),
        when: when(desk, row),
        may_end: true,
    });
    let others = colleagues.iter().filter(|one| one.id != person.id && one.login.is_some());
    Some(Absence {
        action: action.to_owned(),
        colleagues: others.map(|one| Choice::new(one.id.to_string(), desk.name(&one.name), false)).collect(),
        today: today.to_string(),
        error: None,
        deputies: deputies.collect(),
    })
}

/// A duty in words, for whoever reads a person's terms.
pub fn row(desk: &Front, person: &Person, duty: &Row) -> DutyRow {
    let unit = duty.unit.parse().map_or_else(|_| duty.unit.clone(), |unit| desk.unit(&unit));
    let roles = words(desk, &duty.roles.0);
    let what = match duty.stands_in_for {
        Some(absent) if absent == person.id => {
            desk.say(format!("Có người thay: {roles}"), format!("Somebody stands in: {roles}"))
        }
        Some(_) => desk.say(format!("Thay {roles}, {unit}"), format!("Stands in as {roles}, {unit}")),
        None => format!("{roles}, {unit}"),
    };
    DutyRow { id: duty.id, what, when: when(desk, duty), may_end: false }
}

/// Roles as people name them.
pub fn words(desk: &Front, roles: &[Role]) -> String {
    roles.iter().map(|role| role.name(desk.language())).collect::<Vec<_>>().join("; ")
}

fn when(desk: &Front, row: &Row) -> String {
    let day = |day| desk.language().short_day(day);
    match row.to_on {
        Some(last) => format!("{} – {}", day(row.from_on), day(last)),
        None => format!("{} {}", desk.say("từ", "from"), day(row.from_on)),
    }
}

/// The form that names a deputy.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Given {
    #[serde(default)]
    pub csrf: String,
    #[serde(default)]
    deputy: String,
    #[serde(default)]
    from_on: String,
    #[serde(default)]
    to_on: String,
    /// Their own password once more, or a code: what is lent is power.
    #[serde(default)]
    current: String,
}

/// The form that takes a deputy back.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ended {
    #[serde(default)]
    pub csrf: String,
    #[serde(default)]
    pub duty: i64,
}

pub async fn name(app: &App, caller: &Caller, origin: &Origin, absent: i64, given: Given) -> Result<()> {
    let day = |field: &'static str, text: &str| {
        text.parse::<Day>().map_err(|_| Refusal::required(field, "ngày", "the day"))
    };
    let absence = stand_in::Absence {
        absent,
        deputy: given.deputy.parse().unwrap_or(0),
        from_on: day("from_on", &given.from_on)?,
        to_on: day("to_on", &given.to_on)?,
    };
    let (desk, actor) = (app.desk(), caller.writer()?.clone());
    stand_in::may(&desk, &actor, absent)?;
    entrance::prove_again(app, caller, origin, given.current).await?;
    Ok(app.db.write(async move |tx| stand_in::name(tx, &desk, &actor, absence).await).await?)
}

pub async fn end(app: &App, caller: &Caller, absent: i64, duty: i64) -> Result<()> {
    let (desk, actor) = (app.desk(), caller.writer()?.clone());
    Ok(app.db.write(async move |tx| stand_in::end(tx, &desk, &actor, absent, duty).await).await?)
}
