//! The anchors of section 14, and where Vietnamese and Chinese tables part (CAL-07).

use jiff::civil::Weekday;

use super::*;

fn day(year: i16, month: i8, day: i8) -> Day {
    Day::new(year, month, day).unwrap()
}

#[test]
fn tet_and_gio_to_are_those_of_the_anchors_from_2015_to_2035() {
    use Weekday::{Friday as Fri, Monday as Mon, Saturday as Sat, Sunday as Sun};
    use Weekday::{Thursday as Thu, Tuesday as Tue, Wednesday as Wed};
    // Year; Tết as day and month; its weekday; length of month 12 before it; Giỗ Tổ; its weekday.
    let anchors = [
        (2015, (19, 2), Thu, 30, (28, 4), Tue),
        (2016, (8, 2), Mon, 29, (16, 4), Sat),
        (2017, (28, 1), Sat, 30, (6, 4), Thu),
        (2018, (16, 2), Fri, 30, (25, 4), Wed),
        (2019, (5, 2), Tue, 30, (14, 4), Sun),
        (2020, (25, 1), Sat, 30, (2, 4), Thu),
        (2021, (12, 2), Fri, 30, (21, 4), Wed),
        (2022, (1, 2), Tue, 29, (10, 4), Sun),
        (2023, (22, 1), Sun, 30, (29, 4), Sat),
        (2024, (10, 2), Sat, 30, (18, 4), Thu),
        (2025, (29, 1), Wed, 29, (7, 4), Mon),
        (2026, (17, 2), Tue, 29, (26, 4), Sun),
        (2027, (6, 2), Sat, 29, (16, 4), Fri),
        (2028, (26, 1), Wed, 29, (4, 4), Tue),
        (2029, (13, 2), Tue, 29, (23, 4), Mon),
        (2030, (2, 2), Sat, 29, (12, 4), Fri),
        (2031, (23, 1), Thu, 29, (1, 4), Tue),
        (2032, (11, 2), Wed, 29, (19, 4), Mon),
        (2033, (31, 1), Mon, 30, (9, 4), Sat),
        (2034, (19, 2), Sun, 30, (28, 4), Fri),
        (2035, (8, 2), Thu, 30, (17, 4), Tue),
    ];
    for (year, tet, weekday, length, gio_to, gio_to_weekday) in anchors {
        let first = civil_day(year, 1, 1).unwrap();
        assert_eq!((first, first.weekday()), (day(year, tet.1, tet.0), weekday), "Tết {year}");
        assert_eq!(month_length(year - 1, 12), Some(length), "month 12 before {year}");
        let tenth = civil_day(year, 3, 10).unwrap();
        assert_eq!((tenth, tenth.weekday()), (day(year, gio_to.1, gio_to.0), gio_to_weekday), "{year}");
    }
}

#[test]
fn cal_07_tet_is_by_vietnamese_time_where_chinese_tables_have_another_day() {
    assert_eq!(civil_day(1985, 1, 1), Some(day(1985, 1, 21)), "Chinese tables: 20/2");
    assert_eq!(civil_day(2007, 1, 1), Some(day(2007, 2, 17)), "Chinese tables: 18/2");
    assert_eq!(civil_day(2030, 1, 1), Some(day(2030, 2, 2)), "Chinese tables: 3/2");
}

/// Months have 29 or 30 days and follow each other, over three centuries.
#[test]
fn regular_months_follow_each_other_with_at_most_a_leap_month_between_them() {
    for year in 1901..=2198 {
        let starts: Vec<Day> = (1..=12).map(|month| civil_day(year, month, 1).unwrap()).collect();
        let next = civil_day(year + 1, 1, 1).unwrap();
        let mut gaps: Vec<i32> = starts.windows(2).map(|pair| pair[1].since(pair[0])).collect();
        gaps.push(next.since(starts[11]));
        let long = gaps.iter().filter(|gap| (58..=60).contains(*gap)).count();
        let short = gaps.iter().filter(|gap| (29..=30).contains(*gap)).count();
        assert!(long <= 1 && long + short == 12, "{year}: {gaps:?}");
        assert_eq!(next.since(starts[0]) > 370, long == 1, "{year}");
    }
}

#[test]
fn there_is_no_lunar_date_outside_of_a_month_or_of_the_known_years() {
    assert_eq!(civil_day(2022, 1, 0), None);
    assert_eq!(civil_day(2021, 12, 30), None, "month 12 before Tết 2022 has 29 days");
    assert_eq!(civil_day(2022, 13, 1), None);
    assert_eq!(civil_day(1899, 1, 1), None);
    assert_eq!(civil_day(2200, 1, 1), None);
}
