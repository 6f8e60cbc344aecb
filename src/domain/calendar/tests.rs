//! The table of working days per month, and the days that other calendars get wrong.

use super::*;
use crate::domain::time::Month;

fn calendar() -> Calendar {
    crate::domain::deadline::fixture::calendar()
}

fn working_days(calendar: &Calendar, month: Month) -> usize {
    let days =
        std::iter::successors(Some(month.first()), |day| day.next()).take_while(|day| *day <= month.last());
    days.filter(|day| calendar.kind(*day).is_working()).count()
}

#[test]
fn every_month_has_the_working_days_of_the_published_table() {
    // Section 13.2.
    let table = [
        (2019, [23, 15, 21, 19, 23, 20, 23, 22, 20, 23, 21, 22], 252),
        (2020, [17, 20, 22, 20, 20, 22, 23, 21, 21, 22, 21, 23], 252),
        (2021, [20, 15, 23, 20, 20, 22, 22, 22, 20, 21, 22, 23], 250),
        (2022, [19, 16, 23, 20, 20, 22, 21, 23, 20, 21, 22, 22], 249),
        (2023, [16, 20, 23, 20, 20, 22, 21, 23, 19, 22, 22, 21], 249),
        (2024, [22, 16, 21, 19, 23, 20, 23, 22, 19, 23, 21, 22], 251),
        (2025, [17, 20, 21, 21, 20, 21, 23, 21, 20, 23, 20, 23], 250),
        (2026, [21, 15, 22, 20, 20, 22, 23, 21, 20, 22, 20, 23], 249),
    ];
    let calendar = calendar();
    for (year, months, total) in table {
        let counted: Vec<_> = (1..=12)
            .map(|month| working_days(&calendar, Day::new(year, month, 1).unwrap().month()))
            .collect();
        assert_eq!(counted, months, "{year}");
        assert_eq!(counted.iter().sum::<usize>(), total, "{year}");
    }
}

#[test]
fn a_swapped_friday_is_off_and_its_saturday_worked() {
    // CAL-05, TIME-13.
    let calendar = calendar();
    let kind = |text: &str| calendar.kind(text.parse().unwrap());
    assert!(matches!(kind("2026-01-02"), DayKind::Off { kind: OffKind::Swap, .. }));
    assert!(kind("2026-01-10").is_working());
    assert_eq!(kind("2026-01-11"), DayKind::Weekend { holiday: None });
    assert_eq!(kind("2026-04-26"), DayKind::Weekend { holiday: Some("Giỗ Tổ Hùng Vương (10/3 âm lịch)") });
    assert_eq!(kind("2026-11-24"), DayKind::Off { kind: OffKind::Public, name: "Ngày Văn hóa Việt Nam" });
}

#[test]
fn calendar_data_survive_being_stored() {
    let data = calendar().data().clone();
    let stored = serde_json::to_string(&data).unwrap();
    assert_eq!(serde_json::from_str::<CalendarData>(&stored).unwrap(), data);
}

/// CAL-01 to CAL-03, CAL-06: ten paid days until 2020, eleven from 2021 on, twelve since 2026, each one off on
/// a day that would have been worked; state employees rest on Saturdays and Sundays.
#[test]
fn every_year_has_the_paid_days_of_the_law_beside_its_weekends() {
    let calendar = calendar();
    assert_eq!(calendar.data().weekend, Weekend::saturday_and_sunday());
    for record in calendar.data().years.iter().filter(|record| record.status == YearStatus::Final) {
        let paid = record.off.iter().filter(|off| off.kind != OffKind::Swap);
        let law = match record.year {
            ..=2020 => 10,
            2021..=2025 => 11,
            2026.. => 12,
        };
        assert_eq!(paid.count(), law, "{}", record.year);
        let rests = |day: Day| calendar.data().weekend.contains(day.weekday());
        assert!(record.off.iter().all(|off| !rests(off.day)), "{}", record.year);
        assert!(record.weekend_holiday.iter().all(|named| rests(named.day)), "{}", record.year);
    }
    let culture = |year| calendar.kind(Day::new(year, 11, 24).unwrap()).is_working();
    assert_eq!([2023, 2025, 2026].map(culture), [true, true, false], "Culture Day, since 2026");
}
