//! Lists of dossiers as people see them: boards, searches, one page at a time.
//!
//! Standing is compared with an instant in the statement, never read from a flag
//! (MON-06); the comparisons are those of `Instants::standing`, and a test holds
//! the two together.

use jiff::SignedDuration;
use sqlx::FromRow;

use super::catalogue::is_everywhere;
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
    pub ended_on: Option<Day>,
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
    /// Whether that is without what separates its parts, and in capitals.
    pub is_plain: bool,
    /// The search code of an identifier or phone number.
    pub applicant_code: Option<Vec<u8>>,
    pub only_open: bool,
    /// Only what is open and late, once or twice.
    pub late: bool,
}

macro_rules! columns {
    () => {
        "select d.id, d.code, d.version, d.state, d.procedure_code, p.name as procedure_name, d.field, d.channel,
            d.receiving_unit, d.competent_unit, c.name as competent_name, d.holder_unit, h.name as holder_name,
            s.name as officer, d.received_at, d.due_at, d.due_on, d.late_from, d.due_soon_at, d.window_opens_at,
            d.window_shuts_at, d.second_late_from, d.stopped_at, d.late_before_stop, d.ended_at, d.ended_on,
            d.outcome
         from dossiers d
         join procedures p on p.code = d.procedure_code and p.version = d.procedure_version
         join units c on c.code = d.competent_unit
         join units h on h.code = d.holder_unit
         left join staff s on s.id = d.holder_officer "
    };
}

pub mod ended;
pub mod late;

// Here and below: $2 is now, $3 the standing's id; the order of the cases is that of MON-01.
macro_rules! fits {
    () => {
        "(not $9 or (d.received_at is not null and (d.late_before_stop or coalesce(d.stopped_at, $2) > d.urgency)))
         and ($3 is null or (d.ended_at is null and d.received_at is not null and $3 = case
            when (d.late_before_stop or coalesce(d.stopped_at, $2) > d.urgency)
                and d.second_late_from is not null and $2 > d.second_late_from then 'overdue_twice'
            when d.late_before_stop or coalesce(d.stopped_at, $2) > d.urgency then 'overdue'
            when d.stopped_at is not null then 'clock_stopped'
            when d.window_opens_at <= $2 and $2 <= d.window_shuts_at then 'apology_window'
            when d.due_soon_at <= $2 then 'due_soon'
            else 'on_track' end))
         and ($4 is null or (d.due_at < $4 and d.urgency < $8))"
    };
}

/// The first dossiers after the cursor that fit, along one index.
macro_rules! first {
    ($which:expr) => {
        concat!(
            "select d.urgency, d.id from dossiers d where ",
            $which,
            " and (d.urgency, d.id) > ($5, $6) and ",
            fits!(),
            " order by d.urgency, d.id limit $7"
        )
    };
}

/// The same for each of the units.
macro_rules! first_of_each {
    (sqlite $which:expr) => {
        concat!(
            "select null as urgency, one.value as id from json_each($1) as u,
                json_each((select json_group_array(id) from (",
            first!($which),
            "))) as one"
        )
    };
    (postgres $which:expr) => {
        concat!(
            "select one.urgency, one.id from jsonb_array_elements_text($1::jsonb) as u (value)
                cross join lateral (",
            first!($which),
            ") as one"
        )
    };
}

/// Of one state of the dossiers, in each part that a unit may play.
macro_rules! first_in_each_part {
    ($engine:ident $state:literal) => {
        concat!(
            first_of_each!($engine concat!("d.ended_at is ", $state, " and d.competent_unit = u.value")),
            " union all ",
            first_of_each!($engine concat!("d.ended_at is ", $state,
                " and d.receiving_unit <> d.competent_unit and d.receiving_unit = u.value")),
            " union all ",
            first_of_each!($engine concat!("d.ended_at is ", $state,
                " and d.holder_unit <> d.competent_unit and d.holder_unit <> d.receiving_unit
                  and d.holder_unit = u.value"))
        )
    };
}

/// What a list shows of the first of all these.
macro_rules! page {
    (sqlite $first:expr) => {
        concat!(
            columns!(),
            "where d.id in (select x.id from dossiers x where x.id in (select id from (",
            $first,
            ")) order by x.urgency, x.id limit $7) order by d.urgency, d.id"
        )
    };
    // Few rows are promised to the planner, so that it takes each by its number.
    (postgres $first:expr) => {
        concat!(
            columns!(),
            "join (select distinct c.urgency, c.id from (",
            $first,
            ") as c order by c.urgency, c.id limit $7) as chosen on chosen.id = d.id
             order by d.urgency, d.id"
        )
    };
}

macro_rules! pages {
    ($first:ident) => {
        Sql::per_engine(page!(sqlite $first!(sqlite)), page!(postgres $first!(postgres)))
    };
}

macro_rules! open_of_units {
    ($engine:ident) => {
        first_in_each_part!($engine "null")
    };
}
macro_rules! any_of_units {
    ($engine:ident) => {
        concat!(first_in_each_part!($engine "null"), " union all ", first_in_each_part!($engine "not null"))
    };
}
macro_rules! open_everywhere {
    ($engine:ident) => {
        concat!("select urgency, id from (", first!("d.ended_at is null"), ") as everywhere")
    };
}
// Every dossier has one competent unit.
macro_rules! any_everywhere {
    ($engine:ident) => {
        concat!(
            open_everywhere!($engine),
            " union all ",
            first_of_each!($engine "d.ended_at is not null and d.competent_unit = u.value")
        )
    };
}

pub(super) const OPEN_OF_UNITS: Sql = pages!(open_of_units);
pub(super) const ANY_OF_UNITS: Sql = pages!(any_of_units);
pub(super) const OPEN_EVERYWHERE: Sql = pages!(open_everywhere);
pub(super) const ANY_EVERYWHERE: Sql = pages!(any_everywhere);

macro_rules! in_sight {
    ($units:literal) => {
        concat!(
            "($10 or d.competent_unit in ",
            $units,
            " or d.receiving_unit in ",
            $units,
            " or d.holder_unit in ",
            $units,
            ")"
        )
    };
}

pub mod found;

// A person has few dossiers.
macro_rules! of_applicant {
    ($units:literal) => {
        concat!(
            columns!(),
            "where d.applicant_id in (select id from applicants where identifier_code = $11
                    union all select id from applicants where phone_code = $11)
                and ($12 is null or (d.code >= $12 and d.code < $13) or (d.code >= $14 and d.code < $15))
                and (not $16 or d.ended_at is null) and (d.urgency, d.id) > ($5, $6) and ",
            in_sight!($units),
            " and ",
            fits!(),
            " order by d.urgency, d.id limit $7"
        )
    };
}

pub(super) const OF_APPLICANT: Sql = Sql::per_engine(
    of_applicant!("(select value from json_each($1))"),
    of_applicant!("(select jsonb_array_elements_text($1::jsonb))"),
);

macro_rules! beginning {
    ($from:literal, $until:literal, $units:literal) => {
        concat!(
            "select id from (select d.id from dossiers d
                where d.code >= ",
            $from,
            " and d.code < ",
            $until,
            " and d.code > coalesce((select code from dossiers where id = $6), '')
                and (not $16 or d.ended_at is null) and ",
            in_sight!($units),
            " and ",
            fits!(),
            " order by d.code limit $7) as found"
        )
    };
}

// What begins alike is in the order of the codes: as many as are shown are looked for, and no more.
macro_rules! by_code {
    ($units:literal) => {
        concat!(
            columns!(),
            "where d.id in (",
            beginning!("$12", "$13", $units),
            " union ",
            beginning!("$14", "$15", $units),
            ") order by d.code limit $7"
        )
    };
}

pub(super) const BY_CODE: Sql = Sql::per_engine(
    by_code!("(select value from json_each($1))"),
    by_code!("(select jsonb_array_elements_text($1::jsonb))"),
);

/// Where the page before ended.
#[derive(Clone, Copy, Debug)]
pub struct Cursor {
    pub late_from: Moment,
    pub id: i64,
}

const BEFORE_ALL: Cursor = Cursor { late_from: Moment::EPOCH, id: 0 };
/// A dossier is late at the end of its due day at the latest, wherever that day is counted (LATE-00).
const FROM_DUE_TO_LATE: SignedDuration = SignedDuration::from_hours(48);

/// Dossiers by urgency, the most late first, those without a due date last, after `after`;
/// where the beginning of a code is asked for, by code.
pub async fn page(
    tx: &mut Tx,
    filter: &Filter,
    now: Moment,
    after: Option<Cursor>,
    limit: i64,
) -> Result<Vec<Listed>> {
    let everywhere = is_everywhere(tx, &filter.units).await?;
    let only_open = filter.only_open || filter.late || filter.standing.is_some();
    let searches = filter.code_prefix.is_some() || filter.applicant_code.is_some();
    let sql = match (&filter.applicant_code, &filter.code_prefix) {
        (Some(_), _) => OF_APPLICANT,
        (None, Some(_)) if filter.is_plain => found::BY_PLAIN_CODE,
        (None, Some(_)) => BY_CODE,
        (None, None) if everywhere && only_open => OPEN_EVERYWHERE,
        (None, None) if everywhere => ANY_EVERYWHERE,
        (None, None) if only_open => OPEN_OF_UNITS,
        (None, None) => ANY_OF_UNITS,
    };
    let after = after.unwrap_or(BEFORE_ALL);
    let page = tx
        .query(sql)
        .bind(filter.units.as_str())
        .bind(now)
        .bind(filter.standing.map(Standing::id))
        .bind(filter.due_before)
        .bind(after.late_from)
        .bind(after.id)
        .bind(limit)
        .bind(filter.due_before.map(|due| due.plus(FROM_DUE_TO_LATE)))
        .bind(filter.late);
    if !searches {
        return page.fetch_all().await;
    }
    // Our codes are in capitals; those that other systems gave may not be.
    let capitals = filter.code_prefix.as_ref().map(|prefix| prefix.to_uppercase());
    let end = |prefix: &String| format!("{prefix}\u{10FFFF}");
    page.bind(everywhere)
        .bind(filter.applicant_code.as_deref())
        .bind(filter.code_prefix.as_deref())
        .bind(filter.code_prefix.as_ref().map(end))
        .bind(capitals.as_deref())
        .bind(capitals.as_ref().map(end))
        .bind(only_open)
        .fetch_all()
        .await
}

/// Later than every promise: where dossiers without a due date stand in the order, as the column
/// `urgency` has it.
#[must_use]
pub fn never() -> Moment {
    Moment::new(jiff::Timestamp::constant(253_370_764_800, 0))
}

/// One dossier as a list shows it.
pub async fn one(tx: &mut Tx, code: &str) -> Result<Option<Listed>> {
    tx.query(concat!(columns!(), "where d.code = $1")).bind(code).fetch_optional().await
}

macro_rules! counts {
    ($open:expr) => {
        concat!(
            "select
                count(*) filter (where late) as late,
                count(*) filter (where not late and stopped_at is null and due_on = $3) as due_today,
                count(*) filter (where not late and stopped_at is null and due_on > $3 and window_open)
                    as to_apologise_in_advance,
                count(*) filter (where not late and stopped_at is null and due_on > $3 and not window_open
                    and due_soon_at <= $2) as due_soon,
                count(*) as open
             from (select due_on, due_soon_at, stopped_at,
                       coalesce(window_opens_at <= $2 and $2 <= window_shuts_at, false) as window_open,
                       late_before_stop or coalesce(stopped_at, $2) > urgency as late
                   from (",
            $open,
            ") as open_ones) as judged"
        )
    };
}

// What is read lies in the index of each part.
macro_rules! open_ones {
    ($which:expr) => {
        concat!(
            "select due_on, due_soon_at, window_opens_at, window_shuts_at, stopped_at, late_before_stop, urgency
             from dossiers
             where ended_at is null and received_at is not null",
            $which
        )
    };
}

/// Each dossier once, in the first part that one of the units plays.
macro_rules! counts_of_units {
    ($units:literal) => {
        counts!(concat!(
            open_ones!(concat!(" and competent_unit in ", $units)),
            " union all ",
            open_ones!(concat!(
                " and receiving_unit <> competent_unit and receiving_unit in ",
                $units,
                " and competent_unit not in ",
                $units
            )),
            " union all ",
            open_ones!(concat!(
                " and holder_unit <> competent_unit and holder_unit <> receiving_unit and holder_unit in ",
                $units,
                " and competent_unit not in ",
                $units,
                " and receiving_unit not in ",
                $units
            ))
        ))
    };
}

pub(super) const COUNTS_OF_UNITS: Sql = Sql::per_engine(
    counts_of_units!("(select value from json_each($1))"),
    counts_of_units!("(select jsonb_array_elements_text($1::jsonb))"),
);
pub(super) const COUNTS_EVERYWHERE: Sql = Sql::both(counts!(open_ones!("")));

/// How many of the units' dossiers are late, due today, in the last chance for a letter in advance,
/// due soon, and open in all. Whatever is due today is not counted again among those that follow.
#[derive(Clone, Copy, Debug, Default, FromRow)]
pub struct Counts {
    pub late: i64,
    pub due_today: i64,
    pub to_apologise_in_advance: i64,
    pub due_soon: i64,
    pub open: i64,
}

pub async fn counts(tx: &mut Tx, units: &str, now: Moment, today: Day) -> Result<Counts> {
    let everywhere = is_everywhere(tx, units).await?;
    let sql = if everywhere { COUNTS_EVERYWHERE } else { COUNTS_OF_UNITS };
    tx.query(sql).bind(units).bind(now).bind(today).fetch_one().await
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
