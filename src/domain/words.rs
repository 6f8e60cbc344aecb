//! Dates, distances and subjects as people say them, in Vietnamese and in English.
//!
//! Pages, letters and forms all take their words for time from here, so that a promise
//! reads the same wherever it is met. It computes no distance: it is told the number
//! and the unit, and finds the words.

use std::fmt;

use jiff::civil::Weekday;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::limit::TimeLimit;
pub use super::refusal::Language;
use super::statistics::Rate;
use super::time::{ClockTime, Day, Month};

/// A unit in which time limits and distances are given (TIME-01).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TimeUnit {
    WorkingDay,
    WorkingHour,
    CalendarDay,
    Month,
}

/// A whole number of some unit of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Amount {
    pub count: u32,
    pub unit: TimeUnit,
}

impl Amount {
    #[must_use]
    pub const fn new(count: u32, unit: TimeUnit) -> Self {
        Self { count, unit }
    }

    #[must_use]
    pub const fn working_days(count: u32) -> Self {
        Self::new(count, TimeUnit::WorkingDay)
    }

    #[must_use]
    pub const fn working_hours(count: u32) -> Self {
        Self::new(count, TimeUnit::WorkingHour)
    }
}

impl Language {
    /// `Thứ Năm`, `Thursday`.
    #[must_use]
    pub fn weekday(self, weekday: Weekday) -> &'static str {
        let (vietnamese, english) = match weekday {
            Weekday::Monday => ("Thứ Hai", "Monday"),
            Weekday::Tuesday => ("Thứ Ba", "Tuesday"),
            Weekday::Wednesday => ("Thứ Tư", "Wednesday"),
            Weekday::Thursday => ("Thứ Năm", "Thursday"),
            Weekday::Friday => ("Thứ Sáu", "Friday"),
            Weekday::Saturday => ("Thứ Bảy", "Saturday"),
            Weekday::Sunday => ("Chủ Nhật", "Sunday"),
        };
        self.choose(vietnamese, english)
    }

    /// `26/11/2026`; in English `26 Nov 2026`, which nobody takes for another day.
    #[must_use]
    pub fn short_day(self, day: Day) -> String {
        let (number, month, year) = (day.0.day(), day.0.month(), day.year());
        match self {
            Self::Vietnamese => format!("{number:02}/{month:02}/{year:04}"),
            Self::English => format!("{number} {} {year:04}", short_month(month)),
        }
    }

    /// `Thứ Năm 26/11/2026`, `Thursday 26 Nov 2026`.
    #[must_use]
    pub fn day(self, day: Day) -> String {
        format!("{} {}", self.weekday(day.weekday()), self.short_day(day))
    }

    /// `Thứ Năm 26/11/2026, 17:00`, without seconds.
    #[must_use]
    pub fn day_time(self, day: Day, time: ClockTime) -> String {
        format!("{}, {}", self.day(day), time.to_the_minute())
    }

    /// `26/11`, `26 November`: without the year where that is `year`.
    #[must_use]
    pub fn brief_day(self, day: Day, year: i16) -> String {
        let (number, month) = (day.0.day(), day.0.month());
        let brief = match self {
            Self::Vietnamese => format!("{number}/{month}"),
            Self::English => format!("{number} {}", english_month(month)),
        };
        match self {
            _ if day.year() == year => brief,
            Self::Vietnamese => format!("{brief}/{}", day.year()),
            Self::English => format!("{brief} {}", day.year()),
        }
    }

    /// `ngày 26 tháng 11 năm 2026`, as it stands above a signature: two digits for the days
    /// up to 9 and the months 1 and 2, so that nothing can be written before them.
    #[must_use]
    pub fn formal_day(self, day: Day) -> String {
        let (number, month, year) = (day.0.day(), day.0.month(), day.year());
        match self {
            Self::English => format!("{number} {} {year}", english_month(month)),
            Self::Vietnamese if month < 3 => format!("ngày {number:02} tháng {month:02} năm {year}"),
            Self::Vietnamese => format!("ngày {number:02} tháng {month} năm {year}"),
        }
    }

    /// `tháng 11/2026`, `November 2026`.
    #[must_use]
    pub fn month(self, month: Month) -> String {
        match self {
            Self::Vietnamese => format!("tháng {}/{}", month.number(), month.year()),
            Self::English => format!("{} {}", english_month(month.number()), month.year()),
        }
    }

    /// `11/2026`, `Nov 2026`.
    #[must_use]
    pub fn brief_month(self, month: Month) -> String {
        match self {
            Self::Vietnamese => format!("{}/{}", month.number(), month.year()),
            Self::English => format!("{} {}", short_month(month.number()), month.year()),
        }
    }

    /// `3 ngày làm việc`, `1 working day`.
    #[must_use]
    pub fn amount(self, amount: Amount) -> String {
        let Amount { count, unit } = amount;
        let (vietnamese, english) = match unit {
            TimeUnit::WorkingDay => ("ngày làm việc", "working day"),
            TimeUnit::WorkingHour => ("giờ làm việc", "working hour"),
            TimeUnit::CalendarDay => ("ngày", "day"),
            TimeUnit::Month => ("tháng", "month"),
        };
        match self {
            Self::Vietnamese => format!("{count} {vietnamese}"),
            Self::English => format!("{count} {english}{}", if count == 1 { "" } else { "s" }),
        }
    }

    /// `3 ngày làm việc`, `trong ngày làm việc`.
    #[must_use]
    pub fn limit(self, limit: TimeLimit) -> String {
        match limit {
            TimeLimit::WorkingDays(days) => self.amount(Amount::working_days(days.get())),
            TimeLimit::CalendarDays(days) => self.amount(Amount::new(days.get(), TimeUnit::CalendarDay)),
            TimeLimit::WorkingHours(hours) => self.amount(Amount::working_hours(hours.get())),
            TimeLimit::Months(months) => self.amount(Amount::new(months.get(), TimeUnit::Month)),
            TimeLimit::SameDay => self.choose("trong ngày làm việc", "within the working day").to_owned(),
            TimeLimit::None => self.choose("không quy định", "no time limit").to_owned(),
        }
    }

    /// `còn 2 ngày làm việc`; with nothing whole left, `đến hạn hôm nay` or `còn dưới 1 giờ làm việc`.
    #[must_use]
    pub fn left(self, amount: Amount) -> String {
        match (self, amount.count, amount.unit) {
            (Self::Vietnamese, 0, TimeUnit::WorkingHour) => "còn dưới 1 giờ làm việc".to_owned(),
            (Self::English, 0, TimeUnit::WorkingHour) => "less than 1 working hour left".to_owned(),
            (Self::Vietnamese, 0, _) => "đến hạn hôm nay".to_owned(),
            (Self::English, 0, _) => "due today".to_owned(),
            (Self::Vietnamese, ..) => format!("còn {}", self.amount(amount)),
            (Self::English, ..) => format!("{} left", self.amount(amount)),
        }
    }

    /// `quá hạn 3 ngày làm việc`; before one whole unit has passed, `quá hạn dưới 1 ngày làm việc`.
    #[must_use]
    pub fn overdue(self, amount: Amount) -> String {
        let passed = self.passed(amount);
        match self {
            Self::Vietnamese => format!("quá hạn {passed}"),
            Self::English => format!("{passed} overdue"),
        }
    }

    /// `3 ngày làm việc`; before one whole unit has passed, `dưới 1 ngày làm việc`.
    #[must_use]
    pub fn passed(self, amount: Amount) -> String {
        let whole = self.amount(Amount { count: amount.count.max(1), ..amount });
        match (self, amount.count) {
            (Self::Vietnamese, 0) => format!("dưới {whole}"),
            (Self::English, 0) => format!("less than {whole}"),
            _ => whole,
        }
    }

    /// `96,40 %`, `96.40 %` (RATE-05).
    #[must_use]
    pub fn percent(self, rate: Rate) -> String {
        match self {
            Self::Vietnamese => rate.vietnamese(),
            Self::English => format!("{rate} %"),
        }
    }

    /// The one of both that is in this language.
    pub fn choose<T>(self, vietnamese: T, english: T) -> T {
        match self {
            Self::Vietnamese => vietnamese,
            Self::English => english,
        }
    }
}

/// `Nov`.
fn short_month(month: i8) -> &'static str {
    english_month(month).get(..3).unwrap_or_default()
}

fn english_month(month: i8) -> &'static str {
    const NAMES: [&str; 12] = [
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
    usize::try_from(month - 1).ok().and_then(|index| NAMES.get(index)).copied().unwrap_or_default()
}

/// Text made fit for one line: control characters, line separators and marks that turn the
/// reading direction become spaces, and runs of spaces become one.
#[must_use]
pub fn one_line(text: &str) -> String {
    let breaks = |c: char| {
        c.is_whitespace()
            || c.is_control()
            || matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
    };
    text.split(breaks).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Reads a time as pages show it: `26/11/2026, 17:00` or `26 Nov 2026, 17:00`, with or without comma
/// and weekday.
#[must_use]
pub fn day_time(text: &str) -> Option<(Day, ClockTime)> {
    let text = text.trim();
    let begins = text.find(|c: char| c.is_ascii_digit())?;
    let (day, clock) = text[begins..].rsplit_once([',', ' '])?;
    let mut parts = day.trim_end_matches([',', ' ']).splitn(3, ['/', ' ']);
    let (number, month, year) = (parts.next()?, month_number(parts.next()?)?, parts.next()?);
    let day = Day::new(year.parse().ok()?, month, number.parse().ok()?).ok()?;
    let clock: ClockTime = clock.trim().parse().ok()?;
    (clock != ClockTime::END_OF_DAY).then_some((day, clock))
}

/// `11`, `Nov`, `november`.
fn month_number(text: &str) -> Option<i8> {
    let named = |month: &i8| {
        [short_month(*month), english_month(*month)].iter().any(|name| name.eq_ignore_ascii_case(text))
    };
    text.parse().ok().or_else(|| (1..=12).find(named))
}

/// Text as it is searched: small letters without accents, `đ` as `d`.
#[must_use]
pub fn folded(text: &str) -> String {
    let letter = |c: char| match c {
        'đ' | 'Đ' => 'd',
        other => other,
    };
    let plain = text.nfd().filter(|c| !is_combining_mark(*c)).map(letter);
    plain.flat_map(char::to_lowercase).collect()
}

/// Whether a character takes no room by itself: zero-width ones, marks that turn the reading
/// direction, fillers and the like.
#[must_use]
pub fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
            | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}'
    ) || c.is_control()
}

/// How many characters a reader sees, blanks at the ends left out.
#[must_use]
pub fn visible_length(text: &str) -> usize {
    let ends = |c: char| c.is_whitespace() || is_invisible(c);
    text.trim_matches(ends).chars().filter(|c| !is_invisible(*c)).count()
}

/// Whether it would break out of its line.
#[must_use]
pub fn leaves_its_line(text: &str) -> bool {
    text.chars().any(|c| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}'))
}

/// The subject of a letter: one line that anyone may see on a lock screen, so it carries
/// counts and the names of offices, and never the name of a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject(String);

impl Subject {
    /// More than any mail program shows, and far less than any relay refuses.
    const MAX_CHARS: usize = 200;

    /// Takes the text as one line, cut to 200 characters.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let line = one_line(text);
        match line.char_indices().nth(Self::MAX_CHARS) {
            Some((end, _)) => Self(format!("{}…", line[..end].trim_end())),
            None => Self(line),
        }
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::Language::{English, Vietnamese};
    use super::*;

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    #[test]
    fn a_promise_is_said_with_its_weekday() {
        let five = ClockTime::hm(17, 0);
        assert_eq!(Vietnamese.day_time(day("2026-11-26"), five), "Thứ Năm 26/11/2026, 17:00");
        assert_eq!(English.day_time(day("2026-11-26"), five), "Thursday 26 Nov 2026, 17:00");
        let week = ["Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy", "Chủ Nhật"];
        for (offset, name) in (0..).zip(week) {
            let day = day("2026-11-23").plus(offset).unwrap();
            assert!(Vietnamese.day(day).starts_with(name), "{day}");
        }
    }

    #[test]
    fn a_time_is_read_back_as_it_is_shown() {
        let told = Some((day("2026-11-26"), ClockTime::hm(17, 5)));
        for text in [
            "26/11/2026, 17:05",
            "26/11/2026 17:05",
            " Thứ Năm 26/11/2026, 17:05",
            "26/11/2026,  17:05 ",
            "Thursday 26 Nov 2026, 17:05",
            "26 november 2026 17:05",
        ] {
            assert_eq!(day_time(text), told, "{text:?}");
        }
        for text in [
            "",
            "hôm qua",
            "26/11/2026",
            "2026-11-26 17:05",
            "31/11/2026, 17:05",
            "26 Nox 2026, 17:05",
            "26/11/2026, 25:00",
            "26/11, 17:05",
            "26/11/2026, 24:00",
        ] {
            assert_eq!(day_time(text), None, "{text:?}");
        }
    }

    #[test]
    fn a_distance_names_its_unit_of_working_time() {
        assert_eq!(Vietnamese.left(Amount::working_days(2)), "còn 2 ngày làm việc");
        assert_eq!(Vietnamese.overdue(Amount::working_days(3)), "quá hạn 3 ngày làm việc");
        assert_eq!(Vietnamese.overdue(Amount::working_hours(5)), "quá hạn 5 giờ làm việc");
        assert_eq!(English.left(Amount::working_days(1)), "1 working day left");
        assert_eq!(English.overdue(Amount::working_hours(5)), "5 working hours overdue");
    }

    #[test]
    fn a_distance_of_nothing_whole_is_never_said_as_zero() {
        assert_eq!(Vietnamese.left(Amount::working_days(0)), "đến hạn hôm nay");
        assert_eq!(Vietnamese.left(Amount::working_hours(0)), "còn dưới 1 giờ làm việc");
        assert_eq!(Vietnamese.overdue(Amount::working_days(0)), "quá hạn dưới 1 ngày làm việc");
        assert_eq!(English.overdue(Amount::working_days(0)), "less than 1 working day overdue");
    }

    #[test]
    fn the_day_above_a_signature_leaves_no_room_before_its_digits() {
        assert_eq!(Vietnamese.formal_day(day("2026-02-05")), "ngày 05 tháng 02 năm 2026");
        assert_eq!(Vietnamese.formal_day(day("2026-03-15")), "ngày 15 tháng 3 năm 2026");
        assert_eq!(English.formal_day(day("2026-02-05")), "5 February 2026");
        assert_eq!(Vietnamese.month(day("2026-11-26").month()), "tháng 11/2026");
    }

    #[test]
    fn a_rate_has_a_comma_in_vietnamese() {
        let rate = Rate::of(964, 1000).unwrap();
        assert_eq!(Vietnamese.percent(rate), "96,40 %");
        assert_eq!(English.percent(rate), "96.40 %");
    }

    #[test]
    fn text_is_searched_without_accents() {
        assert_eq!(folded("Đăng ký KẾT HÔN 1.000894"), "dang ky ket hon 1.000894");
        // The same letters, composed and in parts.
        assert_eq!(folded("Hộ tịch"), folded("Ho\u{323}\u{302} ti\u{323}ch"));
    }

    #[test]
    fn a_day_of_the_same_year_needs_no_year() {
        let day = day("2026-02-05");
        assert_eq!(
            (Vietnamese.brief_day(day, 2026), Vietnamese.brief_day(day, 2025)),
            ("5/2".into(), "5/2/2026".into())
        );
        assert_eq!(
            (English.brief_day(day, 2026), English.brief_day(day, 2025)),
            ("5 February".into(), "5 February 2026".into())
        );
    }

    #[test]
    fn what_is_not_seen_does_not_count() {
        assert_eq!(visible_length(" \u{200b}Lò\u{202e} Thị\u{feff} \u{2060}"), 6);
        assert_eq!(visible_length("\u{200b}\u{202e} \u{3164}"), 0);
        assert!(leaves_its_line("a\u{2028}b") && leaves_its_line("a\0b") && !leaves_its_line("a\u{200d}b"));
    }

    #[test]
    fn a_subject_is_one_line_of_plain_words() {
        assert_eq!(Subject::new("3 hồ sơ\r\nBcc: a@b.vn\u{202e}").as_str(), "3 hồ sơ Bcc: a@b.vn");
        let long = Subject::new(&"dài ".repeat(200));
        assert!(long.as_str().ends_with('…') && long.as_str().chars().count() <= 201);
    }
}
