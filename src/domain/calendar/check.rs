//! What must hold before a calendar is used (CAL-08, CAL-10).
//!
//! Names every place that is wrong, so that a loader can point at the line.

use std::collections::{BTreeMap, BTreeSet};

use super::data::{CalendarData, OffKind};
use crate::domain::refusal::Language;
use crate::domain::time::{Day, Zone};

/// Years outside of these are misprints, and tables over them would be large.
const YEARS: std::ops::RangeInclusive<i16> = 1900..=2199;

/// Where in the data something is wrong, by position in its lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Calendar { field: &'static str },
    Year { year: usize, field: &'static str },
    Entry { year: usize, list: &'static str, entry: usize, field: &'static str },
}

impl Place {
    #[must_use]
    pub fn field(self) -> &'static str {
        match self {
            Self::Calendar { field } | Self::Year { field, .. } | Self::Entry { field, .. } => field,
        }
    }
}

/// One thing that is wrong with a calendar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CalendarProblem {
    pub place: Place,
    pub problem: Problem,
}

/// The ways in which a calendar can be wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    UnknownZone(String),
    BadLabel(String),
    YearOutOfRange(i16),
    YearTwice(i16),
    DayOfAnotherYear { day: Day, year: i16 },
    OffOnRestDay(Day),
    MakeUpOnWorkday(Day),
    HolidayOnWorkday(Day),
    DayTwice(Day),
    SwapWithoutMakeUp(Day),
    MakeUpOfNoSwap { day: Day, kind: OffKind },
    SwapNotNamedBack { swap: Day, makeup: Day },
    MakeUpNotNamedBack { makeup: Day, swap: Day },
}

impl Problem {
    /// What is wrong, for the person who keeps the calendar.
    #[must_use]
    pub fn say(&self, language: Language) -> String {
        match language {
            Language::Vietnamese => self.vietnamese(),
            Language::English => self.english(),
        }
    }

    fn vietnamese(&self) -> String {
        match self {
            Self::UnknownZone(zone) => format!("không có múi giờ {zone:?} (ví dụ Asia/Ho_Chi_Minh)"),
            Self::BadLabel(text) => {
                format!("{text:?} không dùng được: không để trống, không chứa @ hay dấu cách")
            }
            Self::YearOutOfRange(year) => format!("năm {year} nằm ngoài khoảng 1900–2199"),
            Self::YearTwice(year) => format!("năm {year} được khai hai lần; mỗi năm chỉ một mục"),
            Self::DayOfAnotherYear { day, year } => format!("ngày {day} không thuộc năm {year}"),
            Self::OffOnRestDay(day) => format!("ngày nghỉ {day} rơi vào ngày nghỉ hằng tuần"),
            Self::MakeUpOnWorkday(day) => format!("ngày làm bù {day} không phải ngày nghỉ hằng tuần"),
            Self::HolidayOnWorkday(day) => format!("ngày lễ cuối tuần {day} không phải ngày nghỉ hằng tuần"),
            Self::DayTwice(day) => format!("ngày {day} được khai hai lần"),
            Self::SwapWithoutMakeUp(day) => format!("ngày nghỉ hoán đổi {day} không nêu ngày làm bù"),
            Self::MakeUpOfNoSwap { day, kind } => {
                format!("ngày nghỉ {day} thuộc loại {kind:?} nên không được nêu ngày làm bù")
            }
            Self::SwapNotNamedBack { swap, makeup } => {
                format!(
                    "ngày nghỉ hoán đổi {swap} nêu ngày làm bù {makeup}, nhưng ngày đó không khai làm bù cho {swap}"
                )
            }
            Self::MakeUpNotNamedBack { makeup, swap } => {
                format!(
                    "ngày làm bù {makeup} khai bù cho {swap}, nhưng ngày đó không phải ngày nghỉ hoán đổi với {makeup}"
                )
            }
        }
    }

    fn english(&self) -> String {
        match self {
            Self::UnknownZone(zone) => {
                format!("there is no time zone {zone:?} (for example Asia/Ho_Chi_Minh)")
            }
            Self::BadLabel(text) => {
                format!("{text:?} can't be used: it must not be empty nor hold @ or blanks")
            }
            Self::YearOutOfRange(year) => format!("the year {year} is not within 1900–2199"),
            Self::YearTwice(year) => format!("the year {year} has two records; one per year"),
            Self::DayOfAnotherYear { day, year } => format!("{day} is not in the year {year}"),
            Self::OffOnRestDay(day) => format!("the day off {day} is a weekly rest day"),
            Self::MakeUpOnWorkday(day) => format!("the make-up day {day} is not a weekly rest day"),
            Self::HolidayOnWorkday(day) => format!("the weekend holiday {day} is not a weekly rest day"),
            Self::DayTwice(day) => format!("{day} is listed twice"),
            Self::SwapWithoutMakeUp(day) => format!("the swapped day {day} names no make-up day"),
            Self::MakeUpOfNoSwap { day, kind } => {
                format!("the day off {day} is of kind {kind:?} and must not name a make-up day")
            }
            Self::SwapNotNamedBack { swap, makeup } => {
                format!(
                    "the swapped day {swap} names the make-up day {makeup}, which does not replace {swap}"
                )
            }
            Self::MakeUpNotNamedBack { makeup, swap } => {
                format!("the make-up day {makeup} replaces {swap}, which is not swapped with {makeup}")
            }
        }
    }
}

/// The zone, where nothing is wrong.
pub(super) fn check(data: &CalendarData) -> Result<Zone, Vec<CalendarProblem>> {
    let mut found = Findings(Vec::new());
    let zone = Zone::named(&data.zone);
    if zone.is_err() {
        found.add(Place::Calendar { field: "timezone" }, Problem::UnknownZone(data.zone.clone()));
    }
    for (field, text) in [("id", &data.id), ("version", &data.version)] {
        if text.is_empty() || text.contains(|c: char| c == '@' || c.is_whitespace() || c.is_control()) {
            found.add(Place::Calendar { field }, Problem::BadLabel(text.clone()));
        }
    }
    found.years(data);
    found.days(data);
    found.pairs(data);
    match zone {
        Ok(zone) if found.0.is_empty() => Ok(zone),
        _ => Err(found.0),
    }
}

struct Findings(Vec<CalendarProblem>);

impl Findings {
    fn add(&mut self, place: Place, problem: Problem) {
        self.0.push(CalendarProblem { place, problem });
    }

    fn years(&mut self, data: &CalendarData) {
        let mut seen = BTreeSet::new();
        for (index, year) in data.years.iter().enumerate() {
            let place = Place::Year { year: index, field: "year" };
            if !YEARS.contains(&year.year) {
                self.add(place, Problem::YearOutOfRange(year.year));
            }
            if !seen.insert(year.year) {
                self.add(place, Problem::YearTwice(year.year));
            }
        }
    }

    /// Each day in its own year, on the right side of the weekend, once.
    fn days(&mut self, data: &CalendarData) {
        let mut seen = BTreeSet::new();
        for (index, year) in data.years.iter().enumerate() {
            let off = year.off.iter().map(|off| off.day).enumerate();
            let makeup = year.makeup.iter().map(|makeup| makeup.day).enumerate();
            let named = year.weekend_holiday.iter().map(|named| named.day).enumerate();
            let off = off.map(|(entry, day)| ("off", entry, day));
            let makeup = makeup.map(|(entry, day)| ("makeup", entry, day));
            let named = named.map(|(entry, day)| ("weekend_holiday", entry, day));
            let mut named_here = BTreeSet::new();
            for (list, entry, day) in off.chain(makeup).chain(named) {
                let place = Place::Entry { year: index, list, entry, field: "date" };
                let rests = data.weekend.contains(day.weekday());
                if day.year() != year.year {
                    self.add(place, Problem::DayOfAnotherYear { day, year: year.year });
                }
                match list {
                    "off" if rests => self.add(place, Problem::OffOnRestDay(day)),
                    "makeup" if !rests => self.add(place, Problem::MakeUpOnWorkday(day)),
                    "weekend_holiday" if !rests => self.add(place, Problem::HolidayOnWorkday(day)),
                    _ => {}
                }
                let once = if list == "weekend_holiday" { named_here.insert(day) } else { seen.insert(day) };
                if !once {
                    self.add(place, Problem::DayTwice(day));
                }
            }
        }
    }

    /// Every swap names its make-up day and is named back, across years too (CAL-10).
    fn pairs(&mut self, data: &CalendarData) {
        let replaces: BTreeMap<Day, Day> = data
            .years
            .iter()
            .flat_map(|year| &year.makeup)
            .map(|makeup| (makeup.day, makeup.replaces))
            .collect();
        let swapped: BTreeMap<Day, Option<Day>> = data
            .years
            .iter()
            .flat_map(|year| &year.off)
            .filter(|off| off.kind == OffKind::Swap)
            .map(|off| (off.day, off.makeup))
            .collect();
        for (index, year) in data.years.iter().enumerate() {
            for (entry, off) in year.off.iter().enumerate() {
                let place = Place::Entry { year: index, list: "off", entry, field: "makeup" };
                match (off.kind, off.makeup) {
                    (OffKind::Swap, None) => self.add(place, Problem::SwapWithoutMakeUp(off.day)),
                    (OffKind::Swap, Some(makeup)) if replaces.get(&makeup) != Some(&off.day) => {
                        self.add(place, Problem::SwapNotNamedBack { swap: off.day, makeup });
                    }
                    (OffKind::Swap, Some(_)) | (_, None) => {}
                    (kind, Some(_)) => self.add(place, Problem::MakeUpOfNoSwap { day: off.day, kind }),
                }
            }
            for (entry, makeup) in year.makeup.iter().enumerate() {
                if swapped.get(&makeup.replaces) != Some(&Some(makeup.day)) {
                    let place = Place::Entry { year: index, list: "makeup", entry, field: "replaces" };
                    let (makeup, swap) = (makeup.day, makeup.replaces);
                    self.add(place, Problem::MakeUpNotNamedBack { makeup, swap });
                }
            }
        }
    }
}
