//! Counts in memory: of a batch, of changes, of a half month counted again.

use std::collections::{BTreeMap, HashMap};

use serde::Serialize;

use super::{Counted, Tally};
use crate::domain::statistics::HalfMonth;
use crate::domain::time::Day;
use crate::store::statistics::{Basis, Dimension};

/// The dimensions that are kept ready, each within each unit.
pub const DIMENSIONS: [Dimension; 5] =
    [Dimension::Unit, Dimension::Field, Dimension::Procedure, Dimension::Channel, Dimension::Officer];

/// What one count is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cell {
    pub basis: Basis,
    pub dimension: Dimension,
    pub period: HalfMonth,
    pub unit: String,
    /// The code or number within the dimension; empty where the unit alone says it, and for no officer.
    pub value: String,
}

impl Cell {
    /// `unit H35.04, procedure 1.004873`, for whoever looks for a mistake.
    #[must_use]
    pub fn name(&self) -> String {
        match self.dimension {
            Dimension::Unit => format!("unit {}", self.unit),
            dimension => format!("unit {}, {} {}", self.unit, dimension.id(), self.value),
        }
    }
}

/// A count as its row.
#[derive(Clone, Debug, Serialize)]
pub struct CellRow<'c> {
    basis: &'static str,
    dimension: &'static str,
    period: Day,
    unit: &'c str,
    value: &'c str,
    #[serde(flatten)]
    tally: Tally,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Key {
    basis: Basis,
    dimension: Dimension,
    period: HalfMonth,
    unit: Name,
    value: Name,
}

/// The place of a name among those seen, which are few.
type Name = usize;

/// Counts by cell.
#[derive(Clone, Debug, Default)]
pub struct Cells {
    names: Vec<String>,
    places: HashMap<String, Name>,
    tallies: HashMap<Key, Tally>,
}

impl Cells {
    /// Counts a dossier so many times, on every basis.
    pub fn count(&mut self, counted: &Counted, times: i64) {
        let names = self.names_of(counted);
        for basis in Basis::ALL {
            self.count_names(basis, counted, &names, times);
        }
    }

    /// The same on one basis alone.
    pub fn count_on(&mut self, basis: Basis, counted: &Counted, times: i64) {
        let names = self.names_of(counted);
        self.count_names(basis, counted, &names, times);
    }

    /// The unit and the values in the order of [`DIMENSIONS`].
    fn names_of(&mut self, counted: &Counted) -> (Name, [Name; 5]) {
        let unit = self.name(&counted.competent_unit);
        let officer = counted.holder_officer.map_or_else(String::new, |id| id.to_string());
        let values = ["", &counted.field, &counted.procedure_code, &counted.channel, &officer]
            .map(|text| self.name(text));
        (unit, values)
    }

    fn name(&mut self, text: &str) -> Name {
        if let Some(name) = self.places.get(text) {
            return *name;
        }
        self.names.push(text.to_owned());
        self.places.insert(text.to_owned(), self.names.len() - 1);
        self.names.len() - 1
    }

    fn count_names(
        &mut self,
        basis: Basis,
        counted: &Counted,
        &(unit, values): &(Name, [Name; 5]),
        times: i64,
    ) {
        let Some(day) = counted.day(basis) else { return };
        let (period, tally) = (HalfMonth::of(day), counted.tally());
        for (dimension, value) in DIMENSIONS.into_iter().zip(values) {
            let sum = self.tallies.entry(Key { basis, dimension, period, unit, value }).or_default();
            *sum = sum.plus(tally, times);
        }
    }

    /// What is not nothing, in the order of the cells: two who write the same counts then take
    /// their rows in the same order.
    #[must_use]
    pub fn sorted(&self) -> BTreeMap<Cell, Tally> {
        let name = |name: Name| self.names.get(name).cloned().unwrap_or_default();
        let cell = |(key, tally): (&Key, &Tally)| {
            let Key { basis, dimension, period, unit, value } = *key;
            (Cell { basis, dimension, period, unit: name(unit), value: name(value) }, *tally)
        };
        self.tallies.iter().filter(|(_, tally)| !tally.is_nothing()).map(cell).collect()
    }
}

/// Counts as rows.
#[must_use]
pub fn rows(cells: &BTreeMap<Cell, Tally>) -> Vec<CellRow<'_>> {
    cells.iter().map(|(cell, tally)| CellRow::of(cell, *tally)).collect()
}

impl<'c> CellRow<'c> {
    fn of(cell: &'c Cell, tally: Tally) -> Self {
        Self {
            basis: cell.basis.id(),
            dimension: cell.dimension.id(),
            period: cell.period.first(),
            unit: &cell.unit,
            value: &cell.value,
            tally,
        }
    }
}
