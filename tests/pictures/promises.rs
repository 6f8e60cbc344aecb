//! Promises of the engine in words and pictures: the vectors of the rules, and over random
//! receipts that nothing which was passed over goes unsaid.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use dunghen::domain::calendar::{OfficeHours, Timetable};
use dunghen::domain::deadline::{Derivation, Grounds, parse_received};
use dunghen::domain::limit::{CutOff, CutOffEffect, Terms, TimeLimit};
use dunghen::domain::time::{Day, Moment};
use dunghen::paper::Language::{self, English, Vietnamese};
use dunghen::paper::month_picture::MonthPicture;
use proptest::prelude::*;

/// The published calendar, and a storm on the second day of its last November.
static OFFICE: LazyLock<Timetable> = LazyLock::new(|| {
    let calendar = Arc::new(dunghen::config::calendar::built_in().expect("the calendar"));
    let storm = ("2026-11-26".parse().expect("a day"), "Bão số 9".to_owned());
    Timetable::new(calendar, OfficeHours::default()).with_local_days_off([storm])
});

static CALM: LazyLock<Timetable> = LazyLock::new(|| {
    let calendar = Arc::new(dunghen::config::calendar::built_in().expect("the calendar"));
    Timetable::new(calendar, OfficeHours::default())
});

fn terms(limit: &str, cutoff: &str, effect: &str, due_time: &str) -> Terms {
    Terms {
        limit: limit.parse().expect("a limit"),
        cutoff: cutoff.parse().expect("a cut-off"),
        cutoff_effect: effect.parse().expect("an effect"),
        due_time: due_time.parse().expect("a due time"),
    }
}

fn picture(office: &Timetable, received: Moment, terms: &Terms) -> (MonthPicture, Derivation) {
    let derivation = office.explain_preview(received, terms).expect("a due date");
    let grounds = Grounds::between_units(office, office, received, terms, derivation.due_date);
    (MonthPicture::of(&derivation, &grounds, None), derivation)
}

fn told(language: Language, received: &str, terms: &Terms) -> String {
    let received = parse_received(received, CALM.zone()).expect("an instant");
    picture(&CALM, received, terms).0.sentence(language)
}

fn said(received: &str, limit: &str) -> String {
    told(Vietnamese, received, &Terms::of(limit.parse().expect("a limit")))
}

/// Domain section 5.2, hours B.
#[test]
fn a_promise_explains_itself_from_the_derivation() {
    assert_eq!(
        said("2026-11-20T16:00", "3wd"),
        "Nhận 16:00 Thứ Sáu 20/11. Tính từ Thứ Hai 23/11. Nghỉ 24/11 (Ngày Văn hóa Việt Nam). \
         Ngày làm việc thứ 3 là Thứ Năm 26/11."
    );
    assert!(
        said("2026-08-21T09:00", "5wd").contains("Làm bù Thứ Bảy 22/8. Ngày làm việc thứ 5 là Thứ Năm 27/8.")
    );
    assert_eq!(
        said("2026-11-20T16:00", "8wh"),
        "Nhận 16:00 Thứ Sáu 20/11. Đủ 8 giờ làm việc lúc 16:30 Thứ Hai 23/11."
    );
    assert_eq!(
        said("2026-11-20T10:00", "same-day"),
        "Nhận 10:00 Thứ Sáu 20/11. Hẹn trả ngay trong ngày, Thứ Sáu 20/11."
    );
    assert_eq!(
        said("2026-11-21T10:00", "same-day"),
        "Nhận 10:00 Thứ Bảy 21/11. Hẹn trả trong ngày Thứ Hai 23/11."
    );
    assert_eq!(
        said("2026-11-20T10:00", "none"),
        "Nhận 10:00 Thứ Sáu 20/11. Thủ tục này không có thời hạn giải quyết."
    );
}

/// TIME-02: what ends on a day off moves on, and every day that it passes over has its reason.
#[test]
fn a_limit_that_ends_on_a_day_off_says_which_day_that_is() {
    assert_eq!(
        said("2025-04-10T09:00", "20cd"),
        "Nhận 09:00 Thứ Năm 10/4. Tính từ Thứ Sáu 11/4. Nghỉ 30/4 (Ngày Chiến thắng 30/4), \
         1/5 (Ngày Quốc tế lao động 1/5), 2/5 (Nghỉ hoán đổi). \
         Ngày thứ 20 là Thứ Tư 30/4, ngày nghỉ nên hẹn trả Thứ Hai 5/5."
    );
    let month = Terms::of("1mo".parse().expect("a limit"));
    assert_eq!(
        told(Vietnamese, "2026-04-01T09:00", &month),
        "Nhận 09:00 Thứ Tư 1/4. Tính từ Thứ Năm 2/4. Nghỉ 1/5 (Ngày Quốc tế lao động 1/5). \
         Đủ 1 tháng là Thứ Sáu 1/5, ngày nghỉ nên hẹn trả Thứ Hai 4/5."
    );
    assert!(
        told(English, "2026-04-01T09:00", &month)
            .ends_with("One month ends on Friday 1 May, a day off, so the promise is Monday 4 May.")
    );
    let two = Terms::of("2mo".parse().expect("a limit"));
    assert!(
        told(English, "2026-06-01T09:00", &two)
            .ends_with("2 months end on Saturday 1 August, a day off, so the promise is Monday 3 August.")
    );
}

/// TIME-05, TIME-06: the cut-off vectors of section 5.2.
#[test]
fn a_missed_cut_off_says_what_it_changes() {
    let starts = "count_starts_next_wd";
    let treats = "treat_as_received_next_wd";
    let say = |language, received, limit, cutoff, effect| {
        told(language, received, &terms(limit, cutoff, effect, "end_of_day"))
    };
    assert_eq!(
        say(Vietnamese, "2026-11-20T16:00", "3wd", "after_15h", starts),
        "Nhận 16:00 Thứ Sáu 20/11, sau 15:00 nên tính từ Thứ Hai 23/11. \
         Nghỉ 24/11 (Ngày Văn hóa Việt Nam). Ngày làm việc thứ 3 là Thứ Năm 26/11."
    );
    assert_eq!(
        say(Vietnamese, "2026-11-20T16:00", "3wd", "after_15h", treats),
        "Nhận 16:00 Thứ Sáu 20/11, sau 15:00 nên coi như nhận Thứ Hai 23/11. Tính từ Thứ Tư 25/11. \
         Nghỉ 24/11 (Ngày Văn hóa Việt Nam). Ngày làm việc thứ 3 là Thứ Sáu 27/11."
    );
    assert_eq!(
        say(English, "2026-11-20T16:00", "10cd", "after_15h", treats),
        "Received 16:00 Friday 20 November, after 15:00, so taken as received on Monday 23 November. \
         Counted from Tuesday 24 November. Day 10 is Thursday 3 December."
    );
    assert_eq!(
        say(Vietnamese, "2026-11-23T15:01", "same-day", "after_15h", starts),
        "Nhận 15:01 Thứ Hai 23/11, sau 15:00 nên giải quyết trong ngày Thứ Tư 25/11. \
         Nghỉ 24/11 (Ngày Văn hóa Việt Nam). Hẹn trả trong ngày Thứ Tư 25/11."
    );
    assert!(say(English, "2026-11-21T09:00", "3wd", "after_17h_or_off_day", starts).starts_with(
        "Received 09:00 Saturday 21 November, on a day off, so counted from Monday 23 November."
    ));
    // Hours start at the next opening, whichever effect is set.
    assert!(
        say(Vietnamese, "2026-11-20T16:30", "8wh", "last_hour", treats)
            .starts_with("Nhận 16:30 Thứ Sáu 20/11, sau 16:00 nên tính từ Thứ Hai 23/11.")
    );
}

/// TIME-08.
#[test]
fn an_hour_that_is_not_the_closing_is_said() {
    let say = |language, received, due_time| {
        told(language, received, &terms("3wd", "none", "count_starts_next_wd", due_time))
    };
    assert!(
        say(Vietnamese, "2026-11-20T10:10", "same_clock")
            .ends_with("Thứ Năm 26/11. Hẹn trả cùng giờ nhận, 10:10.")
    );
    assert!(
        say(English, "2026-11-20T10:10", "same_clock").ends_with("Promised for the hour of receipt, 10:10.")
    );
    // In the lunch break it is the afternoon's opening.
    assert!(say(Vietnamese, "2026-11-20T12:00", "same_clock").ends_with("Hẹn trả lúc 13:30."));
    assert!(say(English, "2026-11-20T12:00", "fixed=16:30").ends_with("Promised for 16:30."));
    assert!(!say(English, "2026-11-20T12:00", "end_of_day").contains("Promised"));
}

/// TIME-15.
#[test]
fn a_year_that_is_not_final_is_named() {
    assert!(
        said("2026-12-30T09:00", "5wd")
            .ends_with("Ngày này mới là dự kiến vì lịch làm việc năm 2027 chưa được ban hành.")
    );
    assert!(
        told(English, "2026-12-30T09:00", &Terms::of("5wd".parse().expect("a limit")))
            .ends_with("This date is an estimate: the working calendar of 2027 is not published yet.")
    );
}

/// A date as a sentence writes it, with the year of the receipt where it names none.
fn date(language: Language, text: &str, year: i16) -> Day {
    let parts: Vec<&str> = text.split(['/', ' ']).collect();
    let months = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    let month = match language {
        Vietnamese => parts[1].parse().expect("a month"),
        English => i8::try_from(months.iter().position(|month| *month == parts[1]).expect("a month") + 1)
            .expect("a month"),
    };
    let year = parts.get(2).map_or(year, |year| year.parse().expect("a year"));
    Day::new(year, month, parts[0].parse().expect("a day")).expect("a date")
}

/// The days that a sentence says were closed, each with its name, and how often.
fn closed(language: Language, sentence: &str, year: i16) -> BTreeMap<Day, (String, u32)> {
    let (opening, until) = match language {
        Vietnamese => (" Nghỉ ", "–"),
        English => (" Closed ", " to "),
    };
    let mut days = BTreeMap::new();
    let Some((_, list)) = sentence.split_once(opening) else { return days };
    let list = list.split("). ").next().unwrap_or_default();
    for item in list.split("), ") {
        let (span, name) = item.split_once(" (").expect("a name in brackets");
        let (first, last) = span.split_once(until).unwrap_or((span, span));
        let (first, last) = (date(language, first, year), date(language, last, year));
        for day in std::iter::successors(Some(first), |day| day.next()).take_while(|day| *day <= last) {
            let entry = days.entry(day).or_insert_with(|| (name.trim_end_matches(").").to_owned(), 0));
            entry.1 += 1;
        }
    }
    days
}

fn all_terms() -> impl Strategy<Value = Terms> {
    let limits = prop_oneof![
        (1..300u32).prop_map(|n| TimeLimit::working_days(n).expect("a limit")),
        (1..300u32).prop_map(|n| TimeLimit::calendar_days(n).expect("a limit")),
        (1..400u32).prop_map(|n| TimeLimit::working_hours(n).expect("a limit")),
        (1..14u32).prop_map(|n| TimeLimit::months(n).expect("a limit")),
        Just(TimeLimit::SameDay),
    ];
    let cutoffs =
        [CutOff::None, CutOff::After15h, CutOff::LastHour, CutOff::After17hOrOffDay, CutOff::AfterClose];
    let effects = [CutOffEffect::CountStartsNextWd, CutOffEffect::TreatAsReceivedNextWd];
    let times = ["end_of_day", "same_clock", "fixed=16:30"].map(|time| time.parse().expect("a due time"));
    use prop::sample::select;
    (limits, select(cutoffs.to_vec()), select(effects.to_vec()), select(times.to_vec()))
        .prop_map(|(limit, cutoff, cutoff_effect, due_time)| Terms { limit, cutoff, cutoff_effect, due_time })
}

/// 2019 to the middle of 2026, whose promises lie in published and in estimated years.
fn receipts() -> impl Strategy<Value = Moment> {
    (1_546_300_800..1_785_000_000i64).prop_map(|seconds| Moment::from_seconds(seconds).expect("an instant"))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    /// Every named day that was passed over is said once with its name, and no other day is.
    #[test]
    fn the_sentence_names_every_day_that_was_passed_over_once(received in receipts(), terms in all_terms()) {
        let (picture, derivation) = picture(&OFFICE, received, &terms);
        let passed_over: BTreeMap<Day, String> = derivation
            .steps
            .iter()
            .filter(|step| !step.counts || step.reason.is_some())
            .filter_map(|step| Some((step.date, step.name.clone()?)))
            .collect();
        for language in [Vietnamese, English] {
            let sentence = picture.sentence(language);
            let mut said = closed(language, &sentence, picture.received.0.year());
            for (day, name) in &passed_over {
                let (found, times) = said.remove(day).unwrap_or_default();
                let plain = |text: &str| text.replace(['(', ')', ','], "").replace("  ", " ");
                prop_assert_eq!((plain(&found), times), (plain(name), 1), "{} in {}", day, sentence);
            }
            // Within a stretch lie weekends that have no name of their own.
            for day in said.keys() {
                prop_assert!(!OFFICE.is_working(*day), "{} works, but {}", day, sentence);
            }
        }
    }

    /// The last number said is that of the limit, and the last day is the one that is due.
    #[test]
    fn the_sentence_counts_up_to_the_limit(received in receipts(), terms in all_terms()) {
        let (picture, derivation) = picture(&OFFICE, received, &terms);
        let due = derivation.due_date.expect("a day");
        let (vi, en) = (picture.sentence(Vietnamese), picture.sentence(English));
        let (said_vi, said_en) = match terms.limit {
            TimeLimit::WorkingDays(n) => (format!("Ngày làm việc thứ {} là", n.get()), format!("Working day {} is", n.get())),
            TimeLimit::CalendarDays(n) => (format!("Ngày thứ {} là", n.get()), format!("Day {} is", n.get())),
            TimeLimit::WorkingHours(n) if n.get() == 1 => ("Đủ 1 giờ làm việc lúc".to_owned(), "1 hour of working time".to_owned()),
            TimeLimit::WorkingHours(n) => (format!("Đủ {} giờ làm việc lúc", n.get()), format!("{} hours of working time", n.get())),
            TimeLimit::Months(n) => (format!("Đủ {} tháng là", n.get()), "month".to_owned()),
            _ => ("Hẹn trả".to_owned(), "Promised for".to_owned()),
        };
        prop_assert!(vi.contains(&said_vi) && en.contains(&said_en), "{vi} / {en}");
        for (language, text) in [(Vietnamese, &vi), (English, &en)] {
            let year = picture.received.0.year();
            let day = format!("{} {}", language.weekday(due.weekday()), language.brief_day(due, year));
            prop_assert!(text.contains(&day), "{day} in {text}");
        }
    }

    /// Under 6 KB; each drawn day is numbered as it counted; what is left out says what it holds.
    #[test]
    fn the_picture_numbers_what_it_draws_and_says_what_it_leaves_out(received in receipts(), terms in all_terms()) {
        let (picture, derivation) = picture(&OFFICE, received, &terms);
        for language in [Vietnamese, English] {
            let svg = picture.svg(language).expect("a picture").to_string();
            prop_assert!(svg.len() < 6 * 1024, "{} bytes", svg.len());
            let drawn = numbers(&svg);
            let counted: Vec<u32> = derivation.steps.iter().filter_map(|step| step.n).collect();
            let gap = match language { Vietnamese => ("ngày ", "⋮"), English => ("days ", "⋮") };
            match svg.split_once("⋮ ").map(|(_, rest)| rest.split(gap.1).next().unwrap_or_default().to_owned()) {
                None => prop_assert_eq!(drawn, counted),
                Some(left_out) => {
                    let mut whole = drawn;
                    if let Some((first, last)) = left_out.split_once(gap.0).and_then(|(_, range)| range.trim_end_matches([' ', ',']).split(',').next()?.split_once('–')) {
                        let bound = |text: &str| text.trim().parse::<u32>().expect("a number");
                        whole.extend(bound(first)..=bound(last));
                        whole.sort_unstable();
                    }
                    prop_assert_eq!(whole, counted, "{}", left_out);
                }
            }
            // One outline a name: its title tells the days of that name apart from others.
            let names: Vec<&str> = svg.split("<path class=\"mp-named\"").skip(1).filter_map(|rest| rest.split("<title>").nth(1)?.split('<').next()).collect();
            let mut once = names.clone();
            once.sort_unstable();
            once.dedup();
            prop_assert_eq!(once.len(), names.len());
        }
    }
}

/// The numbers that stand large on counted days.
fn numbers(svg: &str) -> Vec<u32> {
    let groups = svg.split("<text font-size=\"14\" font-weight=\"700\"").skip(1);
    let texts = groups.filter_map(|group| group.split("</text>").next());
    let words = texts.flat_map(|text| text.split("</tspan>").filter_map(|word| word.rsplit('>').next()));
    words.filter_map(|word| word.parse().ok()).collect()
}
