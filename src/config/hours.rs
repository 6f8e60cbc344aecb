//! Reads `hours.toml`: office hours of the province and of single units through time, and days
//! off of their own (TIME-10, TIME-14).
//!
//! A unit's hours hold for everything below it that has none of its own.

use std::ops::Range;

use super::fault::{Fault, Source};
use super::procedures::note_unknown_unit;
use super::table::{Field, Table, parse};
use crate::domain::calendar::OfficeHours;
use crate::domain::code::UnitCode;
use crate::domain::law::{HoursPeriod, LocalDayOff, Overlay};
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

/// An entry and where it stands.
#[derive(Clone, Debug)]
struct Period {
    period: HoursPeriod,
    at: Range<usize>,
    path: String,
}

/// # Errors
/// Everything that is wrong in the file; an unknown unit only where `units` are known.
pub fn read(file: &str, text: &str, units: Option<&UnitTree>) -> Result<Overlay, Vec<Fault>> {
    let source = Source::new(file, text);
    let parsed = parse(&source);
    let mut root = Table::new(&source, String::new(), &parsed);
    let periods = root.tables("hours");
    let days_off = root.tables("day_off");
    root.finish();
    let mut found: Vec<Period> = periods.into_iter().filter_map(|table| placed(table, units)).collect();
    let off = days_off.into_iter().filter_map(|mut table| {
        let off = day_off(&mut table, None);
        known(&table, off.as_ref().map(|off| &off.unit), units);
        table.finish();
        off
    });
    let off = off.collect();
    found.sort_by(|a, b| {
        let (a, b) = (&a.period, &b.period);
        (&a.unit, a.valid_from).cmp(&(&b.unit, b.valid_from))
    });
    check(&source, &found);
    let hours = found.into_iter().map(|found| found.period).collect();
    if source.is_sound() { Ok(Overlay { hours, off }) } else { Err(source.faults()) }
}

fn known(table: &Table<'_>, unit: Option<&UnitCode>, units: Option<&UnitTree>) {
    if let (Some(unit), Some(units)) = (unit, units)
        && units.get(unit).is_none()
    {
        note_unknown_unit(table, "unit", unit);
    }
}

fn placed(mut table: Table<'_>, units: Option<&UnitTree>) -> Option<Period> {
    let period = period(&mut table);
    known(&table, period.as_ref().and_then(|period| period.unit.as_ref()), units);
    let (at, path) = (table.span.clone(), table.path().to_owned());
    table.finish();
    Some(Period { period: period?, at, path })
}

/// One entry of hours.
pub(super) fn period(table: &mut Table<'_>) -> Option<HoursPeriod> {
    let unit = table.maybe("unit");
    let valid_from = table.maybe("valid_from");
    let valid_to = table.maybe("valid_to");
    let sessions = table.value("sessions");
    let _ = table.maybe::<String>("source");
    Some(HoursPeriod { unit, valid_from, valid_to, sessions: sessions? })
}

/// One day off; `document` is whose it is where it names none itself.
pub(super) fn day_off(table: &mut Table<'_>, document: Option<&str>) -> Option<LocalDayOff> {
    let unit = table.value("unit");
    let day = table.value("date");
    let name = table.value::<String>("name");
    let own = match document {
        Some(document) => table.maybe("document").or_else(|| Some(document.to_owned())),
        None => table.value("document"),
    };
    let makeup = table.maybe("makeup");
    let alone = table.maybe("alone").unwrap_or(false);
    Some(LocalDayOff { unit: unit?, day: day?, name: name?, document: own?, makeup, alone })
}

/// Nobody has two sets of hours on a day, and the province has some on every day.
fn check(source: &Source, periods: &[Period]) {
    let unlimited = |period: &&Period| {
        let period = &period.period;
        (&period.unit, period.valid_from, period.valid_to) == (&None, None, None)
    };
    let always = periods.iter().any(|period| unlimited(&period));
    for pair in periods.windows(2).filter(|pair| pair[0].period.unit == pair[1].period.unit) {
        let (earlier, later, at) = (&pair[0].period, &pair[1].period, &pair[1]);
        let overlaps = earlier.valid_from == later.valid_from || earlier.valid_to >= later.valid_from;
        if overlaps {
            note(
                source,
                at,
                "valid_from",
                "Chồng thời gian với mục trước của cùng đơn vị.",
                "This overlaps the unit's entry before it.",
            );
        }
        let open = earlier.valid_to.and_then(Day::next).is_some_and(|next| Some(next) < later.valid_from);
        if earlier.unit.is_none() && open && !always {
            note(
                source,
                at,
                "valid_from",
                "Giữa hai mục chung có ngày không có giờ làm việc.",
                "There are days without hours between the two general entries.",
            );
        }
    }
    for period in periods {
        if period.period.valid_to.is_some() && period.period.valid_to < period.period.valid_from {
            note(
                source,
                period,
                "valid_to",
                "Mục này kết thúc trước khi bắt đầu.",
                "This ends before it begins.",
            );
        }
    }
    let general: Vec<&Period> = periods.iter().filter(|period| period.period.unit.is_none()).collect();
    let (Some(first), Some(last)) = (general.first(), general.last()) else {
        source.note(
            0..0,
            "hours",
            Said::new("Chưa có giờ làm việc chung của tỉnh.", "The province has no general hours."),
            Said::new("Thêm một mục [[hours]] không ghi unit.", "Add an entry [[hours]] without unit."),
        );
        return;
    };
    if first.period.valid_from.is_some() {
        note(
            source,
            first,
            "valid_from",
            "Mục chung đầu tiên phải có hiệu lực từ đầu.",
            "The first general entry must hold from the beginning.",
        );
    }
    if last.period.valid_to.is_some() && !always {
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
