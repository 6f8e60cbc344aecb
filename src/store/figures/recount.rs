//! The counts of one half month as they are kept, and as the dossiers' rows say.

use std::collections::BTreeMap;

use sqlx::FromRow;

use super::{Cell, Cells, Counted, DIMENSIONS, Tally};
use crate::db::{Error, Result, Sql, Tx};
use crate::domain::statistics::HalfMonth;
use crate::domain::time::Day;
use crate::store::statistics::Basis;

/// One text for each basis: its day's name is part of the text, so that its index is found.
macro_rules! on_each {
    ($text:ident, $basis:expr) => {
        match $basis {
            Basis::Settled => $text!("ended_on"),
            Basis::Received => $text!("received_on"),
            Basis::Due => $text!("due_on"),
        }
    };
}

macro_rules! next_day {
    ($day:literal) => {
        concat!("select min(", $day, ") from dossiers where ended_on is not null and ", $day, " > $1")
    };
}

/// The first half month after the day `after` for which there are counts or dossiers.
pub async fn next_period(tx: &mut Tx, basis: Basis, after: Day) -> Result<Option<HalfMonth>> {
    let of_rows: Option<Day> = tx.query(on_each!(next_day, basis)).bind(after).fetch_scalar().await?;
    let kept: Option<Day> = tx
        .query("select min(period) from figures where basis = $1 and dimension = 'unit' and period > $2")
        .bind(basis.id())
        .bind(after)
        .fetch_scalar()
        .await?;
    Ok(of_rows.into_iter().chain(kept).map(HalfMonth::of).min())
}

#[derive(FromRow)]
struct Kept {
    dimension: String,
    unit: String,
    value: String,
    #[sqlx(flatten)]
    tally: Tally,
}

#[derive(FromRow)]
struct Several {
    times: i64,
    #[sqlx(flatten)]
    counted: Counted,
}

macro_rules! noted {
    ($day:literal) => {
        concat!(
            "select sign as times, ended_on, received_on, due_on, has_due, competent_unit, field, procedure_code,
                channel, holder_officer, outcome
             from figure_changes where ",
            $day,
            " >= $1 and ",
            $day,
            " <= $2"
        )
    };
}

/// The counts that are kept, with the changes that are noted.
pub async fn stored(tx: &mut Tx, basis: Basis, period: HalfMonth) -> Result<BTreeMap<Cell, Tally>> {
    let kept: Vec<Kept> = tx
        .query(
            "select dimension, unit, value, early, on_time, late, without_due
             from figures where basis = $1 and period = $2",
        )
        .bind(basis.id())
        .bind(period.first())
        .fetch_all()
        .await?;
    let noted = several(tx, on_each!(noted, basis).into(), period).await?;
    let mut sums = count(basis, &noted).sorted();
    for one in kept {
        let known = DIMENSIONS.into_iter().find(|dimension| dimension.id() == one.dimension);
        let dimension = known.ok_or_else(|| Error::corrupt("figures", "dimension", &one.dimension))?;
        let cell = Cell { basis, dimension, period, unit: one.unit, value: one.value };
        let sum = sums.entry(cell).or_default();
        *sum = sum.plus(one.tally, 1);
    }
    sums.retain(|_, tally| !tally.is_nothing());
    Ok(sums)
}

// Days other than that of the basis are not told apart: they make no difference to it.
macro_rules! counted {
    ($day:literal) => {
        concat!(
            "select count(*) as times, min(ended_on) as ended_on, min(received_on) as received_on, min(due_on) as due_on,
                due_at is not null as has_due, competent_unit, field, procedure_code, channel, holder_officer,
                outcome
             from dossiers where ended_on is not null and received_on is not null and ",
            $day,
            " >= $1 and ",
            $day,
            " <= $2
             group by competent_unit, field, procedure_code, channel, holder_officer, outcome, due_at is not null"
        )
    };
}

/// The same from the dossiers' rows.
pub async fn recounted(tx: &mut Tx, basis: Basis, period: HalfMonth) -> Result<BTreeMap<Cell, Tally>> {
    let counted = several(tx, on_each!(counted, basis).into(), period).await?;
    Ok(count(basis, &counted).sorted())
}

async fn several(tx: &mut Tx, sql: Sql, period: HalfMonth) -> Result<Vec<Several>> {
    tx.query(sql).bind(period.first()).bind(period.last()).fetch_all().await
}

fn count(basis: Basis, all: &[Several]) -> Cells {
    let mut cells = Cells::default();
    for one in all {
        cells.count_on(basis, &one.counted, one.times);
    }
    cells
}
