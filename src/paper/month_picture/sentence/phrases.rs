//! How each thing about a promise is said: one table a language, a phrase a line.
//!
//! Dates leave out the year of the receipt and name any other.

use super::{Fact, Instead, Measure, Stretch};
use crate::domain::deadline::Missed;
use crate::domain::time::{ClockTime, Day};
use crate::domain::words::{Amount, TimeUnit};
use crate::paper::Language;

/// Somebody who tells about a receipt of one year in one language.
pub(super) struct Speech {
    language: Language,
    year: i16,
}

impl Speech {
    pub(super) fn new(language: Language, year: i16) -> Self {
        Self { language, year }
    }

    pub(super) fn say(&self, fact: &Fact<'_>) -> String {
        match self.language {
            Language::Vietnamese => self.vietnamese(fact),
            Language::English => self.english(fact),
        }
    }

    fn vietnamese(&self, fact: &Fact<'_>) -> String {
        let day = |day| self.weekday(day);
        match fact {
            Fact::Received { at, on, missed: None } => format!("Nhận {at} {}.", day(*on)),
            Fact::Received { at, on, missed: Some((why, instead)) } => {
                let why = match why {
                    Missed::After(last) => format!("sau {last}"),
                    Missed::OnDayOff => "vào ngày nghỉ".to_owned(),
                };
                let instead = match instead {
                    Instead::CountsFrom(from) => format!("tính từ {}", day(*from)),
                    Instead::ReceivedOn(on) => format!("coi như nhận {}", day(*on)),
                    Instead::SettledOn(on) => format!("giải quyết trong ngày {}", day(*on)),
                };
                format!("Nhận {at} {}, {why} nên {instead}.", day(*on))
            }
            Fact::CountsFrom { day: from, anew: false } => format!("Tính từ {}.", day(*from)),
            Fact::CountsFrom { day: from, anew: true } => format!("Tính lại từ đầu từ {}.", day(*from)),
            Fact::Closed { stretches, more: 0 } => format!("Nghỉ {}.", self.stretches(stretches)),
            Fact::Closed { stretches, more } => {
                format!("Nghỉ {}, và {more} đợt nghỉ khác.", self.stretches(stretches))
            }
            Fact::MadeUp(days) => format!("Làm bù {}.", self.list(days)),
            Fact::Stopped(stretches) => format!("Tạm dừng tính hạn {}.", self.stretches(stretches)),
            Fact::SameDay(on) => format!("Hẹn trả ngay trong ngày, {}.", day(*on)),
            Fact::WithinDay(on) => format!("Hẹn trả trong ngày {}.", day(*on)),
            Fact::Ends { on, by } => format!("{}.", self.vietnamese_end(*on, *by)),
            Fact::MovesOn { ends: Some((on, by)), to } => {
                format!("{}, ngày nghỉ nên hẹn trả {}.", self.vietnamese_end(*on, *by), day(*to))
            }
            Fact::MovesOn { ends: None, to } => format!("Hẹn trả {}.", day(*to)),
            Fact::Appointed { at, as_received: true } => format!("Hẹn trả cùng giờ nhận, {at}."),
            Fact::Appointed { at, as_received: false } => format!("Hẹn trả lúc {at}."),
            Fact::StandsStill => "Ngày hẹn trả mới được tính khi thời hạn chạy tiếp.".to_owned(),
            Fact::NoLimit => "Thủ tục này không có thời hạn giải quyết.".to_owned(),
            Fact::Estimated { year } => {
                format!("Ngày này mới là dự kiến vì lịch làm việc năm {year} chưa được ban hành.")
            }
            Fact::Late { on, days, civil } => {
                format!("Đến {} đã quá hạn {}.", day(*on), self.late_days(*days, *civil))
            }
            Fact::SettledLate { on, days, civil } => {
                format!("Có kết quả {}, quá hạn {}.", day(*on), self.late_days(*days, *civil))
            }
        }
    }

    fn vietnamese_end(&self, on: Day, by: Measure) -> String {
        let day = self.weekday(on);
        match by {
            Measure::WorkingDays(n) => format!("Ngày làm việc thứ {n} là {day}"),
            Measure::Days(n) => format!("Ngày thứ {n} là {day}"),
            Measure::Months(n) => format!("Đủ {n} tháng là {day}"),
            Measure::Minutes(minutes, at) => {
                let hour = at.map_or_else(|| "vào".to_owned(), |at| format!("lúc {at}"));
                format!("Đủ {} làm việc {hour} {day}", vietnamese_hours(minutes))
            }
        }
    }

    fn english(&self, fact: &Fact<'_>) -> String {
        let day = |day| self.weekday(day);
        match fact {
            Fact::Received { at, on, missed: None } => format!("Received {at} {}.", day(*on)),
            Fact::Received { at, on, missed: Some((why, instead)) } => {
                let why = match why {
                    Missed::After(last) => format!("after {last}"),
                    Missed::OnDayOff => "on a day off".to_owned(),
                };
                let instead = match instead {
                    Instead::CountsFrom(from) => format!("counted from {}", day(*from)),
                    Instead::ReceivedOn(on) => format!("taken as received on {}", day(*on)),
                    Instead::SettledOn(on) => format!("settled within {}", day(*on)),
                };
                format!("Received {at} {}, {why}, so {instead}.", day(*on))
            }
            Fact::CountsFrom { day: from, anew: false } => format!("Counted from {}.", day(*from)),
            Fact::CountsFrom { day: from, anew: true } => format!("Counted anew from {}.", day(*from)),
            Fact::Closed { stretches, more: 0 } => format!("Closed {}.", self.stretches(stretches)),
            Fact::Closed { stretches, more } => {
                format!("Closed {}, and {more} more times.", self.stretches(stretches))
            }
            Fact::MadeUp(days) => format!("Working to make up: {}.", self.list(days)),
            Fact::Stopped(stretches) => format!("Clock stopped {}.", self.stretches(stretches)),
            Fact::SameDay(on) => format!("Promised for the same day, {}.", day(*on)),
            Fact::WithinDay(on) => format!("Promised for {}.", day(*on)),
            Fact::Ends { on, by } => format!("{}.", self.english_end(*on, *by)),
            Fact::MovesOn { ends: Some((on, by)), to } => {
                format!("{}, a day off, so the promise is {}.", self.english_end(*on, *by), day(*to))
            }
            Fact::MovesOn { ends: None, to } => format!("The promise is {}.", day(*to)),
            Fact::Appointed { at, as_received: true } => {
                format!("Promised for the hour of receipt, {at}.")
            }
            Fact::Appointed { at, as_received: false } => format!("Promised for {at}."),
            Fact::StandsStill => "The new return date is counted once the clock runs again.".to_owned(),
            Fact::NoLimit => "This procedure has no time limit.".to_owned(),
            Fact::Estimated { year } => {
                format!("This date is an estimate: the working calendar of {year} is not published yet.")
            }
            Fact::Late { on, days, civil } => {
                format!("On {} it is {} late.", day(*on), self.late_days(*days, *civil))
            }
            Fact::SettledLate { on, days, civil } => {
                format!("The result was there on {}, {} late.", day(*on), self.late_days(*days, *civil))
            }
        }
    }

    fn english_end(&self, on: Day, by: Measure) -> String {
        let day = self.weekday(on);
        match by {
            Measure::WorkingDays(n) => format!("Working day {n} is {day}"),
            Measure::Days(n) => format!("Day {n} is {day}"),
            Measure::Months(1) => format!("One month ends on {day}"),
            Measure::Months(n) => format!("{n} months end on {day}"),
            Measure::Minutes(minutes, at) => {
                let hour = at.map_or_else(String::new, |at: ClockTime| format!("at {at} "));
                let ends = if minutes == 60 { "ends" } else { "end" };
                format!("{} of working time {ends} {hour}on {day}", english_hours(minutes))
            }
        }
    }

    fn working_days(&self, days: u32) -> String {
        self.language.amount(Amount::working_days(days))
    }

    /// `3 ngày làm việc`, or `5 ngày (3 ngày làm việc)` where the limit counts every day (TIME-18).
    fn late_days(&self, days: u32, civil: Option<u32>) -> String {
        let working = self.working_days(days);
        match civil {
            Some(civil) => {
                let civil = self.language.amount(Amount::new(civil, TimeUnit::CalendarDay));
                format!("{civil} ({working})")
            }
            None => working,
        }
    }

    /// `Thứ Năm 26/11`, `Thursday 26 November`.
    fn weekday(&self, day: Day) -> String {
        format!("{} {}", self.language.weekday(day.weekday()), self.date(day))
    }

    /// `20/11`, `20 November`, with the year where it is not the year of receipt.
    fn date(&self, day: Day) -> String {
        self.language.brief_day(day, self.year)
    }

    fn list(&self, days: &[Day]) -> String {
        days.iter().map(|day| self.weekday(*day)).collect::<Vec<_>>().join(", ")
    }

    fn stretches(&self, stretches: &[Stretch<'_>]) -> String {
        stretches.iter().map(|one| self.stretch(one)).collect::<Vec<_>>().join(", ")
    }

    /// `24/11 (Ngày Văn hóa Việt Nam)`, `16/2–20/2 (Tết Nguyên Đán)`.
    fn stretch(&self, one: &Stretch<'_>) -> String {
        let (first, last) = (self.date(one.first), self.date(one.last));
        let span = match self.language {
            _ if one.first == one.last => first,
            Language::Vietnamese => format!("{first}–{last}"),
            Language::English => format!("{first} to {last}"),
        };
        one.name.map_or_else(|| span.clone(), |name| format!("{span} ({})", without_brackets(name)))
    }
}

/// A name that stands in brackets has none of its own: `Giỗ Tổ Hùng Vương, 10/3 âm lịch`.
pub(in crate::paper::month_picture) fn without_brackets(name: &str) -> String {
    name.replace(" (", ", ").replace(['(', ')'], "")
}

/// `8 giờ` or `2 giờ 15 phút`.
fn vietnamese_hours(minutes: u32) -> String {
    let (hours, minutes) = (minutes / 60, minutes % 60);
    if minutes == 0 { format!("{hours} giờ") } else { format!("{hours} giờ {minutes} phút") }
}

fn english_hours(minutes: u32) -> String {
    let (hours, minutes) = (minutes / 60, minutes % 60);
    let hours = if hours == 1 { "1 hour".to_owned() } else { format!("{hours} hours") };
    if minutes == 0 { hours } else { format!("{hours} {minutes} minutes") }
}
