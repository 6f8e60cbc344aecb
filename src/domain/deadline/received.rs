//! Reading an instant as people and other systems write it.

use super::DeadlineError;
use crate::domain::time::{ClockTime, Day, Moment, Zone};

/// `2026-11-20T16:00`, with seconds and a fraction where given: local in `zone`, or converted
/// where it carries `Z` or an offset. A bare date is no instant.
///
/// # Errors
/// `InvalidInput` for the field `received` on other text, `OutOfRange` beyond the year 9999.
pub fn parse_received(text: &str, zone: &Zone) -> Result<Moment, DeadlineError> {
    let wrong = || {
        DeadlineError::invalid("received", format_args!("{text:?} is not a date and time (2026-11-20T16:00)"))
    };
    let (date, rest) = text.split_at_checked(10).ok_or_else(wrong)?;
    let date: Day = date.parse().map_err(|_| wrong())?;
    let rest = rest.strip_prefix(['T', ' ']).ok_or_else(wrong)?;
    let end = rest.find(|c: char| !c.is_ascii_digit() && c != ':' && c != '.').unwrap_or(rest.len());
    let (clock, offset) = rest.split_at(end);
    let (clock, fraction) = clock.split_once('.').map_or((clock, None), |(clock, rest)| (clock, Some(rest)));
    let has_seconds = clock.len() == 8;
    if fraction.is_some_and(|digits| !has_seconds || digits.is_empty() || digits.contains([':', '.'])) {
        return Err(wrong());
    }
    let clock: ClockTime = clock.parse().map_err(|_| wrong())?;
    if clock == ClockTime::END_OF_DAY || date.year() < 1 {
        return Err(wrong());
    }
    if offset.is_empty() {
        return zone.instant(date, clock).ok_or(DeadlineError::OutOfRange);
    }
    let offset = offset_seconds(offset).ok_or_else(wrong)?;
    let seconds = i64::from(date.number()) * 86_400 + i64::from(clock.seconds()) - offset;
    Moment::from_seconds(seconds).map_err(|_| DeadlineError::OutOfRange)
}

/// `Z` or `±HH:MM`, below a day.
fn offset_seconds(text: &str) -> Option<i64> {
    if text == "Z" || text == "z" {
        return Some(0);
    }
    let (sign, rest) = match text.split_at_checked(1)? {
        ("+", rest) => (1, rest),
        ("-", rest) => (-1, rest),
        _ => return None,
    };
    let clock: ClockTime = rest.parse().ok()?;
    (rest.len() == 5 && clock < ClockTime::END_OF_DAY).then(|| sign * i64::from(clock.seconds()))
}
