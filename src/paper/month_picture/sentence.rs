//! The month picture in words, for those who cannot or would rather not look at it.
//!
//! Says what the picture shows and no more.

use super::{DayMark, MonthPicture, PictureDay};
use crate::domain::time::Day;
use crate::paper::Language;

/// Closures named one by one; a life of many years says how many more there were.
const NAMED: usize = 8;

/// A stretch of neighbouring days that share a name.
struct Stretch<'a> {
    first: Day,
    last: Day,
    name: Option<&'a str>,
}

/// The days of one kind as stretches of neighbouring days with the same name; days off
/// without a name in between (a weekend in the Tết week) do not part a stretch.
fn stretches<'a>(
    picture: &'a MonthPicture,
    pick: impl Fn(&'a PictureDay) -> Option<Option<&'a str>>,
) -> Vec<Stretch<'a>> {
    let mut found: Vec<Stretch<'a>> = Vec::new();
    let mut unbroken = false;
    for day in &picture.days {
        match pick(day) {
            Some(name) => {
                match found.last_mut() {
                    Some(last) if unbroken && last.name == name => last.last = day.day,
                    _ => found.push(Stretch { first: day.day, last: day.day, name }),
                }
                unbroken = true;
            }
            None if day.mark == DayMark::Off(None) => {}
            None => unbroken = false,
        }
    }
    found
}

fn closures(picture: &MonthPicture) -> Vec<Stretch<'_>> {
    stretches(picture, |day| if let DayMark::Off(Some(name)) = &day.mark { Some(Some(name)) } else { None })
}

fn pauses(picture: &MonthPicture) -> Vec<Stretch<'_>> {
    stretches(picture, |day| (day.mark == DayMark::Stopped).then_some(None))
}

/// Whether the clock stands still up to the picture's end: then no day can be promised.
fn stands_still(picture: &MonthPicture) -> bool {
    picture
        .days
        .iter()
        .rev()
        .find(|day| !matches!(day.mark, DayMark::Off(_)))
        .is_some_and(|day| day.mark == DayMark::Stopped)
}

fn make_ups(picture: &MonthPicture) -> impl Iterator<Item = Day> {
    picture.days.iter().filter(|day| day.make_up).map(|day| day.day)
}

fn first_counted(picture: &MonthPicture) -> Option<Day> {
    let counts = |day: &&PictureDay| matches!(day.mark, DayMark::Counted(_) | DayMark::Worked(_));
    picture.days.iter().find(counts).map(|day| day.day)
}

fn starts_anew(picture: &MonthPicture) -> bool {
    picture.days.iter().any(|day| matches!(day.mark, DayMark::SetAside(_)))
}

/// How the promised day came out of the count.
enum Arrival {
    /// It is the n-th day of the limit.
    Number(u32),
    /// Working minutes in all.
    Minutes(u32),
    /// It follows the last counted day, which the law does not let a limit end on.
    Rolled,
}

fn arrival(picture: &MonthPicture, promise: Day) -> Arrival {
    let minutes: u32 = picture
        .days
        .iter()
        .filter_map(|d| if let DayMark::Worked(m) = d.mark { Some(m) } else { None })
        .sum();
    let mark = picture.days.iter().find(|day| day.day == promise).map(|day| &day.mark);
    match mark {
        _ if minutes > 0 => Arrival::Minutes(minutes),
        Some(DayMark::Counted(n)) => Arrival::Number(*n),
        _ => Arrival::Rolled,
    }
}

fn late_days(picture: &MonthPicture) -> Option<(Day, u32)> {
    let late = picture
        .days
        .iter()
        .rev()
        .find_map(|d| if let DayMark::Late(n) = d.mark { Some((d.day, n)) } else { None });
    late.filter(|(_, n)| *n > 0)
}

pub(super) fn vietnamese(picture: &MonthPicture) -> String {
    let (received_on, received_at) = picture.received;
    let year = received_on.year();
    let date = |day: Day| vietnamese_date(day, year);
    let weekday_date = |day: Day| format!("{} {}", Language::Vietnamese.weekday(day.weekday()), date(day));
    let span = |s: &Stretch<'_>| {
        if s.first == s.last { date(s.first) } else { format!("{}–{}", date(s.first), date(s.last)) }
    };

    let mut text = vec![format!("Nhận {} {}.", received_at.to_the_minute(), weekday_date(received_on))];
    if let Some(first) =
        first_counted(picture).filter(|first| *first != received_on || picture.promise != Some(*first))
    {
        let verb = if starts_anew(picture) { "Tính lại từ đầu từ" } else { "Tính từ" };
        text.push(format!("{verb} {}.", weekday_date(first)));
    }
    let closures = closures(picture);
    if !closures.is_empty() {
        let name = |s: &Stretch<'_>| format!("{} ({})", span(s), s.name.unwrap_or_default());
        let mut names: Vec<_> = closures.iter().take(NAMED).map(name).collect();
        if closures.len() > NAMED {
            names.push(format!("và {} đợt nghỉ khác", closures.len() - NAMED));
        }
        text.push(format!("Nghỉ {}.", names.join(", ")));
    }
    let make_ups: Vec<_> = make_ups(picture).map(weekday_date).collect();
    if !make_ups.is_empty() {
        text.push(format!("Làm bù {}.", make_ups.join(", ")));
    }
    let pauses: Vec<_> = pauses(picture).iter().map(span).collect();
    if !pauses.is_empty() {
        text.push(format!("Tạm dừng tính hạn {}.", pauses.join(", ")));
    }
    if let Some(promise) = picture.promise {
        let on = weekday_date(promise);
        text.push(match arrival(picture, promise) {
            _ if promise == received_on => format!("Hẹn trả ngay trong ngày, {on}."),
            Arrival::Number(n) if picture.every_day_counts => format!("Ngày thứ {n} là {on}."),
            Arrival::Number(n) => format!("Ngày làm việc thứ {n} là {on}."),
            Arrival::Minutes(minutes) => format!("Đủ {} làm việc vào {on}.", vietnamese_hours(minutes)),
            Arrival::Rolled => format!("Hạn rơi vào ngày nghỉ nên hẹn trả {on}."),
        });
    } else if stands_still(picture) {
        text.push("Ngày hẹn trả mới được tính khi thời hạn chạy tiếp.".to_owned());
    } else {
        text.push("Thủ tục này không có thời hạn giải quyết.".to_owned());
    }
    if let Some((day, n)) = late_days(picture) {
        text.push(match picture.settled {
            Some(settled) => format!("Có kết quả {}, quá hạn {n} ngày làm việc.", weekday_date(settled)),
            None => format!("Đến {} đã quá hạn {n} ngày làm việc.", weekday_date(day)),
        });
    }
    text.join(" ")
}

pub(super) fn english(picture: &MonthPicture) -> String {
    let (received_on, received_at) = picture.received;
    let year = received_on.year();
    let date = |day: Day| english_date(day, year);
    let weekday_date = |day: Day| format!("{} {}", Language::English.weekday(day.weekday()), date(day));
    let span = |s: &Stretch<'_>| {
        if s.first == s.last { date(s.first) } else { format!("{} to {}", date(s.first), date(s.last)) }
    };

    let mut text = vec![format!("Received {} {}.", received_at.to_the_minute(), weekday_date(received_on))];
    if let Some(first) =
        first_counted(picture).filter(|first| *first != received_on || picture.promise != Some(*first))
    {
        let verb = if starts_anew(picture) { "Counted anew from" } else { "Counted from" };
        text.push(format!("{verb} {}.", weekday_date(first)));
    }
    let closures = closures(picture);
    if !closures.is_empty() {
        let name = |s: &Stretch<'_>| format!("{} ({})", span(s), s.name.unwrap_or_default());
        let mut names: Vec<_> = closures.iter().take(NAMED).map(name).collect();
        if closures.len() > NAMED {
            names.push(format!("and {} more", closures.len() - NAMED));
        }
        text.push(format!("Closed {}.", names.join(", ")));
    }
    let make_ups: Vec<_> = make_ups(picture).map(weekday_date).collect();
    if !make_ups.is_empty() {
        text.push(format!("Working to make up: {}.", make_ups.join(", ")));
    }
    let pauses: Vec<_> = pauses(picture).iter().map(span).collect();
    if !pauses.is_empty() {
        text.push(format!("Clock stopped {}.", pauses.join(", ")));
    }
    if let Some(promise) = picture.promise {
        let on = weekday_date(promise);
        text.push(match arrival(picture, promise) {
            _ if promise == received_on => format!("Promised for the same day, {on}."),
            Arrival::Number(n) if picture.every_day_counts => format!("Day {n} is {on}."),
            Arrival::Number(n) => format!("Working day {n} is {on}."),
            Arrival::Minutes(minutes) => {
                format!("{} of working time are over on {on}.", english_hours(minutes))
            }
            Arrival::Rolled => format!("The limit ends on a day off, so the promise is {on}."),
        });
    } else if stands_still(picture) {
        text.push("The new return date is counted once the clock runs again.".to_owned());
    } else {
        text.push("This procedure has no time limit.".to_owned());
    }
    if let Some((day, n)) = late_days(picture) {
        let days = if n == 1 { "1 working day".to_owned() } else { format!("{n} working days") };
        text.push(match picture.settled {
            Some(settled) => format!("The result was there on {}, {days} late.", weekday_date(settled)),
            None => format!("On {} it is {days} late.", weekday_date(day)),
        });
    }
    text.join(" ")
}

/// `20/11`, with the year where it is not the year of receipt.
fn vietnamese_date(day: Day, year: i16) -> String {
    let date = day.0;
    if date.year() == year {
        format!("{}/{}", date.day(), date.month())
    } else {
        format!("{}/{}/{}", date.day(), date.month(), date.year())
    }
}

fn english_date(day: Day, year: i16) -> String {
    let date = day.0;
    let month = match date.month() {
        1 => "January",
        2 => "February",
        3 => "March",
        4 => "April",
        5 => "May",
        6 => "June",
        7 => "July",
        8 => "August",
        9 => "September",
        10 => "October",
        11 => "November",
        _ => "December",
    };
    if date.year() == year {
        format!("{} {month}", date.day())
    } else {
        format!("{} {month} {}", date.day(), date.year())
    }
}

/// `8 giờ` or `2 giờ 15 phút`.
fn vietnamese_hours(minutes: u32) -> String {
    let (hours, minutes) = (minutes / 60, minutes % 60);
    if minutes == 0 { format!("{hours} giờ") } else { format!("{hours} giờ {minutes} phút") }
}

fn english_hours(minutes: u32) -> String {
    let (hours, minutes) = (minutes / 60, minutes % 60);
    if minutes == 0 { format!("{hours} hours") } else { format!("{hours} hours {minutes} minutes") }
}
