//! Replays what happened and compares it with what is stored.
//!
//! Changes nothing; it only names the first rows that do not hold.

mod figures;
mod whole;

use serde::Serialize;

use super::desk::Desk;
use super::ledger::milestones_of;
use crate::db::{Result, Tx};
use crate::domain::dossier::Dossier;
use crate::store;
use crate::store::audit::{Head, Row};
use crate::store::dossiers::Projection;

pub use figures::{figures, page_of_figures};
pub use whole::{audit, dossiers};

const PAGE: i64 = 500;
/// More than this many findings say nothing new.
const MOST_FINDINGS: usize = 100;
/// Columns that one finding names.
const MOST_COLUMNS: usize = 3;

/// One thing that does not hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// A dossier's code or an audit row's number.
    pub subject: String,
    pub what: String,
}

/// What was looked at and what did not hold.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Verdict {
    pub dossiers: u64,
    pub events: u64,
    pub audit_rows: u64,
    /// Rows of the log that were written down elsewhere and compared.
    pub anchors: u64,
    /// Half months of which the kept counts were counted again, on each basis.
    pub half_months: u64,
    pub findings: Vec<Finding>,
}

impl Verdict {
    fn find(&mut self, subject: impl ToString, what: impl Into<String>) {
        if self.findings.len() < MOST_FINDINGS {
            self.findings.push(Finding { subject: subject.to_string(), what: what.into() });
        }
    }

    #[must_use]
    pub fn holds(&self) -> bool {
        self.findings.is_empty()
    }
}

/// Checks one page of dossiers after `after`; the next page begins after what it answers.
pub async fn page_of_dossiers(
    tx: &mut Tx,
    desk: &Desk,
    after: i64,
    verdict: &mut Verdict,
) -> Result<Option<i64>> {
    let page = store::dossiers::page_of_ids(tx, after, PAGE).await?;
    let recounting = store::decisions::head(tx).await?.recounting;
    for (id, code) in &page {
        check_dossier(tx, desk, *id, code, recounting, verdict).await?;
        verdict.dossiers += 1;
    }
    Ok(page.last().map(|(id, _)| *id))
}

async fn check_dossier(
    tx: &mut Tx,
    desk: &Desk,
    id: i64,
    code: &str,
    recounting: bool,
    verdict: &mut Verdict,
) -> Result<()> {
    let events = store::events::of(tx, id).await?;
    verdict.events += u64::try_from(events.len()).unwrap_or(u64::MAX);
    let dossier = match Dossier::fold(&events) {
        Ok(Some(dossier)) => dossier,
        Ok(None) => {
            verdict.find(code, "no events");
            return Ok(());
        }
        Err(misfit) => {
            verdict.find(code, misfit.to_string());
            return Ok(());
        }
    };
    let milestones = milestones_of(desk, &dossier);
    let mut expected = Projection::of(&dossier, milestones.as_ref(), desk.province.zone());
    let stored = store::dossiers::projection(tx, id).await?;
    if let Some(stored) = stored.as_ref().filter(|_| recounting || dossier.ended_at.is_some()) {
        // Alerts follow the calendar of today while a dossier is open; what ended waits for none.
        expected.due_soon_at = stored.due_soon_at;
        expected.window_opens_at = stored.window_opens_at;
        expected.window_shuts_at = stored.window_shuts_at;
    }
    match stored {
        Some(stored) if stored == expected => {}
        Some(stored) => verdict.find(code, difference(&stored, &expected)),
        None => verdict.find(code, "the row is gone"),
    }
    if dossier.filing.code != code {
        verdict.find(code, format!("its events are those of {}", dossier.filing.code));
    }
    Ok(())
}

/// The first columns in which two projections differ, by their names.
fn difference(stored: &Projection, expected: &Projection) -> String {
    let columns = |projection| match serde_json::to_value(projection) {
        Ok(serde_json::Value::Object(columns)) => columns,
        _ => serde_json::Map::new(),
    };
    let (stored, expected) = (columns(stored), columns(expected));
    let differing = stored.iter().filter(|(name, value)| expected.get(*name) != Some(value));
    let shown = differing.take(MOST_COLUMNS).map(|(name, value)| {
        let replayed = expected.get(name).unwrap_or(&serde_json::Value::Null);
        format!("{name} is {value} but {replayed} when replayed")
    });
    shown.collect::<Vec<_>>().join("; ")
}

/// Checks one page of the audit chain after `link`; none at its end.
pub async fn page_of_audit(tx: &mut Tx, link: Head, verdict: &mut Verdict) -> Result<Option<Head>> {
    let page = store::audit::page(tx, link.seq, PAGE).await?;
    if page.is_empty() {
        if store::audit::head(tx).await? != link {
            verdict.find(format!("audit row {}", link.seq + 1), "the chain's head names rows that are gone");
        }
        return Ok(None);
    }
    let mut link = link;
    for row in &page {
        check_link(&link, row, verdict);
        link = Head { seq: row.seq, hash: row.hash.clone() };
        verdict.audit_rows += 1;
    }
    Ok(Some(link))
}

fn check_link(link: &Head, row: &Row, verdict: &mut Verdict) {
    let subject = format!("audit row {}", row.seq);
    if row.seq != link.seq + 1 {
        verdict.find(&subject, format!("follows row {}: rows between them are gone", link.seq));
    }
    if row.previous != link.hash {
        verdict.find(&subject, "is not chained to the row before it");
    }
    if row.hash != row.expected_hash() {
        verdict.find(&subject, "its content is not what its hash says");
    }
}
