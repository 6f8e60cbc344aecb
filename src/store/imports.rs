//! What is taken over from other systems, a batch of records at a time.
//!
//! Every statement here takes or gives many rows at once, as one JSON parameter: an
//! import of millions of records must not cost a statement each. Where such rows are
//! looked up, `cross join` has SQLite go from them to the table and not the other way.

use serde::Serialize;
use sqlx::FromRow;
use sqlx::types::Json;

use super::dossiers::Projection;
use crate::db::{Error, Result, Sql, Tx, sql};
use crate::domain::event::{Event, Happening};
use crate::domain::staff::{Role, StaffId};
use crate::domain::time::Moment;

mod ledger;
mod lists;

pub use ledger::{Changed, EventRow, New, append_events, events_of, insert_dossiers, update_dossiers};
pub use lists::{Found, Quarantined, RunRow, Wanted, found, quarantined, runs, sources};

/// Begins a run and returns its number.
pub async fn begin(tx: &mut Tx, source: &str, file: &str, actor: StaffId, now: Moment) -> Result<i64> {
    tx.query(
        "insert into import_batches (source, file, actor_id, started_at) values ($1, $2, $3, $4) returning id",
    )
    .bind(source)
    .bind(file)
    .bind(actor.0)
    .bind(now)
    .fetch_scalar()
    .await
}

/// Ends a run with what it did.
pub async fn finish(tx: &mut Tx, run: i64, now: Moment, summary: &impl Serialize) -> Result<()> {
    tx.query("update import_batches set finished_at = $2, summary = $3 where id = $1")
        .bind(run)
        .bind(now)
        .bind(Json(serde_json::json!(summary)))
        .execute()
        .await?;
    Ok(())
}

#[derive(Serialize)]
struct DigestRow {
    digest: String,
}

fn digest_rows(digests: &[[u8; 16]]) -> Vec<DigestRow> {
    digests.iter().map(|digest| DigestRow { digest: crate::seal::hex(digest) }).collect()
}

const KNOWN_RECORDS: Sql = sql!(
    "select i.digest, i.batch from ",
    rows "$2" as r { digest: text },
    " cross join import_records i where i.source = $1 and i.digest = ",
    sqlite "unhex(r.digest)",
    postgres "decode(r.digest, 'hex')"
);

/// Of these records those that were seen before, and in which run last.
pub async fn known_records(tx: &mut Tx, source: &str, digests: &[[u8; 16]]) -> Result<Vec<(Vec<u8>, i64)>> {
    tx.query(KNOWN_RECORDS).bind(source).bind(Json(digest_rows(digests))).fetch_all().await
}

const SEE_RECORDS: Sql = sql!(
    "insert into import_records (source, digest, batch) select $1, ",
    sqlite "unhex(r.digest)",
    postgres "decode(r.digest, 'hex')",
    ", $3 from ",
    rows "$2" as r { digest: text },
    " where true on conflict (source, digest) do update set batch = excluded.batch"
);

/// Notes that these records, each named once, were seen in this run.
pub async fn see_records(tx: &mut Tx, source: &str, run: i64, digests: &[[u8; 16]]) -> Result<()> {
    tx.query(SEE_RECORDS).bind(source).bind(Json(digest_rows(digests))).bind(run).execute().await?;
    Ok(())
}

/// A stored dossier that a record speaks of.
#[derive(Clone, Debug, FromRow)]
pub struct KnownDossier {
    pub id: i64,
    pub code: String,
    pub version: i64,
    pub source: Option<String>,
    pub receiving_unit: String,
    pub competent_unit: String,
    pub holder_unit: String,
    pub effects_from: Option<Moment>,
    pub next_check_at: Option<Moment>,
    /// The runs of the source that have seen, made and last changed it.
    pub seen_batch: Option<i64>,
    pub created_batch: Option<i64>,
    pub changed_batch: Option<i64>,
}

#[derive(Serialize)]
struct CodeRow<'a> {
    code: &'a str,
}

const KNOWN_DOSSIERS: Sql = sql!(
    "select d.id, d.code, d.version, d.source, d.receiving_unit, d.competent_unit, d.holder_unit,
        d.effects_from, d.next_check_at, i.seen_batch, i.created_batch, i.changed_batch from ",
    rows "$1" as r { code: text },
    " cross join dossiers d left join import_dossiers i on i.source = $2 and i.code = d.code
     where d.code = r.code"
);

/// Those of these codes that are dossiers already, and what the source's runs did to them.
pub async fn known_dossiers(tx: &mut Tx, source: &str, codes: &[&str]) -> Result<Vec<KnownDossier>> {
    let rows: Vec<CodeRow<'_>> = codes.iter().map(|code| CodeRow { code }).collect();
    tx.query(KNOWN_DOSSIERS).bind(Json(rows)).bind(source).fetch_all().await
}

/// A unit, procedure or officer of the source.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct NamedRow<'a> {
    pub code: &'a str,
    pub name: &'a str,
    /// A procedure's field.
    pub field: &'a str,
}

const KEEP_UNITS: Sql = sql!(
    "insert into units (code, name, kind, source) select r.code, r.name, 'external', $1 from ",
    rows "$2" as r { code: text, name: text },
    " where true on conflict (code) do nothing"
);

/// Keeps units that only the source knows.
pub async fn keep_units(tx: &mut Tx, source: &str, units: &[NamedRow<'_>]) -> Result<()> {
    tx.query(KEEP_UNITS).bind(source).bind(Json(units)).execute().await?;
    Ok(())
}

const KEEP_PROCEDURES: Sql = sql!(
    "insert into procedures (code, version, name, field) select r.code, $1, r.name, r.field from ",
    rows "$2" as r { code: text, name: text, field: text },
    " where true on conflict (code, version) do nothing"
);

/// The only version that an external procedure has.
pub const EXTERNAL_VERSION: i64 = 1;

/// Keeps procedures that only the source knows.
pub async fn keep_procedures(tx: &mut Tx, procedures: &[NamedRow<'_>]) -> Result<()> {
    tx.query(KEEP_PROCEDURES).bind(EXTERNAL_VERSION).bind(Json(procedures)).execute().await?;
    Ok(())
}

/// An officer by the name that the source uses, with the unit of first sight.
#[derive(Clone, Debug, Serialize)]
pub struct OfficerRow<'a> {
    pub name: &'a str,
    pub unit: &'a str,
}

const KEEP_OFFICERS: Sql = sql!(
    "insert into staff (name, unit, roles, active, source, created_at)
     select r.name, r.unit, $3, $4, $1, $5 from ",
    rows "$2" as r { name: text, unit: text },
    " where true on conflict (source, name) do nothing"
);

const OFFICERS: Sql = sql!(
    "select s.name, s.id from ",
    rows "$2" as r { name: text },
    " cross join staff s where s.source = $1 and s.name = r.name"
);

/// The numbers of the source's officers, made on first sight; they can never sign in.
pub async fn officers(
    tx: &mut Tx,
    source: &str,
    officers: &[OfficerRow<'_>],
    now: Moment,
) -> Result<Vec<(String, i64)>> {
    tx.query(KEEP_OFFICERS)
        .bind(source)
        .bind(Json(officers))
        .bind(Json(Vec::<Role>::new()))
        .bind(false)
        .bind(now)
        .execute()
        .await?;
    tx.query(OFFICERS).bind(source).bind(Json(officers)).fetch_all().await
}

/// What a run did to a dossier.
#[derive(Clone, Debug, Serialize)]
pub struct Touched<'a> {
    pub code: &'a str,
    pub id: i64,
    pub changed: bool,
}

const TRACK: Sql = sql!(
    "insert into import_dossiers (source, code, dossier_id, created_batch, changed_batch, seen_batch)
     select $1, r.code, r.id, $3, $3, $3 from ",
    rows "$2" as r { code: text, id: integer, changed: boolean },
    " where true on conflict (source, code) do update set seen_batch = excluded.seen_batch"
);

const TRACK_CHANGES: Sql = sql!(
    "update import_dossiers set changed_batch = $3
     where source = $1 and changed_batch <> $3 and code in (select r.code from ",
    rows "$2" as r { code: text, changed: boolean },
    " where r.changed)"
);

/// Notes which dossiers this run has created, changed or merely seen.
pub async fn track(tx: &mut Tx, source: &str, run: i64, touched: &[Touched<'_>]) -> Result<()> {
    tx.query(TRACK).bind(source).bind(Json(touched)).bind(run).execute().await?;
    if touched.iter().any(|one| one.changed) {
        tx.query(TRACK_CHANGES).bind(source).bind(Json(touched)).bind(run).execute().await?;
    }
    Ok(())
}

/// A record that was not taken in.
#[derive(Clone, Debug, Serialize)]
pub struct QuarantineRow<'a> {
    pub line: u64,
    pub field: Option<&'a str>,
    pub reason: &'a str,
    pub digest: String,
}

const QUARANTINE: Sql = sql!(
    "insert into import_quarantine (source, batch, line, field, reason, digest)
     select $1, $3, r.line, r.field, r.reason, ",
    sqlite "unhex(r.digest)",
    postgres "decode(r.digest, 'hex')",
    " from ",
    rows "$2" as r { line: integer, field: text, reason: text, digest: text },
    " where true on conflict (source, digest) do update set batch = excluded.batch, line = excluded.line,
        field = excluded.field, reason = excluded.reason"
);

/// Keeps records apart that were not taken in, each once, with the run that met it last.
pub async fn quarantine(tx: &mut Tx, source: &str, run: i64, rows: &[QuarantineRow<'_>]) -> Result<()> {
    tx.query(QUARANTINE).bind(source).bind(Json(rows)).bind(run).execute().await?;
    Ok(())
}

/// Something odd about an imported dossier.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct FindingRow<'a> {
    pub code: &'a str,
    pub kind: &'a str,
    pub detail: String,
}

const FORGET_FINDINGS: Sql = sql!(
    "delete from import_findings where source = $1 and code in (select r.code from ",
    rows "$2" as r { code: text },
    ") and kind in (select r.code from ",
    rows "$3" as r { code: text },
    ")"
);

/// Forgets findings of these kinds about dossiers that are judged anew.
pub async fn forget_findings(tx: &mut Tx, source: &str, codes: &[&str], kinds: &[&str]) -> Result<()> {
    let rows =
        |all: &[&str]| Json(all.iter().map(|code| serde_json::json!({ "code": code })).collect::<Vec<_>>());
    tx.query(FORGET_FINDINGS).bind(source).bind(rows(codes)).bind(rows(kinds)).execute().await?;
    Ok(())
}

const FIND: Sql = sql!(
    "insert into import_findings (source, batch, code, kind, detail) select $1, $3, r.code, r.kind, r.detail from ",
    rows "$2" as r { code: text, kind: text, detail: text },
    " where true on conflict (source, code, kind, detail) do nothing"
);

pub async fn find(tx: &mut Tx, source: &str, run: i64, rows: &[FindingRow<'_>]) -> Result<()> {
    tx.query(FIND).bind(source).bind(Json(rows)).bind(run).execute().await?;
    Ok(())
}

/// How many findings of each kind there are about dossiers that the run has seen, among the next
/// `limit` numbers after `after`; and the last of those numbers, where there are more.
pub async fn findings(
    tx: &mut Tx,
    source: &str,
    run: i64,
    after: i64,
    limit: i64,
) -> Result<(Vec<(String, i64)>, Option<i64>)> {
    let last: Option<i64> = tx.query("select max(id) from import_findings").fetch_scalar().await?;
    let until = after.saturating_add(limit);
    let counts = tx
        .query(
            "select f.kind, count(*) from import_findings f
             join import_dossiers d on d.source = f.source and d.code = f.code
             where f.id > $3 and f.id <= $4 and f.source = $1 and d.seen_batch = $2
             group by f.kind order by f.kind",
        )
        .bind(source)
        .bind(run)
        .bind(after)
        .bind(until)
        .fetch_all()
        .await?;
    Ok((counts, last.filter(|last| *last > until).map(|_| until)))
}
