//! A new dossier in two statements: one opens it, one keeps it.
//!
//! Intake is what everybody at the counter waits for, and each statement is a journey to
//! the database and back; so those of one dossier travel together. SQLite takes several
//! statements in one text, PostgreSQL several parts of one statement.

use sqlx::FromRow;
use sqlx::types::Json;

use super::applicants::SearchCodes;
use super::audit::{Entry, Head, Link};
use super::dossiers::Projection;
use super::idempotency::Made;
use crate::db::{Error, Result, Sql, Tx, sql};
use crate::domain::event::Event;
use crate::domain::time::{Day, Moment};
use crate::seal::Sealed;

/// Under which key a person sends a request, and which request it is.
#[derive(Clone, Copy, Debug)]
pub struct Key<'a> {
    pub key: &'a str,
    pub request_hash: &'a [u8; 32],
}

/// What is known before the dossier has a code.
#[derive(Clone, Debug)]
pub struct Opening<'a> {
    pub staff: i64,
    pub key: Option<Key<'a>>,
    /// Whose numbers the code is taken from (CODE-03).
    pub agency: &'a str,
    pub day: Day,
    pub applicant: &'a Sealed,
    pub codes: &'a SearchCodes,
    /// What the applicant is found by.
    pub terms: &'a [i64],
}

/// What the database answers to an [`Opening`].
#[derive(Debug)]
pub enum Opened {
    /// The same key has made this before; nothing was written.
    Before(Made),
    New(Fresh),
}

/// The numbers of a dossier to be kept.
#[derive(Debug)]
pub struct Fresh {
    /// The agency's number of the day.
    pub number: i64,
    pub applicant: i64,
    /// The edition of the law in force.
    pub edition: i64,
    head: Option<Head>,
}

const OPEN: Sql = sql!(
    sqlite "insert into code_sequences (agency, day, last)
        select $3, $4, 1 where not exists (select 1 from idempotency_keys where staff_id = $1 and key = $2)
        on conflict (agency, day) do update set last = last + 1;
        insert into applicants (sealed, key_id, identifier_code, phone_code, findable)
        select $5, $6, $7, $8, 1 where not exists (select 1 from idempotency_keys where staff_id = $1 and key = $2);
        insert into search_terms (term, applicant_id) select value, last_insert_rowid() from json_each($9)
        where not exists (select 1 from idempotency_keys where staff_id = $1 and key = $2);
        select (select last from code_sequences where agency = $3 and day = $4) as number,
            last_insert_rowid() as applicant, request_hash, dossier_id, made.seq,
            head.seq as head_seq, head.hash as head_hash,
            (select edition from law_head) as edition
        from audit_head as head left join idempotency_keys as made on staff_id = $1 and key = $2",
    postgres "with made as (
            select request_hash, dossier_id, seq from idempotency_keys where staff_id = $1 and key = $2
        ), number as (
            insert into code_sequences (agency, day, last) select $3, $4, 1 where not exists (select 1 from made)
            on conflict (agency, day) do update set last = code_sequences.last + 1 returning last
        ), applicant as (
            insert into applicants (sealed, key_id, identifier_code, phone_code, findable)
            select $5, $6, $7, $8, 1 where not exists (select 1 from made) returning id
        ), terms as (
            insert into search_terms (term, applicant_id)
            select term::bigint, id from applicant, jsonb_array_elements_text($9) as term
        )
        select (select last from number) as number, (select id from applicant) as applicant,
            made.request_hash, made.dossier_id, made.seq, null::bigint as head_seq, null::bytea as head_hash,
            (select edition from law_head) as edition
        from (select 1) as one left join made on true"
);

#[derive(FromRow)]
struct OpenedRow {
    number: Option<i64>,
    applicant: Option<i64>,
    request_hash: Option<Vec<u8>>,
    dossier_id: Option<i64>,
    seq: Option<i64>,
    head_seq: Option<i64>,
    head_hash: Option<Vec<u8>>,
    edition: i64,
}

/// Takes the day's next number and keeps the applicant, unless the key has made a dossier before.
pub async fn open(tx: &mut Tx, opening: &Opening<'_>) -> Result<Opened> {
    let row: OpenedRow = tx
        .query(OPEN)
        .bind(opening.staff)
        .bind(opening.key.map(|key| key.key))
        .bind(opening.agency)
        .bind(opening.day)
        .bind(opening.applicant.bytes.as_slice())
        .bind(opening.applicant.key_id.as_str())
        .bind(opening.codes.identifier.as_deref())
        .bind(opening.codes.phone.as_deref())
        .bind(Json(opening.terms))
        .fetch_one()
        .await?;
    if let (Some(request_hash), Some(dossier_id), Some(seq)) = (row.request_hash, row.dossier_id, row.seq) {
        return Ok(Opened::Before(Made { request_hash, dossier_id, seq }));
    }
    let missing = || Error::corrupt("code_sequences", "last", opening.agency);
    Ok(Opened::New(Fresh {
        number: row.number.ok_or_else(missing)?,
        applicant: row.applicant.ok_or_else(missing)?,
        edition: row.edition,
        head: row.head_seq.zip(row.head_hash).map(|(seq, hash)| Head { seq, hash }),
    }))
}

/// A new dossier, whole.
#[derive(Clone, Debug)]
pub struct NewDossier<'a> {
    pub code: &'a str,
    pub projection: &'a Projection,
    pub next_check_at: Option<Moment>,
    pub event: &'a Event,
    pub key: Option<Key<'a>>,
    pub audit: &'a Entry<'a>,
}

// The first ten parameters are those of an audit row.
const KEEP: Sql = sql!(
    postgres "with dossier as (",
    "insert into dossiers (code, next_check_at,
        version, state, procedure_code, procedure_version, field, channel, receiving_unit, competent_unit,
        holder_unit, holder_officer, applicant_id, registered_at, received_at, received_on,
        original_due_at, original_due_on, due_at, due_on, late_from, due_soon_at, window_opens_at,
        window_shuts_at, second_late_from, stopped_at, late_before_stop, ended_at, ended_on, returned_at,
        outcome)
     values ($11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30,
        $31, $32, $33, $34, $35, $36, $37, $38, $39, $40, $41)",
    sqlite ";
        insert into dossier_events (dossier_id, seq, kind, at, recorded_at, actor_id, unit, body)
        values (last_insert_rowid(), $42, $43, $44, $45, $46, $47, $48);
        insert into idempotency_keys (staff_id, key, request_hash, dossier_id, seq, created_at)
        select $46, $49, $50, last_insert_rowid(), $42, $45 where $49 is not null;
        insert into audit (seq, at, actor_id, unit, action, subject, detail, previous, hash)
        values ($8, $1, $2, $3, $4, $5, $6, $9, $10)",
    postgres " returning id), event as (
            insert into dossier_events (dossier_id, seq, kind, at, recorded_at, actor_id, unit, body)
            select id, $42, $43, $44, $45, $46, $47, $48 from dossier
        ), key as (
            insert into idempotency_keys (staff_id, key, request_hash, dossier_id, seq, created_at)
            select $46, $49, $50, id, $42, $45 from dossier where $49 is not null
        ), head as (select seq, hash from audit_head where id = 1 for update)
        insert into audit (seq, at, actor_id, unit, action, subject, detail, previous, hash)
        select head.seq + 1, $1, $2, $3, $4, $5, $6, head.hash,
            sha256(head.hash || convert_to('[' || (head.seq + 1)::text || $7, 'UTF8'))
        from head"
);

/// Writes row, first event, key and audit row. A unique violation says that another was
/// faster with the same key.
pub async fn keep(tx: &mut Tx, fresh: Fresh, new: &NewDossier<'_>) -> Result<()> {
    let Event { seq, at, recorded_at, actor, unit, what } = new.event;
    let link = Link::new(new.audit, fresh.head);
    let query = link.bind(tx.query(KEEP)).bind(new.code).bind(new.next_check_at);
    new.projection
        .bind(query)
        .bind(*seq)
        .bind(what.kind())
        .bind(*at)
        .bind(*recorded_at)
        .bind(actor.0)
        .bind(unit.as_str())
        .bind(Json(what))
        .bind(new.key.map(|key| key.key))
        .bind(new.key.map(|key| key.request_hash.as_slice()))
        .execute()
        .await?;
    Ok(())
}
