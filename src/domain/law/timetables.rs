//! Each unit's compiled timetable (TIME-14); units that work alike share one.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Overlay;
use super::overlay::Shape;
use crate::domain::calendar::{Calendar, Timetable};
use crate::domain::unit::{UnitCode, UnitTree};

#[derive(Clone, Debug)]
pub struct Timetables {
    general: Arc<Timetable>,
    of: BTreeMap<UnitCode, Arc<Timetable>>,
}

impl Timetables {
    /// Compiles what every unit works by over one calendar.
    #[must_use]
    pub fn compile(calendar: &Arc<Calendar>, overlay: &Overlay, units: &UnitTree) -> Self {
        let mut compiled: Vec<(Shape, Arc<Timetable>)> = Vec::new();
        let mut shared = |shape: Shape| {
            if let Some((_, timetable)) = compiled.iter().find(|(other, _)| *other == shape) {
                return Arc::clone(timetable);
            }
            let timetable = Arc::new(timetable(calendar, &shape));
            compiled.push((shape, Arc::clone(&timetable)));
            timetable
        };
        let general = shared(overlay.shape(&[]));
        let of = units
            .iter()
            .map(|unit| (unit.code.clone(), shared(overlay.shape(&lineage(&unit.code, units)))))
            .collect();
        Self { general, of }
    }

    /// The unit's timetable; the province's where the unit is not known.
    #[must_use]
    pub fn of(&self, unit: &UnitCode) -> &Arc<Timetable> {
        self.of.get(unit).unwrap_or(&self.general)
    }

    /// What a unit works by of which nothing is known.
    #[must_use]
    pub fn general(&self) -> &Arc<Timetable> {
        &self.general
    }

    /// The units that have one.
    pub fn units(&self) -> impl Iterator<Item = &UnitCode> {
        self.of.keys()
    }

    /// How many different ones there are.
    #[must_use]
    pub fn distinct(&self) -> usize {
        let mut all: Vec<_> = self.of.values().chain([&self.general]).map(Arc::as_ptr).collect();
        all.sort();
        all.dedup();
        all.len()
    }
}

/// A unit and those above it as they were last, the nearest first.
fn lineage<'u>(code: &'u UnitCode, units: &'u UnitTree) -> Vec<&'u UnitCode> {
    std::iter::successors(Some(code), |code| units.get(code)?.parent.as_ref()).collect()
}

fn timetable(calendar: &Arc<Calendar>, shape: &Shape) -> Timetable {
    let plain = Timetable::new(Arc::clone(calendar), shape.hours.clone());
    // The days ascend by construction, so nothing is lost here.
    let timed = plain.clone().with_later_hours(shape.later_hours.clone()).unwrap_or(plain);
    if shape.off.is_empty() { timed } else { timed.with_local_days(shape.off.clone(), shape.makeup.clone()) }
}
