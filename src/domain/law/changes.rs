//! Where two laws differ in what units work by, so that only their dossiers are looked at again.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Timetables;
use crate::domain::calendar::Timetable;
use crate::domain::unit::UnitCode;

/// For whom something changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    Nobody,
    /// For these units alone.
    Units(Vec<UnitCode>),
    /// For the province as a whole, and for units of which nothing is known.
    All,
}

impl Timetables {
    /// For whom working time differs between two laws, on any day, or whether it may be relied on.
    #[must_use]
    pub fn changes_to(&self, other: &Self) -> Change {
        if self.general().differs_from(other.general()) {
            return Change::All;
        }
        let mut known: BTreeMap<(usize, usize), bool> = BTreeMap::new();
        let address = |timetable: &Arc<Timetable>| Arc::as_ptr(timetable).addr();
        let mut differ = |unit: &UnitCode| {
            let (mine, others) = (self.of(unit), other.of(unit));
            *known.entry((address(mine), address(others))).or_insert_with(|| mine.differs_from(others))
        };
        let units: Vec<UnitCode> = self.units().filter(|unit| differ(unit)).cloned().collect();
        if units.is_empty() { Change::Nobody } else { Change::Units(units) }
    }
}
