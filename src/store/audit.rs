//! The audit log: who did what, each row chained to the one before.
//!
//! The chain makes tampering show; that it can't be cut off at the end or written
//! anew as a whole needs an anchor kept elsewhere.

use sqlx::FromRow;

use crate::db::{Query, Result, Sql, Tx, sql};
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
        let tail = tail(self.at, self.actor_id, &self.unit, &self.action, &self.subject, &self.detail);
        chained(&self.previous, self.seq, &tail)
    }
}

/// A row's content after its number, in canonical JSON.
fn tail(at: Moment, actor_id: i64, unit: &str, action: &str, subject: &str, detail: &str) -> String {
    let content = serde_json::json!([at, actor_id, unit, action, subject, detail]).to_string();
    content.replacen('[', ",", 1)
}

fn chained(previous: &[u8], seq: i64, tail: &str) -> [u8; 32] {
    digest(&[previous, format!("[{seq}{tail}").as_bytes()].concat())
}

/// A place in the chain: the row last seen.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Head {
    #[sqlx(rename = "head_seq")]
    pub seq: i64,
    #[sqlx(rename = "head_hash")]
    pub hash: Vec<u8>,
}

/// Before the first row.
impl Default for Head {
    fn default() -> Self {
        Self { seq: 0, hash: vec![0; 32] }
    }
}

/// An entry at its place in the chain, ready to be written.
///
/// SQLite's only writer knows the head and hashes here. On PostgreSQL the statement that
/// takes the head's lock hashes as well, so that others wait for one statement less.
#[derive(Clone, Debug)]
pub(super) struct Link<'a> {
    pub entry: &'a Entry<'a>,
    pub tail: String,
    pub head: Option<Head>,
    pub hash: Option<[u8; 32]>,
}

impl<'a> Link<'a> {
    /// `head` as read in this transaction on SQLite; not used on PostgreSQL.
    pub(super) fn new(entry: &'a Entry<'a>, head: Option<Head>) -> Self {
        let Entry { at, actor, action, subject, detail } = *entry;
        let tail = tail(at, actor.staff_id.0, actor.unit.as_str(), action, subject, detail);
        let hash = head.as_ref().map(|head| chained(&head.hash, head.seq + 1, &tail));
        Self { entry, tail, head, hash }
    }

    /// Binds [`APPEND`]'s ten parameters, in its order.
    pub(super) fn bind<'t>(&self, query: Query<'t>) -> Query<'t> {
        query
            .bind(self.entry.at)
            .bind(self.entry.actor.staff_id.0)
            .bind(self.entry.actor.unit.as_str())
            .bind(self.entry.action)
            .bind(self.entry.subject)
            .bind(self.entry.detail)
            .bind(self.tail.as_str())
            .bind(self.head.as_ref().map(|head| head.seq + 1))
            .bind(self.head.as_ref().map(|head| head.hash.as_slice()))
            .bind(self.hash.as_ref().map(<[u8; 32]>::as_slice))
    }
}

const HEAD: &str = "select seq as head_seq, hash as head_hash from audit_head where id = 1";

// Whoever holds the head's row lock writes the next link.
const APPEND: Sql = sql!(
    sqlite "insert into audit (seq, at, actor_id, unit, action, subject, detail, previous, hash)
        values ($8, $1, $2, $3, $4, $5, $6, $9, $10)",
    postgres "with head as (select seq, hash from audit_head where id = 1 for update)
        insert into audit (seq, at, actor_id, unit, action, subject, detail, previous, hash)
        select head.seq + 1, $1, $2, $3, $4, $5, $6, head.hash,
            sha256(head.hash || convert_to('[' || (head.seq + 1)::text || $7, 'UTF8'))
        from head"
);

/// Adds one row to the end of the chain; a trigger moves the head. Call it last in a deed: it holds up every other writer.
pub async fn append(tx: &mut Tx, entry: &Entry<'_>) -> Result<()> {
    let known = if tx.is_sqlite() { Some(head(tx).await?) } else { None };
    let link = Link::new(entry, known);
    link.bind(tx.query(APPEND)).execute().await?;
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

/// The last row's number and hash, as the chain's head says.
pub async fn head(tx: &mut Tx) -> Result<Head> {
    tx.query(HEAD).fetch_one().await
}

/// What the log is looked through for. All of it must hold.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wanted<'a> {
    pub actor: Option<i64>,
    pub subject: Option<&'a str>,
    pub action: Option<&'a str>,
    pub from: Option<Moment>,
    /// Before this instant.
    pub to: Option<Moment>,
    /// Before this row.
    pub before: Option<i64>,
    pub limit: i64,
}

/// A row as its reader sees it.
#[derive(Clone, Debug, FromRow)]
pub struct Listed {
    pub seq: i64,
    pub at: Moment,
    pub actor_id: i64,
    pub actor: Option<String>,
    pub unit: String,
    pub action: String,
    pub subject: String,
    pub detail: String,
}

/// A page of what is wanted, newest first.
pub async fn list(tx: &mut Tx, wanted: &Wanted<'_>) -> Result<Vec<Listed>> {
    tx.query(
        "select a.seq, a.at, a.actor_id, s.name as actor, a.unit, a.action, a.subject, a.detail
         from audit a left join staff s on s.id = a.actor_id
         where ($1 is null or a.actor_id = $1) and ($2 is null or a.subject = $2)
            and ($3 is null or a.action = $3) and ($4 is null or a.at >= $4) and ($5 is null or a.at < $5)
            and ($6 is null or a.seq < $6)
         order by a.seq desc limit $7",
    )
    .bind(wanted.actor)
    .bind(wanted.subject)
    .bind(wanted.action)
    .bind(wanted.from)
    .bind(wanted.to)
    .bind(wanted.before)
    .bind(wanted.limit)
    .fetch_all()
    .await
}

/// The hash of one row.
pub async fn hash_of(tx: &mut Tx, seq: i64) -> Result<Option<Vec<u8>>> {
    tx.query("select hash from audit where seq = $1").bind(seq).fetch_optional_scalar().await
}
