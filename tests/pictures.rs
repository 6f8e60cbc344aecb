//! The pictures and the colours: what they say, how heavy they are, whether they can be read.

use dunghen::domain::deadline::Grounds;
use dunghen::domain::limit::Terms;
use dunghen::domain::time::{ClockTime, Day};
use dunghen::paper::Language;
use dunghen::paper::chart::{MonthPoint, RateBar, answer, month_line, percent, rate_bars, wilson};
use dunghen::paper::month_picture::{DayMark, MonthPicture, PictureDay};

fn day(text: &str) -> Day {
    text.parse().expect("a day")
}

/// A receipt in time under this limit.
fn grounds(limit: &str) -> Grounds {
    Grounds::of(Terms::of(limit.parse().expect("a limit")))
}

/// Days from `from` on, one for each mark.
fn days(from: &str, marks: Vec<DayMark>) -> Vec<PictureDay> {
    let mut day = day(from);
    let mut days = Vec::new();
    for mark in marks {
        days.push(PictureDay::new(day, mark));
        day = day.next().expect("a next day");
    }
    days
}

fn off() -> DayMark {
    DayMark::Off(None)
}

fn named(name: &str) -> DayMark {
    DayMark::Off(Some(name.to_owned()))
}

/// Received Friday afternoon, three working days, a public holiday between.
fn culture_day() -> MonthPicture {
    use DayMark::{Before, Counted};
    MonthPicture {
        received: (day("2026-11-20"), ClockTime::hm(16, 0)),
        days: days(
            "2026-11-20",
            vec![Before, off(), off(), Counted(1), named("Ngày Văn hóa Việt Nam"), Counted(2), Counted(3)],
        ),
        promise: Some(day("2026-11-26")),
        today: Some(day("2026-11-23")),
        settled: None,
        hour: None,
        grounds: grounds("3wd"),
    }
}

/// A limit of `n` working days in which every weekend has a name of its own: the heaviest there is.
fn long_life(n: u32) -> MonthPicture {
    let (mut marks, mut counted, mut weekday) = (vec![DayMark::Before], 0, 0_usize);
    while counted < n {
        weekday = (weekday + 1) % 7;
        marks.push(if weekday >= 5 {
            named(["Tết Nguyên Đán", "Nghỉ hoán đổi", "Ngày Văn hóa Việt Nam"][weekday % 3])
        } else {
            counted += 1;
            DayMark::Counted(counted)
        });
    }
    let days = days("2026-01-05", marks);
    let promise = days.last().map(|d| d.day);
    MonthPicture {
        received: (day("2026-01-05"), ClockTime::hm(8, 0)),
        days,
        promise,
        today: None,
        settled: None,
        hour: None,
        grounds: grounds("3wd"),
    }
}

#[test]
fn the_picture_in_words_says_why_it_is_that_day() {
    assert_eq!(
        culture_day().sentence(Language::Vietnamese),
        "Nhận 16:00 Thứ Sáu 20/11. Tính từ Thứ Hai 23/11. Nghỉ 24/11 (Ngày Văn hóa Việt Nam). \
         Ngày làm việc thứ 3 là Thứ Năm 26/11."
    );
    assert_eq!(
        culture_day().sentence(Language::English),
        "Received 16:00 Friday 20 November. Counted from Monday 23 November. \
         Closed 24 November (Ngày Văn hóa Việt Nam). Working day 3 is Thursday 26 November."
    );
}

#[test]
fn tet_is_one_stretch_over_its_weekend_and_another_year_is_named() {
    use DayMark::{Before, Counted};
    let tet = || named("Tết Nguyên Đán");
    let mut marks = vec![Before, off(), off(), tet(), tet(), tet(), tet(), tet(), off(), off()];
    marks.extend([Counted(1), Counted(2)]);
    let picture = MonthPicture {
        received: (day("2026-02-13"), ClockTime::hm(9, 5)),
        days: days("2026-02-13", marks),
        promise: Some(day("2026-02-24")),
        today: None,
        settled: None,
        hour: None,
        grounds: grounds("3wd"),
    };
    let text = picture.sentence(Language::Vietnamese);
    assert!(text.contains("Nghỉ 16/2–20/2 (Tết Nguyên Đán)."), "{text}");

    let over = MonthPicture {
        received: (day("2025-12-31"), ClockTime::hm(9, 0)),
        days: days(
            "2025-12-31",
            vec![Before, named("Tết Dương lịch"), named("Nghỉ hoán đổi"), off(), off(), Counted(1)],
        ),
        promise: Some(day("2026-01-05")),
        today: None,
        settled: None,
        hour: None,
        grounds: grounds("3wd"),
    };
    let text = over.sentence(Language::Vietnamese);
    assert!(text.contains("Ngày làm việc thứ 1 là Thứ Hai 5/1/2026."), "{text}");
    assert!(text.contains("Nghỉ 1/1/2026 (Tết Dương lịch), 2/1/2026 (Nghỉ hoán đổi)."), "{text}");
}

#[test]
fn stops_restarts_make_up_days_and_lateness_are_said() {
    use DayMark::{Before, Counted, Late, SetAside, Stopped};
    let mut days = days(
        "2026-08-17",
        vec![
            Before,
            SetAside(1),
            SetAside(2),
            Stopped,
            Stopped,
            Counted(1),
            off(),
            Counted(2),
            Late(1),
            Late(2),
        ],
    );
    days[5].make_up = true;
    let picture = MonthPicture {
        received: (day("2026-08-17"), ClockTime::hm(8, 30)),
        days,
        promise: Some(day("2026-08-24")),
        today: Some(day("2026-08-26")),
        settled: None,
        hour: None,
        grounds: grounds("3wd"),
    };
    let text = picture.sentence(Language::Vietnamese);
    for part in [
        "Tính lại từ đầu từ Thứ Bảy 22/8.",
        "Làm bù Thứ Bảy 22/8.",
        "Tạm dừng tính hạn 20/8–21/8.",
        "Ngày làm việc thứ 2 là Thứ Hai 24/8.",
        "Đến Thứ Tư 26/8 đã quá hạn 2 ngày làm việc.",
    ] {
        assert!(text.contains(part), "{part:?} is missing from {text:?}");
    }
    let signs = picture.signs();
    assert!(signs.set_aside && signs.stopped && signs.make_up && signs.late && signs.today && signs.promise);
}

/// SUP-06, TIME-15: what has a limit and was stopped before a day of it counted has no day yet; that is
/// no procedure without a limit.
#[test]
fn a_limit_that_stood_still_from_the_first_day_is_not_said_to_be_none() {
    let saturday = MonthPicture {
        received: (day("2026-11-28"), ClockTime::hm(9, 0)),
        days: days("2026-11-28", vec![off()]),
        promise: None,
        today: Some(day("2026-11-28")),
        settled: None,
        hour: None,
        grounds: grounds("3wd"),
    };
    let text = saturday.sentence(Language::Vietnamese);
    assert!(text.contains("Ngày hẹn trả mới được tính khi thời hạn chạy tiếp."), "{text}");
    assert!(!text.contains("không có thời hạn"), "{text}");
    let unlimited = MonthPicture { grounds: grounds("none"), ..saturday };
    assert!(unlimited.sentence(Language::Vietnamese).contains("Thủ tục này không có thời hạn giải quyết."));
}

/// TIME-18: of a limit that counts every day, lateness is told in its days and in working days.
#[test]
fn lateness_of_a_calendar_day_limit_is_told_in_both_units() {
    let marks = vec![DayMark::Before, DayMark::Counted(1), DayMark::Late(1), off(), off(), DayMark::Late(2)];
    let picture = MonthPicture {
        received: (day("2026-11-25"), ClockTime::hm(9, 0)),
        days: days("2026-11-25", marks),
        promise: Some(day("2026-11-26")),
        today: Some(day("2026-11-30")),
        settled: None,
        hour: None,
        grounds: grounds("1cd"),
    };
    let text = picture.sentence(Language::Vietnamese);
    assert!(text.contains("Đến Thứ Hai 30/11 đã quá hạn 4 ngày (2 ngày làm việc)."), "{text}");
}

#[test]
fn a_calendar_day_limit_that_ends_on_a_day_off_says_that_it_moves_on() {
    use DayMark::{Before, Counted};
    let picture = MonthPicture {
        received: (day("2026-11-21"), ClockTime::hm(9, 0)),
        days: days(
            "2026-11-21",
            vec![Before, Counted(1), Counted(2), named("Ngày Văn hóa Việt Nam"), Before],
        ),
        promise: Some(day("2026-11-25")),
        today: None,
        settled: None,
        hour: None,
        grounds: grounds("2cd"),
    };
    let text = picture.sentence(Language::Vietnamese);
    assert!(text.ends_with("Ngày thứ 2 là Thứ Hai 23/11, ngày nghỉ nên hẹn trả Thứ Tư 25/11."), "{text}");
}

#[test]
fn no_picture_weighs_more_than_six_kilobytes() {
    for n in 1..=260 {
        let picture = long_life(n);
        for language in [Language::Vietnamese, Language::English] {
            let svg = picture.svg(language).expect("a picture");
            assert!(svg.as_str().len() < 6 * 1024, "{n} days weigh {} bytes", svg.as_str().len());
        }
    }
}

#[test]
fn a_picture_shows_every_count_up_to_the_promise_or_says_which_it_leaves_out() {
    let svg = long_life(30).svg(Language::Vietnamese).expect("a picture");
    for n in 1..=30 {
        assert!(svg.as_str().contains(&format!(">{n}</tspan>")), "day {n} is missing");
    }
    let svg = long_life(120).svg(Language::Vietnamese).expect("a picture");
    assert!(svg.as_str().contains("tuần, ngày"), "the weeks left out are not said");
    assert!(svg.as_str().contains(">120</tspan>"), "the last day is missing");
}

#[test]
fn a_name_in_a_picture_cannot_become_markup() {
    let mut picture = culture_day();
    picture.days[4].mark = named("<script>alert(1)</script>");
    let svg = picture.svg(Language::Vietnamese).expect("a picture");
    assert!(!svg.as_str().contains("<script"), "{svg}");
}

#[test]
fn a_chart_is_titled_by_its_answer() {
    assert_eq!(
        answer("Sở Y tế", (964, 1000), Some((943, 1000)), Language::Vietnamese),
        "Sở Y tế đúng hạn 96,4 %, tăng 2,1 điểm so với tháng trước"
    );
    assert_eq!(
        answer("Sở Y tế", (9, 10), Some((19, 20)), Language::Vietnamese),
        "Sở Y tế đúng hạn 90,0 %, giảm 5,0 điểm so với tháng trước"
    );
    assert_eq!(
        answer("Sở Y tế", (0, 0), None, Language::Vietnamese),
        "Sở Y tế: không phát sinh hồ sơ đến kỳ đánh giá"
    );
}

/// RATE-04, RATE-05.
#[test]
fn full_marks_need_every_dossier_and_nothing_is_no_rate() {
    assert_eq!(percent(9999, 10_000, Language::Vietnamese).as_deref(), Some("99,9 %"));
    assert_eq!(percent(10_000, 10_000, Language::Vietnamese).as_deref(), Some("100,0 %"));
    assert_eq!(percent(0, 0, Language::Vietnamese), None);
}

/// Wilson 1927; the example of 7 of 10 by hand: 0.397 to 0.892.
#[test]
fn small_numbers_carry_their_wilson_interval() {
    let (low, high) = wilson(7, 10).expect("an interval");
    assert!((low - 0.397).abs() < 0.001 && (high - 0.892).abs() < 0.001, "{low} {high}");
    let (low, high) = wilson(5, 5).expect("an interval");
    assert!((low - 0.566).abs() < 0.001 && (high - 1.0).abs() < 1e-9, "{low} {high}");
    assert_eq!(wilson(0, 0), None);

    let bar = |met, evaluable| RateBar { label: "Sở Xây dựng".to_owned(), met, evaluable };
    let few = rate_bars("x", &[bar(7, 10)], Language::Vietnamese).expect("a chart");
    let many = rate_bars("x", &[bar(700, 1000)], Language::Vietnamese).expect("a chart");
    assert!(few.as_str().contains("ch-span") && !many.as_str().contains("ch-span"));
    let none = rate_bars("x", &[bar(0, 0)], Language::Vietnamese).expect("a chart");
    assert!(none.as_str().contains("không phát sinh"));
}

#[test]
fn a_month_without_dossiers_breaks_the_line() {
    let point = |label: &str, met, evaluable| MonthPoint { label: label.to_owned(), met, evaluable };
    let points = [point("9/2026", 9, 10), point("10/2026", 0, 0), point("11/2026", 10, 10)];
    let svg = month_line("x", &points, Language::Vietnamese).expect("a chart");
    assert_eq!(svg.as_str().matches("<circle").count(), 2);
    let path =
        svg.as_str().split("ch-line").nth(1).and_then(|rest| rest.split(" d=\"").nth(1)).expect("a line");
    let path = path.split('"').next().expect("a path");
    assert!(!path.contains('L'), "{path}");
}

mod colours {
    use std::collections::HashMap;

    const SHEET: &str = include_str!("../src/web/assets/app.css");

    /// Text on ground, and the least contrast it needs (WCAG 2.2: 1.4.3 text, 1.4.11 shapes).
    const PAIRS: [(&str, &str, f64); 27] = [
        ("ink", "ground", 7.0),
        ("ink", "surface", 7.0),
        ("ink", "accent-soft", 7.0),
        ("ink", "late-soft", 7.0),
        ("ink", "soon-soft", 7.0),
        ("ink", "stop-soft", 7.0),
        ("ink", "line", 4.5),
        ("ink-2", "ground", 4.5),
        ("ink-2", "surface", 4.5),
        ("ink-2", "accent-soft", 4.5),
        ("ink-2", "late-soft", 4.5),
        ("accent", "ground", 4.5),
        ("accent", "surface", 4.5),
        ("accent", "accent-soft", 4.5),
        ("on-accent", "accent", 4.5),
        ("soon", "ground", 4.5),
        ("soon", "surface", 4.5),
        ("soon", "soon-soft", 4.5),
        ("late", "ground", 4.5),
        ("late", "surface", 4.5),
        ("late", "late-soft", 4.5),
        ("late", "accent-soft", 4.5),
        ("stop", "ground", 4.5),
        ("stop", "stop-soft", 4.5),
        ("stop", "accent-soft", 4.5),
        ("edge", "ground", 3.0),
        ("edge", "surface", 3.0),
    ];

    fn tokens(block: &str) -> HashMap<&str, &str> {
        let block = block.split('}').next().unwrap_or_default();
        block
            .split(';')
            .filter_map(|line| line.split_once(':'))
            .map(|(name, value)| (name.trim().trim_start_matches("--"), value.trim()))
            .filter(|(_, value)| value.starts_with('#'))
            .collect()
    }

    fn luminance(hex: &str) -> f64 {
        let part = |at: usize| {
            let value = u8::from_str_radix(&hex[at..at + 2], 16).expect("a colour of six digits");
            let share = f64::from(value) / 255.0;
            if share <= 0.04045 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5)
    }

    fn contrast(a: &str, b: &str) -> f64 {
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    #[test]
    fn every_pair_of_colours_can_be_read_by_day_and_by_night() {
        let mut blocks = SHEET.split(":root {").skip(1);
        for theme in ["light", "dark"] {
            let tokens = tokens(blocks.next().expect("a block of tokens"));
            for (front, back, least) in PAIRS {
                let ratio = contrast(tokens[front], tokens[back]);
                assert!(ratio >= least, "{theme}: {front} on {back} is {ratio:.2}, needs {least}");
            }
        }
    }

    #[test]
    fn black_on_white_is_twenty_one() {
        assert!((contrast("#000000", "#ffffff") - 21.0).abs() < 1e-9);
    }
}

#[path = "pictures/promises.rs"]
mod promises;
