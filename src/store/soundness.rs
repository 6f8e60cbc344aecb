//! Questions about the database itself: is it whole, what is in it, who else is there.
//!
//! Changes nothing.

use sqlx::FromRow;

use crate::db::{Result, Sql, Tx};
use crate::seal::Sealed;

/// More damages than this say nothing new.
const INTEGRITY: Sql = Sql::per_engine("pragma integrity_check(10)", "select 'ok'");
// PostgreSQL checks each reference while it restores; SQLite's file may be changed by anyone.
const DANGLING: Sql = Sql::per_engine("select count(*) from pragma_foreign_key_check", "select 0::bigint");

/// What is physically wrong with the file; empty where it is whole.
pub async fn damages(tx: &mut Tx) -> Result<Vec<String>> {
    let lines: Vec<(String,)> = tx.query(INTEGRITY).fetch_all().await?;
    Ok(lines.into_iter().map(|(line,)| line).filter(|line| line != "ok").collect())
}

/// How many rows point to a row that is not there.
pub async fn dangling(tx: &mut Tx) -> Result<i64> {
    tx.query(DANGLING).fetch_scalar().await
}

/// How much there is of what matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, FromRow)]
pub struct Counts {
    pub dossiers: i64,
    pub events: i64,
    pub letters: i64,
    pub staff: i64,
    /// The number of the last audit row.
    pub audit_seq: i64,
}

pub async fn counts(tx: &mut Tx) -> Result<Counts> {
    tx.query(
        "select (select count(*) from dossiers) as dossiers,
                (select count(*) from dossier_events) as events,
                (select count(*) from outbox) as letters,
                (select count(*) from staff) as staff,
                (select seq from audit_head where id = 1) as audit_seq",
    )
    .fetch_one()
    .await
}

#[derive(FromRow)]
struct Row {
    sealed: Vec<u8>,
    key_id: String,
}

fn sealed(row: Row) -> Sealed {
    Sealed { bytes: row.sealed, key_id: row.key_id }
}

/// The latest applicant sealed with each key.
pub async fn sealed_applicants(tx: &mut Tx) -> Result<Vec<Sealed>> {
    let rows: Vec<Row> = tx
        .query(
            "select sealed, key_id from applicants
             where id in (select max(id) from applicants where erased_at is null group by key_id)
             order by key_id",
        )
        .fetch_all()
        .await?;
    Ok(rows.into_iter().map(sealed).collect())
}

/// The latest letter sealed with each key, of those whose text is still kept.
pub async fn sealed_letters(tx: &mut Tx) -> Result<Vec<Sealed>> {
    let rows: Vec<Row> = tx
        .query(
            "select sealed, key_id from outbox
             where id in (select max(id) from outbox where sealed is not null group by key_id)
             order by key_id",
        )
        .fetch_all()
        .await?;
    Ok(rows.into_iter().map(sealed).collect())
}

/// Tables and other things that a PostgreSQL database holds besides the server's own.
pub async fn things_in_server_database(tx: &mut Tx) -> Result<i64> {
    tx.query(
        "select count(*) from pg_catalog.pg_class c
         join pg_catalog.pg_namespace n on n.oid = c.relnamespace
         where n.nspname not in ('pg_catalog', 'information_schema') and n.nspname not like 'pg\\_%'",
    )
    .fetch_scalar()
    .await
}

/// Others who are connected to the same PostgreSQL database under another name than `own`.
pub async fn others_connected(tx: &mut Tx, own: &str) -> Result<i64> {
    tx.query(
        "select count(*) from pg_catalog.pg_stat_activity
         where datname = current_database() and pid <> pg_backend_pid()
           and backend_type = 'client backend' and application_name <> $1",
    )
    .bind(own)
    .fetch_scalar()
    .await
}

/// Whether this account may make databases, as a rehearsal on a PostgreSQL server needs it.
pub async fn may_create_databases(tx: &mut Tx) -> Result<bool> {
    tx.query("select rolcreatedb or rolsuper from pg_catalog.pg_roles where rolname = current_user")
        .fetch_scalar()
        .await
}

/// The server's version: 150004 is 15.4.
pub async fn server_version(tx: &mut Tx) -> Result<i64> {
    tx.query("select current_setting('server_version_num')::bigint").fetch_scalar().await
}
