//! Announces from 1 December on that the next year's calendar is missing or not final (MON-05).
//!
//! Stops nothing: only what needs a day of that year is refused its date (TIME-15).

use super::desk::Desk;
use super::post::{self, Posting};
use crate::db::{Result, Tx};
use crate::domain::calendar::YearStatus;
use crate::domain::staff::Role;
use crate::domain::time::Day;
use crate::letters::YearMissing;
use crate::store;

/// What is to be announced: the coming year, and whether there is an estimate of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Missing {
    pub year: i16,
    pub estimated: bool,
}

/// Whom it concerns.
const TOLD: [Role; 2] = [Role::ControlOffice, Role::Administrator];

/// What is to be announced at the desk's time, if anything is.
#[must_use]
pub fn missing(desk: &Desk) -> Option<Missing> {
    let today = desk.today();
    let announced_from = Day::new(today.year(), 12, 1).ok()?;
    let year = today.year() + 1;
    let calendar = desk.province.general_timetable().calendar();
    let wanted = today >= announced_from && !calendar.is_final(year);
    let estimated = matches!(calendar.status(year), Some(YearStatus::Estimate | YearStatus::Partial));
    wanted.then_some(Missing { year, estimated })
}

/// The same, for those whom it concerns.
#[must_use]
pub fn missing_for(desk: &Desk, roles: impl IntoIterator<Item = Role>) -> Option<Missing> {
    missing(desk).filter(|_| roles.into_iter().any(|role| TOLD.contains(&role)))
}

/// Writes to everyone whom it concerns, once a year; says how many letters are new.
pub async fn tell(tx: &mut Tx, desk: &Desk) -> Result<usize> {
    let Some(Missing { year, estimated }) = missing(desk) else { return Ok(0) };
    let letter = YearMissing {
        year,
        estimated,
        office: desk.unit_name(&desk.province.root),
        url: format!("{}/", desk.house.public_url),
    };
    let letter = letter.render().map_err(post::unwritten)?;
    let mut written = 0;
    for person in store::staff::with_email(tx).await? {
        let concerned = TOLD.iter().any(|role| person.roles.0.contains(role));
        let Some(address) = person.email.as_deref().filter(|_| concerned) else { continue };
        let posting = Posting {
            dedupe_key: &format!("year-missing:{year}:{}", person.id),
            kind: "calendar",
            unit: &person.unit,
            to_name: &person.name,
            to_address: address,
            recipient_id: Some(person.id),
            dossier_id: None,
        };
        written += usize::from(post::put(tx, desk, posting, &letter).await?.is_some());
    }
    Ok(written)
}
