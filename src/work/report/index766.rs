//! Index 766 as far as it is measured here: settlement progress (group 2) and the share of online
//! dossiers (domain section 11). What lies at the national portal is named and left empty.

mod render;

use std::collections::BTreeMap;

use super::{Names, as_of, units_of};
use crate::db::{Result, Tx};
use crate::domain::dossier::Dossier;
use crate::domain::periodic::{Period, Standing};
use crate::domain::scales::{Points, Scales, is_in_time_under_766};
use crate::domain::staff::Actor;
use crate::domain::statistics::Rate;
use crate::domain::time::Moment;
use crate::store::periodic as rows;
use crate::work::desk::Desk;

pub use render::{csv, json};

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Asked {
    pub period: Period,
    /// A unit with everything below it; none for all.
    pub unit: Option<String>,
    pub scales: Scales,
}

/// What is counted of a unit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// Received in the period or before it, and not ended before it (IDX-03).
    pub dossiers: u64,
    /// Of these, settled in time or still within the limit, by the index's own rule (IDX-04, IDX-05).
    pub in_time: u64,
    pub received: u64,
    pub online: u64,
}

impl Figures {
    /// Indicator 2.1 (IDX-03).
    #[must_use]
    pub fn progress(self) -> Option<Rate> {
        Rate::of(self.in_time, self.dossiers)
    }

    /// The share of online dossiers among those received (IDX-12).
    #[must_use]
    pub fn online_share(self) -> Option<Rate> {
        Rate::of(self.online, self.received)
    }

    fn plus(self, other: Self) -> Self {
        Self {
            dossiers: self.dossiers + other.dossiers,
            in_time: self.in_time + other.in_time,
            received: self.received + other.received,
            online: self.online + other.online,
        }
    }
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
pub struct Index766 {
    pub period: Period,
    pub as_of: Moment,
    pub scales: Scales,
    pub rows: Vec<Row>,
    pub total: Figures,
}

impl Index766 {
    /// The points of group 2; none where nothing was counted.
    #[must_use]
    pub fn points(&self, figures: Figures) -> Option<Points> {
        figures.progress().map(|rate| self.scales.progress(rate))
    }
}

/// Counts what `actor` may see.
///
/// # Errors
/// Where the unit is unknown or another's.
pub async fn index766(tx: &mut Tx, desk: &Desk, actor: &Actor, asked: &Asked) -> Result<Index766> {
    let units = units_of(tx, desk, actor, asked.unit.as_deref()).await?;
    let (from, to) = (asked.period.from(), asked.period.to());
    let stand = as_of::end_of(desk, to);
    let question = rows::Asked { from, to, as_of: stand, units: units.as_deref() };
    let mut of_units: BTreeMap<String, Figures> = BTreeMap::new();
    for counted in rows::progress(tx, &question).await? {
        let figures = Figures::from(&counted);
        let unit = of_units.entry(counted.unit).or_default();
        *unit = unit.plus(figures);
    }
    as_of::touched(tx, &question, |dossier| {
        if let Some(figures) = of_one(desk, asked.period, dossier, stand) {
            let unit = of_units.entry(dossier.filing.competent_unit.to_string()).or_default();
            *unit = unit.plus(figures);
        }
    })
    .await?;
    let names = Names::of_units(tx).await?;
    let named =
        |(unit_code, figures): (String, Figures)| Row { unit: names.unit(&unit_code), unit_code, figures };
    let mut rows: Vec<Row> = of_units.into_iter().map(named).collect();
    rows.sort_by(|a, b| (&a.unit, &a.unit_code).cmp(&(&b.unit, &b.unit_code)));
    let total = rows.iter().fold(Figures::default(), |total, row| total.plus(row.figures));
    Ok(Index766 { period: asked.period, as_of: stand, scales: asked.scales, rows, total })
}

/// What one dossier counts; none where the period does not count it.
fn of_one(desk: &Desk, period: Period, dossier: &Dossier, at: Moment) -> Option<Figures> {
    let zone = desk.province.zone();
    let standing = Standing {
        received_on: dossier.received_on(zone),
        online: dossier.filing.channel == "online",
        ended_on: dossier.ended_on(zone),
        outcome: dossier.outcome(),
        late: as_of::was_late(dossier, at),
    };
    standing.columns(period)?;
    let received = standing.received_on.is_some_and(|day| day >= period.from());
    Some(Figures {
        dossiers: 1,
        in_time: u64::from(is_in_time_under_766(dossier, at)),
        received: u64::from(received),
        online: u64::from(received && standing.online),
    })
}

impl From<&rows::Progress> for Figures {
    fn from(counted: &rows::Progress) -> Self {
        let whole = |count: i64| u64::try_from(count).unwrap_or(0);
        Self {
            dossiers: whole(counted.dossiers),
            in_time: whole(counted.in_time),
            received: whole(counted.received),
            online: whole(counted.online),
        }
    }
}
