//! Counts for the on-time report, from the projection's outcomes.

use sqlx::FromRow;

use crate::db::{Result, Sql, Tx};
use crate::domain::statistics::Figures;
use crate::domain::time::Day;

/// By which civil day a dossier falls into a period.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Basis {
    #[default]
    Settled,
    Received,
    Due,
}

impl Basis {
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Settled => "settled",
            Self::Received => "received",
            Self::Due => "due",
        }
    }
}

/// What the rows are grouped by (RATE-08).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dimension {
    /// The competent unit, the official attribution.
    Unit,
    Field,
    Procedure,
    Channel,
    Officer,
    /// The month of the basis day.
    Month,
}

impl Dimension {
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Unit => "unit",
            Self::Field => "field",
            Self::Procedure => "procedure",
            Self::Channel => "channel",
            Self::Officer => "officer",
            Self::Month => "month",
        }
    }
}

/// Which dossiers are counted: those that have ended and whose basis day lies from `from`
/// to `to`, both included.
#[derive(Clone, Copy, Debug)]
pub struct Scope<'a> {
    pub basis: Basis,
    pub from: Day,
    pub to: Day,
    /// The competent units, as a JSON array of codes; none for all.
    pub units: Option<&'a str>,
}

/// How many dossiers with these values had which outcome. A value is a code, an officer's
/// number or, for a month, nothing beside `day`.
#[derive(Clone, Debug, FromRow)]
pub struct Count {
    pub first: Option<String>,
    pub second: Option<String>,
    /// The basis day, where months are asked for: which month it belongs to depends on the reader.
    pub day: Option<Day>,
    early: i64,
    on_time: i64,
    late: i64,
    without_due: i64,
}

impl Count {
    #[must_use]
    pub fn figures(&self) -> Figures {
        let whole = |count: i64| u64::try_from(count).unwrap_or(0);
        Figures {
            early: whole(self.early),
            on_time: whole(self.on_time),
            late: whole(self.late),
            without_due: whole(self.without_due),
        }
    }
}

macro_rules! value_of {
    ($dimension:literal) => {
        concat!(
            "case ",
            $dimension,
            " when 'unit' then d.competent_unit when 'field' then d.field
                when 'procedure' then d.procedure_code when 'channel' then d.channel
                when 'officer' then cast(d.holder_officer as text) end"
        )
    };
}

// Refusals before receipt are no dossiers of the statistics (REP-02).
macro_rules! counted {
    ($day:literal, $units:literal) => {
        concat!(
            "select ",
            value_of!("$4"),
            " as first, ",
            value_of!("$5"),
            " as second, case when $6 then ",
            $day,
            " end as day,
                count(*) filter (where d.outcome = 'early') as early,
                count(*) filter (where d.outcome = 'on_time') as on_time,
                count(*) filter (where d.outcome = 'late') as late,
                count(*) filter (where d.outcome is null and d.due_at is null) as without_due
             from dossiers d
             where d.ended_on is not null and d.received_on is not null and ",
            $day,
            " >= $1 and ",
            $day,
            " <= $2 and ($3 is null or d.competent_unit in ",
            $units,
            ")
             group by 1, 2, 3"
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

/// Counts by up to two dimensions; by none, one line for everything.
pub async fn counts(
    tx: &mut Tx,
    scope: &Scope<'_>,
    first: Option<Dimension>,
    second: Option<Dimension>,
) -> Result<Vec<Count>> {
    let sql = match scope.basis {
        Basis::Settled => by_day!("d.ended_on"),
        Basis::Received => by_day!("d.received_on"),
        Basis::Due => by_day!("d.due_on"),
    };
    let with_day = [first, second].contains(&Some(Dimension::Month));
    tx.query(sql)
        .bind(scope.from)
        .bind(scope.to)
        .bind(scope.units)
        .bind(first.map(Dimension::id))
        .bind(second.map(Dimension::id))
        .bind(with_day)
        .fetch_all()
        .await
}

/// The first and last day on which anything was received or ended.
pub async fn span(tx: &mut Tx) -> Result<(Option<Day>, Option<Day>)> {
    tx.query("select min(received_on), max(coalesce(ended_on, received_on)) from dossiers").fetch_one().await
}
