//! Reads `hours.toml`: office hours of the province and of single units through time, and days
//! off of their own (TIME-10, TIME-14).
//!
//! A unit's hours hold for everything below it that has none of its own.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use super::fault::{Fault, Source};
use super::procedures::note_unknown_unit;
use super::table::{Field, Table, parse};
use crate::domain::calendar::{Calendar, OfficeHours, Timetable};
use crate::domain::code::UnitCode;
use crate::domain::refusal::Said;
use crate::domain::time::Day;
use crate::domain::unit::UnitTree;

impl Field for OfficeHours {
    const EXPECTED_VI: &'static str = "các buổi làm việc tăng dần (\"07:30-11:30,13:30-17:00\")";
    const EXPECTED_EN: &'static str = "ascending sessions (\"07:30-11:30,13:30-17:00\")";

    fn read(value: &toml::de::DeValue<'_>) -> Option<Self> {
        String::read(value)?.parse().ok()
    }
}

/// Hours from a day on until another entry of the same unit begins, or only up to `valid_to`,
/// after which the one before holds again.
#[derive(Clone, Debug)]
struct Period {
    unit: Option<UnitCode>,
    valid_from: Option<Day>,
    valid_to: Option<Day>,
    sessions: OfficeHours,
    at: Range<usize>,
    path: String,
}

/// A day on which a unit and everything below it is closed by decision.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct LocalDayOff {
    unit: UnitCode,
    day: Day,
    /// The reason with the deciding document's number.
    reason: String,
}

/// What `hours.toml` says.
#[derive(Clone, Debug, Default)]
pub struct Hours {
    periods: Vec<Period>,
    days_off: Vec<LocalDayOff>,
}

/// # Errors
/// Everything that is wrong in the file; an unknown unit only where `units` are known.
pub fn read(file: &str, text: &str, units: Option<&UnitTree>) -> Result<Hours, Vec<Fault>> {
    let source = Source::new(file, text);
    let parsed = parse(&source);
    let mut root = Table::new(&source, String::new(), &parsed);
    let periods = root.tables("hours");
    let days_off = root.tables("day_off");
    root.finish();
    let mut hours = Hours::default();
    for table in periods {
        hours.periods.extend(period(table, units));
    }
    for table in days_off {
        hours.days_off.extend(day_off(table, units));
    }
    hours.periods.sort_by(|a, b| (&a.unit, a.valid_from).cmp(&(&b.unit, b.valid_from)));
    check(&source, &hours.periods);
    if source.is_sound() { Ok(hours) } else { Err(source.faults()) }
}

fn known(table: &Table<'_>, unit: Option<&UnitCode>, units: Option<&UnitTree>) {
    if let (Some(unit), Some(units)) = (unit, units)
        && units.get(unit).is_none()
    {
        note_unknown_unit(table, "unit", unit);
    }
}

fn period(mut table: Table<'_>, units: Option<&UnitTree>) -> Option<Period> {
    let unit = table.maybe("unit");
    let valid_from = table.maybe("valid_from");
    let valid_to = table.maybe("valid_to");
    let sessions = table.value("sessions");
    let _ = table.maybe::<String>("source");
    known(&table, unit.as_ref(), units);
    let (at, path) = (table.span.clone(), table.path().to_owned());
    table.finish();
    Some(Period { unit, valid_from, valid_to, sessions: sessions?, at, path })
}

fn day_off(mut table: Table<'_>, units: Option<&UnitTree>) -> Option<LocalDayOff> {
    let unit = table.value("unit");
    let day = table.value("date");
    let name = table.value::<String>("name");
    let document = table.value::<String>("document");
    known(&table, unit.as_ref(), units);
    table.finish();
    Some(LocalDayOff { unit: unit?, day: day?, reason: format!("{} ({})", name?, document?) })
}

/// Nobody has two sets of hours on a day, and the province has some on every day.
fn check(source: &Source, periods: &[Period]) {
    let unlimited =
        |period: &&Period| (&period.unit, period.valid_from, period.valid_to) == (&None, None, None);
    let always = periods.iter().any(|period| unlimited(&period));
    for pair in periods.windows(2).filter(|pair| pair[0].unit == pair[1].unit) {
        let (earlier, later) = (&pair[0], &pair[1]);
        let overlaps = earlier.valid_from == later.valid_from || earlier.valid_to >= later.valid_from;
        if overlaps {
            note(
                source,
                later,
                "valid_from",
                "Chồng thời gian với mục trước của cùng đơn vị.",
                "This overlaps the unit's entry before it.",
            );
        }
        let open = earlier.valid_to.and_then(Day::next).is_some_and(|next| Some(next) < later.valid_from);
        if earlier.unit.is_none() && open && !always {
            note(
                source,
                later,
                "valid_from",
                "Giữa hai mục chung có ngày không có giờ làm việc.",
                "There are days without hours between the two general entries.",
            );
        }
    }
    for period in periods {
        if period.valid_to.is_some() && period.valid_to < period.valid_from {
            note(
                source,
                period,
                "valid_to",
                "Mục này kết thúc trước khi bắt đầu.",
                "This ends before it begins.",
            );
        }
    }
    let general: Vec<&Period> = periods.iter().filter(|period| period.unit.is_none()).collect();
    let (Some(first), Some(last)) = (general.first(), general.last()) else {
        source.note(
            0..0,
            "hours",
            Said::new("Chưa có giờ làm việc chung của tỉnh.", "The province has no general hours."),
            Said::new("Thêm một mục [[hours]] không ghi unit.", "Add an entry [[hours]] without unit."),
        );
        return;
    };
    if first.valid_from.is_some() {
        note(
            source,
            first,
            "valid_from",
            "Mục chung đầu tiên phải có hiệu lực từ đầu.",
            "The first general entry must hold from the beginning.",
        );
    }
    if last.valid_to.is_some() && !always {
        note(
            source,
            last,
            "valid_to",
            "Mục chung cuối cùng phải còn hiệu lực.",
            "The last general entry must have no end.",
        );
    }
}

fn note(source: &Source, period: &Period, field: &str, vi: &str, en: &str) {
    source.note(
        period.at.clone(),
        &format!("{}.{field}", period.path),
        Said::new(vi, en),
        Said::new("Sửa valid_from hoặc valid_to.", "Correct valid_from or valid_to."),
    );
}

/// Each unit's compiled timetable; units that work alike share one.
#[derive(Clone, Debug)]
pub struct Timetables {
    general: Arc<Timetable>,
    of: BTreeMap<UnitCode, Arc<Timetable>>,
}

/// Hours from given days on, and local days off: what makes timetables differ.
type Shape = (OfficeHours, Vec<(Day, OfficeHours)>, Vec<(Day, String)>);

impl Timetables {
    /// Compiles the hours of every unit over one calendar.
    #[must_use]
    pub fn compile(calendar: &Arc<Calendar>, hours: &Hours, units: &UnitTree) -> Self {
        let mut compiled: Vec<(Shape, Arc<Timetable>)> = Vec::new();
        let mut shared = |shape: Shape| {
            if let Some((_, timetable)) = compiled.iter().find(|(other, _)| *other == shape) {
                return Arc::clone(timetable);
            }
            let timetable = Arc::new(timetable(calendar, &shape));
            compiled.push((shape, Arc::clone(&timetable)));
            timetable
        };
        let general = shared(hours.shape(&[]));
        let of = units
            .iter()
            .map(|unit| (unit.code.clone(), shared(hours.shape(&lineage(&unit.code, units)))))
            .collect();
        Self { general, of }
    }

    /// The unit's timetable; the province's where the unit is not known.
    #[must_use]
    pub fn of(&self, unit: &UnitCode) -> &Arc<Timetable> {
        self.of.get(unit).unwrap_or(&self.general)
    }

    /// The province's timetable, and those of its units.
    #[must_use]
    pub fn into_parts(self) -> (Arc<Timetable>, BTreeMap<UnitCode, Arc<Timetable>>) {
        (self.general, self.of)
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

fn timetable(calendar: &Arc<Calendar>, (first, later, days_off): &Shape) -> Timetable {
    let plain = Timetable::new(Arc::clone(calendar), first.clone());
    // The days ascend by construction, so nothing is lost here.
    let timed = plain.clone().with_later_hours(later.clone()).unwrap_or(plain);
    if days_off.is_empty() { timed } else { timed.with_local_days_off(days_off.clone()) }
}

impl Hours {
    fn shape(&self, lineage: &[&UnitCode]) -> Shape {
        let mut starts: Vec<Day> = self
            .periods
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
        let mut days_off: Vec<(Day, String)> = self
            .days_off
            .iter()
            .filter(|day_off| lineage.contains(&&day_off.unit))
            .map(|day_off| (day_off.day, day_off.reason.clone()))
            .collect();
        days_off.sort();
        (first, later, days_off)
    }

    /// The hours of the nearest unit that has some on a day, else the province's.
    fn valid(&self, lineage: &[&UnitCode], day: Option<Day>) -> OfficeHours {
        let of = |unit: Option<&UnitCode>| {
            let mut own = self.periods.iter().filter(|period| period.unit.as_ref() == unit);
            own.rfind(|period| {
                period.valid_from <= day && (period.valid_to.is_none() || day <= period.valid_to)
            })
        };
        let own = lineage.iter().find_map(|unit| of(Some(unit)));
        own.or_else(|| of(None)).map(|period| period.sessions.clone()).unwrap_or_default()
    }
}
