//! The on-time report: rows by one or two dimensions, and their total. The other official reports
//! lie beside it.
//!
//! Reads one snapshot and counts nothing twice: the total is the sum of the rows, and
//! every rate is computed from its own integers (RATE-05, RATE-06).

pub mod apologies;
mod as_of;
pub mod csv;
pub mod ii06;
pub mod index766;
pub mod json;
pub mod overdue;
pub mod par;

use std::collections::{BTreeMap, HashMap};

use super::desk::Desk;
use super::digest::scope;
use crate::db::{Result, Tx};
use crate::domain::refusal::Refusal;
use crate::domain::staff::{Actor, Deed, watched_root};
use crate::domain::statistics::Figures;
use crate::domain::time::{Day, Month};
use crate::domain::unit::UnitCode;
use crate::store;
pub use crate::store::statistics::{Basis, Dimension};
use crate::store::statistics::{Count, Scope};

/// How a rate comes about, for the report itself to say.
pub const FORMULA: &str = "rate = (early + on_time) / evaluable, in percent, half up to two decimals, 100.00 only where none \
    is late; evaluable = early + on_time + late: settled, withdrawn or stopped, with a due date; \
    without_due: ended without a due date, not evaluable; open dossiers are not counted";

/// Which days make a month (REP-15).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PeriodStyle {
    #[default]
    Calendar,
    /// From the 15th of the month before to the 14th.
    Report,
}

impl PeriodStyle {
    /// The first and last day of a month.
    #[must_use]
    pub fn days_of(self, month: Month) -> Option<(Day, Day)> {
        match self {
            Self::Calendar => Some((month.first(), month.last())),
            Self::Report => {
                Some((month.first().previous()?.month().first().plus(14)?, month.first().plus(13)?))
            }
        }
    }

    /// The month that a day belongs to.
    #[must_use]
    pub fn month_of(self, day: Day) -> Month {
        let beyond = self == Self::Report && day.0.day() >= 15;
        let next = day.month().last().next().filter(|_| beyond);
        next.map_or_else(|| day.month(), Day::month)
    }
}

/// What is asked for; both ends are included.
#[derive(Clone, Debug)]
pub struct Asked {
    pub from: Day,
    pub to: Day,
    pub basis: Basis,
    pub by: Dimension,
    pub and_by: Option<Dimension>,
    /// A unit with everything below it; none for all.
    pub unit: Option<String>,
    pub period_style: PeriodStyle,
}

/// A value of a dimension, as rows name it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Label {
    /// Whoever has no name comes last.
    nameless: bool,
    pub name: Option<String>,
    /// What tells namesakes apart: a unit's or procedure's code, an officer's number.
    pub code: Option<String>,
}

impl Label {
    fn new(name: Option<String>, code: Option<String>) -> Self {
        Self { nameless: name.is_none(), name, code }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// One for each dimension asked for.
    pub labels: Vec<Label>,
    pub figures: Figures,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OnTime {
    pub rows: Vec<Row>,
    pub total: Figures,
}

/// Counts what `actor` may see.
pub async fn on_time(tx: &mut Tx, desk: &Desk, actor: &Actor, asked: &Asked) -> Result<OnTime> {
    if asked.to < asked.from {
        return Err(Refusal::invalid(
            "to",
            "Ngày cuối sớm hơn ngày đầu. Đổi lại khoảng thời gian.",
            "The last day is before the first. Correct the period.",
        )
        .into());
    }
    let units = units_of(tx, desk, actor, asked.unit.as_deref()).await?;
    let period = Scope { basis: asked.basis, from: asked.from, to: asked.to, units: units.as_deref() };
    let counts = store::statistics::counts(tx, &period, Some(asked.by), asked.and_by).await?;
    let names = Names::read(tx, asked).await?;
    let mut rows: BTreeMap<Vec<Label>, Figures> = BTreeMap::new();
    let mut total = Figures::default();
    for count in &counts {
        let figures = count.figures();
        let row = rows.entry(names.labels(asked, count)).or_default();
        *row = row.plus(figures);
        total = total.plus(figures);
    }
    let rows = rows.into_iter().map(|(labels, figures)| Row { labels, figures }).collect();
    Ok(OnTime { rows, total })
}

/// The competent units whose dossiers are counted, as the statements take them; none for all.
/// Who does not see the whole province is shown their own units (ORG-13).
pub async fn units_of(
    tx: &mut Tx,
    desk: &Desk,
    actor: &Actor,
    asked: Option<&str>,
) -> Result<Option<String>> {
    let units = &desk.province.units;
    let watched = watched_root(actor, units);
    let Some(asked) = asked else {
        let Some(root) = watched else {
            desk.allow_whole(actor, Deed::View)?;
            return Ok(None);
        };
        desk.allow_in(actor, Deed::View, root)?;
        return Ok(Some(within(desk, root)));
    };
    let unit = find_unit(tx, desk, asked).await?;
    desk.allow_in(actor, Deed::View, &unit)?;
    if unit == desk.province.root {
        return Ok(None);
    }
    Ok(Some(if units.get(&unit).is_some() {
        within(desk, &unit)
    } else {
        scope(std::slice::from_ref(&unit))
    }))
}

fn within(desk: &Desk, root: &UnitCode) -> String {
    let codes: Vec<UnitCode> = desk.province.units.codes_within(root).into_iter().cloned().collect();
    scope(&codes)
}

/// A unit of the province, under its code of today or before, or one that an import brought.
async fn find_unit(tx: &mut Tx, desk: &Desk, text: &str) -> Result<UnitCode> {
    let unknown = || {
        Refusal::invalid(
            "unit",
            format!("Không có đơn vị mã “{text}”. Kiểm tra lại mã đơn vị."),
            format!("There is no unit {text:?}. Check the code."),
        )
    };
    let code: UnitCode = text.parse().map_err(|_| unknown())?;
    if let Some(unit) = desk.province.units.resolve(&code) {
        return Ok(unit.code.clone());
    }
    let imported = store::catalogue::external_units(tx).await?;
    if imported.iter().any(|(known, _)| known == code.as_str()) { Ok(code) } else { Err(unknown().into()) }
}

/// The names behind the codes and numbers of the dimensions asked for.
#[derive(Default)]
struct Names {
    units: HashMap<String, String>,
    procedures: HashMap<String, String>,
    officers: HashMap<String, String>,
}

impl Names {
    async fn read(tx: &mut Tx, asked: &Asked) -> Result<Self> {
        let wanted = |dimension| asked.by == dimension || asked.and_by == Some(dimension);
        let mut names = Self::default();
        if wanted(Dimension::Unit) {
            names.units = Self::of_units(tx).await?.units;
        }
        if wanted(Dimension::Procedure) {
            names.procedures = Self::of_procedures(tx).await?.procedures;
        }
        if wanted(Dimension::Officer) {
            let officers = store::staff::names(tx).await?;
            names.officers = officers.into_iter().map(|(id, name)| (id.to_string(), name)).collect();
        }
        Ok(names)
    }

    async fn of_units(tx: &mut Tx) -> Result<Self> {
        let units = store::catalogue::units(tx).await?;
        Ok(Self { units: units.into_iter().map(|(code, name, _)| (code, name)).collect(), ..Self::default() })
    }

    async fn of_procedures(tx: &mut Tx) -> Result<Self> {
        let procedures = store::catalogue::procedure_names(tx).await?.into_iter().collect();
        Ok(Self { procedures, ..Self::default() })
    }

    /// A unit's name, or its code where nobody knows it.
    fn unit(&self, code: &str) -> String {
        self.units.get(code).map_or(code, String::as_str).to_owned()
    }

    /// A procedure's name, or its code where nobody knows it.
    fn procedure(&self, code: &str) -> String {
        self.procedures.get(code).map_or(code, String::as_str).to_owned()
    }

    fn labels(&self, asked: &Asked, count: &Count) -> Vec<Label> {
        let first = self.label(asked, asked.by, count.first.as_ref(), count);
        let second = asked.and_by.map(|by| self.label(asked, by, count.second.as_ref(), count));
        [Some(first), second].into_iter().flatten().collect()
    }

    fn label(&self, asked: &Asked, by: Dimension, value: Option<&String>, count: &Count) -> Label {
        let named = |names: &HashMap<String, String>| {
            let name = value.map(|value| names.get(value).unwrap_or(value).clone());
            Label::new(name, value.cloned())
        };
        match by {
            Dimension::Unit => named(&self.units),
            Dimension::Procedure => named(&self.procedures),
            Dimension::Officer => named(&self.officers),
            Dimension::Field | Dimension::Channel => Label::new(value.cloned(), None),
            Dimension::Month => {
                Label::new(count.day.map(|day| asked.period_style.month_of(day).to_string()), None)
            }
        }
    }
}

/// The keys under which a row carries a dimension, and its values there.
fn keyed(by: Dimension, label: Option<&Label>) -> Vec<(String, Option<&str>)> {
    let name = label.and_then(|label| label.name.as_deref());
    let mut keyed = vec![(by.id().to_owned(), name)];
    if matches!(by, Dimension::Unit | Dimension::Procedure) {
        keyed.push((format!("{}_code", by.id()), label.and_then(|label| label.code.as_deref())));
    }
    keyed
}

/// The keys of all dimensions asked for; without labels, as in the total, they have no values.
fn all_keyed<'a>(asked: &Asked, labels: &'a [Label]) -> Vec<(String, Option<&'a str>)> {
    let dimensions = [Some(asked.by), asked.and_by].into_iter().flatten();
    dimensions.enumerate().flat_map(|(place, by)| keyed(by, labels.get(place))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(style: PeriodStyle, month: &str) -> (String, String) {
        let (from, to) = style.days_of(month.parse().unwrap()).unwrap();
        (from.to_string(), to.to_string())
    }

    /// REP-15: month m runs from the 15th of m−1 to the 14th of m.
    #[test]
    fn a_reporting_month_runs_from_the_fifteenth_to_the_fourteenth() {
        let report = |month| days(PeriodStyle::Report, month);
        assert_eq!(report("2026-11"), ("2026-10-15".to_owned(), "2026-11-14".to_owned()));
        assert_eq!(report("2026-01"), ("2025-12-15".to_owned(), "2026-01-14".to_owned()));
        assert_eq!(
            days(PeriodStyle::Calendar, "2024-02"),
            ("2024-02-01".to_owned(), "2024-02-29".to_owned())
        );
    }

    #[test]
    fn every_day_belongs_to_the_month_whose_days_hold_it() {
        for style in [PeriodStyle::Calendar, PeriodStyle::Report] {
            let first: Day = "2025-11-10".parse().unwrap();
            for day in (0..100).map(|days| first.plus(days).unwrap()) {
                let (from, to) = style.days_of(style.month_of(day)).unwrap();
                assert!(from <= day && day <= to, "{style:?} {day}");
            }
        }
    }
}
