//! How far a breach reaches: whose data were looked at, by whom and when, and which kinds of data
//! those were; what the notice to the authority has to say (DATA-03).

use std::collections::{BTreeMap, BTreeSet};

use jiff::SignedDuration;
use serde::Serialize;

use super::apology::applicant_of;
use super::desk::Desk;
use super::ledger;
use super::person_report::LOOKS;
use crate::db::{Result, Tx};
use crate::domain::applicant::Applicant;
use crate::domain::refusal::Refusal;
use crate::domain::staff::{Actor, Deed};
use crate::domain::time::{ClockTime, Day};
use crate::store;
use crate::store::audit::{self, Entry, Listed, Wanted};

/// The authority is told within so many hours of the discovery.
const NOTICE: SignedDuration = SignedDuration::from_hours(72);
/// Rows of the log that are read at once, and at most.
const PAGE: i64 = 1_000;
const MOST_ROWS: usize = 100_000;
/// Of more dossiers than this the kinds of data are counted no further.
const MOST_DOSSIERS: usize = 5_000;
/// What took data out by the list, without a dossier's name on the row.
const BULK: [&str; 3] = ["person_searched", "person_report", "exported"];

/// The days, both included, and the account that are looked into.
#[derive(Clone, Debug)]
pub struct Span {
    pub from: Day,
    pub to: Day,
    /// A login; none for everybody.
    pub account: Option<String>,
}

/// What is known about the extent.
#[derive(Clone, Debug, Serialize)]
pub struct Extent {
    pub from: String,
    pub to: String,
    pub account: Option<String>,
    pub looks: usize,
    /// Whether there were more rows or dossiers than are counted here.
    pub at_least: bool,
    pub dossiers: Vec<String>,
    pub persons: usize,
    pub kinds: Kinds,
    pub by: Vec<Looker>,
    /// Searches by number, reports and files: what took many at once.
    pub taken: Vec<Taken>,
    /// If it was discovered now.
    pub notify_before: String,
}

/// Of how many persons each kind of data was within reach.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Kinds {
    pub name: usize,
    pub identifier: usize,
    pub phone: usize,
    pub email: usize,
    pub address: usize,
}

/// One account's part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Looker {
    pub name: String,
    pub unit: String,
    pub looks: usize,
    pub dossiers: usize,
}

/// Something that took out more than one dossier's data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Taken {
    pub at: String,
    pub by: String,
    pub what: String,
    pub detail: String,
}

/// Whether `actor` may ask; that they did is on the log.
pub async fn note(tx: &mut Tx, desk: &Desk, actor: &Actor, span: &Span) -> Result<()> {
    desk.allow_whole(actor, Deed::ViewProvince)?;
    if span.to < span.from {
        return Err(Refusal::invalid(
            "to",
            "Ngày cuối phải từ ngày đầu trở đi.",
            "The last day must not be before the first.",
        )
        .into());
    }
    let detail = serde_json::json!({ "from": span.from.to_string(), "to": span.to.to_string(),
        "account": span.account, "purpose": "breach" });
    let (subject, detail) = (span.account.as_deref().unwrap_or_default(), detail.to_string());
    let entry = Entry { at: desk.now, actor, action: "breach_report", subject, detail: &detail };
    audit::append(tx, &entry).await
}

/// The extent, for whoever has been let in by [`note`].
pub async fn extent(tx: &mut Tx, desk: &Desk, actor: &Actor, span: &Span) -> Result<Extent> {
    desk.allow_whole(actor, Deed::ViewProvince)?;
    let person = match &span.account {
        Some(login) => Some(store::staff::by_login(tx, login).await?.ok_or_else(no_such_account)?.id),
        None => None,
    };
    let (mut rows, mut at_least) = (Vec::new(), false);
    for action in LOOKS {
        at_least |= !read(tx, desk, span, person, action, &mut rows).await?;
    }
    let mut bulk = Vec::new();
    for action in BULK {
        at_least |= !read(tx, desk, span, person, action, &mut bulk).await?;
    }
    bulk.sort_by_key(|row| row.seq);
    let dossiers: BTreeSet<String> = rows.iter().map(|row| row.subject.clone()).collect();
    at_least |= dossiers.len() > MOST_DOSSIERS;
    let (persons, kinds) = kinds(tx, desk, dossiers.iter().take(MOST_DOSSIERS)).await?;
    let zone = desk.province.zone();
    Ok(Extent {
        from: span.from.to_string(),
        to: span.to.to_string(),
        account: span.account.clone(),
        looks: rows.len(),
        at_least,
        by: lookers(&rows),
        dossiers: dossiers.into_iter().collect(),
        persons,
        kinds,
        taken: bulk
            .into_iter()
            .map(|row| Taken {
                at: zone.rfc3339(row.at),
                by: row.actor.unwrap_or_default(),
                what: row.action,
                detail: row.detail,
            })
            .collect(),
        notify_before: zone.rfc3339(desk.now.plus(NOTICE)),
    })
}

/// Adds the rows of one kind; says whether those were all.
async fn read(
    tx: &mut Tx,
    desk: &Desk,
    span: &Span,
    person: Option<i64>,
    action: &str,
    rows: &mut Vec<Listed>,
) -> Result<bool> {
    let midnight = |day: Day| desk.province.zone().instant(day, ClockTime::MIDNIGHT);
    let mut before = None;
    loop {
        let wanted = Wanted {
            actor: person,
            subject: None,
            action: Some(action),
            from: midnight(span.from),
            to: span.to.next().and_then(midnight),
            before,
            limit: PAGE,
        };
        let page = audit::list(tx, &wanted).await?;
        let full = i64::try_from(page.len()).is_ok_and(|count| count == PAGE);
        before = page.last().map(|row| row.seq);
        rows.extend(page);
        if !full {
            return Ok(true);
        }
        if rows.len() >= MOST_ROWS {
            return Ok(false);
        }
    }
}

fn lookers(rows: &[Listed]) -> Vec<Looker> {
    let mut by: BTreeMap<(i64, &str), (&Listed, usize, BTreeSet<&str>)> = BTreeMap::new();
    for row in rows {
        let one = by.entry((row.actor_id, &row.unit)).or_insert_with(|| (row, 0, BTreeSet::new()));
        one.1 += 1;
        one.2.insert(&row.subject);
    }
    let looker = |(row, looks, dossiers): (&Listed, usize, BTreeSet<&str>)| Looker {
        name: row.actor.clone().unwrap_or_default(),
        unit: row.unit.clone(),
        looks,
        dossiers: dossiers.len(),
    };
    let mut all: Vec<Looker> = by.into_values().map(looker).collect();
    all.sort_by(|a, b| b.looks.cmp(&a.looks).then_with(|| a.name.cmp(&b.name)));
    all
}

/// How many persons are behind the dossiers, and of how many which data are kept.
async fn kinds(tx: &mut Tx, desk: &Desk, codes: impl Iterator<Item = &String>) -> Result<(usize, Kinds)> {
    let mut persons: BTreeMap<String, Kinds> = BTreeMap::new();
    for code in codes {
        // What an older program or an import calls by another name is no dossier here.
        let Some(known) = store::dossiers::known(tx, code).await? else { continue };
        let opened = ledger::load(tx, known).await?;
        let Some(applicant) = applicant_of(tx, desk, &opened.dossier).await? else { continue };
        let kinds = persons.entry(key(&applicant)).or_default();
        let has = |field: Option<&String>| usize::from(field.is_some());
        kinds.name = 1;
        kinds.identifier |= has(applicant.identifier.as_ref());
        kinds.phone |= has(applicant.phone.as_ref());
        kinds.email |= has(applicant.email.as_ref());
        kinds.address |= has(applicant.address.as_ref());
    }
    let sum = persons.values().fold(Kinds::default(), |sum, one| Kinds {
        name: sum.name + one.name,
        identifier: sum.identifier + one.identifier,
        phone: sum.phone + one.phone,
        email: sum.email + one.email,
        address: sum.address + one.address,
    });
    Ok((persons.len(), sum))
}

/// By what two applicants are taken for the same person.
fn key(applicant: &Applicant) -> String {
    let number = applicant.identifier_key().or_else(|| applicant.phone_key());
    number.unwrap_or_else(|| applicant.name.to_lowercase())
}

fn no_such_account() -> Refusal {
    Refusal::invalid(
        "account",
        "Không có tài khoản này. Ghi tên đăng nhập, hoặc để trống để xem mọi người.",
        "There is no such account. Give the name to sign in with, or leave it empty for everybody.",
    )
}
