//! Index 766 as far as it is measured here: settlement progress (group 2) and the share of online
//! dossiers (domain section 11). What lies at the national portal is named and left empty.

mod render;

use std::collections::BTreeMap;

use super::{Names, as_of, units_of};
use crate::db::{Result, Tx};
use crate::domain::dossier::Dossier;
use crate::domain::limit::TimeLimit;
use crate::domain::periodic::{Period, Standing};
use crate::domain::scales::{Maximum, Points, Scales, is_in_time_under_766};
use crate::domain::staff::Actor;
use crate::domain::statistics::Rate;
use crate::domain::time::{Day, Moment};
use crate::store::periodic as rows;
use crate::work::desk::Desk;
use crate::work::wording;

/// So many dossiers without an appointment are measured at a time.
const PAGE: i64 = 10_000;

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
    let mut count = |dossier: &Dossier| {
        if let Some(figures) = of_one(desk, asked.period, dossier, stand) {
            let unit = of_units.entry(dossier.filing.competent_unit.to_string()).or_default();
            *unit = unit.plus(figures);
        }
    };
    as_of::touched(tx, &question, &mut count).await?;
    let undated = without_due(tx, desk, &question, &mut count).await?;
    for (unit, figures) in undated {
        let unit = of_units.entry(unit).or_default();
        *unit = unit.plus(figures);
    }
    let names = Names::of_units(tx).await?;
    let named =
        |(unit_code, figures): (String, Figures)| Row { unit: names.unit(&unit_code), unit_code, figures };
    let mut rows: Vec<Row> = of_units.into_iter().map(named).collect();
    rows.sort_by(|a, b| (&a.unit, &a.unit_code).cmp(&(&b.unit, &b.unit_code)));
    let total = rows.iter().fold(Figures::default(), |total, row| total.plus(row.figures));
    Ok(Index766 { period: asked.period, as_of: stand, scales: asked.scales, rows, total })
}

/// Whom nobody gave an appointment, by unit: measured by the maximum limit (IDX-06). Those that waited for
/// a supplement are shown to `count`.
async fn without_due(
    tx: &mut Tx,
    desk: &Desk,
    asked: &rows::Asked<'_>,
    mut count: impl FnMut(&Dossier),
) -> Result<BTreeMap<String, Figures>> {
    let mut of_units: BTreeMap<String, Figures> = BTreeMap::new();
    let mut after = 0;
    loop {
        let page = rows::without_due(tx, asked, after, PAGE).await?;
        let Some(last) = page.last() else { return Ok(of_units) };
        after = last.id;
        let is_last = page.len() < usize::try_from(PAGE).unwrap_or_default();
        let waited: Vec<i64> = page.iter().filter(|one| one.waited).map(|one| one.id).collect();
        for ids in waited.chunks(usize::try_from(as_of::BATCH).unwrap_or(1)) {
            as_of::lives(tx, ids, asked.as_of).await?.iter().for_each(&mut count);
        }
        for one in page.iter().filter(|one| !one.waited) {
            let timetable = wording::timetable(desk, &one.unit);
            let limit = maximum_limit(desk, &one.procedure, one.version, one.received_on);
            let figures =
                Figures {
                    dossiers: 1,
                    in_time: u64::from(limit.is_none_or(|limit| {
                        timetable.keeps_within(limit, one.received_at, one.decides_at, [])
                    })),
                    received: u64::from(one.received_on >= asked.from),
                    online: u64::from(one.received_on >= asked.from && one.online),
                };
            let unit = of_units.entry(one.unit.clone()).or_default();
            *unit = unit.plus(figures);
        }
        // Another page would look through all that is left for nothing.
        if is_last {
            return Ok(of_units);
        }
    }
}

/// The longest that the law gives a procedure: its version's, or that of its day where an earlier system
/// names another; none where it is not known.
fn maximum_limit(desk: &Desk, procedure: &str, version: i64, received_on: Day) -> Option<TimeLimit> {
    let catalogue = &desk.province.catalogue;
    let named = procedure.parse().ok().and_then(|code| catalogue.version(&code, version));
    let found = named.or_else(|| desk.procedure(procedure, received_on))?;
    Some(found.statutory_limit)
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
    let filing = &dossier.filing;
    let limit = standing
        .received_on
        .and_then(|day| maximum_limit(desk, &filing.procedure, filing.procedure_version, day));
    let timetable = desk.province.timetable(&filing.competent_unit);
    let maximum = limit.map(|limit| Maximum { limit, timetable });
    Some(Figures {
        dossiers: 1,
        in_time: u64::from(is_in_time_under_766(dossier, at, maximum)),
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
