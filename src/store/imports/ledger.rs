//! Dossiers and their events, many at once.

use super::{
    Error, Event, FromRow, Happening, Json, Moment, Projection, Result, Serialize, Sql, StaffId, Tx, sql,
};

/// A dossier's row that is new.
#[derive(Clone, Debug, Serialize)]
pub struct New<'a> {
    pub code: &'a str,
    pub next_check_at: Option<Moment>,
    #[serde(flatten)]
    pub projection: &'a Projection,
}

const INSERT: Sql = sql!(
    "insert into dossiers (code, source, effects_from, next_check_at,
        version, state, procedure_code, procedure_version, field, channel, receiving_unit, competent_unit,
        holder_unit, holder_officer, applicant_id, registered_at, received_at, received_on,
        original_due_at, original_due_on, due_at, due_on, late_from, due_soon_at, window_opens_at,
        window_shuts_at, second_late_from, stopped_at, late_before_stop, ended_at, ended_on, returned_at,
        outcome)
     select r.code, $1, $3, r.next_check_at,
        r.version, r.state, r.procedure_code, r.procedure_version, r.field, r.channel, r.receiving_unit,
        r.competent_unit, r.holder_unit, r.holder_officer, r.applicant_id, r.registered_at, r.received_at,
        r.received_on, r.original_due_at, r.original_due_on, r.due_at, r.due_on, r.late_from, r.due_soon_at,
        r.window_opens_at, r.window_shuts_at, r.second_late_from, r.stopped_at, r.late_before_stop,
        r.ended_at, r.ended_on, r.returned_at, r.outcome
     from ",
    rows "$2" as r {
        code: text, next_check_at: moment, version: integer, state: text, procedure_code: text,
        procedure_version: integer, field: text, channel: text, receiving_unit: text, competent_unit: text,
        holder_unit: text, holder_officer: integer, applicant_id: integer, registered_at: moment,
        received_at: moment, received_on: day, original_due_at: moment, original_due_on: day, due_at: moment,
        due_on: day, late_from: moment, due_soon_at: moment, window_opens_at: moment,
        window_shuts_at: moment, second_late_from: moment, stopped_at: moment, late_before_stop: boolean,
        ended_at: moment, ended_on: day, returned_at: moment, outcome: text
    },
    " where true returning code, id"
);

/// Inserts dossiers of one source and returns their codes and ids.
pub async fn insert_dossiers(
    tx: &mut Tx,
    source: &str,
    effects_from: Moment,
    new: &[New<'_>],
) -> Result<Vec<(String, i64)>> {
    tx.query(INSERT).bind(source).bind(Json(new)).bind(effects_from).fetch_all().await
}

/// What a stored dossier's row is to become, if it still has the version that was read.
#[derive(Clone, Debug, Serialize)]
pub struct Changed<'a> {
    pub id: i64,
    pub expected_version: i64,
    pub next_check_at: Option<Moment>,
    #[serde(flatten)]
    pub projection: &'a Projection,
}

const UPDATE: Sql = sql!(
    "update dossiers set version = r.version, state = r.state, procedure_code = r.procedure_code,
        procedure_version = r.procedure_version, field = r.field, channel = r.channel,
        receiving_unit = r.receiving_unit, competent_unit = r.competent_unit, holder_unit = r.holder_unit,
        holder_officer = r.holder_officer, registered_at = r.registered_at, received_at = r.received_at,
        received_on = r.received_on, original_due_at = r.original_due_at,
        original_due_on = r.original_due_on, due_at = r.due_at, due_on = r.due_on, late_from = r.late_from,
        due_soon_at = r.due_soon_at, window_opens_at = r.window_opens_at,
        window_shuts_at = r.window_shuts_at, second_late_from = r.second_late_from,
        stopped_at = r.stopped_at, late_before_stop = r.late_before_stop, ended_at = r.ended_at,
        ended_on = r.ended_on, returned_at = r.returned_at, outcome = r.outcome,
        next_check_at = r.next_check_at
     from ",
    rows "$1" as r {
        id: integer, expected_version: integer, next_check_at: moment, version: integer, state: text,
        procedure_code: text, procedure_version: integer, field: text, channel: text, receiving_unit: text,
        competent_unit: text, holder_unit: text, holder_officer: integer, registered_at: moment,
        received_at: moment, received_on: day, original_due_at: moment, original_due_on: day, due_at: moment,
        due_on: day, late_from: moment, due_soon_at: moment, window_opens_at: moment,
        window_shuts_at: moment, second_late_from: moment, stopped_at: moment, late_before_stop: boolean,
        ended_at: moment, ended_on: day, returned_at: moment, outcome: text
    },
    " where dossiers.id = r.id and dossiers.version = r.expected_version"
);

/// Replaces the projections of dossiers that have not moved on; says how many those were.
pub async fn update_dossiers(tx: &mut Tx, changed: &[Changed<'_>]) -> Result<u64> {
    tx.query(UPDATE).bind(Json(changed)).execute().await
}

/// An event of a dossier, as it goes into the log.
#[derive(Clone, Debug, Serialize)]
pub struct EventRow<'a> {
    dossier: i64,
    seq: i64,
    kind: &'static str,
    at: Moment,
    recorded_at: Moment,
    actor: i64,
    unit: &'a str,
    body: &'a Happening,
}

impl<'a> EventRow<'a> {
    #[must_use]
    pub fn new(dossier: i64, event: &'a Event) -> Self {
        Self {
            dossier,
            seq: event.seq,
            kind: event.what.kind(),
            at: event.at,
            recorded_at: event.recorded_at,
            actor: event.actor.0,
            unit: event.unit.as_str(),
            body: &event.what,
        }
    }
}

const APPEND: Sql = sql!(
    "insert into dossier_events (dossier_id, seq, kind, at, recorded_at, actor_id, unit, body)
     select r.dossier, r.seq, r.kind, r.at, r.recorded_at, r.actor, r.unit, r.body from ",
    rows "$1" as r {
        dossier: integer, seq: integer, kind: text, at: moment, recorded_at: moment, actor: integer,
        unit: text, body: json
    }
);

/// Adds events to the logs of many dossiers.
pub async fn append_events(tx: &mut Tx, events: &[EventRow<'_>]) -> Result<()> {
    tx.query(APPEND).bind(Json(events)).execute().await?;
    Ok(())
}

#[derive(FromRow)]
struct Logged {
    dossier_id: i64,
    seq: i64,
    at: Moment,
    recorded_at: Moment,
    actor_id: i64,
    unit: String,
    body: Json<Happening>,
}

#[derive(Serialize)]
struct IdRow {
    id: i64,
}

const EVENTS: Sql = sql!(
    "select e.dossier_id, e.seq, e.at, e.recorded_at, e.actor_id, e.unit, e.body from ",
    rows "$1" as r { id: integer },
    " cross join dossier_events e where e.dossier_id = r.id order by e.dossier_id, e.seq"
);

/// The lives of these dossiers, each oldest event first.
pub async fn events_of(tx: &mut Tx, dossiers: &[i64]) -> Result<Vec<(i64, Event)>> {
    let ids: Vec<IdRow> = dossiers.iter().map(|&id| IdRow { id }).collect();
    let rows: Vec<Logged> = tx.query(EVENTS).bind(Json(ids)).fetch_all().await?;
    rows.into_iter().map(event).collect()
}

fn event(row: Logged) -> Result<(i64, Event)> {
    let unit = row.unit.parse().map_err(|_| Error::corrupt("dossier_events", "unit", row.seq))?;
    let event = Event {
        seq: row.seq,
        at: row.at,
        recorded_at: row.recorded_at,
        actor: StaffId(row.actor_id),
        unit,
        what: row.body.0,
    };
    Ok((row.dossier_id, event))
}
