//! Whole histories at once: thousands of rows in each statement, under numbers that the
//! caller has chosen.
//!
//! For filling an empty database only; everything that happens later is written where it
//! happens.

use std::marker::PhantomData;

use serde::Serialize;
use serde_json::value::RawValue;
use sqlx::types::Json;

use super::dossiers::Projection;
use super::figures::{Cells, Counted};
use crate::db::{Error, Result, Sql, Tx, as_text, sql};
use crate::domain::event::{Event, Happening};
use crate::domain::time::{Day, Moment};
use crate::seal::{Sealed, hex};

use super::applicants::SearchCodes;

/// Rows as the one parameter that takes them, written out by whoever made them: the thread that
/// writes the database has enough to do.
#[derive(Clone, Debug)]
pub struct Rows<T> {
    json: Box<RawValue>,
    count: usize,
    of: PhantomData<fn() -> T>,
}

impl<T: Serialize> Rows<T> {
    /// # Errors
    /// Where a row can't be written as JSON.
    pub fn of(rows: &[T]) -> Result<Self> {
        Self::written(rows)
    }
}

impl Rows<(i64, Event)> {
    /// Events, each with the number of its dossier.
    ///
    /// # Errors
    /// As [`Rows::of`].
    pub fn of_events(events: &[(i64, Event)]) -> Result<Self> {
        let rows: Vec<EventRow<'_>> = events.iter().map(EventRow::of).collect();
        Self::written(&rows)
    }
}

impl Rows<Cells> {
    /// What these dossiers add to the counts that are kept ready.
    ///
    /// # Errors
    /// As [`Rows::of`].
    pub fn of_counts(dossiers: &[Dossier]) -> Result<Self> {
        let mut cells = Cells::default();
        for counted in dossiers.iter().filter_map(|row| Counted::of(&row.projection)) {
            cells.count(&counted, 1);
        }
        Self::written(&super::figures::rows(&cells.sorted()))
    }
}

impl<T> Rows<T> {
    fn written<R: Serialize>(rows: &[R]) -> Result<Self> {
        let json = serde_json::value::to_raw_value(rows)
            .map_err(|error| Error::corrupt("rows", std::any::type_name::<R>(), error))?;
        Ok(Self { json, count: rows.len(), of: PhantomData })
    }

    #[must_use]
    pub fn count(&self) -> usize {
        self.count
    }

    async fn insert(&self, tx: &mut Tx, sql: Sql) -> Result<()> {
        if self.count > 0 {
            tx.query(sql).bind(Json(&self.json)).execute().await?;
        }
        Ok(())
    }
}

/// An applicant's row.
#[derive(Clone, Debug, Serialize)]
pub struct Applicant {
    id: i64,
    sealed: String,
    key_id: String,
    identifier_code: Option<String>,
    phone_code: Option<String>,
    terms: Vec<i64>,
}

impl Applicant {
    #[must_use]
    pub fn new(id: i64, sealed: &Sealed, codes: &SearchCodes, terms: Vec<i64>) -> Self {
        Self {
            id,
            sealed: hex(&sealed.bytes),
            key_id: sealed.key_id.clone(),
            identifier_code: codes.identifier.as_deref().map(hex),
            phone_code: codes.phone.as_deref().map(hex),
            terms,
        }
    }
}

const APPLICANTS: Sql = sql!(
    "insert into applicants (id, sealed, key_id, identifier_code, phone_code, findable) select r.id, ",
    sqlite "unhex(r.sealed), r.key_id, unhex(r.identifier_code), unhex(r.phone_code), 1",
    postgres "decode(r.sealed, 'hex'), r.key_id, decode(r.identifier_code, 'hex'), decode(r.phone_code, 'hex'), 1",
    " from ",
    rows "$1" as r { id: integer, sealed: text, key_id: text, identifier_code: text, phone_code: text }
);

// In the order of the index, so that what lies together is written together.
const TERMS: Sql = sql!(
    "insert into search_terms (term, applicant_id) select ",
    sqlite "t.value, r.id from ",
    postgres "t.value::bigint, r.id from ",
    rows "$1" as r { id: integer, terms: json },
    sqlite ", json_each(r.terms) as t",
    postgres ", jsonb_array_elements_text(r.terms) as t (value)",
    " order by 1, 2"
);

/// Applicants, and what they are found by.
pub async fn applicants(tx: &mut Tx, rows: &Rows<Applicant>) -> Result<()> {
    rows.insert(tx, APPLICANTS).await?;
    rows.insert(tx, TERMS).await
}

/// A dossier's row.
#[derive(Clone, Debug, Serialize)]
pub struct Dossier {
    pub id: i64,
    pub code: String,
    pub next_check_at: Option<Moment>,
    #[serde(flatten)]
    pub projection: Projection,
}

const DOSSIERS: Sql = sql!(
    "insert into dossiers (id, code, next_check_at,
        version, state, procedure_code, procedure_version, field, channel, receiving_unit, competent_unit,
        holder_unit, holder_officer, applicant_id, registered_at, received_at, received_on,
        original_due_at, original_due_on, due_at, due_on, late_from, due_soon_at, window_opens_at,
        window_shuts_at, second_late_from, stopped_at, late_before_stop, ended_at, ended_on, returned_at,
        outcome)
     select r.id, r.code, r.next_check_at,
        r.version, r.state, r.procedure_code, r.procedure_version, r.field, r.channel, r.receiving_unit,
        r.competent_unit, r.holder_unit, r.holder_officer, r.applicant_id, r.registered_at, r.received_at,
        r.received_on, r.original_due_at, r.original_due_on, r.due_at, r.due_on, r.late_from, r.due_soon_at,
        r.window_opens_at, r.window_shuts_at, r.second_late_from, r.stopped_at, r.late_before_stop,
        r.ended_at, r.ended_on, r.returned_at, r.outcome
     from ",
    rows "$1" as r {
        id: integer, code: text, next_check_at: moment, version: integer, state: text, procedure_code: text,
        procedure_version: integer, field: text, channel: text, receiving_unit: text, competent_unit: text,
        holder_unit: text, holder_officer: integer, applicant_id: integer, registered_at: moment,
        received_at: moment, received_on: day, original_due_at: moment, original_due_on: day, due_at: moment,
        due_on: day, late_from: moment, due_soon_at: moment, window_opens_at: moment,
        window_shuts_at: moment, second_late_from: moment, stopped_at: moment, late_before_stop: boolean,
        ended_at: moment, ended_on: day, returned_at: moment, outcome: text
    }
);

/// Dossiers; what they add to the counts is told by [`Rows::of_counts`] and written with them.
pub async fn dossiers(tx: &mut Tx, rows: &Rows<Dossier>) -> Result<()> {
    rows.insert(tx, DOSSIERS).await
}

/// An event's row.
#[derive(Clone, Debug, Serialize)]
struct EventRow<'a> {
    dossier_id: i64,
    seq: i64,
    kind: &'a str,
    #[serde(serialize_with = "as_text")]
    at: Moment,
    #[serde(serialize_with = "as_text")]
    recorded_at: Moment,
    actor_id: i64,
    unit: &'a str,
    body: &'a Happening,
}

impl<'a> EventRow<'a> {
    fn of((dossier_id, event): &'a (i64, Event)) -> Self {
        Self {
            dossier_id: *dossier_id,
            seq: event.seq,
            kind: event.what.kind(),
            at: event.at,
            recorded_at: event.recorded_at,
            actor_id: event.actor.0,
            unit: event.unit.as_str(),
            body: &event.what,
        }
    }
}

const EVENTS: Sql = sql!(
    "insert into dossier_events (dossier_id, seq, kind, at, recorded_at, actor_id, unit, body)
     select r.dossier_id, r.seq, r.kind, r.at, r.recorded_at, r.actor_id, r.unit, r.body from ",
    rows "$1" as r {
        dossier_id: integer, seq: integer, kind: text, at: moment, recorded_at: moment, actor_id: integer,
        unit: text, body: json
    }
);

pub async fn events(tx: &mut Tx, rows: &Rows<(i64, Event)>) -> Result<()> {
    rows.insert(tx, EVENTS).await
}

/// An obligation's row, as far as it has come.
#[derive(Clone, Debug, Serialize)]
pub struct Obligation {
    pub dossier_id: i64,
    pub unit: String,
    pub opened_at: Moment,
    pub issued_at: Option<Moment>,
    pub in_advance: Option<bool>,
    pub form_number: Option<String>,
    pub reason: Option<&'static str>,
    pub delivered_at: Option<Moment>,
    pub exempted_at: Option<Moment>,
    pub closed_at: Option<Moment>,
}

const OBLIGATIONS: Sql = sql!(
    "insert into obligations (dossier_id, unit, opened_at, issued_at, in_advance, form_number, reason,
        delivered_at, exempted_at, closed_at)
     select r.dossier_id, r.unit, r.opened_at, r.issued_at, r.in_advance, r.form_number, r.reason,
        r.delivered_at, r.exempted_at, r.closed_at from ",
    rows "$1" as r {
        dossier_id: integer, unit: text, opened_at: moment, issued_at: moment, in_advance: boolean,
        form_number: text, reason: text, delivered_at: moment, exempted_at: moment, closed_at: moment
    }
);

pub async fn obligations(tx: &mut Tx, rows: &Rows<Obligation>) -> Result<()> {
    rows.insert(tx, OBLIGATIONS).await
}

/// An alert that was raised when it was owed.
#[derive(Clone, Debug, Serialize)]
pub struct Alert {
    pub dossier_id: i64,
    pub promise_no: i64,
    pub rule: &'static str,
    pub level: u32,
    pub recipient_id: i64,
    pub since: Moment,
}

const ALERTS: Sql = sql!(
    "insert into alerts (dossier_id, promise_no, rule, level, recipient_id, since, created_at)
     select r.dossier_id, r.promise_no, r.rule, r.level, r.recipient_id, r.since, r.since from ",
    rows "$1" as r {
        dossier_id: integer, promise_no: integer, rule: text, level: integer, recipient_id: integer,
        since: moment
    }
);

pub async fn alerts(tx: &mut Tx, rows: &Rows<Alert>) -> Result<()> {
    rows.insert(tx, ALERTS).await
}

/// Adds to the counts that are kept ready.
pub async fn figures(tx: &mut Tx, rows: &Rows<Cells>) -> Result<()> {
    rows.insert(tx, super::figures::UPSERT).await
}

/// The last number that an agency has given on a day, or a unit's letters in a year.
#[derive(Clone, Debug, Serialize)]
pub struct LastNumber {
    pub agency: String,
    pub day: Day,
    pub last: i64,
}

const NUMBERS: Sql = sql!(
    "insert into code_sequences (agency, day, last) select r.agency, r.day, r.last from ",
    rows "$1" as r { agency: text, day: day, last: integer }
);

/// Keeps these numbers, so that the next one given is a new one (CODE-03).
pub async fn numbers(tx: &mut Tx, rows: &Rows<LastNumber>) -> Result<()> {
    rows.insert(tx, NUMBERS).await
}

const APPLICANTS_GO_ON: Sql = sql!(
    "select ",
    sqlite "max(id)",
    postgres "setval(pg_get_serial_sequence('applicants', 'id'), max(id))",
    " from applicants"
);
const DOSSIERS_GO_ON: Sql = sql!(
    "select ",
    sqlite "max(id)",
    postgres "setval(pg_get_serial_sequence('dossiers', 'id'), max(id))",
    " from dossiers"
);

/// Has the engine number on after the rows that were numbered here.
pub async fn number_on(tx: &mut Tx) -> Result<()> {
    for sql in [APPLICANTS_GO_ON, DOSSIERS_GO_ON] {
        let _: Option<i64> = tx.query(sql).fetch_scalar().await?;
    }
    Ok(())
}
