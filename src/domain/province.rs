//! Everything that the rules need to know about one province: its units, its law,
//! its catalogue and the timetables by which its units work.

use std::sync::Arc;

use super::calendar::{Calendar, CalendarProblem, Timetable};
use super::law::{Change, FIRST_EDITION, Law, Timetables};
use super::procedure::{Catalogue, Procedure};
use super::ruleset::{RuleSet, RuleSets};
use super::time::{Day, Zone};
use super::unit::{UnitCode, UnitTree};

/// One province under one edition of its law. Never changed: a decision makes another one.
#[derive(Clone, Debug)]
pub struct Province {
    pub units: UnitTree,
    pub rulesets: RuleSets,
    pub catalogue: Catalogue,
    /// The unit at the top, for which the service itself acts.
    pub root: UnitCode,
    /// What the timetables are compiled from.
    pub law: Arc<Law>,
    /// Which edition of the law it is; the files' own is the first.
    pub edition: i64,
    timetables: Timetables,
}

impl Province {
    /// The province as its files describe it. `calendar` is the law's, compiled.
    #[must_use]
    pub fn new(
        units: UnitTree,
        law: Law,
        catalogue: Catalogue,
        root: UnitCode,
        calendar: &Arc<Calendar>,
    ) -> Self {
        let timetables = Timetables::compile(calendar, &law.overlay, &units);
        let rulesets = law.rulesets.clone();
        Self { units, rulesets, catalogue, root, law: Arc::new(law), edition: FIRST_EDITION, timetables }
    }

    /// The same province under another law.
    ///
    /// # Errors
    /// Everything that is wrong with its calendar (CAL-08).
    pub fn under(&self, law: Law, edition: i64) -> Result<Self, Vec<CalendarProblem>> {
        let calendar = Arc::new(Calendar::compile(law.calendar.clone())?);
        let (units, catalogue, root) = (self.units.clone(), self.catalogue.clone(), self.root.clone());
        Ok(Self { edition, ..Self::new(units, law, catalogue, root, &calendar) })
    }

    /// For whom dates, alerts or rules are others under `other`.
    #[must_use]
    pub fn changes_to(&self, other: &Self) -> Change {
        // Alerts and letters hang on the rule sets, though no date does (LAW-01).
        if self.rulesets != other.rulesets {
            return Change::All;
        }
        self.timetables.changes_to(&other.timetables)
    }

    /// The calendar and hours by which `unit` works (TIME-14).
    #[must_use]
    pub fn timetable(&self, unit: &UnitCode) -> &Timetable {
        self.timetables.of(unit)
    }

    /// What every unit works by that has nothing of its own.
    #[must_use]
    pub fn general_timetable(&self) -> &Timetable {
        self.timetables.general()
    }

    /// How many timetables differ from each other.
    #[must_use]
    pub fn distinct_timetables(&self) -> usize {
        self.timetables.distinct()
    }

    #[must_use]
    pub fn zone(&self) -> &Zone {
        self.timetables.general().zone()
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
