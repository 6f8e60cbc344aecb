//! Dossiers that have ended: those behind a figure of a report, and those whose result waits to be
//! fetched. In the order of the days they ended on.

use super::Listed;
use crate::db::{Result, Sql, Tx};
use crate::domain::time::Day;

/// Where the page before ended.
#[derive(Clone, Copy, Debug)]
pub struct Last {
    pub ended_on: Day,
    pub id: i64,
}

impl Last {
    /// Of a page that is full, for the next one.
    #[must_use]
    pub fn of(listed: &Listed) -> Option<Self> {
        listed.ended_on.map(|ended_on| Self { ended_on, id: listed.id })
    }
}

/// What a figure counts (RATE-01 to RATE-04, REP-10).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counted {
    Early,
    OnTime,
    Late,
    /// All three of them.
    Evaluable,
    WithoutDue,
}

impl Counted {
    pub const ALL: [Self; 5] = [Self::Early, Self::OnTime, Self::Late, Self::Evaluable, Self::WithoutDue];

    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Early => "early",
            Self::OnTime => "on_time",
            Self::Late => "late",
            Self::Evaluable => "evaluable",
            Self::WithoutDue => "without_due",
        }
    }

    #[must_use]
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.id() == id)
    }
}

/// The dossiers behind one figure: settled from `from` to `to`, both included (RATE-07, REP-02).
#[derive(Clone, Debug)]
pub struct Behind {
    /// The competent units, as a JSON array of codes; none for all.
    pub units: Option<String>,
    /// This competent unit alone.
    pub unit: Option<String>,
    pub from: Day,
    pub to: Day,
    pub counted: Counted,
}

macro_rules! behind {
    ($units:literal) => {
        concat!(
            columns!(),
            "where d.ended_on >= $1 and d.ended_on <= $2 and d.received_on is not null
                and ($3 is null or d.competent_unit in ",
            $units,
            ") and ($4 is null or d.competent_unit = $4)
                and case $5 when 'without_due' then d.outcome is null and d.due_at is null
                    when 'evaluable' then d.outcome is not null else d.outcome = $5 end
                and (d.ended_on > $6 or (d.ended_on = $6 and d.id > $7))
             order by d.ended_on, d.id limit $8"
        )
    };
}

pub(in crate::store) const BEHIND: Sql = Sql::per_engine(
    behind!("(select value from json_each($3))"),
    behind!("(select jsonb_array_elements_text($3::jsonb))"),
);

/// A page of the dossiers behind a figure.
pub async fn behind(tx: &mut Tx, figure: &Behind, after: Option<Last>, limit: i64) -> Result<Vec<Listed>> {
    let after = after.unwrap_or(Last { ended_on: figure.from.previous().unwrap_or(figure.from), id: 0 });
    tx.query(BEHIND)
        .bind(figure.from)
        .bind(figure.to)
        .bind(figure.units.as_deref())
        .bind(figure.unit.as_deref())
        .bind(figure.counted.id())
        .bind(after.ended_on)
        .bind(after.id)
        .bind(limit)
        .fetch_all()
        .await
}

macro_rules! to_fetch {
    ($units:literal) => {
        concat!(
            columns!(),
            "where d.state = 'settled' and d.source is null and d.receiving_unit in ",
            $units,
            " and ($2 is null or d.ended_on > $2 or (d.ended_on = $2 and d.id > $3))
             order by d.ended_on, d.id limit $4"
        )
    };
}

pub(in crate::store) const TO_FETCH: Sql = Sql::per_engine(
    to_fetch!("(select value from json_each($1))"),
    to_fetch!("(select jsonb_array_elements_text($1::jsonb))"),
);

/// A page of those whose result waits at the counters of `units`, a JSON array of codes (RES-05). What
/// another system follows is handed over there.
pub async fn to_fetch(tx: &mut Tx, units: &str, after: Option<Last>, limit: i64) -> Result<Vec<Listed>> {
    tx.query(TO_FETCH)
        .bind(units)
        .bind(after.map(|after| after.ended_on))
        .bind(after.map(|after| after.id))
        .bind(limit)
        .fetch_all()
        .await
}
