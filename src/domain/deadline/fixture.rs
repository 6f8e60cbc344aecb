//! The published calendar and short ways to write instants, for tests.

use std::sync::Arc;

use crate::domain::calendar::{Calendar, CalendarData, OfficeHours, Timetable};
use crate::domain::limit::Terms;
use crate::domain::time::{Day, Moment};

use super::parse_received;

pub(in crate::domain) fn data() -> CalendarData {
    toml::from_str(include_str!("../../../config/calendar/vn-state.toml")).unwrap()
}

pub(in crate::domain) fn calendar() -> Calendar {
    Calendar::compile(data()).unwrap()
}

/// The published calendar with these office hours.
pub(in crate::domain) fn timetable(hours: &str) -> Timetable {
    Timetable::new(Arc::new(calendar()), hours.parse().unwrap())
}

pub(in crate::domain) fn office() -> Timetable {
    timetable(&OfficeHours::default().to_string())
}

pub(in crate::domain) fn terms(limit: &str) -> Terms {
    Terms::of(limit.parse().unwrap())
}

pub(in crate::domain) fn day(text: &str) -> Day {
    text.parse().unwrap()
}

pub(in crate::domain) fn at(unit: &Timetable, text: &str) -> Moment {
    parse_received(text, unit.zone()).unwrap()
}
