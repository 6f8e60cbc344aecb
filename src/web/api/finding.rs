//! What lists and searches of dossiers have in common, as pages and API ask for them.
//!
//! What names a person is looked for by POST alone; that it was looked for is on the log before
//! anything is shown (DATA-06).

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::dossiers::unknown;
use crate::app::App;
use crate::db::{self, Tx};
use crate::domain::applicant::Applicant;
use crate::domain::finding::{PersonSought, Sought};
use crate::domain::refusal::Refusal;
use crate::domain::time::Moment;
use crate::store::lists::{self, Cursor, Filter, Listed, never};
use crate::web::failure::Result;
use crate::web::session::Caller;
use crate::work::desk::Desk;
use crate::work::{audit_log, finding, scope};

/// What somebody wants a page of.
#[derive(Clone, Debug)]
pub struct Question {
    pub filter: Filter,
    pub unit: Option<String>,
    pub asked: Sought,
    pub place: Option<Place>,
    pub limit: i64,
}

/// A page, and where the next one begins.
#[derive(Debug, Default)]
pub struct Found {
    pub rows: Vec<Listed>,
    /// Of those that were found by their person: who that is, by the dossier's number.
    pub persons: BTreeMap<i64, Applicant>,
    pub next: Option<String>,
}

/// Where a page begins, opaque to the caller.
#[derive(Clone, Copy, Debug)]
pub enum Place {
    After(Cursor),
    /// Among the dossiers of persons: below this applicant.
    Below(i64),
}

const BELOW: &str = "below:";

impl Place {
    fn after(last: &Listed) -> Self {
        Self::After(Cursor { late_from: last.late_from.unwrap_or_else(never), id: last.id })
    }

    #[must_use]
    pub fn text(self) -> String {
        URL_SAFE_NO_PAD.encode(match self {
            Self::After(Cursor { late_from, id }) => format!("{}:{id}", late_from.micros()),
            Self::Below(applicant) => format!("{BELOW}{applicant}"),
        })
    }

    /// Reads [`text`](Self::text); none where there is nothing.
    ///
    /// # Errors
    /// For anything else.
    pub fn read(text: &str) -> Result<Option<Self>> {
        let read = || {
            let plain = String::from_utf8(URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
            if let Some(applicant) = plain.strip_prefix(BELOW) {
                return Some(Self::Below(applicant.parse().ok()?));
            }
            cursor(text).ok().map(Self::After)
        };
        if text.is_empty() {
            return Ok(None);
        }
        read().map(Some).ok_or_else(|| unknown("cursor", text).into())
    }
}

/// An instant and a number, as lists in the order of time go on.
///
/// # Errors
/// For anything else.
pub fn cursor(text: &str) -> Result<Cursor> {
    let read = || {
        let plain = String::from_utf8(URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
        let (micros, id) = plain.split_once(':')?;
        Some(Cursor { late_from: Moment::from_micros(micros.parse().ok()?).ok()?, id: id.parse().ok()? })
    };
    read().ok_or_else(|| unknown("cursor", text).into())
}

/// A page of what fits and the caller may see.
pub async fn found(app: &App, caller: &Caller, question: Question) -> Result<Found> {
    let (desk, actor) = (app.desk(), caller.actor.clone());
    let looked = async |tx: &mut Tx| {
        let mut question = question.clone();
        question.filter.units = scope::of(tx, &desk, &actor, question.unit.as_deref()).await?;
        match &question.asked.person {
            Some(person) => of_person(tx, &desk, &question, person).await,
            None => of_code(tx, &desk, &question).await,
        }
    };
    let found = app.db.read(looked).await?;
    if let Some(person) = question.asked.person {
        let count = found.rows.len();
        let noted =
            async move |tx: &mut Tx| audit_log::person_searched(tx, &desk, &actor, &person, count).await;
        app.db.write(noted).await?;
    }
    Ok(found)
}

/// By code, or by nothing but the filter.
async fn of_code(tx: &mut Tx, desk: &Desk, question: &Question) -> db::Result<Found> {
    let Question { filter, asked, limit, .. } = question;
    let after = match question.place {
        Some(Place::After(cursor)) => Some(cursor),
        Some(Place::Below(_)) => return Ok(Found::default()),
        None => None,
    };
    let rows = match &asked.code {
        Some(code) => finding::by_code(tx, desk, filter, code, after, *limit).await?,
        None => lists::page(tx, filter, desk.now, after, *limit).await?,
    };
    Ok(page(rows, *limit))
}

fn page(rows: Vec<Listed>, limit: i64) -> Found {
    let full = i64::try_from(rows.len()).is_ok_and(|count| count == limit);
    let next = rows.last().filter(|_| full).map(|last| Place::after(last).text());
    Found { rows, persons: BTreeMap::new(), next }
}

/// By a whole number what has exactly that; else, and by a name or a number's end, whoever is meant,
/// after what has such a code.
async fn of_person(
    tx: &mut Tx,
    desk: &Desk,
    question: &Question,
    person: &PersonSought,
) -> db::Result<Found> {
    let Question { filter, place, limit, .. } = question;
    if let (PersonSought::Number { kind, digits }, None | Some(Place::After(_))) = (person, place) {
        let filter =
            Filter { applicant_code: Some(desk.keys.search_code(kind.id(), digits)), ..filter.clone() };
        let after =
            place.and_then(|place| if let Place::After(cursor) = place { Some(cursor) } else { None });
        let exact = lists::page(tx, &filter, desk.now, after, *limit).await?;
        if !exact.is_empty() || after.is_some() {
            return Ok(page(exact, *limit));
        }
    }
    let mut rows = match (&question.asked.code, place) {
        (Some(code), None) => finding::by_code(tx, desk, filter, code, None, *limit).await?,
        _ => Vec::new(),
    };
    let below = place.and_then(|place| if let Place::Below(id) = place { Some(id) } else { None });
    let room = usize::try_from(*limit).unwrap_or(usize::MAX);
    let of_persons = finding::by_person(tx, desk, filter, person, below, room).await?;
    let mut persons = BTreeMap::new();
    for (listed, applicant) in of_persons.rows {
        if persons.insert(listed.id, applicant).is_none() && !rows.iter().any(|one| one.id == listed.id) {
            rows.push(listed);
        }
    }
    Ok(Found { rows, persons, next: of_persons.next.map(|id| Place::Below(id).text()) })
}

/// What is looked for where it stands in an address, which is kept in logs and histories: codes alone.
///
/// # Errors
/// Where it plainly names a person.
pub fn asked_in_an_address(q: &str) -> Result<Sought> {
    if !Sought::of(q).is_plainly_personal() {
        return Ok(Sought::code_of(q));
    }
    Err(Refusal::invalid(
        "q",
        "Họ tên, số định danh và số điện thoại không được đặt trong địa chỉ. Nhập vào ô tìm kiếm trên trang, hoặc gửi bằng POST /api/v1/dossiers/search.",
        "A name, identifier or phone number must not stand in an address. Use the search field, or POST /api/v1/dossiers/search.",
    )
    .into())
}
