//! Tells the heads of the units whose dates a decision has moved, each by one letter.

use crate::db::{Result, Tx};
use crate::domain::staff::Role;
use crate::letters::DatesMoved;
use crate::store;
use crate::store::recounts::UnderWay;
use crate::store::staff::Person;
use crate::work::desk::Desk;
use crate::work::post::{self, Posting};

/// Puts the letters in; says how many. Where a unit has no head who can be written to, its
/// superiors' are told, and at last the control office.
pub(super) async fn units(tx: &mut Tx, desk: &Desk, under_way: &UnderWay) -> Result<usize> {
    let people = store::staff::with_email(tx).await?;
    let mut letters = 0;
    for (unit, moved) in store::recounts::by_unit(tx, under_way.edition).await? {
        let letter = DatesMoved {
            unit: desk.unit_name(&unit.parse().unwrap_or_else(|_| desk.province.root.clone())),
            moved: u64::try_from(moved).unwrap_or_default(),
            document: under_way.document.clone(),
            reason: under_way.reason.clone(),
            url: format!("{}/board?unit={unit}", desk.house.public_url),
        };
        let letter = letter.render().map_err(post::unwritten)?;
        for person in heads(desk, &people, &unit) {
            let Some(address) = person.email.as_deref() else { continue };
            let posting = Posting {
                dedupe_key: &format!("recount:{}:{unit}:{}", under_way.edition, person.id),
                kind: "dates_moved",
                unit: &unit,
                to_name: &person.name,
                to_address: address,
                recipient_id: Some(person.id),
                dossier_id: None,
            };
            letters += usize::from(post::put(tx, desk, posting, &letter).await?.is_some());
        }
    }
    Ok(letters)
}

fn heads<'p>(desk: &Desk, people: &'p [Person], unit: &str) -> Vec<&'p Person> {
    let of = |unit: &str, role: Role| -> Vec<&'p Person> {
        people.iter().filter(|person| person.unit == unit && person.roles.0.contains(&role)).collect()
    };
    let above =
        unit.parse().map(|unit| desk.province.units.ancestors(&unit, desk.today())).unwrap_or_default();
    let lineage = std::iter::once(unit).chain(above.iter().map(|unit| unit.code.as_str()));
    let found = lineage.map(|unit| of(unit, Role::UnitHead)).find(|heads| !heads.is_empty());
    found.unwrap_or_else(|| people.iter().filter(|one| one.roles.0.contains(&Role::ControlOffice)).collect())
}
