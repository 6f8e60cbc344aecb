//! Decisions that change the law, and the edition that is in force.
//!
//! What a decision says is written once; both databases refuse to change it.

use sqlx::FromRow;
use sqlx::types::Json;

use crate::db::{Result, Tx};
use crate::domain::law::{Amendment, Law, Stage};
use crate::domain::time::{Day, Moment};
use crate::domain::unit::UnitCode;

/// The edition in force, and whether dossiers are still being counted anew by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, FromRow)]
pub struct Head {
    pub edition: i64,
    pub recounting: bool,
}

pub async fn head(tx: &mut Tx) -> Result<Head> {
    tx.query("select edition, cursor is not null as recounting from law_head where id = 1").fetch_one().await
}

/// Keeps what the files say as the first edition, where there is none yet.
pub async fn keep_first(tx: &mut Tx, law: &Law, now: Moment) -> Result<()> {
    tx.query(
        "insert into decisions (kind, content, document, signer, effective_on, reason, proposed_by, proposed_at,
            edition, published_by, published_at, recounted_at)
         select 'first', $1, '', '', $2, '', 0, $3, 1, 0, $3, $3
         from law_head where edition = 0 on conflict (edition) do nothing",
    )
    .bind(Json(law))
    .bind(Day::BEFORE_ALL)
    .bind(now)
    .execute()
    .await?;
    tx.query("update law_head set edition = 1 where edition = 0").execute().await?;
    Ok(())
}

/// What the files said at the first start.
pub async fn first(tx: &mut Tx) -> Result<Option<Law>> {
    let law: Option<Json<Law>> = tx
        .query("select content from decisions where edition = 1 and kind = 'first'")
        .fetch_optional_scalar()
        .await?;
    Ok(law.map(|law| law.0))
}

/// Everything that was published since, with its edition and in its order.
pub async fn amendments(tx: &mut Tx) -> Result<Vec<(i64, Amendment)>> {
    let rows: Vec<(i64, Json<Amendment>)> = tx
        .query("select edition, content from decisions where edition > 1 order by edition")
        .fetch_all()
        .await?;
    Ok(rows.into_iter().map(|(edition, content)| (edition, content.0)).collect())
}

/// A decision to be proposed.
#[derive(Clone, Debug)]
pub struct New<'a> {
    pub amendment: &'a Amendment,
    pub original: Option<&'a str>,
    pub document: &'a str,
    pub signer: &'a str,
    pub effective_on: Day,
    pub reason: &'a str,
    pub proposed_by: i64,
    pub now: Moment,
    /// The key of the request and the hash of what it says.
    pub request: Option<(&'a str, &'a [u8])>,
}

/// Keeps a proposal and says its number. A unique violation says that its key was used before.
pub async fn insert(tx: &mut Tx, new: &New<'_>) -> Result<i64> {
    tx.query(
        "insert into decisions (kind, content, original, document, signer, effective_on, reason, proposed_by,
            proposed_at, request_key, request_hash)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) returning id",
    )
    .bind(new.amendment.kind().id())
    .bind(Json(new.amendment))
    .bind(new.original)
    .bind(new.document)
    .bind(new.signer)
    .bind(new.effective_on)
    .bind(new.reason)
    .bind(new.proposed_by)
    .bind(new.now)
    .bind(new.request.map(|(key, _)| key))
    .bind(new.request.map(|(_, hash)| hash))
    .fetch_scalar()
    .await
}

/// The proposal that a key has made, and the hash of what was asked for.
pub async fn made(tx: &mut Tx, staff: i64, key: &str) -> Result<Option<(i64, Vec<u8>)>> {
    tx.query("select id, request_hash from decisions where proposed_by = $1 and request_key = $2")
        .bind(staff)
        .bind(key)
        .fetch_optional()
        .await
}

/// A decision without what it changes.
#[derive(Clone, Debug, FromRow)]
pub struct Row {
    pub id: i64,
    pub kind: String,
    pub document: String,
    pub signer: String,
    pub effective_on: Day,
    pub reason: String,
    pub proposed_by: i64,
    pub proposer: String,
    pub proposed_at: Moment,
    pub withdrawn_at: Option<Moment>,
    pub edition: Option<i64>,
    pub publisher: Option<String>,
    pub published_at: Option<Moment>,
    pub recounted_at: Option<Moment>,
    /// How many dates it has moved so far.
    pub moved: i64,
}

impl Row {
    #[must_use]
    pub fn stage(&self) -> Stage {
        match (self.edition, self.withdrawn_at, self.recounted_at) {
            (Some(_), _, Some(_)) => Stage::Published,
            (Some(_), _, None) => Stage::Recounting,
            (None, Some(_), _) => Stage::Withdrawn,
            (None, None, _) => Stage::Proposed,
        }
    }
}

pub async fn one(tx: &mut Tx, id: i64) -> Result<Option<Row>> {
    // Behind the last number that there can be lies nothing.
    let Some(behind) = id.checked_add(1) else { return Ok(None) };
    Ok(list(tx, Some(behind), 1).await?.into_iter().find(|row| row.id == id))
}

/// Decisions whose number is below `before`, the newest first.
pub async fn list(tx: &mut Tx, before: Option<i64>, limit: i64) -> Result<Vec<Row>> {
    tx.query(
        "select d.id, d.kind, d.document, d.signer, d.effective_on, d.reason, d.proposed_by,
            a.name as proposer, d.proposed_at, d.withdrawn_at, d.edition, b.name as publisher, d.published_at,
            d.recounted_at, (select count(*) from recounts r where r.edition = d.edition) as moved
         from decisions d join staff a on a.id = d.proposed_by left join staff b on b.id = d.published_by
         where $1 is null or d.id < $1 order by d.id desc limit $2",
    )
    .bind(before)
    .bind(limit)
    .fetch_all()
    .await
}

/// What a decision changes; none for the first edition, which changes nothing.
pub async fn amendment(tx: &mut Tx, id: i64) -> Result<Option<Amendment>> {
    let content: Option<Json<Amendment>> = tx
        .query("select content from decisions where id = $1 and kind <> 'first'")
        .bind(id)
        .fetch_optional_scalar()
        .await?;
    Ok(content.map(|content| content.0))
}

/// Takes a proposal back, unless it was published or taken back before.
pub async fn withdraw(tx: &mut Tx, id: i64, by: i64, now: Moment) -> Result<bool> {
    let withdrawn = tx
        .query(
            "update decisions set withdrawn_by = $2, withdrawn_at = $3
             where id = $1 and edition is null and withdrawn_at is null",
        )
        .bind(id)
        .bind(by)
        .bind(now)
        .execute()
        .await?;
    Ok(withdrawn == 1)
}

/// Makes a proposal the next edition, if `edition` is in force and nothing is counted anew at the
/// moment; says whether that was so. `scope` are the units whose dossiers are looked at, none: all.
pub async fn publish(
    tx: &mut Tx,
    id: i64,
    edition: i64,
    by: i64,
    now: Moment,
    scope: Option<&[UnitCode]>,
) -> Result<bool> {
    let moved = tx
        .query(
            "update law_head set edition = edition + 1, cursor = 0, barrier = null
             where id = 1 and edition = $1 and cursor is null",
        )
        .bind(edition)
        .execute()
        .await?;
    if moved == 0 {
        return Ok(false);
    }
    let published = tx
        .query(
            "update decisions set edition = $2, published_by = $3, published_at = $4, scope = $5
             where id = $1 and edition is null and withdrawn_at is null",
        )
        .bind(id)
        .bind(edition + 1)
        .bind(by)
        .bind(now)
        .bind(scope.map(Json))
        .execute()
        .await?;
    Ok(published == 1)
}
