//! Everything that the rules need to know about one province: its units, its law,
//! its catalogue and the timetables by which its units work.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::calendar::Timetable;
use super::procedure::{Catalogue, Procedure};
use super::ruleset::{RuleSet, RuleSets};
use super::time::{Day, Zone};
use super::unit::{UnitCode, UnitTree};

/// One province, as its configuration describes it; never changed while the service runs.
#[derive(Clone, Debug)]
pub struct Province {
    pub units: UnitTree,
    pub rulesets: RuleSets,
    pub catalogue: Catalogue,
    /// The unit at the top, for which the service itself acts.
    pub root: UnitCode,
    timetable: Arc<Timetable>,
    of_units: BTreeMap<UnitCode, Arc<Timetable>>,
}

impl Province {
    #[must_use]
    pub fn new(
        units: UnitTree,
        rulesets: RuleSets,
        catalogue: Catalogue,
        root: UnitCode,
        timetable: Arc<Timetable>,
        of_units: BTreeMap<UnitCode, Arc<Timetable>>,
    ) -> Self {
        Self { units, rulesets, catalogue, root, timetable, of_units }
    }

    /// The calendar and hours by which `unit` works (TIME-14).
    #[must_use]
    pub fn timetable(&self, unit: &UnitCode) -> &Timetable {
        self.of_units.get(unit).unwrap_or(&self.timetable)
    }

    #[must_use]
    pub fn zone(&self) -> &Zone {
        self.timetable.zone()
    }

    /// The rule set for a receipt on `day` in `field`, or the oldest where none reaches back so far.
    #[must_use]
    pub fn rules(&self, field: &str, day: Day) -> Option<&RuleSet> {
        self.rulesets.for_receipt_in(field, day).or_else(|| self.rulesets.iter().next())
    }

    /// The procedure version for a receipt on `day` (LAW-01).
    #[must_use]
    pub fn procedure(&self, code: &str, day: Day) -> Option<&Procedure> {
        self.catalogue.at(&code.parse().ok()?, day)
    }
}
