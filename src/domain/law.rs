//! The law that decides about dates, as decisions make and change it: the working calendar,
//! office hours and days of single units, and the rule sets.
//!
//! A [`Law`] is plain data that folds from decisions as a dossier does from events; what it comes
//! to for each unit is compiled into timetables. Knows no dossier.

mod amendment;
mod changes;
mod check;
mod drift;
mod overlay;
mod timetables;

use serde::{Deserialize, Serialize};

use super::calendar::{CalendarData, CalendarYear};
use super::ruleset::RuleSets;

pub use amendment::{Amendment, Kind, Stage};
pub use changes::Change;
pub use check::{Spot, Wrong, WrongAt};
pub use drift::Drift;
pub use overlay::{HoursPeriod, LocalDayOff, Overlay};
pub use timetables::Timetables;

/// The edition that is what the files say.
pub const FIRST_EDITION: i64 = 1;

/// Everything that decisions can change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Law {
    pub calendar: CalendarData,
    pub overlay: Overlay,
    pub rulesets: RuleSets,
}

impl Law {
    /// The law after amendments, each with the edition that it made, in their order. One that a
    /// later one revokes is as if it had never been.
    #[must_use]
    pub fn after(&self, amendments: &[(i64, Amendment)]) -> Self {
        let revoked = |edition: i64| {
            let mut revocations = amendments.iter().map(|(_, amendment)| amendment);
            revocations.any(|one| matches!(one, Amendment::Revocation { edition: gone } if *gone == edition))
        };
        let mut law = self.clone();
        for (edition, amendment) in amendments {
            if !revoked(*edition) {
                law.amend(amendment);
            }
            // A dossier keeps by which edition its date was counted (CAL-09).
            law.calendar.version = format!("{}+{edition}", self.calendar.version);
        }
        law
    }

    fn amend(&mut self, amendment: &Amendment) {
        match amendment {
            Amendment::Calendar { years } => {
                for year in years {
                    put_year(&mut self.calendar, year);
                }
            }
            Amendment::Overlay(overlay) => self.overlay.extend(overlay),
            Amendment::RuleSets { sets } => self.rulesets = sets.clone(),
            Amendment::Revocation { .. } => {}
        }
    }
}

/// Puts a year's record in the place of the one that is there, or in its order.
pub fn put_year(calendar: &mut CalendarData, year: &CalendarYear) {
    match calendar.years.iter().position(|one| one.year >= year.year) {
        Some(place) if calendar.years[place].year == year.year => calendar.years[place] = year.clone(),
        Some(place) => calendar.years.insert(place, year.clone()),
        None => calendar.years.push(year.clone()),
    }
}

#[cfg(test)]
mod tests;
