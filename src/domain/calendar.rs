//! The working calendar: which days are off and why, year by year, compiled once and never
//! changed afterwards (section 13 of the rules).
//!
//! A [`Calendar`] is what a province publishes; a [`Timetable`] is what one unit works by.
//! Neither reads a file nor knows what day it is.

mod check;
mod data;
mod draft;
mod hours;
mod marked;
mod table;
mod timetable;

use std::collections::BTreeMap;
use std::sync::Arc;

pub use check::{CalendarProblem, Place, Problem};
pub use data::{CalendarData, CalendarYear, DayOff, MakeUp, OffKind, Weekend, WeekendHoliday, YearStatus};
pub use draft::{Draft, DraftDay, Why};
pub use hours::{HoursError, OfficeHours, Session};
pub use marked::{Mark, MarkedDay};
pub use timetable::{PeriodsError, Timetable};

use crate::domain::time::{Day, Zone};
pub(in crate::domain) use table::{Block, DayTable};

/// What kind of day a day is, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DayKind<'a> {
    Working,
    /// A weekly rest day; with the name of the public day that falls on it, where one does.
    Weekend {
        holiday: Option<&'a str>,
    },
    Off {
        kind: OffKind,
        name: &'a str,
    },
}

impl DayKind<'_> {
    #[must_use]
    pub fn is_working(self) -> bool {
        self == DayKind::Working
    }
}

/// A compiled calendar. Immutable; meant to be shared in an [`Arc`].
#[derive(Debug)]
pub struct Calendar {
    data: CalendarData,
    label: String,
    zone: Zone,
    status: BTreeMap<i16, YearStatus>,
    /// Keys of `data.years` and of the list in it.
    off: BTreeMap<Day, (usize, usize)>,
    makeup: BTreeMap<Day, Day>,
    weekend_holidays: BTreeMap<Day, (usize, usize)>,
    days: Arc<DayTable>,
}

impl Calendar {
    /// Checks the data (CAL-08) and compiles it.
    ///
    /// # Errors
    /// Everything that is wrong with it, in its order.
    pub fn compile(data: CalendarData) -> Result<Self, Vec<CalendarProblem>> {
        let zone = check::check(&data)?;
        let label = format!("{}@{}", data.id, data.version);
        let status = data.years.iter().map(|year| (year.year, year.status)).collect();
        let makeup = data.years.iter().flat_map(|year| &year.makeup);
        let makeup = makeup.map(|makeup| (makeup.day, makeup.replaces)).collect();
        let mut off = BTreeMap::new();
        let mut weekend_holidays = BTreeMap::new();
        for (y, year) in data.years.iter().enumerate() {
            off.extend(year.off.iter().enumerate().map(|(i, off)| (off.day, (y, i))));
            let named = year.weekend_holiday.iter().enumerate();
            weekend_holidays.extend(named.map(|(i, named)| (named.day, (y, i))));
        }
        let days = Arc::new(DayTable::empty());
        let mut calendar = Self { data, label, zone, status, off, makeup, weekend_holidays, days };
        calendar.days = Arc::new(DayTable::compile(&calendar, |day| calendar.kind(day).is_working()));
        Ok(calendar)
    }

    /// `vn-state@2026.1`: what a dossier stores of its calendar (CAL-09).
    #[must_use]
    pub fn label(&self) -> &str {
        &self.label
    }

    #[must_use]
    pub fn data(&self) -> &CalendarData {
        &self.data
    }

    #[must_use]
    pub fn zone(&self) -> &Zone {
        &self.zone
    }

    /// Whether due dates may be issued that depend on days of this year (TIME-15).
    #[must_use]
    pub fn is_final(&self, year: i16) -> bool {
        self.status.get(&year) == Some(&YearStatus::Final)
    }

    /// The state of a year's record; none where the year is missing.
    #[must_use]
    pub fn status(&self, year: i16) -> Option<YearStatus> {
        self.status.get(&year).copied()
    }

    /// The kind of a day by what is recorded, whatever the state of its year; in a missing
    /// year by the weekday alone. A make-up day is a working day (TIME-13).
    #[must_use]
    pub fn kind(&self, day: Day) -> DayKind<'_> {
        if let Some(&(year, entry)) = self.off.get(&day) {
            let off = &self.data.years[year].off[entry];
            return DayKind::Off { kind: off.kind, name: &off.name };
        }
        if self.data.weekend.contains(day.weekday()) && !self.makeup.contains_key(&day) {
            let named = self.weekend_holidays.get(&day);
            let holiday = named.map(|&(year, entry)| &*self.data.years[year].weekend_holiday[entry].name);
            return DayKind::Weekend { holiday };
        }
        DayKind::Working
    }

    /// True where every weekday is a rest day and no make-up day lies on `day` or later:
    /// there a count would never end.
    pub(in crate::domain) fn never_works_from(&self, day: Day) -> bool {
        self.data.weekend.is_whole_week() && self.makeup.range(day..).next().is_none()
    }

    /// The years that have a record, in order.
    pub fn years(&self) -> impl Iterator<Item = (i16, YearStatus)> {
        self.status.iter().map(|(&year, &status)| (year, status))
    }

    pub(in crate::domain) fn day_table(&self) -> &Arc<DayTable> {
        &self.days
    }
}

#[cfg(test)]
mod tests;
