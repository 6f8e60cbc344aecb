//! A year drafted from the law (CAL-01 to CAL-04), for a person to compare with the notice.
//!
//! What each year's decision chooses is guessed by what earlier ones chose, and said to be so;
//! swapped days can't be foreseen (CAL-05). A draft is an estimate and promises nothing (LUN-01).

use std::collections::BTreeSet;

use super::{CalendarYear, DayOff, OffKind, Weekend, WeekendHoliday, YearStatus};
use crate::domain::lunar;
use crate::domain::time::Day;
use jiff::civil::Weekday;

/// Vietnamese Culture Day is a day off from this year on (CAL-02).
const CULTURE_DAY_FROM: i16 = 2026;
/// National Day has two days from this year on (CAL-01).
const TWO_NATIONAL_DAYS_FROM: i16 = 2021;
const TET: &str = "Tết Nguyên Đán";
const NATIONAL_DAY: &str = "Quốc khánh";

/// Why a day is in the draft.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// A fixed day of Labour Code Art. 112(1).
    Fixed,
    /// One of the five days of Tết; how many lie before the first is decided each year.
    Tet { before: u8 },
    /// The tenth of the third lunar month.
    HungKings,
    /// 2 September, or the day beside it, which is decided each year.
    NationalDay { beside: bool },
    /// NQ 28/2026/QH16.
    CultureDay,
    /// For a public day on a weekly rest day (Art. 111(3)).
    InLieuOf(Day),
}

/// One day of a draft.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DraftDay {
    pub day: Day,
    pub name: &'static str,
    pub why: Why,
    /// It falls on a weekly rest day and is made up for.
    pub rests: bool,
}

/// A drafted year.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    pub year: i16,
    /// In the order of the calendar.
    pub days: Vec<DraftDay>,
}

impl Draft {
    /// Drafts a year; none outside of those whose lunar dates can be told.
    #[must_use]
    pub fn of(year: i16) -> Option<Self> {
        let weekend = Weekend::saturday_and_sunday();
        let mut days: Vec<DraftDay> = public_days(year)?
            .into_iter()
            .map(|(day, name, why)| DraftDay { day, name, why, rests: weekend.contains(day.weekday()) })
            .collect();
        days.sort_by_key(|one| one.day);
        // Two public days on one day are one day off: the law gives no second one.
        days.dedup_by_key(|one| one.day);
        let mut taken: BTreeSet<Day> = days.iter().map(|one| one.day).collect();
        let resting: Vec<DraftDay> = days.iter().filter(|one| one.rests).cloned().collect();
        for lost in resting {
            let following = std::iter::successors(lost.day.next(), |day| day.next());
            let free = |day: &Day| !weekend.contains(day.weekday()) && !taken.contains(day);
            let day = following.take(40).find(free)?;
            taken.insert(day);
            days.push(DraftDay { day, name: lost.name, why: Why::InLieuOf(lost.day), rests: false });
        }
        days.sort_by_key(|one| one.day);
        Some(Self { year, days })
    }

    /// The record that it makes: an estimate, which gives no official dates (CAL-08).
    #[must_use]
    pub fn record(&self) -> CalendarYear {
        let kind =
            |why| if matches!(why, Why::InLieuOf(_)) { OffKind::Compensatory } else { OffKind::Public };
        let off = self.days.iter().filter(|one| !one.rests);
        let resting = self.days.iter().filter(|one| one.rests);
        CalendarYear {
            year: self.year,
            status: YearStatus::Estimate,
            source: String::new(),
            off: off
                .map(|one| DayOff {
                    day: one.day,
                    kind: kind(one.why),
                    name: one.name.to_owned(),
                    makeup: None,
                })
                .collect(),
            makeup: Vec::new(),
            weekend_holiday: resting
                .map(|one| WeekendHoliday { day: one.day, name: one.name.to_owned() })
                .collect(),
        }
    }
}

/// The paid days of a year, before anything is made up for (CAL-01, CAL-02).
fn public_days(year: i16) -> Option<Vec<(Day, &'static str, Why)>> {
    let on = |month, day| Day::new(year, month, day).ok();
    let mut days = vec![
        (on(1, 1)?, "Tết Dương lịch", Why::Fixed),
        (lunar::civil_day(year, 3, 10)?, "Giỗ Tổ Hùng Vương (10/3 âm lịch)", Why::HungKings),
        (on(4, 30)?, "Ngày Chiến thắng 30/4", Why::Fixed),
        (on(5, 1)?, "Ngày Quốc tế lao động 1/5", Why::Fixed),
    ];
    days.extend(tet(year)?);
    let national = on(9, 2)?;
    days.push((national, NATIONAL_DAY, Why::NationalDay { beside: false }));
    if year >= TWO_NATIONAL_DAYS_FROM {
        days.push((beside(national)?, NATIONAL_DAY, Why::NationalDay { beside: true }));
    }
    if year >= CULTURE_DAY_FROM {
        days.push((on(11, 24)?, "Ngày Văn hóa Việt Nam", Why::CultureDay));
    }
    Some(days)
}

/// One day before the first of the year and four from it on where that makes a whole week, that is
/// for a Tuesday; else two and three.
fn tet(year: i16) -> Option<Vec<(Day, &'static str, Why)>> {
    let first = lunar::civil_day(year, 1, 1)?;
    let before = if first.weekday() == Weekday::Tuesday { 1 } else { 2 };
    let from = first.plus(-i32::from(before))?;
    (0..5).map(|place| Some((from.plus(place)?, TET, Why::Tet { before }))).collect()
}

/// The day before or after 2 September that joins it to a weekend; in the middle of a week the
/// day before.
fn beside(national: Day) -> Option<Day> {
    match national.weekday() {
        Weekday::Monday | Weekday::Thursday | Weekday::Sunday => national.next(),
        _ => national.previous(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::deadline::fixture::calendar;

    fn days(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|text| (*text).to_owned()).collect()
    }

    /// What is decided in a year's course can't be drafted; all else is as it came to be.
    #[test]
    fn drafts_of_2019_to_2026_differ_from_the_real_years_by_swapped_days_alone() {
        let swapped = [
            (2019, days(&["2019-04-29"]), days(&["2019-01-05", "2019-05-04"])),
            (2020, Vec::new(), Vec::new()),
            (2021, Vec::new(), Vec::new()),
            (2022, Vec::new(), Vec::new()),
            (2023, Vec::new(), Vec::new()),
            (2024, days(&["2024-04-29"]), days(&["2024-05-04"])),
            (2025, days(&["2025-05-02"]), days(&["2025-04-26"])),
            (2026, days(&["2026-01-02", "2026-08-31"]), days(&["2026-01-10", "2026-08-22"])),
        ];
        let real = calendar();
        for (year, off, makeup) in swapped {
            let real = real.data().years.iter().find(|record| record.year == year).unwrap();
            let draft = Draft::of(year).unwrap().record();
            let missing: Vec<_> = real.off.iter().filter(|one| !draft.off.contains(one)).collect();
            let unforeseen: Vec<_> = missing.iter().map(|one| one.day.to_string()).collect();
            assert_eq!(unforeseen, off, "{year}: only swaps can't be foreseen");
            assert!(missing.iter().all(|one| one.kind == OffKind::Swap), "{year}");
            let invented: Vec<_> = draft.off.iter().filter(|one| !real.off.contains(one)).collect();
            assert!(invented.is_empty(), "{year}: {invented:?}");
            assert_eq!(draft.weekend_holiday, real.weekend_holiday, "{year}");
            let worked: Vec<_> = real.makeup.iter().map(|one| one.day.to_string()).collect();
            assert_eq!(worked, makeup, "{year}");
        }
    }

    #[test]
    fn the_draft_of_2027_is_the_projection_of_section_13() {
        let real = calendar();
        let projected = real.data().years.iter().find(|record| record.year == 2027).unwrap();
        let draft = Draft::of(2027).unwrap().record();
        assert_eq!((&draft.off, &draft.weekend_holiday), (&projected.off, &projected.weekend_holiday));
        assert_eq!(draft.status, YearStatus::Estimate);
    }

    #[test]
    fn cal_07_the_draft_of_2030_has_tet_by_vietnamese_time() {
        let draft = Draft::of(2030).unwrap();
        let tet: Vec<_> = draft.days.iter().filter(|one| matches!(one.why, Why::Tet { .. })).collect();
        let days: Vec<_> = tet.iter().map(|one| one.day.to_string()).collect();
        assert_eq!(days, ["2030-01-31", "2030-02-01", "2030-02-02", "2030-02-03", "2030-02-04"]);
    }

    /// CAL-03: every lost day is made up for, on a working day of its own; every draft can be used.
    #[test]
    fn every_draft_of_a_century_compiles_and_gives_a_day_for_each_one_lost() {
        for year in (1990..=2150).step_by(3) {
            let draft = Draft::of(year).unwrap();
            let lost = draft.days.iter().filter(|one| one.rests).count();
            let given = draft.days.iter().filter(|one| matches!(one.why, Why::InLieuOf(_))).count();
            assert_eq!(lost, given, "{year}");
            let mut data = calendar().data().clone();
            data.years = vec![draft.record()];
            assert!(super::super::Calendar::compile(data).is_ok(), "{year}");
        }
    }
}
