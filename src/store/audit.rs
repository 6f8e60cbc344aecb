//! The audit log: who did what, each row chained to the one before.
//!
//! The chain makes tampering show; that it can't be cut off at the end or written
//! anew as a whole needs an anchor kept elsewhere.

use sqlx::FromRow;

use crate::db::{Result, Sql, Tx, sql};
use crate::domain::staff::Actor;
use crate::domain::time::Moment;
use crate::seal::digest;

/// One row to be added.
#[derive(Clone, Debug)]
pub struct Entry<'a> {
    pub at: Moment,
    pub actor: &'a Actor,
    pub action: &'a str,
    /// What it was done to: a dossier code, an account, a report.
    pub subject: &'a str,
    /// Canonical JSON without personal data.
    pub detail: &'a str,
}

/// A stored row.
#[derive(Clone, Debug, FromRow)]
pub struct Row {
    pub seq: i64,
    pub at: Moment,
    pub actor_id: i64,
    pub unit: String,
    pub action: String,
    pub subject: String,
    pub detail: String,
    pub previous: Vec<u8>,
    pub hash: Vec<u8>,
}

impl Row {
    /// The hash that the row should have: of the one before it and of its own content.
    #[must_use]
    pub fn expected_hash(&self) -> [u8; 32] {
        let content = serde_json::json!([
            self.seq,
            self.at,
            self.actor_id,
            self.unit,
            self.action,
            self.subject,
            self.detail
        ]);
        digest(&[self.previous.as_slice(), content.to_string().as_bytes()].concat())
    }
}

#[derive(FromRow)]
struct Head {
    seq: i64,
    hash: Vec<u8>,
}

// Whoever holds the head's row lock writes the next link; SQLite has one writer anyway.
const HEAD: Sql = sql!("select seq, hash from audit_head where id = 1 ", postgres "for update", "");

/// Adds one row to the end of the chain; a trigger moves the head. Call it last in a deed: it holds up every other writer.
pub async fn append(tx: &mut Tx, entry: &Entry<'_>) -> Result<()> {
    let head: Head = tx.query(HEAD).fetch_one().await?;
    let mut row = Row {
        seq: head.seq + 1,
        at: entry.at,
        actor_id: entry.actor.staff_id.0,
        unit: entry.actor.unit.to_string(),
        action: entry.action.to_owned(),
        subject: entry.subject.to_owned(),
        detail: entry.detail.to_owned(),
        previous: head.hash,
        hash: Vec::new(),
    };
    row.hash = row.expected_hash().to_vec();
    tx.query(
        "insert into audit (seq, at, actor_id, unit, action, subject, detail, previous, hash)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(row.seq)
    .bind(row.at)
    .bind(row.actor_id)
    .bind(row.unit.as_str())
    .bind(row.action.as_str())
    .bind(row.subject.as_str())
    .bind(row.detail.as_str())
    .bind(row.previous.as_slice())
    .bind(row.hash.as_slice())
    .execute()
    .await?;
    Ok(())
}

/// A page of the log after row `after`, oldest first.
pub async fn page(tx: &mut Tx, after: i64, limit: i64) -> Result<Vec<Row>> {
    tx.query(
        "select seq, at, actor_id, unit, action, subject, detail, previous, hash
         from audit where seq > $1 order by seq limit $2",
    )
    .bind(after)
    .bind(limit)
    .fetch_all()
    .await
}

/// The number and hash of the last row, as the chain's head says.
pub async fn head(tx: &mut Tx) -> Result<(i64, Vec<u8>)> {
    let head: Head = tx.query("select seq, hash from audit_head where id = 1").fetch_one().await?;
    Ok((head.seq, head.hash))
}
