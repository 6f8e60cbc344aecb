//! The log of who did what, for those who inspect it, and the rows that no other deed writes:
//! what was refused, what was taken out of the house.

use super::desk::Desk;
use crate::db::{Result, Tx};
use crate::domain::finding::PersonSought;
use crate::domain::staff::{Actor, Deed};
use crate::domain::time::{ClockTime, Day};
use crate::store;
use crate::store::audit::{Entry, Listed, Wanted};

/// What an inspector asks for.
#[derive(Clone, Debug, Default)]
pub struct Question {
    /// A login.
    pub person: Option<String>,
    /// A dossier's code or a login.
    pub subject: Option<String>,
    pub action: Option<String>,
    pub from: Option<Day>,
    /// The last day.
    pub to: Option<Day>,
    pub before: Option<i64>,
    pub limit: i64,
}

/// The rows that are asked for, newest first.
pub async fn list(tx: &mut Tx, desk: &Desk, actor: &Actor, asked: &Question) -> Result<Vec<Listed>> {
    desk.allow_whole(actor, Deed::ViewAudit)?;
    let person = match &asked.person {
        Some(login) => match store::staff::by_login(tx, login).await? {
            Some(person) => Some(person.id),
            None => return Ok(Vec::new()),
        },
        None => None,
    };
    let midnight = |day: Day| desk.province.zone().instant(day, ClockTime::MIDNIGHT);
    let wanted = Wanted {
        actor: person,
        subject: asked.subject.as_deref(),
        action: asked.action.as_deref(),
        from: asked.from.and_then(midnight),
        to: asked.to.and_then(Day::next).and_then(midnight),
        before: asked.before,
        limit: asked.limit,
    };
    store::audit::list(tx, &wanted).await
}

/// Notes that somebody asked for what is not theirs (S20).
pub async fn refused(tx: &mut Tx, desk: &Desk, actor: &Actor, method: &str, path: &str) -> Result<()> {
    let detail = serde_json::json!({ "method": method }).to_string();
    let entry = Entry { at: desk.now, actor, action: "not_allowed", subject: path, detail: &detail };
    store::audit::append(tx, &entry).await
}

/// Notes that a person's dossiers were looked for by a name or a number, which is not repeated (DATA-06).
pub async fn person_searched(
    tx: &mut Tx,
    desk: &Desk,
    actor: &Actor,
    person: &PersonSought,
    found: usize,
) -> Result<()> {
    let detail = serde_json::json!({ "by": person.kind(), "dossiers": found }).to_string();
    let entry = Entry { at: desk.now, actor, action: "person_searched", subject: "", detail: &detail };
    store::audit::append(tx, &entry).await
}

/// Notes that a list left the house as a file.
pub async fn exported(tx: &mut Tx, desk: &Desk, actor: &Actor, what: &str) -> Result<()> {
    let entry = Entry { at: desk.now, actor, action: "exported", subject: what, detail: "{}" };
    store::audit::append(tx, &entry).await
}
