//! The apologies of a period: of each unit what was owed and what became of it, or one by one as the
//! evidence that an inspection asks for (LATE-16, PAR-04, PAR-05).
//!
//! An obligation belongs to the day on which it came up. The report says what is so now.

mod evidence;
mod render;

use super::{Names, units_of};
use crate::db::{Result, Tx};
use crate::domain::refusal::Refusal;
use crate::domain::staff::Actor;
use crate::domain::statistics::Rate;
use crate::domain::time::{ClockTime, Day};
use crate::store::obligations::period as rows;
use crate::work::desk::Desk;

pub use evidence::{Evidence, evidence};
pub use render::{csv, evidence_csv, evidence_json, json};

/// What is asked for; both ends are included.
#[derive(Clone, Debug)]
pub struct Asked {
    pub from: Day,
    pub to: Day,
    /// A unit with everything below it; none for all.
    pub unit: Option<String>,
}

/// What became of obligations. Each is counted in one of the first five.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// The letter went out in advance (LATE-14).
    pub in_advance: u64,
    /// It went out after the dossier was late.
    pub afterwards: u64,
    /// It has not gone out.
    pub unsent: u64,
    /// None was due, with a reason and an approver (LATE-08).
    pub exempt: u64,
    /// The dossier was settled on time after all.
    pub closed: u64,
    /// Of the letters that went out, those with a receipt (LATE-17).
    pub delivered: u64,
}

/// A unit's figures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    pub unit: String,
    pub unit_code: String,
    pub figures: Figures,
}

/// The report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Apologies {
    pub rows: Vec<Row>,
    pub total: Figures,
}

impl Figures {
    #[must_use]
    pub fn obligations(self) -> u64 {
        self.in_advance + self.afterwards + self.unsent + self.exempt + self.closed
    }

    /// Those that were apologised for or released from it.
    #[must_use]
    pub fn covered(self) -> u64 {
        self.in_advance + self.afterwards + self.exempt
    }

    /// Those for which something is or was owed: not what was settled on time after all.
    #[must_use]
    pub fn owed(self) -> u64 {
        self.covered() + self.unsent
    }

    /// The apology coverage; none where nothing was owed (LATE-18).
    #[must_use]
    pub fn rate(self) -> Option<Rate> {
        Rate::of(self.covered(), self.owed())
    }

    fn plus(self, other: Self) -> Self {
        Self {
            in_advance: self.in_advance + other.in_advance,
            afterwards: self.afterwards + other.afterwards,
            unsent: self.unsent + other.unsent,
            exempt: self.exempt + other.exempt,
            closed: self.closed + other.closed,
            delivered: self.delivered + other.delivered,
        }
    }
}

/// Counts what `actor` may see.
///
/// # Errors
/// Where the period ends before it begins, or the unit is unknown or another's.
pub async fn apologies(tx: &mut Tx, desk: &Desk, actor: &Actor, asked: &Asked) -> Result<Apologies> {
    let units = units_of(tx, desk, actor, asked.unit.as_deref()).await?;
    let counts = rows::counts(tx, &question(desk, asked, units.as_deref())?).await?;
    let names = Names::of_units(tx).await?;
    let of_unit = |counts: rows::Counts| Row {
        unit: names.unit(&counts.unit),
        figures: Figures::from(&counts),
        unit_code: counts.unit,
    };
    let mut rows: Vec<Row> = counts.into_iter().map(of_unit).collect();
    rows.sort_by(|a, b| (&a.unit, &a.unit_code).cmp(&(&b.unit, &b.unit_code)));
    let total = rows.iter().fold(Figures::default(), |total, row| total.plus(row.figures));
    Ok(Apologies { rows, total })
}

fn question<'a>(desk: &Desk, asked: &Asked, units: Option<&'a str>) -> Result<rows::Asked<'a>> {
    let zone = desk.province.zone();
    let from = zone.instant(asked.from, ClockTime::MIDNIGHT);
    let before = zone.instant(asked.to, ClockTime::END_OF_DAY);
    let days = from.zip(before).filter(|(from, before)| from < before);
    let (from, before) = days.ok_or_else(|| {
        Refusal::invalid(
            "to",
            "Ngày cuối sớm hơn ngày đầu. Đổi lại khoảng thời gian.",
            "The last day is before the first. Correct the period.",
        )
    })?;
    Ok(rows::Asked { from, before, units })
}

impl From<&rows::Counts> for Figures {
    fn from(counts: &rows::Counts) -> Self {
        let whole = |count: i64| u64::try_from(count).unwrap_or(0);
        Self {
            in_advance: whole(counts.in_advance),
            afterwards: whole(counts.afterwards),
            unsent: whole(counts.unsent),
            exempt: whole(counts.exempt),
            closed: whole(counts.closed),
            delivered: whole(counts.delivered),
        }
    }
}
