//! Working time that is a unit's own: office hours through time (TIME-10), days off and the rest
//! days worked for them, by decision of the chair (TIME-14).
//!
//! What is said of a unit holds for everything below it that says nothing else.

use serde::{Deserialize, Serialize};

use crate::domain::calendar::OfficeHours;
use crate::domain::code::UnitCode;
use crate::domain::time::Day;

/// Hours from a day on until another entry of the same unit begins, or only up to `valid_to`,
/// after which the one before holds again. Without a unit they are the province's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HoursPeriod {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<UnitCode>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_from: Option<Day>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_to: Option<Day>,
    pub sessions: OfficeHours,
}

/// A day on which a unit is closed by decision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LocalDayOff {
    pub unit: UnitCode,
    #[serde(rename = "date")]
    pub day: Day,
    /// `Nghỉ do bão`.
    pub name: String,
    /// The deciding document's number.
    pub document: String,
    /// The weekly rest day that is worked instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub makeup: Option<Day>,
    /// The unit alone is closed, and nothing below it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub alone: bool,
}

impl LocalDayOff {
    /// The reason with its document, as derivations and pictures name it.
    #[must_use]
    pub fn reason(&self) -> String {
        format!("{} ({})", self.name, self.document)
    }

    /// Whether it closes the first of `lineage`, the others being those above it.
    fn closes(&self, lineage: &[&UnitCode]) -> bool {
        if self.alone { lineage.first() == Some(&&self.unit) } else { lineage.contains(&&self.unit) }
    }
}

/// What is decided for single units. Later entries go before earlier ones.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Overlay {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hours: Vec<HoursPeriod>,
    #[serde(default, rename = "day_off", skip_serializing_if = "Vec::is_empty")]
    pub off: Vec<LocalDayOff>,
}

/// What makes the timetables of units differ: hours from given days on, days off with their
/// reasons, rest days that are worked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Shape {
    pub(super) hours: OfficeHours,
    pub(super) later_hours: Vec<(Day, OfficeHours)>,
    pub(super) off: Vec<(Day, String)>,
    pub(super) makeup: Vec<(Day, Day)>,
}

impl Overlay {
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.hours.is_empty() && self.off.is_empty()
    }

    pub(super) fn extend(&mut self, later: &Self) {
        self.hours.extend(later.hours.iter().cloned());
        self.off.extend(later.off.iter().cloned());
    }

    /// What holds for the first of `lineage`; the others are those above it, the nearest first.
    pub(super) fn shape(&self, lineage: &[&UnitCode]) -> Shape {
        let mut starts: Vec<Day> = self
            .hours
            .iter()
            .filter(|period| period.unit.as_ref().is_none_or(|unit| lineage.contains(&unit)))
            .flat_map(|period| [period.valid_from, period.valid_to.and_then(Day::next)])
            .flatten()
            .collect();
        starts.sort();
        starts.dedup();
        let first = self.valid(lineage, starts.first().and_then(|day| day.previous()));
        let mut later: Vec<(Day, OfficeHours)> =
            starts.into_iter().map(|day| (day, self.valid(lineage, Some(day)))).collect();
        let mut before = first.clone();
        later.retain(|(_, hours)| std::mem::replace(&mut before, hours.clone()) != *hours);
        let own = || self.off.iter().filter(|off| off.closes(lineage));
        let mut off: Vec<(Day, String)> = own().map(|off| (off.day, off.reason())).collect();
        off.sort();
        let mut makeup: Vec<(Day, Day)> = own().filter_map(|off| Some((off.makeup?, off.day))).collect();
        makeup.sort();
        Shape { hours: first, later_hours: later, off, makeup }
    }

    /// The hours of the nearest unit that has some on a day, else the province's.
    fn valid(&self, lineage: &[&UnitCode], day: Option<Day>) -> OfficeHours {
        let of = |unit: Option<&UnitCode>| {
            let mut own = self.hours.iter().filter(|period| period.unit.as_ref() == unit);
            own.rfind(|period| {
                period.valid_from <= day && (period.valid_to.is_none() || day <= period.valid_to)
            })
        };
        let own = lineage.iter().find_map(|unit| of(Some(unit)));
        own.or_else(|| of(None)).map(|period| period.sessions.clone()).unwrap_or_default()
    }
}
