//! Answers in Vietnamese, as lines for a person at the prompt.

use std::io::{self, Write};

use jiff::civil::Weekday;

use crate::domain::calendar::YearStatus;
use crate::domain::deadline::{Derivation, LocalTime, Step, StepReason};
use crate::domain::limit::TimeLimit;
use crate::domain::time::Day;

/// The due date and how it comes about, a line per day.
pub(super) fn derivation(out: &mut impl Write, derivation: &Derivation) -> io::Result<()> {
    writeln!(out, "Tiếp nhận: {}", instant(derivation.received))?;
    writeln!(out, "Thời hạn:  {}", limit(derivation.limit))?;
    match derivation.due {
        Some(due) => writeln!(out, "Hẹn trả:   {}", instant(due))?,
        None => writeln!(out, "Hẹn trả:   không có ngày hẹn")?,
    }
    let ruleset = derivation.ruleset.as_deref().map(|name| format!("; quy tắc {name}"));
    writeln!(out, "Lịch:      {}{}", derivation.calendar, ruleset.unwrap_or_default())?;
    if !derivation.steps.is_empty() {
        writeln!(out)?;
    }
    derivation.steps.iter().try_for_each(|step| writeln!(out, "{}", line(step)))
}

fn line(step: &Step) -> String {
    let why = match (step.reason, &step.name) {
        (Some(reason), Some(name)) => format!("{} ({name})", because(reason)),
        (Some(reason), None) => because(reason).to_owned(),
        (None, _) if step.counts => String::new(),
        (None, _) => "ngày làm việc kế tiếp".to_owned(),
    };
    let counted = match (step.n, step.minutes) {
        (Some(n), _) => format!("ngày thứ {n}"),
        (None, Some(minutes)) => format!("{minutes} phút"),
        (None, None) => "không tính".to_owned(),
    };
    let separator = if why.is_empty() { "" } else { ": " };
    format!("  {}  {counted}{separator}{why}", day(step.date))
}

fn because(reason: StepReason) -> &'static str {
    match reason {
        StepReason::Weekend => "nghỉ cuối tuần",
        StepReason::Public => "nghỉ lễ, tết",
        StepReason::Compensatory => "nghỉ bù",
        StepReason::Swap => "nghỉ hoán đổi",
        StepReason::Local => "nghỉ theo quyết định của địa phương",
        StepReason::Stopped => "tạm dừng tính thời hạn",
        StepReason::BeforeStart => "chưa bắt đầu tính",
    }
}

fn limit(limit: TimeLimit) -> String {
    match limit {
        TimeLimit::WorkingDays(n) => format!("{} ngày làm việc", n.get()),
        TimeLimit::CalendarDays(n) => format!("{} ngày", n.get()),
        TimeLimit::WorkingHours(n) => format!("{} giờ làm việc", n.get()),
        TimeLimit::Months(n) => format!("{} tháng", n.get()),
        TimeLimit::SameDay => "trong ngày".to_owned(),
        TimeLimit::None => "không quy định".to_owned(),
    }
}

fn instant(time: LocalTime) -> String {
    let (date, clock) = time.civil();
    format!("{clock} {}", day(date))
}

fn day(day: Day) -> String {
    let name = match day.weekday() {
        Weekday::Monday => "T2",
        Weekday::Tuesday => "T3",
        Weekday::Wednesday => "T4",
        Weekday::Thursday => "T5",
        Weekday::Friday => "T6",
        Weekday::Saturday => "T7",
        Weekday::Sunday => "CN",
    };
    format!("{name} {:02}/{:02}/{:04}", day.0.day(), day.0.month(), day.0.year())
}

/// `12 giờ 30 phút làm việc`, with seconds only where there are any.
pub(super) fn working_time(seconds: i64) -> String {
    let (hours, minutes, rest) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    let minutes = if minutes == 0 { String::new() } else { format!(" {minutes} phút") };
    let rest = if rest == 0 { String::new() } else { format!(" {rest} giây") };
    format!("{hours} giờ{minutes}{rest} làm việc")
}

/// `2019–2026 chính thức`.
pub(super) fn years((first, last, status): (i16, i16, YearStatus)) -> String {
    let status = match status {
        YearStatus::Final => "chính thức",
        YearStatus::Estimate => "dự kiến",
        YearStatus::Partial => "chưa đủ",
    };
    if first == last { format!("{first} {status}") } else { format!("{first}–{last} {status}") }
}
