//! Dossiers as they stood at an instant, for forms that can be made again later (REP-05).
//!
//! A dossier whose clock nothing touched since then is judged by its row, counted where it lies. Whose
//! clock something did touch is only named: its life must be folded up to that instant.

use sqlx::FromRow;

use crate::db::{Result, Sql, Tx};
use crate::domain::time::{Day, Moment};

/// What is asked for: the days of a period, the instant of its end, and competent units.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    pub from: Day,
    pub to: Day,
    /// The last instant that belongs to it.
    pub as_of: Moment,
    /// As a JSON array of codes; none for all.
    pub units: Option<&'a str>,
}

/// How many dossiers of a unit and procedure came and stood alike.
#[derive(Clone, Debug, FromRow)]
pub struct Group {
    pub unit: String,
    pub field: String,
    pub procedure: String,
    pub online: bool,
    pub carried: bool,
    pub ended: bool,
    pub outcome: Option<String>,
    pub late: bool,
    pub dossiers: i64,
}

// What may move a due date, stop a clock, or undo or decide an end.
macro_rules! clock_touched_since {
    ($at:literal) => {
        concat!(
            "exists (select 1 from dossier_events e where e.dossier_id = d.id and e.at > ",
            $at,
            " and e.kind in ('supplement_requested', 'supplemented', 'payment_requested', 'paid',
                'exclusion_began', 'exclusion_ended', 'recalculated', 'withdrawn', 'stopped', 'reopened',
                'corrected'))"
        )
    };
}

// Whether it was late is kept where its clock stands still (SUP-06); else it is late once past `late_from`.
macro_rules! late_at {
    ($at:literal) => {
        concat!("(d.late_before_stop or (d.stopped_at is null and coalesce(d.late_from < ", $at, ", false)))")
    };
}

macro_rules! of_units {
    ($units:literal) => {
        concat!("($1 is null or d.competent_unit in ", $units, ")")
    };
}

macro_rules! in_period {
    ($units:literal) => {
        concat!(
            "d.received_on is not null and d.received_on <= $3 and (d.ended_on is null or d.ended_on >= $2) and ",
            of_units!($units)
        )
    };
}

macro_rules! groups {
    ($units:literal) => {
        concat!(
            "select unit, field, procedure, online, carried, ended, outcome, late, count(*) as dossiers
             from (select d.competent_unit as unit, d.field as field, d.procedure_code as procedure,
                    d.channel = 'online' as online, d.received_on < $2 as carried,
                    coalesce(d.ended_on <= $3, false) as ended,
                    case when d.ended_on <= $3 then d.outcome end as outcome,
                    not coalesce(d.ended_on <= $3, false) and ",
            late_at!("$4"),
            " as late
                from dossiers d where ",
            in_period!($units),
            " and not ",
            clock_touched_since!("$4"),
            ") as judged
             group by unit, field, procedure, online, carried, ended, outcome, late"
        )
    };
}

// The due instant itself decides, a stop by its beginning, and a second supplement makes it late.
macro_rules! progress {
    ($units:literal) => {
        concat!(
            "select unit, count(*) as dossiers, count(*) filter (where in_time) as in_time,
                count(*) filter (where not carried) as received,
                count(*) filter (where not carried and online) as online
             from (select d.competent_unit as unit, d.channel = 'online' as online, d.received_on < $2 as carried,
                    case when d.ended_on <= $3 then d.ended_at else coalesce(d.stopped_at, $4) end <= d.due_at
                    and (select count(*) from dossier_events s where s.dossier_id = d.id
                        and s.kind = 'supplement_requested' and s.at >= d.received_at) <= 1 as in_time
                from dossiers d where ",
            in_period!($units),
            " and d.due_at is not null and not ",
            clock_touched_since!("$4"),
            ") as judged
             group by unit"
        )
    };
}

// What nobody gave an appointment. What waited for a supplement must be folded to take that off.
macro_rules! without_due {
    ($units:literal) => {
        concat!(
            "select d.id, d.competent_unit as unit, d.procedure_code as procedure, d.procedure_version as version,
                d.channel = 'online' as online, d.received_on, d.received_at,
                case when d.ended_on <= $3 then d.ended_at else coalesce(d.stopped_at, $4) end as decides_at,
                exists (select 1 from dossier_events s where s.dossier_id = d.id
                    and s.kind = 'supplement_requested' and s.at >= d.received_at) as waited
             from dossiers d where d.id > $5 and d.due_at is null and ",
            in_period!($units),
            " and not ",
            clock_touched_since!("$4"),
            " order by d.id limit $6"
        )
    };
}

macro_rules! touched {
    ($units:literal) => {
        concat!(
            "select d.id from dossiers d where d.id > $5 and ",
            in_period!($units),
            " and ",
            clock_touched_since!("$4"),
            " order by d.id limit $6"
        )
    };
}

macro_rules! late {
    ($units:literal) => {
        concat!(
            "select d.id from dossiers d where d.id > $3 and d.received_at <= $2
                and (d.ended_at is null or d.ended_at > $2) and ",
            of_units!($units),
            " and (",
            late_at!("$2"),
            " or ",
            clock_touched_since!("$2"),
            ") order by d.id limit $4"
        )
    };
}

macro_rules! of_engines {
    ($statement:ident) => {
        Sql::per_engine(
            $statement!("(select value from json_each($1))"),
            $statement!("(select jsonb_array_elements_text($1::jsonb))"),
        )
    };
}

pub(super) const GROUPS: Sql = of_engines!(groups);
pub(super) const PROGRESS: Sql = of_engines!(progress);
pub(super) const WITHOUT_DUE: Sql = of_engines!(without_due);
pub(super) const TOUCHED: Sql = of_engines!(touched);
pub(super) const LATE: Sql = of_engines!(late);

/// The dossiers of the period that their rows judge.
pub async fn groups(tx: &mut Tx, asked: &Asked<'_>) -> Result<Vec<Group>> {
    tx.query(GROUPS).bind(asked.units).bind(asked.from).bind(asked.to).bind(asked.as_of).fetch_all().await
}

/// What index 766 asks of a unit's dossiers (IDX-03 to IDX-06, IDX-12).
#[derive(Clone, Debug, FromRow)]
pub struct Progress {
    pub unit: String,
    pub dossiers: i64,
    pub in_time: i64,
    /// Those that came in the period.
    pub received: i64,
    /// Of those, through the portal.
    pub online: i64,
}

/// The dossiers of the period that their rows judge, by competent unit.
pub async fn progress(tx: &mut Tx, asked: &Asked<'_>) -> Result<Vec<Progress>> {
    tx.query(PROGRESS).bind(asked.units).bind(asked.from).bind(asked.to).bind(asked.as_of).fetch_all().await
}

/// A dossier that nobody gave an appointment, as far as its row measures it (IDX-06).
#[derive(Clone, Debug, FromRow)]
pub struct WithoutDue {
    pub id: i64,
    pub unit: String,
    pub procedure: String,
    pub version: i64,
    pub online: bool,
    pub received_on: Day,
    pub received_at: Moment,
    /// Its end, the beginning of the stop that it stands in, or the end of the period.
    pub decides_at: Moment,
    /// It waited for a supplement, so that its row alone does not measure it.
    pub waited: bool,
}

/// The dossiers of the period that have no due date and that nothing touched since, after `after`.
pub async fn without_due(tx: &mut Tx, asked: &Asked<'_>, after: i64, limit: i64) -> Result<Vec<WithoutDue>> {
    let query = tx.query(WITHOUT_DUE).bind(asked.units).bind(asked.from).bind(asked.to).bind(asked.as_of);
    query.bind(after).bind(limit).fetch_all().await
}

#[derive(FromRow)]
struct Id {
    id: i64,
}

/// Those that their rows do not judge, after `after`.
pub async fn touched(tx: &mut Tx, asked: &Asked<'_>, after: i64, limit: i64) -> Result<Vec<i64>> {
    let query = tx.query(TOUCHED).bind(asked.units).bind(asked.from).bind(asked.to).bind(asked.as_of);
    let ids: Vec<Id> = query.bind(after).bind(limit).fetch_all().await?;
    Ok(ids.into_iter().map(|one| one.id).collect())
}

/// Dossiers that may have been open and late at `as_of`, after `after`; a few of them were not.
pub async fn late(
    tx: &mut Tx,
    units: Option<&str>,
    as_of: Moment,
    after: i64,
    limit: i64,
) -> Result<Vec<i64>> {
    let query = tx.query(LATE).bind(units).bind(as_of).bind(after).bind(limit);
    let ids: Vec<Id> = query.fetch_all().await?;
    Ok(ids.into_iter().map(|one| one.id).collect())
}
