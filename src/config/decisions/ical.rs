//! All-day events of an iCalendar file (RFC 5545) as days off, of the country or of a unit.
//!
//! Our own export says the kind of each day by its category. Of another program's days the name
//! tells, as far as it can: `nghỉ bù`, `làm bù`; a swapped day needs its make-up day beside it.

use std::ops::Range;

use super::{Beside, Places};
use crate::config::fault::Source;
use crate::domain::calendar::{CalendarYear, DayOff, MakeUp, OffKind, WeekendHoliday, YearStatus};
use crate::domain::law::{Amendment, LocalDayOff, Overlay, Spot};
use crate::domain::province::Province;
use crate::domain::refusal::Said;
use crate::domain::time::Day;

/// One event, as far as days are concerned.
#[derive(Default)]
struct Event {
    at: Range<usize>,
    first: Option<Day>,
    /// The day after the last, as the format has it.
    end: Option<Day>,
    name: String,
    category: String,
    /// The day that it is swapped with.
    other: Option<Day>,
}

/// The lines of the events that became entries.
#[derive(Default)]
struct Lines {
    /// Of days off of a unit.
    off: Vec<Range<usize>>,
    /// Year, list and line.
    of_years: Vec<(usize, &'static str, Range<usize>)>,
}

impl Places for Lines {
    fn place(&self, spot: &Spot) -> Range<usize> {
        match spot.inner {
            None => self.off.get(spot.entry).cloned().unwrap_or_default(),
            Some((list, entry)) => {
                let mut own = self.of_years.iter().filter(|(year, of, _)| *year == spot.entry && *of == list);
                own.nth(entry).map(|(.., at)| at.clone()).unwrap_or_default()
            }
        }
    }
}

pub(super) fn read(
    source: &Source,
    beside: &Beside,
    province: &Province,
) -> (Option<Amendment>, Box<dyn Places>) {
    let events = events(source);
    let mut lines = Lines::default();
    let amendment = match &beside.unit {
        Some(unit) => {
            let mut overlay = Overlay::default();
            let document = beside.header.document.clone().unwrap_or_default();
            for event in events.iter().filter(|event| !is_national(event)) {
                let days = days(event).filter(|day| !province.law.calendar.weekend.contains(day.weekday()));
                for day in days {
                    lines.off.push(event.at.clone());
                    overlay.off.push(LocalDayOff {
                        unit: unit.clone(),
                        day,
                        name: event.name.clone(),
                        document: document.clone(),
                        makeup: event.other,
                        alone: false,
                    });
                }
            }
            Amendment::Overlay(overlay)
        }
        None => Amendment::Calendar { years: years(source, &events, province, &mut lines) },
    };
    (source.is_sound().then_some(amendment), Box::new(lines))
}

/// Of our own export of a unit's calendar: what it shares with the whole country.
fn is_national(event: &Event) -> bool {
    ["public", "compensatory", "swap", "makeup", "holiday"].contains(&event.category.as_str())
}

fn days(event: &Event) -> impl Iterator<Item = Day> {
    let end = event.end.or_else(|| event.first.and_then(Day::next));
    std::iter::successors(event.first, |day| day.next()).take_while(move |day| Some(*day) < end).take(370)
}

fn years(source: &Source, events: &[Event], province: &Province, lines: &mut Lines) -> Vec<CalendarYear> {
    let mut years: Vec<CalendarYear> = Vec::new();
    let national = events.iter().filter(|event| event.category != "local");
    for (event, day) in national.flat_map(|event| days(event).map(move |day| (event, day))) {
        let place = years.iter().position(|year| year.year == day.year()).unwrap_or_else(|| {
            years.push(CalendarYear {
                year: day.year(),
                status: YearStatus::Final,
                source: String::new(),
                off: Vec::new(),
                makeup: Vec::new(),
                weekend_holiday: Vec::new(),
            });
            years.len() - 1
        });
        let list = put(source, &mut years[place], event, day, province);
        lines.of_years.push((place, list, event.at.clone()));
    }
    years
}

/// Puts a day into the list of its year that it belongs to, and says which.
fn put(
    source: &Source,
    year: &mut CalendarYear,
    event: &Event,
    day: Day,
    province: &Province,
) -> &'static str {
    let rests = province.law.calendar.weekend.contains(day.weekday());
    let says = |words: &str| event.name.to_lowercase().contains(words);
    let known = event.category.as_str();
    let name = event.name.clone();
    if known == "makeup" || (known.is_empty() && rests && says("làm bù")) {
        match event.other {
            Some(replaces) => year.makeup.push(MakeUp { day, replaces }),
            None => note_other(source, event, "ngày nghỉ được làm bù", "the day off that it makes up for"),
        }
        return "makeup";
    }
    if rests {
        year.weekend_holiday.push(WeekendHoliday { day, name });
        return "weekend_holiday";
    }
    let kind = match known {
        "swap" => OffKind::Swap,
        "compensatory" => OffKind::Compensatory,
        "" if says("hoán đổi") => OffKind::Swap,
        "" if says("nghỉ bù") => OffKind::Compensatory,
        _ => OffKind::Public,
    };
    if kind == OffKind::Swap && event.other.is_none() {
        note_other(source, event, "ngày làm bù", "its make-up day");
    }
    year.off.push(DayOff { day, kind, name, makeup: event.other.filter(|_| kind == OffKind::Swap) });
    "off"
}

fn note_other(source: &Source, event: &Event, vietnamese: &str, english: &str) {
    source.note(
        event.at.clone(),
        "X-DUNGHEN-DAY",
        Said::new(format!("Chưa nêu {vietnamese}."), format!("It does not name {english}.")),
        Said::new("Thêm dòng X-DUNGHEN-DAY:20260110.", "Add a line X-DUNGHEN-DAY:20260110."),
    );
}

/// The events of the file; one without a day is told.
fn events(source: &Source) -> Vec<Event> {
    let mut events = Vec::new();
    let mut open: Option<Event> = None;
    for (at, line) in unfolded(source.text()) {
        let (name, value) = line.split_once(':').unwrap_or((&line, ""));
        let name = name.split(';').next().unwrap_or_default().to_ascii_uppercase();
        let day = |value: &str| {
            let read = date(value);
            if read.is_none() {
                note_date(source, at.clone(), &name);
            }
            read
        };
        match (name.as_str(), open.as_mut()) {
            ("BEGIN", _) if value.eq_ignore_ascii_case("VEVENT") => {
                open = Some(Event { at: at.clone(), ..Event::default() });
            }
            ("END", Some(_)) if value.eq_ignore_ascii_case("VEVENT") => {
                if let Some(event) = open.take() {
                    if event.first.is_none() {
                        note_date(source, event.at.clone(), "DTSTART");
                    }
                    events.push(event);
                }
            }
            ("DTSTART", Some(event)) => (event.first, event.at) = (day(value), at.clone()),
            ("DTEND", Some(event)) => event.end = day(value),
            ("X-DUNGHEN-DAY", Some(event)) => event.other = day(value),
            ("SUMMARY", Some(event)) => event.name = unescaped(value),
            ("CATEGORIES", Some(event)) => event.category = value.trim().to_ascii_lowercase(),
            _ => {}
        }
    }
    events
}

fn note_date(source: &Source, at: Range<usize>, field: &str) {
    source.note(
        at,
        field,
        Said::new("Cần một ngày có thật.", "This must be a day that exists."),
        Said::new("Ghi ngày dạng 20260918.", "Write it as 20260918."),
    );
}

/// `20260918`; of a date with a time the date.
fn date(value: &str) -> Option<Day> {
    let digits = value.trim().get(..8)?;
    let part = |from: usize, to: usize| digits.get(from..to)?.parse().ok();
    Day::new(digits.get(..4)?.parse().ok()?, part(4, 6)?, part(6, 8)?).ok()
}

/// Lines with those folded onto the next put together, each with where it begins.
fn unfolded(text: &str) -> Vec<(Range<usize>, String)> {
    let mut lines: Vec<(Range<usize>, String)> = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let bare = line.trim_end_matches(['\r', '\n']);
        match (bare.strip_prefix([' ', '\t']), lines.last_mut()) {
            (Some(rest), Some((_, begun))) => begun.push_str(rest),
            _ => lines.push((at..at + bare.len(), bare.to_owned())),
        }
        at += line.len();
    }
    lines
}

fn unescaped(value: &str) -> String {
    let mut text = String::new();
    let mut letters = value.chars();
    while let Some(letter) = letters.next() {
        match (letter, letter == '\\') {
            (_, true) => match letters.next() {
                Some('n' | 'N') => text.push(' '),
                Some(other) => text.push(other),
                None => {}
            },
            (letter, false) => text.push(letter),
        }
    }
    text
}
