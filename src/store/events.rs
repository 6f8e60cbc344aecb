//! The log of what happened to each dossier; it only grows (LIFE-05).

use std::collections::BTreeMap;

use sqlx::FromRow;
use sqlx::types::Json;

use crate::db::{Error, Result, Sql, Tx, sql};
use crate::domain::event::{Event, Happening};
use crate::domain::staff::StaffId;
use crate::domain::time::Moment;

/// Adds one event. Its number is unique within the dossier, so that of two who add
/// the same one, one fails.
pub async fn append(tx: &mut Tx, dossier: i64, event: &Event) -> Result<()> {
    tx.query(
        "insert into dossier_events (dossier_id, seq, kind, at, recorded_at, actor_id, unit, body)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(dossier)
    .bind(event.seq)
    .bind(event.what.kind())
    .bind(event.at)
    .bind(event.recorded_at)
    .bind(event.actor.0)
    .bind(event.unit.as_str())
    .bind(Json(&event.what))
    .execute()
    .await?;
    Ok(())
}

/// Puts an event without its words in its own place; the database lets it pass for whoever's applicant was
/// erased, and for nobody else (S24).
pub async fn put_bare(tx: &mut Tx, dossier: i64, seq: i64, bare: &Happening) -> Result<()> {
    tx.query("update dossier_events set body = $3 where dossier_id = $1 and seq = $2")
        .bind(dossier)
        .bind(seq)
        .bind(Json(bare))
        .execute()
        .await?;
    Ok(())
}

#[derive(FromRow)]
struct Row {
    seq: i64,
    at: Moment,
    recorded_at: Moment,
    actor_id: i64,
    unit: String,
    body: Json<Happening>,
}

/// A dossier's whole life, oldest event first.
pub async fn of(tx: &mut Tx, dossier: i64) -> Result<Vec<Event>> {
    let rows: Vec<Row> = tx
        .query(
            "select seq, at, recorded_at, actor_id, unit, body
             from dossier_events where dossier_id = $1 order by seq",
        )
        .bind(dossier)
        .fetch_all()
        .await?;
    rows.into_iter().map(event).collect()
}

#[derive(FromRow)]
struct OfMany {
    dossier_id: i64,
    #[sqlx(flatten)]
    row: Row,
}

const OF_MANY: Sql = sql!(
    "select dossier_id, seq, at, recorded_at, actor_id, unit, body from dossier_events
     where dossier_id in (select ",
    sqlite "value from json_each($1))",
    postgres "jsonb_array_elements_text($1)::bigint)",
    " order by dossier_id, seq"
);

/// The whole lives of several dossiers.
pub async fn of_many(tx: &mut Tx, dossiers: &[i64]) -> Result<BTreeMap<i64, Vec<Event>>> {
    let rows: Vec<OfMany> = tx.query(OF_MANY).bind(Json(dossiers)).fetch_all().await?;
    let mut lives: BTreeMap<i64, Vec<Event>> = BTreeMap::new();
    for one in rows {
        lives.entry(one.dossier_id).or_default().push(event(one.row)?);
    }
    Ok(lives)
}

fn event(row: Row) -> Result<Event> {
    let unit = row.unit.parse().map_err(|_| Error::corrupt("dossier_events", "unit", row.seq))?;
    Ok(Event {
        seq: row.seq,
        at: row.at,
        recorded_at: row.recorded_at,
        actor: StaffId(row.actor_id),
        unit,
        what: row.body.0,
    })
}

/// Dossiers with a corrected time that waits for its second person: proposed, and since then neither
/// approved nor refused.
macro_rules! proposing {
    ($units:literal, $approved:literal, $refused:literal) => {
        concat!(
            "select distinct e.dossier_id from dossier_events e
             where e.kind = 'correction_proposed' and exists (select 1 from dossiers d
                where d.id = e.dossier_id and ($2 or d.competent_unit in ",
            $units,
            " or d.receiving_unit in ",
            $units,
            " or d.holder_unit in ",
            $units,
            ")) and not exists (select 1 from dossier_events l where l.dossier_id = e.dossier_id
                and l.seq > e.seq and l.kind = 'corrected' and (",
            $approved,
            " is not null or ",
            $refused,
            " = e.seq)) order by e.dossier_id limit $3"
        )
    };
}

pub(super) const PROPOSING: Sql = Sql::per_engine(
    proposing!(
        "(select value from json_each($1))",
        "json_extract(l.body, '$.time')",
        "json_extract(l.body, '$.corrects')"
    ),
    proposing!(
        "(select jsonb_array_elements_text($1::jsonb))",
        "(l.body -> 'time')",
        "(l.body ->> 'corrects')::bigint"
    ),
);

/// The first of the units' dossiers whose correction waits for a second person (LATE-11).
pub async fn proposing(tx: &mut Tx, units: &str, limit: i64) -> Result<Vec<i64>> {
    let everywhere = super::catalogue::is_everywhere(tx, units).await?;
    let found: Vec<Proposing> =
        tx.query(PROPOSING).bind(units).bind(everywhere).bind(limit).fetch_all().await?;
    Ok(found.into_iter().map(|one| one.dossier_id).collect())
}

#[derive(FromRow)]
struct Proposing {
    dossier_id: i64,
}
