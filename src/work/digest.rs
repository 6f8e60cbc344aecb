//! The morning digest: what is wrong today, once per manager and day.

use std::collections::BTreeSet;

use super::desk::Desk;
use super::duties;
use super::post::{self, Posting};
use super::wording;
use crate::db::{Result, Tx};
use crate::domain::staff::{Role, watched_root};
use crate::domain::standing::Standing;
use crate::domain::statistics::Figures;
use crate::domain::time::{ClockTime, Day, Moment};
use crate::domain::unit::UnitCode;
use crate::letters::{Digest, DossierLine, Letter, UnitDigest};
use crate::store;
use crate::store::lists::Filter;
use crate::store::staff::Person;
use crate::store::statistics::{Basis, Scope};

/// A digest is complete: what it counts it also lists.
const ALL_ROWS: i64 = i64::MAX;
/// Who reads one: the unit's head, and who watches over all.
const READERS: [Role; 3] = [Role::UnitHead, Role::CentreManager, Role::ControlOffice];

/// Everyone who gets a digest.
pub async fn readers(tx: &mut Tx, desk: &Desk) -> Result<Vec<Person>> {
    let people = duties::reachable(tx, desk).await?;
    Ok(people.into_iter().filter(|one| READERS.iter().any(|role| one.roles.0.contains(role))).collect())
}

/// The digest of `day` for one reader, as of the snapshot that `tx` shows. Nothing is written:
/// counting a month takes longer than others should wait to write.
pub async fn compose(tx: &mut Tx, desk: &Desk, reader: &Person, day: Day) -> Result<Letter> {
    digest(tx, desk, reader, day).await?.render().map_err(post::unwritten)
}

/// Puts a composed digest into the outbox, unless the reader has got that day's already; says whether it is new.
pub async fn put(tx: &mut Tx, desk: &Desk, reader: &Person, day: Day, letter: &Letter) -> Result<bool> {
    let Some(address) = reader.email.as_deref() else { return Ok(false) };
    let posting = Posting {
        dedupe_key: &format!("digest:{}:{day}", reader.id),
        kind: "digest",
        unit: &reader.unit,
        to_name: &reader.name,
        to_address: address,
        recipient_id: Some(reader.id),
        dossier_id: None,
    };
    Ok(post::put(tx, desk, posting, letter).await?.is_some())
}

/// The units a reader's digest speaks of, each with everything below it.
fn units_of(desk: &Desk, person: &Person) -> Result<Vec<(String, Vec<UnitCode>)>> {
    let actor = person.actor()?;
    let units = &desk.province.units;
    let today = desk.today();
    let within = |root: &UnitCode| units.codes_within(root).into_iter().cloned().collect::<Vec<_>>();
    Ok(match watched_root(&actor, units) {
        Some(root) => vec![(desk.unit_name(root), within(root))],
        None => units
            .children(&desk.province.root, today)
            .map(|unit| (unit.name_vi.clone(), within(&unit.code)))
            .collect(),
    })
}

async fn digest(tx: &mut Tx, desk: &Desk, person: &Person, day: Day) -> Result<Digest> {
    let mut total = Figures::default();
    let mut units = Vec::new();
    for (name, codes) in units_of(desk, person)? {
        let scope = scope(&codes);
        let figures = month_so_far(tx, &scope, day).await?;
        total = total.plus(figures);
        let one = UnitDigest {
            unit: name,
            late: rows(tx, desk, &scope, &LATE, None).await?,
            due_today: rows(tx, desk, &scope, &IN_TIME, end_of(desk, day)).await?,
            due_soon: rows(tx, desk, &scope, &SOON, None).await?,
            apologies: apologies(tx, desk, &scope).await?,
            on_time_rate: figures.rate(),
        };
        units.push(split_today(one));
    }
    // Who watches many is told of those where something is wrong.
    if units.len() > 1 {
        units
            .retain(|unit| !unit.late.is_empty() || !unit.apologies.is_empty() || !unit.due_today.is_empty());
    }
    Ok(Digest {
        office: wording::unit_name(desk, &person.unit),
        day,
        month: day.month(),
        units,
        on_time_rate: total.rate(),
        url: format!("{}/board", desk.house.public_url),
    })
}

/// Unit codes as the JSON array that the statements take.
#[must_use]
pub fn scope(codes: &[UnitCode]) -> String {
    serde_json::Value::from(codes.iter().map(ToString::to_string).collect::<Vec<_>>()).to_string()
}

const LATE: [Standing; 2] = [Standing::OverdueTwice, Standing::Overdue];
/// Little time is left, whether or not there is still a chance for a letter in advance.
const SOON: [Standing; 2] = [Standing::DueSoon, Standing::ApologyWindow];
/// An hour limit may end today and yet not be due soon.
const IN_TIME: [Standing; 3] = [Standing::DueSoon, Standing::ApologyWindow, Standing::OnTrack];

/// Open dossiers of these standings, each standing's most urgent first.
async fn rows(
    tx: &mut Tx,
    desk: &Desk,
    scope: &str,
    standings: &[Standing],
    due_before: Option<Moment>,
) -> Result<Vec<DossierLine>> {
    let mut lines = Vec::new();
    for standing in standings {
        let filter = Filter {
            units: scope.to_owned(),
            standing: Some(*standing),
            due_before,
            only_open: true,
            ..Filter::default()
        };
        let found = store::lists::page(tx, &filter, desk.now, None, ALL_ROWS).await?;
        lines.extend(found.iter().map(|listed| wording::listed_line(desk, listed)));
    }
    Ok(lines)
}

fn end_of(desk: &Desk, day: Day) -> Option<Moment> {
    let next = day.next()?;
    desk.province.zone().instant(next, ClockTime::MIDNIGHT)
}

/// What is due today leaves the list of what is due soon.
fn split_today(mut unit: UnitDigest) -> UnitDigest {
    let today: BTreeSet<&str> = unit.due_today.iter().map(|line| line.code.as_str()).collect();
    unit.due_soon.retain(|line| !today.contains(line.code.as_str()));
    unit
}

async fn apologies(tx: &mut Tx, desk: &Desk, scope: &str) -> Result<Vec<DossierLine>> {
    let owed = store::obligations::list(tx, scope, true, None, ALL_ROWS).await?;
    Ok(owed.iter().map(|owed| wording::owed_line(desk, owed)).collect())
}

async fn month_so_far(tx: &mut Tx, scope: &str, day: Day) -> Result<Figures> {
    let month = Scope { basis: Basis::Settled, from: day.month().first(), to: day, units: Some(scope) };
    let counts = store::statistics::counts(tx, &month, None, None).await?;
    Ok(counts.iter().fold(Figures::default(), |sum, count| sum.plus(count.figures())))
}
