//! What must hold before a decision changes the law (CAL-08, CAL-10, TIME-14).
//!
//! Names every place that is wrong, so that a file's reader can point at the line. Judges a
//! decision by the law that it would change.

use std::collections::BTreeSet;

use super::amendment::Amendment;
use super::overlay::{HoursPeriod, LocalDayOff};
use super::{Law, Overlay, put_year};
use crate::domain::calendar::{
    Calendar, CalendarProblem, CalendarYear, DayKind, OffKind, Place, Problem, YearStatus,
};
use crate::domain::province::Province;
use crate::domain::refusal::Language;
use crate::domain::ruleset::RuleSets;
use crate::domain::time::Day;
use crate::domain::unit::UnitCode;

/// Where in an amendment something is wrong, by position in its lists: `day_off`, `hours`, `year`,
/// or the list of a year; with an empty name the amendment as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spot {
    pub list: &'static str,
    pub entry: usize,
    /// In a year: the list of it that the entry stands in, and the place there.
    pub inner: Option<(&'static str, usize)>,
    pub field: &'static str,
}

impl Spot {
    const fn whole(field: &'static str) -> Self {
        Self { list: "", entry: 0, inner: None, field }
    }

    const fn of(list: &'static str, entry: usize, field: &'static str) -> Self {
        Self { list, entry, inner: None, field }
    }

    /// `day_off[1].date`, counted from 1, as messages name it.
    #[must_use]
    pub fn path(&self) -> String {
        match (self.list, self.inner) {
            ("", _) => self.field.to_owned(),
            (list, None) => format!("{list}[{}].{}", self.entry + 1, self.field),
            (_, Some((list, entry))) => format!("{list}[{}].{}", entry + 1, self.field),
        }
    }
}

/// One thing that is wrong with an amendment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrongAt {
    pub spot: Spot,
    pub wrong: Wrong,
}

/// The ways in which an amendment can be wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wrong {
    Calendar(Problem),
    Empty,
    UnknownUnit(UnitCode),
    YearMissing(i16),
    RestDay(Day),
    PublicDay { day: Day, name: String },
    ClosedAlready { day: Day, reason: String },
    Twice(Day),
    MakeUpOnWorkday(Day),
    MakeUpOnPublicDay { day: Day, name: String },
    BeforeEffect { day: Day, effective: Day },
    HoursWithoutStart,
    HoursEndBeforeTheyBegin(Day),
    FinalYearTakenBack(i16),
    RuleSetGone(String),
    NoSuchEdition(i64),
}

impl Wrong {
    /// What is wrong and what would be right.
    #[must_use]
    pub fn say(&self, language: Language) -> String {
        match language {
            Language::Vietnamese => self.vietnamese(),
            Language::English => self.english(),
        }
    }

    fn vietnamese(&self) -> String {
        match self {
            Self::Calendar(problem) => problem.say(Language::Vietnamese),
            Self::Empty => "không có ngày nghỉ, giờ làm việc hay năm nào".to_owned(),
            Self::UnknownUnit(unit) => format!("không có đơn vị {unit}"),
            Self::YearMissing(year) => format!("chưa có lịch năm {year}; nhập lịch năm trước"),
            Self::RestDay(day) => format!("ngày nghỉ {day} rơi vào ngày nghỉ hằng tuần; bỏ dòng này"),
            Self::PublicDay { day, name } => format!("ngày {day} đã nghỉ: {name}; bỏ dòng này"),
            Self::ClosedAlready { day, reason } => format!("ngày {day} đơn vị đã nghỉ: {reason}"),
            Self::Twice(day) => format!("ngày {day} được khai hai lần"),
            Self::MakeUpOnWorkday(day) => format!("ngày làm bù {day} không phải ngày nghỉ hằng tuần"),
            Self::MakeUpOnPublicDay { day, name } => {
                format!("ngày làm bù {day} là ngày lễ: {name}; chọn ngày khác")
            }
            Self::BeforeEffect { day, effective } => {
                format!(
                    "ngày {day} trước ngày quyết định có hiệu lực ({effective}); sửa ngày hoặc ngày hiệu lực"
                )
            }
            Self::HoursWithoutStart => "giờ làm việc theo quyết định phải ghi valid_from".to_owned(),
            Self::HoursEndBeforeTheyBegin(day) => {
                format!("giờ làm việc hết hiệu lực ({day}) trước khi bắt đầu")
            }
            Self::FinalYearTakenBack(year) => {
                format!(
                    "năm {year} đã chính thức, không thể chuyển về dự kiến; đã có ngày hẹn trả theo lịch năm đó"
                )
            }
            Self::RuleSetGone(id) => format!("thiếu bộ quy tắc {id}; hồ sơ đã tiếp nhận vẫn theo bộ đó"),
            Self::NoSuchEdition(edition) => {
                format!("không có quyết định nào để thu hồi ở bản {edition}, hoặc đã thu hồi rồi")
            }
        }
    }

    fn english(&self) -> String {
        match self {
            Self::Calendar(problem) => problem.say(Language::English),
            Self::Empty => "there is no day off, no hours and no year in it".to_owned(),
            Self::UnknownUnit(unit) => format!("there is no unit {unit}"),
            Self::YearMissing(year) => format!("the calendar has no record of {year}; enter that year first"),
            Self::RestDay(day) => format!("the day off {day} is a weekly rest day; remove this line"),
            Self::PublicDay { day, name } => format!("{day} is off already: {name}; remove this line"),
            Self::ClosedAlready { day, reason } => format!("the unit is closed already on {day}: {reason}"),
            Self::Twice(day) => format!("{day} is listed twice"),
            Self::MakeUpOnWorkday(day) => format!("the make-up day {day} is not a weekly rest day"),
            Self::MakeUpOnPublicDay { day, name } => {
                format!("the make-up day {day} is a public day: {name}; choose another")
            }
            Self::BeforeEffect { day, effective } => {
                format!("{day} lies before the decision's effect ({effective}); correct one of the two")
            }
            Self::HoursWithoutStart => "hours by decision must name valid_from".to_owned(),
            Self::HoursEndBeforeTheyBegin(day) => format!("the hours end ({day}) before they begin"),
            Self::FinalYearTakenBack(year) => {
                format!("{year} is final and can't become an estimate again: dates were promised by it")
            }
            Self::RuleSetGone(id) => {
                format!("the rule set {id} is missing; dossiers received under it stay under it")
            }
            Self::NoSuchEdition(edition) => {
                format!("edition {edition} brought nothing that could be revoked, or was revoked already")
            }
        }
    }
}

impl Province {
    /// What is wrong with an amendment of this province's law that takes effect on `effective`;
    /// nothing where it may be published. `before` are the amendments in force with their editions.
    #[must_use]
    pub fn check_amendment(
        &self,
        amendment: &Amendment,
        effective: Day,
        before: &[(i64, Amendment)],
    ) -> Vec<WrongAt> {
        let mut found = Findings { province: self, effective, found: Vec::new() };
        match amendment {
            Amendment::Calendar { years } => found.calendar(&self.law, years),
            Amendment::Overlay(overlay) => found.overlay(overlay),
            Amendment::RuleSets { sets } => found.rulesets(&self.law, sets),
            Amendment::Revocation { edition } => found.revocation(*edition, before),
        }
        found.found
    }
}

struct Findings<'a> {
    province: &'a Province,
    effective: Day,
    found: Vec<WrongAt>,
}

impl Findings<'_> {
    fn add(&mut self, spot: Spot, wrong: Wrong) {
        self.found.push(WrongAt { spot, wrong });
    }

    fn calendar(&mut self, law: &Law, years: &[CalendarYear]) {
        if years.is_empty() {
            self.add(Spot::whole("year"), Wrong::Empty);
        }
        let mut merged = law.calendar.clone();
        for (index, year) in years.iter().enumerate() {
            if years[..index].iter().any(|one| one.year == year.year) {
                self.add(Spot::of("year", index, "year"), Wrong::Calendar(Problem::YearTwice(year.year)));
            }
            let was = law.calendar.years.iter().find(|one| one.year == year.year);
            let was_final = was.is_some_and(|one| one.status == YearStatus::Final);
            if was_final && year.status != YearStatus::Final {
                self.add(Spot::of("year", index, "status"), Wrong::FinalYearTakenBack(year.year));
            }
            put_year(&mut merged, year);
        }
        let numbers: Vec<i16> = merged.years.iter().map(|year| year.year).collect();
        match Calendar::compile(merged) {
            Ok(compiled) => self.effect(&compiled, years),
            Err(problems) => {
                for problem in &problems {
                    let spot = spot_of(problem, &numbers, years);
                    self.add(spot, Wrong::Calendar(problem.problem.clone()));
                }
            }
        }
    }

    /// A notice re-dates only what its effect covers.
    fn effect(&mut self, compiled: &Calendar, years: &[CalendarYear]) {
        let before = self.province.general_timetable().calendar();
        for (index, year) in years.iter().enumerate() {
            let Ok(first) = Day::new(year.year, 1, 1) else { continue };
            let days = std::iter::successors(Some(first), |day| day.next());
            let changed = days
                .take_while(|day| day.year() == year.year && *day < self.effective)
                .find(|day| before.kind(*day).is_working() != compiled.kind(*day).is_working());
            if let Some(day) = changed.filter(|_| before.is_final(year.year)) {
                let effective = self.effective;
                self.add(Spot::of("year", index, "off"), Wrong::BeforeEffect { day, effective });
            }
        }
    }

    fn overlay(&mut self, overlay: &Overlay) {
        if overlay.is_empty() {
            self.add(Spot::whole("day_off"), Wrong::Empty);
        }
        for (index, period) in overlay.hours.iter().enumerate() {
            self.hours(index, period);
        }
        let mut seen = BTreeSet::new();
        for (index, off) in overlay.off.iter().enumerate() {
            self.day_off(index, off);
            for (field, day) in [("date", Some(off.day)), ("makeup", off.makeup)] {
                if let Some(day) = day
                    && !seen.insert((&off.unit, day))
                {
                    self.add(Spot::of("day_off", index, field), Wrong::Twice(day));
                }
            }
        }
    }

    fn hours(&mut self, index: usize, period: &HoursPeriod) {
        let spot = |field| Spot::of("hours", index, field);
        if let Some(unit) = &period.unit {
            self.unit(spot("unit"), unit);
        }
        match period.valid_from {
            None => self.add(spot("valid_from"), Wrong::HoursWithoutStart),
            Some(day) => self.in_effect(spot("valid_from"), day),
        }
        if let Some(to) = period.valid_to.filter(|to| Some(*to) < period.valid_from) {
            self.add(spot("valid_to"), Wrong::HoursEndBeforeTheyBegin(to));
        }
    }

    fn day_off(&mut self, index: usize, off: &LocalDayOff) {
        let spot = |field| Spot::of("day_off", index, field);
        self.unit(spot("unit"), &off.unit);
        let timetable = self.province.timetable(&off.unit);
        self.recorded(spot("date"), off.day);
        match timetable.kind(off.day) {
            DayKind::Working => {}
            DayKind::Weekend { .. } => self.add(spot("date"), Wrong::RestDay(off.day)),
            DayKind::Off { kind: OffKind::Local, name } => {
                let reason = name.to_owned();
                self.add(spot("date"), Wrong::ClosedAlready { day: off.day, reason });
            }
            DayKind::Off { name, .. } => {
                self.add(spot("date"), Wrong::PublicDay { day: off.day, name: name.to_owned() });
            }
        }
        self.in_effect(spot("date"), off.day);
        let Some(makeup) = off.makeup else { return };
        self.recorded(spot("makeup"), makeup);
        match timetable.kind(makeup) {
            DayKind::Weekend { holiday: None } => {}
            DayKind::Weekend { holiday: Some(name) } => {
                let name = name.to_owned();
                self.add(spot("makeup"), Wrong::MakeUpOnPublicDay { day: makeup, name });
            }
            DayKind::Working | DayKind::Off { .. } => {
                self.add(spot("makeup"), Wrong::MakeUpOnWorkday(makeup));
            }
        }
        self.in_effect(spot("makeup"), makeup);
    }

    fn unit(&mut self, spot: Spot, unit: &UnitCode) {
        if self.province.units.get(unit).is_none() {
            self.add(spot, Wrong::UnknownUnit(unit.clone()));
        }
    }

    fn recorded(&mut self, spot: Spot, day: Day) {
        if self.province.general_timetable().calendar().status(day.year()).is_none() {
            self.add(spot, Wrong::YearMissing(day.year()));
        }
    }

    fn in_effect(&mut self, spot: Spot, day: Day) {
        let effective = self.effective;
        if day < effective {
            self.add(spot, Wrong::BeforeEffect { day, effective });
        }
    }

    /// Whoever was received under a rule set stays under it (LAW-01).
    fn rulesets(&mut self, law: &Law, sets: &RuleSets) {
        for gone in law.rulesets.iter().filter(|one| sets.get(&one.id).is_none()) {
            self.add(Spot::whole("ruleset"), Wrong::RuleSetGone(gone.id.to_string()));
        }
    }

    fn revocation(&mut self, edition: i64, before: &[(i64, Amendment)]) {
        let is_there = before.iter().any(|(other, amendment)| {
            *other == edition && !matches!(amendment, Amendment::Revocation { .. })
        });
        let gone = before.iter().any(
            |(_, amendment)| matches!(amendment, Amendment::Revocation { edition: gone } if *gone == edition),
        );
        if !is_there || gone {
            self.add(Spot::whole("edition"), Wrong::NoSuchEdition(edition));
        }
    }
}

/// A place in the merged calendar as one in the amendment; what is wrong with years that it does
/// not bring is told of it as a whole.
fn spot_of(problem: &CalendarProblem, numbers: &[i16], years: &[CalendarYear]) -> Spot {
    let own = |year: usize| years.iter().position(|one| Some(&one.year) == numbers.get(year));
    match problem.place {
        Place::Calendar { field } => Spot::whole(field),
        Place::Year { year, field } => {
            own(year).map_or(Spot::whole(field), |entry| Spot::of("year", entry, field))
        }
        Place::Entry { year, list, entry, field } => own(year).map_or(Spot::whole(field), |own| Spot {
            list: "year",
            entry: own,
            inner: Some((list, entry)),
            field,
        }),
    }
}
