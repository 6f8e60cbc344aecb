//! Counts kept ready for reports: how many ended how, in each half of a month.
//!
//! They make a report fast and are never what defines it: `dunghen verify` counts again.
//! Whoever writes a dossier's row notes in the same transaction what that changed, as rows
//! that are only added, so that writers never wait for one another; folding them into the
//! counts is done by and by, and who reads counts both.

use serde::Serialize;
use sqlx::FromRow;
use sqlx::types::Json;

use super::dossiers::Projection;
use super::statistics::Basis;
use crate::db::{Result, Sql, Tx, sql};
use crate::domain::time::Day;

mod cells;
mod recount;

pub use cells::{Cell, CellRow, Cells, DIMENSIONS, rows};
pub use recount::{next_period, recounted, stored};

/// Everything by which a dossier that was received and has ended is counted (REP-02).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, FromRow)]
pub struct Counted {
    pub ended_on: Day,
    pub received_on: Day,
    pub due_on: Option<Day>,
    pub has_due: bool,
    pub competent_unit: String,
    pub field: String,
    pub procedure_code: String,
    pub channel: String,
    pub holder_officer: Option<i64>,
    pub outcome: Option<String>,
}

impl Counted {
    /// None for what is not counted.
    #[must_use]
    pub fn of(projection: &Projection) -> Option<Self> {
        let p = projection;
        Some(Self {
            ended_on: p.ended_on?,
            received_on: p.received_on?,
            due_on: p.due_on,
            has_due: p.due_at.is_some(),
            competent_unit: p.competent_unit.clone(),
            field: p.field.clone(),
            procedure_code: p.procedure_code.clone(),
            channel: p.channel.clone(),
            holder_officer: p.holder_officer,
            outcome: p.outcome.clone(),
        })
    }

    fn day(&self, basis: Basis) -> Option<Day> {
        match basis {
            Basis::Settled => Some(self.ended_on),
            Basis::Received => Some(self.received_on),
            Basis::Due => self.due_on,
        }
    }

    fn tally(&self) -> Tally {
        let mut tally = Tally::default();
        match self.outcome.as_deref() {
            Some("early") => tally.early = 1,
            Some("on_time") => tally.on_time = 1,
            Some("late") => tally.late = 1,
            _ => tally.without_due = i64::from(!self.has_due),
        }
        tally
    }
}

/// How many ended how; of a change, how many more or fewer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, FromRow)]
pub struct Tally {
    pub early: i64,
    pub on_time: i64,
    pub late: i64,
    pub without_due: i64,
}

impl Tally {
    #[must_use]
    pub fn is_nothing(self) -> bool {
        self == Self::default()
    }

    #[must_use]
    pub fn plus(self, other: Self, times: i64) -> Self {
        Self {
            early: self.early + times * other.early,
            on_time: self.on_time + times * other.on_time,
            late: self.late + times * other.late,
            without_due: self.without_due + times * other.without_due,
        }
    }
}

/// `3 early, 4 on time, 1 late, 0 without due date`.
impl std::fmt::Display for Tally {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { early, on_time, late, without_due } = self;
        write!(f, "{early} early, {on_time} on time, {late} late, {without_due} without due date")
    }
}

/// One dossier more or less in the counts.
#[derive(Clone, Debug, Serialize)]
pub struct Change {
    sign: i64,
    #[serde(flatten)]
    counted: Counted,
}

/// What it means for the counts that a row becomes another, or the first one.
#[must_use]
pub fn changes(before: Option<&Projection>, after: &Projection) -> Vec<Change> {
    let (before, after) = (before.and_then(Counted::of), Counted::of(after));
    if before == after {
        return Vec::new();
    }
    let gone = before.map(|counted| Change { sign: -1, counted });
    gone.into_iter().chain(after.map(|counted| Change { sign: 1, counted })).collect()
}

const NOTE: Sql = sql!(
    "insert into figure_changes (sign, ended_on, received_on, due_on, has_due, competent_unit, field,
        procedure_code, channel, holder_officer, outcome)
     select r.sign, r.ended_on, r.received_on, r.due_on, r.has_due, r.competent_unit, r.field,
        r.procedure_code, r.channel, r.holder_officer, r.outcome from ",
    rows "$1" as r {
        sign: integer, ended_on: day, received_on: day, due_on: day, has_due: boolean, competent_unit: text,
        field: text, procedure_code: text, channel: text, holder_officer: integer, outcome: text
    }
);

/// Notes changes in the transaction that makes them.
pub async fn note(tx: &mut Tx, changes: &[Change]) -> Result<()> {
    if !changes.is_empty() {
        tx.query(NOTE).bind(Json(changes)).execute().await?;
    }
    Ok(())
}

pub(super) const UPSERT: Sql = sql!(
    "insert into figures (basis, dimension, period, unit, value, early, on_time, late, without_due)
     select r.basis, r.dimension, r.period, r.unit, r.value, r.early, r.on_time, r.late, r.without_due from ",
    rows "$1" as r {
        basis: text, dimension: text, period: day, unit: text, value: text, early: integer, on_time: integer,
        late: integer, without_due: integer
    },
    " where true on conflict (basis, dimension, period, unit, value) do update set
        early = figures.early + excluded.early, on_time = figures.on_time + excluded.on_time,
        late = figures.late + excluded.late, without_due = figures.without_due + excluded.without_due"
);

#[derive(FromRow)]
struct Noted {
    sign: i64,
    #[sqlx(flatten)]
    counted: Counted,
}

// Nodes that fold at once take different changes.
pub(super) const TAKE: Sql = sql!(
    "delete from figure_changes where id in (select id from figure_changes order by id limit $1 ",
    postgres "for update skip locked",
    ") returning sign, ended_on, received_on, due_on, has_due, competent_unit, field, procedure_code, channel,
        holder_officer, outcome"
);

/// Folds up to `limit` changes into the counts; says how many there were.
pub async fn fold(tx: &mut Tx, limit: i64) -> Result<usize> {
    let noted: Vec<Noted> = tx.query(TAKE).bind(limit).fetch_all().await?;
    let mut cells = Cells::default();
    for one in &noted {
        cells.count(&one.counted, one.sign);
    }
    let sums = cells.sorted();
    if !sums.is_empty() {
        tx.query(UPSERT).bind(Json(rows(&sums))).execute().await?;
    }
    Ok(noted.len())
}

/// Whether there is anything to be folded.
pub async fn any_changes(tx: &mut Tx) -> Result<bool> {
    tx.query("select exists (select 1 from figure_changes)").fetch_scalar().await
}
