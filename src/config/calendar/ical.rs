//! Writes days off and make-up days as iCalendar (RFC 5545), for the calendars of people and of other
//! programs; our own reader takes it in again as it was.

use crate::domain::calendar::MarkedDay;
use crate::domain::time::Day;

/// A line has so many bytes at most; what is longer goes on in the next one behind a blank.
const LONGEST_LINE: usize = 75;

/// The days as one calendar of this name. `label` is the calendar that they come from
/// (`vn-state@2026.1+2`), `stamp` when that was, as `20261127T093000Z`.
#[must_use]
pub fn write(name: &str, label: &str, stamp: &str, days: &[MarkedDay]) -> String {
    let mut text = String::new();
    let mut line = |line: &str| fold(&mut text, line);
    line("BEGIN:VCALENDAR");
    line("VERSION:2.0");
    line("PRODID:-//Dung Hen//Lich lam viec//VI");
    line("CALSCALE:GREGORIAN");
    line(&format!("X-WR-CALNAME:{}", escaped(name)));
    for one in days {
        line("BEGIN:VEVENT");
        line(&format!("UID:{}-{}-{}@dunghen", one.day, one.mark.id(), label.replace('@', "-")));
        line(&format!("DTSTAMP:{stamp}"));
        line(&format!("DTSTART;VALUE=DATE:{}", basic(one.day)));
        if let Some(end) = one.day.next() {
            line(&format!("DTEND;VALUE=DATE:{}", basic(end)));
        }
        line(&format!("SUMMARY:{}", escaped(&one.name)));
        line(&format!("DESCRIPTION:{}", escaped(one.mark.vietnamese())));
        line(&format!("CATEGORIES:{}", one.mark.id().to_ascii_uppercase()));
        if let Some(other) = one.other {
            line(&format!("X-DUNGHEN-DAY:{}", basic(other)));
        }
        line("TRANSP:TRANSPARENT");
        line("END:VEVENT");
    }
    line("END:VCALENDAR");
    text
}

/// `20260917`
fn basic(day: Day) -> String {
    day.to_string().replace('-', "")
}

fn escaped(text: &str) -> String {
    // A line break of whatever kind would begin another property.
    let text: String = text.chars().filter(|c| *c == '\n' || !c.is_control()).collect();
    text.replace('\\', "\\\\").replace(';', "\\;").replace(',', "\\,").replace('\n', "\\n")
}

/// Never parts a letter.
fn fold(text: &mut String, line: &str) {
    let mut room = LONGEST_LINE;
    for letter in line.chars() {
        if letter.len_utf8() > room {
            text.push_str("\r\n ");
            room = LONGEST_LINE - 1;
        }
        text.push(letter);
        room -= letter.len_utf8();
    }
    text.push_str("\r\n");
}
