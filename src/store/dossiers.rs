//! The dossier's row: a projection of its events, written in their transaction.

use serde::Serialize;
use sqlx::FromRow;
use sqlx::types::Json;

use crate::db::{Query, Result, Sql, Tx, sql};
use crate::domain::dossier::Dossier;
use crate::domain::standing::Milestones;
use crate::domain::time::{Day, Moment, Zone};

/// What folding a dossier's events gives, column by column.
#[derive(Clone, Debug, PartialEq, FromRow, Serialize)]
pub struct Projection {
    pub version: i64,
    pub state: String,
    pub procedure_code: String,
    pub procedure_version: i64,
    pub field: String,
    pub channel: String,
    pub receiving_unit: String,
    pub competent_unit: String,
    pub holder_unit: String,
    pub holder_officer: Option<i64>,
    pub applicant_id: Option<i64>,
    pub registered_at: Moment,
    pub received_at: Option<Moment>,
    pub received_on: Option<Day>,
    pub original_due_at: Option<Moment>,
    pub original_due_on: Option<Day>,
    pub due_at: Option<Moment>,
    pub due_on: Option<Day>,
    pub late_from: Option<Moment>,
    pub due_soon_at: Option<Moment>,
    pub window_opens_at: Option<Moment>,
    pub window_shuts_at: Option<Moment>,
    pub second_late_from: Option<Moment>,
    pub stopped_at: Option<Moment>,
    pub late_before_stop: bool,
    pub ended_at: Option<Moment>,
    pub ended_on: Option<Day>,
    pub returned_at: Option<Moment>,
    pub outcome: Option<String>,
}

impl Projection {
    /// The row that `dossier` should have; civil days that nobody told are cut in `zone`.
    #[must_use]
    pub fn of(dossier: &Dossier, milestones: Option<&Milestones>, zone: &Zone) -> Self {
        let promise = dossier.promise();
        let original = dossier.original_promise();
        let window = milestones.and_then(|milestones| milestones.notice_window(dossier));
        Self {
            version: dossier.version,
            state: dossier.state.id().to_owned(),
            procedure_code: dossier.filing.procedure.clone(),
            procedure_version: dossier.filing.procedure_version,
            field: dossier.filing.field.clone(),
            channel: dossier.filing.channel.clone(),
            receiving_unit: dossier.filing.receiving_unit.to_string(),
            competent_unit: dossier.filing.competent_unit.to_string(),
            holder_unit: dossier.holder.unit.to_string(),
            holder_officer: dossier.holder.officer.map(|officer| officer.0),
            applicant_id: dossier.filing.applicant,
            registered_at: dossier.registered_at,
            received_at: dossier.received_at,
            received_on: dossier.received_on(zone),
            original_due_at: original.map(|promise| promise.due_at),
            original_due_on: original.map(|promise| promise.due_on),
            due_at: promise.map(|promise| promise.due_at),
            due_on: promise.map(|promise| promise.due_on),
            late_from: promise.map(|promise| promise.late_from),
            due_soon_at: milestones.map(|milestones| milestones.due_soon_at),
            window_opens_at: window.map(|(opens, _)| opens),
            window_shuts_at: window.map(|(_, shuts)| shuts),
            second_late_from: dossier.reappointment.map(|second| second.late_from),
            stopped_at: dossier.stopped_since(),
            late_before_stop: dossier.late_before_stop,
            ended_at: dossier.ended_at,
            ended_on: dossier.ended_on(zone),
            returned_at: dossier.returned_at,
            outcome: dossier.outcome().map(|outcome| outcome.id().to_owned()),
        }
    }

    /// Binds all columns, in their order.
    pub(super) fn bind<'t>(&self, query: Query<'t>) -> Query<'t> {
        query
            .bind(self.version)
            .bind(self.state.as_str())
            .bind(self.procedure_code.as_str())
            .bind(self.procedure_version)
            .bind(self.field.as_str())
            .bind(self.channel.as_str())
            .bind(self.receiving_unit.as_str())
            .bind(self.competent_unit.as_str())
            .bind(self.holder_unit.as_str())
            .bind(self.holder_officer)
            .bind(self.applicant_id)
            .bind(self.registered_at)
            .bind(self.received_at)
            .bind(self.received_on)
            .bind(self.original_due_at)
            .bind(self.original_due_on)
            .bind(self.due_at)
            .bind(self.due_on)
            .bind(self.late_from)
            .bind(self.due_soon_at)
            .bind(self.window_opens_at)
            .bind(self.window_shuts_at)
            .bind(self.second_late_from)
            .bind(self.stopped_at)
            .bind(self.late_before_stop)
            .bind(self.ended_at)
            .bind(self.ended_on)
            .bind(self.returned_at)
            .bind(self.outcome.as_deref())
    }
}

/// Replaces the projection where the row still has `expected_version` and `edition` is in force; says
/// whether that was so.
pub async fn update(
    tx: &mut Tx,
    id: i64,
    expected_version: i64,
    edition: i64,
    p: &Projection,
    next_check_at: Option<Moment>,
) -> Result<bool> {
    let query = tx
        .query(
            "update dossiers set next_check_at = $3, version = $4, state = $5, procedure_code = $6,
                procedure_version = $7, field = $8, channel = $9, receiving_unit = $10, competent_unit = $11,
                holder_unit = $12, holder_officer = $13, applicant_id = $14, registered_at = $15,
                received_at = $16, received_on = $17, original_due_at = $18, original_due_on = $19,
                due_at = $20, due_on = $21, late_from = $22, due_soon_at = $23, window_opens_at = $24,
                window_shuts_at = $25, second_late_from = $26, stopped_at = $27, late_before_stop = $28,
                ended_at = $29, ended_on = $30, returned_at = $31, outcome = $32
             where id = $1 and version = $2 and (select edition from law_head) = $33",
        )
        .bind(id)
        .bind(expected_version)
        .bind(next_check_at);
    let changed = p.bind(query).bind(edition).execute().await?;
    Ok(changed == 1)
}

/// What a deed must know of a stored dossier before it reads the events.
#[derive(Clone, Debug, FromRow)]
pub struct Known {
    pub id: i64,
    pub code: String,
    pub version: i64,
    pub receiving_unit: String,
    pub competent_unit: String,
    pub holder_unit: String,
    pub effects_from: Option<Moment>,
    pub next_check_at: Option<Moment>,
}

/// The dossier with this code, if there is one.
pub async fn known(tx: &mut Tx, code: &str) -> Result<Option<Known>> {
    tx.query(
        "select id, code, version, receiving_unit, competent_unit, holder_unit, effects_from, next_check_at
         from dossiers where code = $1",
    )
    .bind(code)
    .fetch_optional()
    .await
}

/// The dossier with this id.
pub async fn known_by_id(tx: &mut Tx, id: i64) -> Result<Option<Known>> {
    tx.query(
        "select id, code, version, receiving_unit, competent_unit, holder_unit, effects_from, next_check_at
         from dossiers where id = $1",
    )
    .bind(id)
    .fetch_optional()
    .await
}

const KNOWN_BY_IDS: Sql = sql!(
    "select id, code, version, receiving_unit, competent_unit, holder_unit, effects_from, next_check_at
     from dossiers where id in (select ",
    sqlite "value from json_each($1))",
    postgres "jsonb_array_elements_text($1)::bigint)"
);

/// The dossiers with these ids.
pub async fn known_by_ids(tx: &mut Tx, ids: &[i64]) -> Result<Vec<Known>> {
    tx.query(KNOWN_BY_IDS).bind(Json(ids)).fetch_all().await
}

/// The stored projection, for comparison with a replay.
pub async fn projection(tx: &mut Tx, id: i64) -> Result<Option<Projection>> {
    tx.query(
        "select version, state, procedure_code, procedure_version, field, channel, receiving_unit,
            competent_unit, holder_unit, holder_officer, applicant_id, registered_at, received_at, received_on,
            original_due_at, original_due_on, due_at, due_on, late_from, due_soon_at, window_opens_at,
            window_shuts_at, second_late_from, stopped_at, late_before_stop, ended_at, ended_on, returned_at,
            outcome
         from dossiers where id = $1",
    )
    .bind(id)
    .fetch_optional()
    .await
}

/// Ids and codes in id order, a page after `after`, for walking over all.
pub async fn page_of_ids(tx: &mut Tx, after: i64, limit: i64) -> Result<Vec<(i64, String)>> {
    tx.query("select id, code from dossiers where id > $1 order by id limit $2")
        .bind(after)
        .bind(limit)
        .fetch_all()
        .await
}

/// The next daily number of an agency's dossier codes (CODE-03).
pub async fn next_number(tx: &mut Tx, agency: &str, day: Day) -> Result<i64> {
    tx.query(
        "insert into code_sequences (agency, day, last) values ($1, $2, 1)
         on conflict (agency, day) do update set last = code_sequences.last + 1
         returning last",
    )
    .bind(agency)
    .bind(day)
    .fetch_scalar()
    .await
}
