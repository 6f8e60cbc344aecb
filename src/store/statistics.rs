//! Counts for the on-time report, from the projection's outcomes.

use sqlx::FromRow;

use crate::db::{Result, Sql, Tx};
use crate::domain::time::Day;

/// By which civil day a dossier falls into a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Basis {
    Settled,
    Received,
    Due,
}

/// What the rows are grouped by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dimension {
    Unit,
    Field,
    Procedure,
    Channel,
    Officer,
    Month,
}

/// How many dossiers of one civil day and one value of each dimension had which outcome.
#[derive(Clone, Debug, FromRow)]
pub struct Count {
    pub unit: String,
    pub unit_name: String,
    pub field: String,
    pub procedure_code: String,
    pub procedure_name: String,
    pub channel: String,
    pub officer: Option<String>,
    pub day: Day,
    pub early: i64,
    pub on_time: i64,
    pub late: i64,
    pub without_due: i64,
}

// Refusals before receipt are no dossiers of the statistics (REP-02).
macro_rules! counted {
    ($day:literal, $units:literal) => {
        concat!(
            "select d.competent_unit as unit, u.name as unit_name, d.field, d.procedure_code,
                p.name as procedure_name, d.channel, s.name as officer, ",
            $day,
            " as day,
                count(*) filter (where d.outcome = 'early') as early,
                count(*) filter (where d.outcome = 'on_time') as on_time,
                count(*) filter (where d.outcome = 'late') as late,
                count(*) filter (where d.outcome is null and d.due_at is null) as without_due
             from dossiers d
             join units u on u.code = d.competent_unit
             join procedures p on p.code = d.procedure_code and p.version = d.procedure_version
             left join staff s on s.id = d.holder_officer
             where d.ended_on is not null and d.received_on is not null and ",
            $day,
            " >= $1 and ",
            $day,
            " <= $2 and ($3 is null or d.competent_unit in ",
            $units,
            ")
             group by d.competent_unit, u.name, d.field, d.procedure_code, p.name, d.channel, s.name, ",
            $day
        )
    };
}

macro_rules! by_day {
    ($day:literal) => {
        Sql::per_engine(
            counted!($day, "(select value from json_each($3))"),
            counted!($day, "(select jsonb_array_elements_text($3::jsonb))"),
        )
    };
}

/// Counts of ended dossiers whose basis day lies from `from` to `to`, both included,
/// of the `units` (a JSON array) or of all.
pub async fn counts(
    tx: &mut Tx,
    basis: Basis,
    from: Day,
    to: Day,
    units: Option<&str>,
) -> Result<Vec<Count>> {
    let sql = match basis {
        Basis::Settled => by_day!("d.ended_on"),
        Basis::Received => by_day!("d.received_on"),
        Basis::Due => by_day!("d.due_on"),
    };
    tx.query(sql).bind(from).bind(to).bind(units).fetch_all().await
}

/// The first and last day on which anything was received or ended.
pub async fn span(tx: &mut Tx) -> Result<(Option<Day>, Option<Day>)> {
    tx.query("select min(received_on), max(coalesce(ended_on, received_on)) from dossiers").fetch_one().await
}

impl Count {
    #[must_use]
    pub fn figures(&self) -> crate::domain::statistics::Figures {
        let whole = |count: i64| u64::try_from(count).unwrap_or(0);
        crate::domain::statistics::Figures {
            early: whole(self.early),
            on_time: whole(self.on_time),
            late: whole(self.late),
            without_due: whole(self.without_due),
        }
    }
}
