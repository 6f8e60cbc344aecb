//! Counts for the on-time report, from the projection's outcomes and the counts kept ready of them.

use std::collections::BTreeMap;

use sqlx::FromRow;

use super::figures::Tally;
use crate::db::{Query, Result, Sql, Tx};
use crate::domain::statistics::{Figures, HalfMonth};
use crate::domain::time::Day;

/// By which civil day a dossier falls into a period.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Basis {
    #[default]
    Settled,
    Received,
    Due,
}

impl Basis {
    pub const ALL: [Self; 3] = [Self::Settled, Self::Received, Self::Due];

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
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
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
#[derive(Clone, Debug)]
pub struct Count {
    pub first: Option<String>,
    pub second: Option<String>,
    /// A basis day, where months are asked for: which month it belongs to depends on the reader.
    /// Days of the same half month may be counted as one of them.
    pub day: Option<Day>,
    tally: Tally,
}

impl Count {
    #[must_use]
    pub fn figures(&self) -> Figures {
        let whole = |count: i64| u64::try_from(count).unwrap_or(0);
        Figures {
            early: whole(self.tally.early),
            on_time: whole(self.tally.on_time),
            late: whole(self.tally.late),
            without_due: whole(self.tally.without_due),
        }
    }
}

#[derive(FromRow)]
struct Row {
    first: Option<String>,
    second: Option<String>,
    day: Option<Day>,
    #[sqlx(flatten)]
    tally: Tally,
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
macro_rules! tallied {
    (dossiers) => {
        "count(*) filter (where d.outcome = 'early') as early,
            count(*) filter (where d.outcome = 'on_time') as on_time,
            count(*) filter (where d.outcome = 'late') as late,
            count(*) filter (where d.outcome is null and d.due_at is null) as without_due
         from dossiers d
         where d.ended_on is not null and d.received_on is not null and "
    };
    (figure_changes) => {
        "cast(coalesce(sum(d.sign) filter (where d.outcome = 'early'), 0) as bigint) as early,
            cast(coalesce(sum(d.sign) filter (where d.outcome = 'on_time'), 0) as bigint) as on_time,
            cast(coalesce(sum(d.sign) filter (where d.outcome = 'late'), 0) as bigint) as late,
            cast(coalesce(sum(d.sign) filter (where d.outcome is null and not d.has_due), 0) as bigint)
                as without_due
         from figure_changes d where "
    };
}

macro_rules! counted {
    ($table:ident, $day:literal, $units:literal) => {
        concat!(
            "select ",
            value_of!("$4"),
            " as first, ",
            value_of!("$5"),
            " as second, case when $6 then ",
            $day,
            " end as day, ",
            tallied!($table),
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
    ($table:ident, $basis:expr) => {
        match $basis {
            Basis::Settled => by_day!($table "d.ended_on"),
            Basis::Received => by_day!($table "d.received_on"),
            Basis::Due => by_day!($table "d.due_on"),
        }
    };
    ($table:ident $day:literal) => {
        Sql::per_engine(
            counted!($table, $day, "(select value from json_each($3))"),
            counted!($table, $day, "(select jsonb_array_elements_text($3::jsonb))"),
        )
    };
}

macro_rules! value_kept {
    ($dimension:literal) => {
        concat!(
            "case when ",
            $dimension,
            " = 'unit' then f.unit when ",
            $dimension,
            " = 'officer' then nullif(f.value, '') when ",
            $dimension,
            " = f.dimension then f.value end"
        )
    };
}

macro_rules! kept {
    ($units:literal) => {
        concat!(
            "select ",
            value_kept!("$4"),
            " as first, ",
            value_kept!("$5"),
            " as second, case when $6 then f.period end as day,
                cast(sum(f.early) as bigint) as early, cast(sum(f.on_time) as bigint) as on_time,
                cast(sum(f.late) as bigint) as late, cast(sum(f.without_due) as bigint) as without_due
             from figures f
             where f.basis = $7 and f.dimension = $8 and f.period >= $1 and f.period <= $2
                and ($3 is null or f.unit in ",
            $units,
            ")
             group by 1, 2, 3"
        )
    };
}

pub(super) const KEPT: Sql = Sql::per_engine(
    kept!("(select value from json_each($3))"),
    kept!("(select jsonb_array_elements_text($3::jsonb))"),
);

pub(super) fn by_row(basis: Basis) -> Sql {
    by_day!(dossiers, basis)
}

/// What is asked of each statement alike.
#[derive(Clone, Copy)]
struct Question<'a> {
    scope: &'a Scope<'a>,
    first: Option<Dimension>,
    second: Option<Dimension>,
}

impl Question<'_> {
    async fn ask(&self, tx: &mut Tx, sql: Sql, from: Day, to: Day) -> Result<Vec<Row>> {
        self.bind(tx.query(sql), from, to).fetch_all().await
    }

    fn bind<'t>(&self, query: Query<'t>, from: Day, to: Day) -> Query<'t> {
        query
            .bind(from)
            .bind(to)
            .bind(self.scope.units)
            .bind(self.first.map(Dimension::id))
            .bind(self.second.map(Dimension::id))
            .bind([self.first, self.second].contains(&Some(Dimension::Month)))
    }

    /// The dimension beside unit and month under which this is kept ready, if it is.
    fn kept_under(&self) -> Option<Dimension> {
        let beside = |dimension: &Dimension| !matches!(dimension, Dimension::Unit | Dimension::Month);
        let mut beside = [self.first, self.second].into_iter().flatten().filter(beside);
        match (beside.next(), beside.next()) {
            (dimension, None) => Some(dimension.unwrap_or(Dimension::Unit)),
            _ => None,
        }
    }
}

/// Counts by up to two dimensions; by none, one line for everything.
///
/// Whole half months are counted from what is kept ready, the days around them and what is
/// not kept from the dossiers' rows.
pub async fn counts(
    tx: &mut Tx,
    scope: &Scope<'_>,
    first: Option<Dimension>,
    second: Option<Dimension>,
) -> Result<Vec<Count>> {
    let question = Question { scope, first, second };
    let by_row = by_row(scope.basis);
    let kept = question.kept_under().zip(HalfMonth::within(scope.from, scope.to));
    let Some((dimension, (begin, end))) = kept else {
        return Ok(summed(question.ask(tx, by_row, scope.from, scope.to).await?));
    };
    let (begin, end) = (begin.first(), end.last());
    let ready = question.bind(tx.query(KEPT), begin, end).bind(scope.basis.id()).bind(dimension.id());
    let mut rows: Vec<Row> = ready.fetch_all().await?;
    rows.extend(question.ask(tx, by_day!(figure_changes, scope.basis), begin, end).await?);
    let before = begin.previous().filter(|last| scope.from <= *last).map(|last| (scope.from, last));
    let after = end.next().filter(|first| *first <= scope.to).map(|first| (first, scope.to));
    for (from, to) in [before, after].into_iter().flatten() {
        rows.extend(question.ask(tx, by_row, from, to).await?);
    }
    Ok(summed(rows))
}

/// What rows that count the same have in common.
type Group = (Option<String>, Option<String>, Option<Day>);

/// The sums of rows that count the same.
fn summed(rows: Vec<Row>) -> Vec<Count> {
    let mut sums: BTreeMap<Group, Tally> = BTreeMap::new();
    for row in rows {
        let day = row.day.map(|day| HalfMonth::of(day).first());
        let sum = sums.entry((row.first, row.second, day)).or_default();
        *sum = sum.plus(row.tally, 1);
    }
    let something = sums.into_iter().filter(|(_, tally)| !tally.is_nothing());
    something.map(|((first, second, day), tally)| Count { first, second, day, tally }).collect()
}
