//! Finds dossiers by what people know of them: part of a code, a name, the end of a number.
//!
//! Persons are found by keyed terms first; whoever has them is opened and compared. What one page
//! looks at is bounded, however many share a name: a page may be short and yet have a next one.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::desk::{Desk, sealing_failed};
use super::findable::term;
use crate::db::{Result, Tx};
use crate::domain::applicant::Applicant;
use crate::domain::code::DossierCode;
use crate::domain::finding::{CodeSought, PersonSought};
use crate::domain::time::Day;
use crate::seal::{Sealed, Use};
use crate::store::lists::{self, Cursor, Filter, Listed, found};
use crate::store::search_terms::{self, Candidate, Stretch};

/// A number of the day is looked for on so many days, of which today is the last.
const RECENT_DAYS: i32 = 15;
/// Whether more persons than this have a term makes no difference.
const MANY: i64 = 2_000;
/// So many holders of the rarest term are looked at in one stretch, and so many stretches a page.
const LOOKED_AT: i64 = 20_000;
const STRETCHES: usize = 5;
/// Opened at once.
const CHUNK: i64 = 100;

/// Dossiers of the persons who are meant, the last to be taken in first.
#[derive(Debug, Default)]
pub struct Persons {
    pub rows: Vec<(Listed, Applicant)>,
    /// The page goes on below this applicant.
    pub next: Option<i64>,
}

/// Dossiers that have such a code and fit the filter, whose units say who is asking.
pub async fn by_code(
    tx: &mut Tx,
    desk: &Desk,
    filter: &Filter,
    code: &CodeSought,
    after: Option<Cursor>,
    limit: i64,
) -> Result<Vec<Listed>> {
    let (prefix, is_plain) = match code {
        CodeSought::Written(prefix) => (prefix, false),
        CodeSought::Plain(prefix) => (prefix, true),
        // There are few: one page is all.
        CodeSought::Running { .. } if after.is_some() => return Ok(Vec::new()),
        CodeSought::Running { number, day } => {
            let codes = codes_of(desk, *number, *day);
            let found = found::of_codes(tx, &filter.units, &codes, limit).await?;
            return Ok(found.into_iter().filter(|listed| fits(listed, filter, desk)).collect());
        }
    };
    let filter = Filter { code_prefix: Some(prefix.clone()), is_plain, ..filter.clone() };
    lists::page(tx, &filter, desk.now, after, limit).await
}

/// The codes that agencies may have given under this number on this day, or lately.
fn codes_of(desk: &Desk, number: u32, day: Option<Day>) -> Vec<String> {
    let lately = || (0..RECENT_DAYS).filter_map(|ago| desk.today().plus(-ago)).collect();
    let days: Vec<Day> = day.map_or_else(lately, |day| vec![day]);
    let units = &desk.province.units;
    let codes = days.into_iter().flat_map(|day| {
        units.at(day).filter_map(move |unit| DossierCode::issue(&unit.code, day, number).ok())
    });
    codes.map(String::from).collect()
}

/// What the statements compare, for rows that were found otherwise.
fn fits(listed: &Listed, filter: &Filter, desk: &Desk) -> bool {
    let standing = filter.standing.is_none_or(|standing| listed.standing(desk.now) == Some(standing));
    let due = filter.due_before.is_none_or(|before| listed.due_at.is_some_and(|due| due < before));
    standing && due && (!filter.only_open || listed.ended_at.is_none())
}

/// A page of the dossiers of whoever is meant, below the applicant where the page before ended.
pub async fn by_person(
    tx: &mut Tx,
    desk: &Desk,
    filter: &Filter,
    person: &PersonSought,
    below: Option<i64>,
    limit: usize,
) -> Result<Persons> {
    let terms = rarest_first(tx, desk, person).await?;
    let mut page = Persons::default();
    let Some(rarest) = terms.first() else { return Ok(page) };
    let mut before = below.unwrap_or(i64::MAX);
    for _ in 0..STRETCHES {
        let floor = search_terms::floor(tx, *rarest, before, LOOKED_AT).await?;
        let mut stretch = Stretch { before, floor: floor.unwrap_or(i64::MIN) };
        loop {
            let candidates = search_terms::having(tx, &filter.units, &terms, stretch, CHUNK).await?;
            let last = candidates.last().map(|candidate| candidate.applicant);
            let is_end = i64::try_from(candidates.len()).is_ok_and(|count| count < CHUNK);
            for (id, listed, applicant) in meant(tx, desk, filter, person, candidates).await? {
                page.next = Some(id);
                page.rows.push((listed, applicant));
                if page.rows.len() == limit {
                    return Ok(page);
                }
            }
            match last {
                Some(last) if !is_end => stretch.before = last,
                _ => break,
            }
        }
        let Some(floor) = floor else { return Ok(Persons { next: None, ..page }) };
        before = floor;
    }
    Ok(Persons { next: Some(before), ..page })
}

/// The terms of what is sought, the one that fewest have first; none where nobody has one of them.
async fn rarest_first(tx: &mut Tx, desk: &Desk, person: &PersonSought) -> Result<Vec<i64>> {
    let key = desk.keys.term_key();
    let mut counted = Vec::new();
    for piece in person.pieces() {
        let term = term(&key, &piece);
        counted.push((search_terms::count(tx, term, MANY).await?, term));
    }
    counted.sort_unstable();
    let is_none = counted.first().is_none_or(|(count, _)| *count == 0);
    Ok(if is_none { Vec::new() } else { counted.into_iter().map(|(_, term)| term).collect() })
}

/// Of those who have all terms the ones that are meant, by number, with their dossiers as a list
/// shows them.
async fn meant(
    tx: &mut Tx,
    desk: &Desk,
    filter: &Filter,
    person: &PersonSought,
    candidates: Vec<Candidate>,
) -> Result<Vec<(i64, Listed, Applicant)>> {
    let mut known = BTreeMap::new();
    for Candidate { applicant: id, dossier, sealed: bytes, key_id } in candidates {
        let sealed = Sealed { bytes, key_id };
        let applicant: Applicant = desk.keys.open(&sealed, Use::Applicant).map_err(sealing_failed)?;
        if person.is(&applicant) {
            known.insert(dossier, (id, applicant));
        }
    }
    if known.is_empty() {
        return Ok(Vec::new());
    }
    let numbers: Vec<i64> = known.keys().copied().collect();
    let mut rows = Vec::new();
    for listed in found::of_numbers(tx, &numbers).await? {
        let fitting = known.remove(&listed.id).filter(|_| fits(&listed, filter, desk));
        rows.extend(fitting.map(|(id, applicant)| (id, listed, applicant)));
    }
    rows.sort_by_key(|(id, ..)| Reverse(*id));
    Ok(rows)
}
