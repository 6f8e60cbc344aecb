//! Counting dossiers anew by a new edition of the law: batch after batch, each dossier once.

use serde::Serialize;
use serde_json::value::RawValue;
use sqlx::FromRow;
use sqlx::types::Json;

use super::dossiers::Known;
use crate::db::{Error, Result, Sql, Tx, as_text, sql};
use crate::domain::event::{Event, Happening};
use crate::domain::time::{Day, Moment};

/// The edition by which is being counted, and how far that has come.
#[derive(Clone, Debug, FromRow)]
pub struct UnderWay {
    pub edition: i64,
    /// The number of its decision.
    pub id: i64,
    /// The last dossier looked at.
    pub cursor: i64,
    /// All that was under way when the edition was published is over.
    pub clear: bool,
    pub marked: bool,
    pub scope: Option<Json<Vec<String>>>,
    pub document: String,
    pub reason: String,
    pub published_by: i64,
    pub published_at: Moment,
}

// On PostgreSQL an intake that had begun may still bring in a dossier that was counted by the
// edition before; none is looked at until all of those are over. SQLite's writer is alone.
macro_rules! under_way {
    ($lock:literal) => {
        sql!(
            "select h.edition, d.id, h.cursor, h.barrier is not null as marked, coalesce(",
            sqlite "h.barrier = 0",
            postgres "pg_snapshot_xmin(pg_current_snapshot())::text::bigint >= h.barrier",
            ", false) as clear, d.scope, d.document, d.reason, d.published_by, d.published_at
             from law_head h join decisions d on d.edition = h.edition
             where h.id = 1 and h.cursor is not null ",
            postgres $lock,
            ""
        )
    };
}

const UNDER_WAY: Sql = under_way!("for update of h skip locked");
const SEEN: Sql = under_way!("");

/// What is to be counted anew; none where nothing is, or another node is at it.
pub async fn under_way(tx: &mut Tx) -> Result<Option<UnderWay>> {
    tx.query(UNDER_WAY).fetch_optional().await
}

/// The same, only to look at.
pub async fn seen(tx: &mut Tx) -> Result<Option<UnderWay>> {
    tx.query(SEEN).fetch_optional().await
}

const MARK: Sql = sql!(
    "update law_head set barrier = ",
    sqlite "0",
    postgres "pg_snapshot_xmax(pg_current_snapshot())::text::bigint",
    " where id = 1 and cursor is not null and barrier is null"
);

/// Notes what is under way just now, the edition being known to all that begins from here on.
pub async fn mark(tx: &mut Tx) -> Result<()> {
    tx.query(MARK).execute().await?;
    Ok(())
}

/// An open dossier as far as its row tells what hangs on the law.
#[derive(Clone, Debug, FromRow)]
pub struct Open {
    #[sqlx(flatten)]
    pub known: Known,
    pub due_soon_at: Option<Moment>,
    pub window_opens_at: Option<Moment>,
    pub window_shuts_at: Option<Moment>,
}

const OPEN: Sql = sql!(
    "select id, code, version, receiving_unit, competent_unit, holder_unit, effects_from, next_check_at,
        due_soon_at, window_opens_at, window_shuts_at
     from dossiers where id > $1 and id <= $2 and ended_at is null and due_at is not null
        and ($3 is null or competent_unit in (select ",
    sqlite "value from json_each($3)) or receiving_unit in (select value from json_each($3)))",
    postgres "jsonb_array_elements_text($3)) or receiving_unit in (select jsonb_array_elements_text($3)))",
    " order by id limit $4 "
);
const OPEN_TO_CHANGE: Sql = sql!(
    "select id, code, version, receiving_unit, competent_unit, holder_unit, effects_from, next_check_at,
        due_soon_at, window_opens_at, window_shuts_at
     from dossiers where id > $1 and id <= $2 and ended_at is null and due_at is not null
        and ($3 is null or competent_unit in (select ",
    sqlite "value from json_each($3)) or receiving_unit in (select value from json_each($3)))",
    postgres "jsonb_array_elements_text($3)) or receiving_unit in (select jsonb_array_elements_text($3)))",
    " order by id limit $4 ",
    postgres "for update",
    ""
);

/// So many numbers are looked through at a time, so that no look takes long where few dossiers fit.
pub const STRETCH: i64 = 20_000;

/// Open dossiers with a promise, of the units in `scope` or of all, in the order of their numbers;
/// none changes until the transaction ends.
pub async fn open_to_change(
    tx: &mut Tx,
    after: i64,
    scope: Option<&[String]>,
    limit: i64,
) -> Result<Vec<Open>> {
    page(tx, OPEN_TO_CHANGE, after, scope, limit).await
}

/// The same, only to look at.
pub async fn open(tx: &mut Tx, after: i64, scope: Option<&[String]>, limit: i64) -> Result<Vec<Open>> {
    page(tx, OPEN, after, scope, limit).await
}

async fn page(tx: &mut Tx, sql: Sql, after: i64, scope: Option<&[String]>, limit: i64) -> Result<Vec<Open>> {
    tx.query(sql).bind(after).bind(after + STRETCH).bind(scope.map(Json)).bind(limit).fetch_all().await
}

/// The highest number of a dossier.
pub async fn last(tx: &mut Tx) -> Result<i64> {
    tx.query("select coalesce(max(id), 0) from dossiers").fetch_scalar().await
}

/// How many dossiers of these units wait to be received, and so have no date yet.
pub async fn unpromised(tx: &mut Tx, scope: Option<&[String]>) -> Result<i64> {
    const UNPROMISED: Sql = sql!(
        "select count(*) from dossiers where ended_at is null and received_at is null
            and ($1 is null or competent_unit in (select ",
        sqlite "value from json_each($1)))",
        postgres "jsonb_array_elements_text($1)))"
    );
    tx.query(UNPROMISED).bind(scope.map(Json)).fetch_scalar().await
}

/// What becomes of a dossier's row.
#[derive(Clone, Debug, Serialize)]
pub struct Moved {
    pub id: i64,
    pub expected_version: i64,
    pub version: i64,
    #[serde(serialize_with = "as_text")]
    pub due_at: Moment,
    pub due_on: Day,
    #[serde(serialize_with = "as_text")]
    pub late_from: Moment,
    #[serde(serialize_with = "as_text")]
    pub due_soon_at: Option<Moment>,
    #[serde(serialize_with = "as_text")]
    pub window_opens_at: Option<Moment>,
    #[serde(serialize_with = "as_text")]
    pub window_shuts_at: Option<Moment>,
    #[serde(serialize_with = "as_text")]
    pub next_check_at: Option<Moment>,
}

const UPDATE: Sql = sql!(
    "update dossiers set version = r.version, due_at = r.due_at, due_on = r.due_on, late_from = r.late_from,
        due_soon_at = r.due_soon_at, window_opens_at = r.window_opens_at, window_shuts_at = r.window_shuts_at,
        next_check_at = r.next_check_at
     from ",
    rows "$1" as r {
        id: integer, expected_version: integer, version: integer, due_at: moment, due_on: day,
        late_from: moment, due_soon_at: moment, window_opens_at: moment, window_shuts_at: moment,
        next_check_at: moment
    },
    " where dossiers.id = r.id and dossiers.version = r.expected_version"
);

/// A date that was moved, with the event that says so.
#[derive(Clone, Debug)]
pub struct Recount<'a> {
    pub dossier: i64,
    pub unit: &'a str,
    pub due_before: Moment,
    pub due_after: Moment,
    pub event: &'a Event,
}

#[derive(Serialize)]
struct RecountRow<'a> {
    dossier_id: i64,
    unit: &'a str,
    #[serde(serialize_with = "as_text")]
    due_before: Moment,
    #[serde(serialize_with = "as_text")]
    due_after: Moment,
}

impl<'a> RecountRow<'a> {
    fn of(one: &'a Recount<'a>) -> Self {
        Self { dossier_id: one.dossier, unit: one.unit, due_before: one.due_before, due_after: one.due_after }
    }
}

#[derive(Serialize)]
struct EventRow<'a> {
    dossier_id: i64,
    seq: i64,
    kind: &'a str,
    #[serde(serialize_with = "as_text")]
    at: Moment,
    #[serde(serialize_with = "as_text")]
    recorded_at: Moment,
    actor_id: i64,
    event_unit: &'a str,
    body: &'a Happening,
}

impl<'a> EventRow<'a> {
    fn of(one: &'a Recount<'a>) -> Self {
        Self {
            dossier_id: one.dossier,
            seq: one.event.seq,
            kind: one.event.what.kind(),
            at: one.event.at,
            recorded_at: one.event.recorded_at,
            actor_id: one.event.actor.0,
            event_unit: one.event.unit.as_str(),
            body: &one.event.what,
        }
    }
}

const EVENTS: Sql = sql!(
    "insert into dossier_events (dossier_id, seq, kind, at, recorded_at, actor_id, unit, body)
     select r.dossier_id, r.seq, r.kind, r.at, r.recorded_at, r.actor_id, r.event_unit, r.body from ",
    rows "$1" as r {
        dossier_id: integer, seq: integer, kind: text, at: moment, recorded_at: moment, actor_id: integer,
        event_unit: text, body: json
    }
);
const RECOUNTS: Sql = sql!(
    "insert into recounts (edition, dossier_id, unit, due_before, due_after)
     select $2, r.dossier_id, r.unit, r.due_before, r.due_after from ",
    rows "$1" as r { dossier_id: integer, unit: text, due_before: moment, due_after: moment }
);

/// What becomes of some dossiers, written out by whoever found it out: the thread that writes the
/// database has enough to do.
#[derive(Clone, Debug)]
pub struct Sheet {
    rows: Box<RawValue>,
    count: usize,
    moved: usize,
    events: Box<RawValue>,
    recounts: Box<RawValue>,
}

impl Sheet {
    /// # Errors
    /// Where it can't be written as JSON.
    pub fn of(rows: &[Moved], moved: &[Recount<'_>]) -> Result<Self> {
        Ok(Self {
            rows: written(rows)?,
            count: rows.len(),
            moved: moved.len(),
            events: written(&moved.iter().map(EventRow::of).collect::<Vec<_>>())?,
            recounts: written(&moved.iter().map(RecountRow::of).collect::<Vec<_>>())?,
        })
    }
}

fn written<T: Serialize>(rows: &[T]) -> Result<Box<RawValue>> {
    serde_json::value::to_raw_value(rows)
        .map_err(|error| Error::corrupt("rows", std::any::type_name::<T>(), error))
}

/// Brings rows to what their events now say, and keeps what was moved with the events that say so. Not
/// all of them where a dossier has changed since it was looked at: then nothing of it may stay.
pub async fn keep(tx: &mut Tx, edition: i64, sheet: &Sheet) -> Result<bool> {
    if sheet.count > 0 {
        let updated = tx.query(UPDATE).bind(Json(&sheet.rows)).execute().await?;
        if usize::try_from(updated).ok() != Some(sheet.count) {
            return Ok(false);
        }
    }
    if sheet.moved > 0 {
        tx.query(EVENTS).bind(Json(&sheet.events)).execute().await?;
        tx.query(RECOUNTS).bind(Json(&sheet.recounts)).bind(edition).execute().await?;
    }
    Ok(true)
}

/// Notes up to which dossier all were looked at, if that still stood where it was.
pub async fn advance(tx: &mut Tx, from: i64, to: i64) -> Result<bool> {
    let moved = tx
        .query("update law_head set cursor = $2 where id = 1 and cursor = $1")
        .bind(from)
        .bind(to)
        .execute()
        .await?;
    Ok(moved == 1)
}

/// Notes that every dossier was looked at. Those that have no date yet and wait for an alert (ACC-05) are
/// few: the next sweep looks at them, by the new edition.
pub async fn finish(tx: &mut Tx, edition: i64, now: Moment) -> Result<()> {
    tx.query(
        "update dossiers set next_check_at = $1
         where next_check_at > $1 and ended_at is null and received_at is null
            and urgency >= '9999-01-01T00:00:00.000000Z'",
    )
    .bind(now)
    .execute()
    .await?;
    tx.query("update law_head set cursor = null, barrier = null where id = 1 and edition = $1")
        .bind(edition)
        .execute()
        .await?;
    tx.query("update decisions set recounted_at = $2 where edition = $1")
        .bind(edition)
        .bind(now)
        .execute()
        .await?;
    Ok(())
}

/// A date that an edition has moved.
#[derive(Clone, Debug, FromRow)]
pub struct Past {
    pub dossier_id: i64,
    pub code: String,
    pub unit: String,
    pub due_before: Moment,
    pub due_after: Moment,
}

/// The dates that an edition has moved, of dossiers after the one with the number `after`.
pub async fn moved(tx: &mut Tx, edition: i64, after: i64, limit: i64) -> Result<Vec<Past>> {
    tx.query(
        "select r.dossier_id, d.code, r.unit, r.due_before, r.due_after
         from recounts r join dossiers d on d.id = r.dossier_id
         where r.edition = $1 and r.dossier_id > $2 order by r.dossier_id limit $3",
    )
    .bind(edition)
    .bind(after)
    .bind(limit)
    .fetch_all()
    .await
}

/// How many dates of each unit an edition has moved.
pub async fn by_unit(tx: &mut Tx, edition: i64) -> Result<Vec<(String, i64)>> {
    tx.query("select unit, count(*) from recounts where edition = $1 group by unit order by unit")
        .bind(edition)
        .fetch_all()
        .await
}
