//! Lists of dossiers as people see them: boards, searches, one page at a time.
//!
//! Standing is compared with an instant in the statement, never read from a flag
//! (MON-06); the comparisons are those of `Instants::standing`, and a test holds
//! the two together.

use sqlx::FromRow;

use crate::db::{Result, Sql, Tx};
use crate::domain::standing::{Instants, Standing};
use crate::domain::time::{Day, Moment};

/// A dossier as a list shows it; without anything about the applicant.
#[derive(Clone, Debug, FromRow)]
pub struct Listed {
    pub id: i64,
    pub code: String,
    pub version: i64,
    pub state: String,
    pub procedure_code: String,
    pub procedure_name: String,
    pub field: String,
    pub channel: String,
    pub receiving_unit: String,
    pub competent_unit: String,
    pub competent_name: String,
    pub holder_unit: String,
    pub holder_name: String,
    pub officer: Option<String>,
    pub received_at: Option<Moment>,
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
    pub outcome: Option<String>,
}

impl Listed {
    /// How it stands at `now`; none once it has ended or before it was received.
    #[must_use]
    pub fn standing(&self, now: Moment) -> Option<Standing> {
        if self.ended_at.is_some() || self.received_at.is_none() {
            return None;
        }
        let instants = Instants {
            late_from: self.late_from,
            late_before_stop: self.late_before_stop,
            stopped_at: self.stopped_at,
            apology_window: self.window_opens_at.zip(self.window_shuts_at),
            due_soon_at: self.due_soon_at,
            second_late_from: self.second_late_from,
        };
        Some(instants.standing(now))
    }
}

/// What a list is limited to. All of it must hold.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// A JSON array of unit codes, of which one must be competent, receiving or holding.
    pub units: String,
    pub standing: Option<Standing>,
    pub due_before: Option<Moment>,
    /// The beginning of a dossier code, as typed or in capitals.
    pub code_prefix: Option<String>,
    /// The search code of an identifier or phone number.
    pub applicant_code: Option<Vec<u8>>,
    pub only_open: bool,
}

macro_rules! columns {
    () => {
        "select d.id, d.code, d.version, d.state, d.procedure_code, p.name as procedure_name, d.field, d.channel,
            d.receiving_unit, d.competent_unit, c.name as competent_name, d.holder_unit, h.name as holder_name,
            s.name as officer, d.received_at, d.due_at, d.due_on, d.late_from, d.due_soon_at, d.window_opens_at,
            d.window_shuts_at, d.second_late_from, d.stopped_at, d.late_before_stop, d.ended_at, d.outcome
         from dossiers d
         join procedures p on p.code = d.procedure_code and p.version = d.procedure_version
         join units c on c.code = d.competent_unit
         join units h on h.code = d.holder_unit
         left join staff s on s.id = d.holder_officer "
    };
}

// $2 is now, $3 the standing's id; the order of the cases is that of MON-01.
macro_rules! standing_is {
    () => {
        "($3 is null or (d.ended_at is null and d.received_at is not null and $3 = case
            when (d.late_before_stop or coalesce(d.stopped_at, $2) > d.late_from)
                and d.second_late_from is not null and $2 > d.second_late_from then 'overdue_twice'
            when d.late_before_stop or coalesce(d.stopped_at, $2) > d.late_from then 'overdue'
            when d.stopped_at is not null then 'clock_stopped'
            when d.window_opens_at <= $2 and $2 <= d.window_shuts_at then 'apology_window'
            when d.due_soon_at <= $2 then 'due_soon'
            else 'on_track' end))"
    };
}

macro_rules! page {
    ($units:literal) => {
        concat!(
            columns!(),
            "left join applicants a on a.id = d.applicant_id
             where (d.competent_unit in ",
            $units,
            " or d.receiving_unit in ",
            $units,
            " or d.holder_unit in ",
            $units,
            ") and ",
            standing_is!(),
            " and ($4 is null or d.due_at < $4)
              and ($5 is null or (d.code >= $5 and d.code < $6) or (d.code >= $13 and d.code < $14))
              and ($7 is null or a.identifier_code = $7 or a.phone_code = $7)
              and (not $8 or d.ended_at is null)
              and ($9 is null or (coalesce(d.late_from, $11), d.id) > ($9, $10))
            order by coalesce(d.late_from, $11), d.id limit $12"
        )
    };
}

const PAGE: Sql = Sql::per_engine(
    page!("(select value from json_each($1))"),
    page!("(select jsonb_array_elements_text($1::jsonb))"),
);

/// Where the page before ended.
#[derive(Clone, Copy, Debug)]
pub struct Cursor {
    pub late_from: Moment,
    pub id: i64,
}

/// Dossiers by urgency, the most late first, those without a due date last, after `after`.
pub async fn page(
    tx: &mut Tx,
    filter: &Filter,
    now: Moment,
    after: Option<Cursor>,
    limit: i64,
) -> Result<Vec<Listed>> {
    // Our codes are in capitals; those that other systems gave may not be.
    let capitals = filter.code_prefix.as_ref().map(|prefix| prefix.to_uppercase());
    let end = |prefix: &String| format!("{prefix}\u{10FFFF}");
    tx.query(PAGE)
        .bind(filter.units.as_str())
        .bind(now)
        .bind(filter.standing.map(Standing::id))
        .bind(filter.due_before)
        .bind(filter.code_prefix.as_deref())
        .bind(filter.code_prefix.as_ref().map(end))
        .bind(filter.applicant_code.as_deref())
        .bind(filter.only_open)
        .bind(after.map(|cursor| cursor.late_from))
        .bind(after.map(|cursor| cursor.id))
        .bind(never())
        .bind(limit)
        .bind(capitals.as_deref())
        .bind(capitals.as_ref().map(end))
        .fetch_all()
        .await
}

/// Later than every promise: where dossiers without a due date stand in the order.
#[must_use]
pub fn never() -> Moment {
    Moment::new(jiff::Timestamp::constant(253_370_764_800, 0))
}

/// One dossier as a list shows it.
pub async fn one(tx: &mut Tx, code: &str) -> Result<Option<Listed>> {
    tx.query(concat!(columns!(), "where d.code = $1")).bind(code).fetch_optional().await
}

macro_rules! counts {
    ($units:literal) => {
        concat!(
            "select
                count(*) filter (where late) as late,
                count(*) filter (where not late and stopped_at is null and due_on = $3) as due_today,
                count(*) filter (where not late and stopped_at is null and due_on > $3 and due_soon_at <= $2)
                    as due_soon,
                count(*) as open
             from (select due_on, due_soon_at, stopped_at,
                       coalesce(late_before_stop or coalesce(stopped_at, $2) > late_from, false) as late
                   from dossiers
                   where ended_at is null and received_at is not null
                     and (competent_unit in ",
            $units,
            " or receiving_unit in ",
            $units,
            " or holder_unit in ",
            $units,
            ")) open_ones"
        )
    };
}

/// How many of the units' dossiers are late, due today, due soon and open in all.
#[derive(Clone, Copy, Debug, Default, FromRow)]
pub struct Counts {
    pub late: i64,
    pub due_today: i64,
    pub due_soon: i64,
    pub open: i64,
}

pub async fn counts(tx: &mut Tx, units: &str, now: Moment, today: Day) -> Result<Counts> {
    tx.query(Sql::per_engine(
        counts!("(select value from json_each($1))"),
        counts!("(select jsonb_array_elements_text($1::jsonb))"),
    ))
    .bind(units)
    .bind(now)
    .bind(today)
    .fetch_one()
    .await
}

/// A dossier's applicant record, if it has one.
pub async fn applicant_of(tx: &mut Tx, dossier: i64) -> Result<Option<i64>> {
    let id: Option<Option<i64>> = tx
        .query("select applicant_id from dossiers where id = $1")
        .bind(dossier)
        .fetch_optional_scalar()
        .await?;
    Ok(id.flatten())
}
