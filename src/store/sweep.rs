//! The dossiers at which something has become owed, found by index and treated by the batch.

use std::collections::BTreeSet;

use serde::Serialize;
use sqlx::FromRow;
use sqlx::types::Json;

use super::dossiers::Known;
use crate::db::{Result, Sql, Tx, as_text, sql};
use crate::domain::alert::AlertRule;
use crate::domain::time::Moment;

// Nodes that sweep at once take different dossiers; SQLite has one writer anyway.
pub(super) const DUE: Sql = sql!(
    "select id, code, version, receiving_unit, competent_unit, holder_unit, effects_from, next_check_at
     from dossiers where next_check_at <= $1 order by next_check_at limit $2 ",
    postgres "for update skip locked",
    ""
);

/// Up to `limit` dossiers whose next check has come, the longest waiting first.
pub async fn take(tx: &mut Tx, now: Moment, limit: i64) -> Result<Vec<Known>> {
    tx.query(DUE).bind(now).bind(limit).fetch_all().await
}

/// When a dossier must be looked at again; never, where nothing more can become owed.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Next {
    pub id: i64,
    #[serde(serialize_with = "as_text")]
    pub at: Option<Moment>,
}

const SET_NEXT: Sql = sql!(
    "update dossiers set next_check_at = r.at from ",
    rows "$1" as r { id: integer, at: moment },
    " where dossiers.id = r.id"
);

/// Sets when each dossier is looked at next.
pub async fn set_next(tx: &mut Tx, all: &[Next]) -> Result<()> {
    tx.query(SET_NEXT).bind(Json(all)).execute().await?;
    Ok(())
}

/// An obligation to be opened.
#[derive(Clone, Debug, Serialize)]
pub struct Owed<'a> {
    pub dossier_id: i64,
    pub unit: &'a str,
}

const OPEN: Sql = sql!(
    "insert into obligations (dossier_id, unit, opened_at) select r.dossier_id, r.unit, $2 from ",
    rows "$1" as r { dossier_id: integer, unit: text },
    " where true on conflict (dossier_id) do nothing"
);

/// Opens the obligations that are not open yet.
pub async fn open_obligations(tx: &mut Tx, all: &[Owed<'_>], now: Moment) -> Result<u64> {
    tx.query(OPEN).bind(Json(all)).bind(now).execute().await
}

/// An alert to one recipient.
#[derive(Clone, Debug, Serialize)]
pub struct NewAlert {
    pub dossier_id: i64,
    pub promise_no: i64,
    pub rule: &'static str,
    pub level: i64,
    pub recipient_id: i64,
    #[serde(serialize_with = "as_text")]
    pub since: Moment,
}

/// An alert that was not raised before.
#[derive(Clone, Debug, FromRow)]
pub struct Raised {
    pub id: i64,
    pub dossier_id: i64,
    pub rule: String,
    pub level: i64,
    pub recipient_id: i64,
}

const RAISE: Sql = sql!(
    "insert into alerts (dossier_id, promise_no, rule, level, recipient_id, since, created_at)
     select r.dossier_id, r.promise_no, r.rule, r.level, r.recipient_id, r.since, $2 from ",
    rows "$1" as r {
        dossier_id: integer, promise_no: integer, rule: text, level: integer, recipient_id: integer,
        since: moment
    },
    " where true on conflict (dossier_id, promise_no, rule, level, recipient_id) do nothing
     returning id, dossier_id, rule, level, recipient_id"
);

/// Raises the alerts that were not raised before, and says which those are.
pub async fn raise(tx: &mut Tx, all: &[NewAlert], now: Moment) -> Result<Vec<Raised>> {
    tx.query(RAISE).bind(Json(all)).bind(now).fetch_all().await
}

const TELL: Sql = sql!(
    "update alerts set letter_id = $2, waits = false where id in (select ",
    sqlite "value from json_each($1))",
    postgres "jsonb_array_elements_text($1)::bigint)"
);

/// Says by which letter alerts went out.
pub async fn tell(tx: &mut Tx, alerts: &[i64], letter: i64) -> Result<()> {
    tx.query(TELL).bind(Json(alerts)).bind(letter).execute().await?;
    Ok(())
}

const HAVE_WAIT: Sql = sql!(
    "update alerts set waits = $2 where waits <> $2 and id in (select ",
    sqlite "value from json_each($1))",
    postgres "jsonb_array_elements_text($1)::bigint)"
);

/// Has alerts wait for a later letter, or wait no longer.
pub async fn have_wait(tx: &mut Tx, alerts: &[i64], waits: bool) -> Result<()> {
    if !alerts.is_empty() {
        tx.query(HAVE_WAIT).bind(Json(alerts)).bind(waits).execute().await?;
    }
    Ok(())
}

/// Everybody for whom alerts wait.
pub async fn who_waits(tx: &mut Tx) -> Result<Vec<i64>> {
    let rows: Vec<(i64,)> =
        tx.query("select distinct recipient_id from alerts where waits").fetch_all().await?;
    Ok(rows.into_iter().map(|(recipient,)| recipient).collect())
}

const WAITING: Sql = sql!(
    "select id, dossier_id, rule, level, recipient_id from alerts where waits and recipient_id in (select ",
    sqlite "value from json_each($1))",
    postgres "jsonb_array_elements_text($1)::bigint)",
    " order by id limit $2"
);

/// Up to `limit` alerts that wait for these people, the oldest first.
pub async fn waiting(tx: &mut Tx, recipients: &[i64], limit: i64) -> Result<Vec<Raised>> {
    tx.query(WAITING).bind(Json(recipients)).bind(limit).fetch_all().await
}

// Nodes that write letters at once count one after the other; SQLite has one writer anyway.
const IN_TURN: &str = "select pg_advisory_xact_lock(hashtext('dunghen.alerts.letters'))";

const LETTERS_SINCE: Sql = sql!(
    "select recipient_id, count(*) from outbox
     where created_at > $3 and created_at <= $4 and ",
    sqlite "recipient_id in (select value from json_each($1)) and kind in (select value from json_each($2))",
    postgres "recipient_id in (select jsonb_array_elements_text($1)::bigint)
        and kind in (select jsonb_array_elements_text($2))",
    " group by recipient_id"
);

/// How many letters of alerts each of these people got after `since`; until the end of the
/// transaction nobody else writes one.
pub async fn letters_since(
    tx: &mut Tx,
    recipients: &BTreeSet<i64>,
    since: Moment,
    now: Moment,
) -> Result<Vec<(i64, i64)>> {
    if recipients.is_empty() {
        return Ok(Vec::new());
    }
    if !tx.is_sqlite() {
        tx.query(IN_TURN).execute().await?;
    }
    let kinds = AlertRule::ALL.map(AlertRule::id);
    tx.query(LETTERS_SINCE).bind(Json(recipients)).bind(Json(kinds)).bind(since).bind(now).fetch_all().await
}

/// How many wait, and since when the oldest does.
pub async fn backlog(tx: &mut Tx, now: Moment) -> Result<(i64, Option<Moment>)> {
    tx.query("select count(*), min(next_check_at) from dossiers where next_check_at <= $1")
        .bind(now)
        .fetch_one()
        .await
}
