//! Office hours: the sessions of a working day, as data of a unit and a period (TIME-10).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::domain::time::ClockTime;

/// Text that gives no usable sessions.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?}: {problem}")]
pub struct HoursError {
    pub text: String,
    pub problem: &'static str,
}

/// One stretch of work within a day, from its opening to its closing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Session {
    pub from: ClockTime,
    pub to: ClockTime,
}

impl Session {
    /// Seconds of work in it.
    #[must_use]
    pub fn seconds(self) -> u32 {
        self.to.seconds().saturating_sub(self.from.seconds())
    }
}

/// The sessions of a working day: at least one, none empty, ascending, not overlapping.
///
/// As text `07:30-11:30,13:30-17:00`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct OfficeHours {
    sessions: Box<[Session]>,
    opening: ClockTime,
    closing: ClockTime,
    seconds: u32,
}

impl OfficeHours {
    /// # Errors
    /// Where there is no session, or one is empty, out of order or overlaps another.
    pub fn new(sessions: Vec<Session>) -> Result<Self, HoursError> {
        let wrong = |problem| HoursError { text: text_of(&sessions), problem };
        let (Some(first), Some(last)) = (sessions.first(), sessions.last()) else {
            return Err(wrong("there is no session (07:30-11:30,13:30-17:00)"));
        };
        if sessions.iter().any(|session| session.from >= session.to) {
            return Err(wrong("a session ends after it begins"));
        }
        if sessions.windows(2).any(|pair| pair[0].to > pair[1].from) {
            return Err(wrong("sessions are ascending and do not overlap"));
        }
        let seconds = sessions.iter().map(|session| session.seconds()).sum();
        Ok(Self { opening: first.from, closing: last.to, seconds, sessions: sessions.into() })
    }

    #[must_use]
    pub fn sessions(&self) -> &[Session] {
        &self.sessions
    }

    /// When the first session opens.
    #[must_use]
    pub fn opening(&self) -> ClockTime {
        self.opening
    }

    /// When the last session closes.
    #[must_use]
    pub fn closing(&self) -> ClockTime {
        self.closing
    }

    /// Seconds of work in a whole day.
    #[must_use]
    pub fn seconds(&self) -> u32 {
        self.seconds
    }

    /// Seconds of work before `clock`.
    #[must_use]
    pub fn worked_before(&self, clock: ClockTime) -> u32 {
        self.sessions
            .iter()
            .map(|session| clock.min(session.to).seconds().saturating_sub(session.from.seconds()))
            .sum()
    }

    /// The clock time at which `seconds` of work are done. What exactly fills a session ends
    /// at its closing; more than a day holds, or nothing, gives the closing or the opening.
    #[must_use]
    pub fn clock_after(&self, seconds: u32) -> ClockTime {
        let mut left = seconds;
        for session in &*self.sessions {
            if left <= session.seconds() {
                let clock = session.from.seconds() + left;
                return ClockTime::from_seconds(clock).unwrap_or(self.closing);
            }
            left -= session.seconds();
        }
        self.closing
    }

    /// The clock time itself inside a session (closings included), the next opening in a
    /// break between two, none before the day's opening and after its closing (TIME-08).
    #[must_use]
    pub fn within(&self, clock: ClockTime) -> Option<ClockTime> {
        if clock < self.opening {
            return None;
        }
        self.sessions.iter().find(|session| clock <= session.to).map(|session| clock.max(session.from))
    }
}

fn text_of(sessions: &[Session]) -> String {
    let texts: Vec<_> = sessions.iter().map(|session| format!("{}-{}", session.from, session.to)).collect();
    texts.join(",")
}

/// The hours that the rules take where nothing else is known: 07:30-11:30 and 13:30-17:00.
impl Default for OfficeHours {
    fn default() -> Self {
        let (morning, noon) = (ClockTime::hm(7, 30), ClockTime::hm(11, 30));
        let (afternoon, evening) = (ClockTime::hm(13, 30), ClockTime::hm(17, 0));
        let sessions = [Session { from: morning, to: noon }, Session { from: afternoon, to: evening }].into();
        Self { sessions, opening: morning, closing: evening, seconds: 27_000 }
    }
}

impl fmt::Display for OfficeHours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&text_of(&self.sessions))
    }
}

impl FromStr for OfficeHours {
    type Err = HoursError;

    fn from_str(text: &str) -> Result<Self, HoursError> {
        let wrong = || HoursError {
            text: text.to_owned(),
            problem: "sessions are written as 07:30-11:30,13:30-17:00",
        };
        let session = |part: &str| {
            let (from, to) = part.split_once('-').ok_or_else(wrong)?;
            let clock = |text: &str| text.parse::<ClockTime>().map_err(|_| wrong());
            Ok(Session { from: clock(from)?, to: clock(to)? })
        };
        Self::new(text.split(',').map(session).collect::<Result<_, _>>()?)
    }
}

impl TryFrom<String> for OfficeHours {
    type Error = HoursError;

    fn try_from(text: String) -> Result<Self, HoursError> {
        text.parse()
    }
}

impl From<OfficeHours> for String {
    fn from(hours: OfficeHours) -> Self {
        hours.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> ClockTime {
        text.parse().unwrap()
    }

    #[test]
    fn the_default_hours_are_what_their_text_says() {
        let text = "07:30-11:30,13:30-17:00";
        assert_eq!(OfficeHours::default(), text.parse().unwrap());
        assert_eq!(OfficeHours::default().to_string(), text);
    }

    #[test]
    fn sessions_that_overlap_stand_still_or_are_missing_are_refused() {
        for text in ["", "08:00-12:00,11:00-17:00", "13:00-17:00,08:00-12:00", "08:00-08:00", "17:00-08:00"] {
            assert!(text.parse::<OfficeHours>().is_err(), "{text}");
        }
        for text in ["8:00-12:00", "08:00", "08:00-12:00,", "22:00-24:01", "08:00–12:00", "08:00-12:00-13:00"]
        {
            assert!(text.parse::<OfficeHours>().is_err(), "{text}");
        }
        assert!("00:00-24:00".parse::<OfficeHours>().is_ok());
    }

    #[test]
    fn what_exactly_fills_a_session_ends_at_its_closing() {
        let hours = OfficeHours::default();
        assert_eq!(hours.clock_after(4 * 3_600), at("11:30"));
        assert_eq!(hours.clock_after(4 * 3_600 + 1), at("13:30:01"));
        assert_eq!(hours.clock_after(27_000), at("17:00"));
        assert_eq!(hours.worked_before(at("12:15")), 4 * 3_600);
        assert_eq!(hours.worked_before(at("23:00")), 27_000);
        assert_eq!(hours.worked_before(at("06:00")), 0);
    }

    #[test]
    fn a_clock_time_in_the_lunch_break_becomes_the_afternoon_opening() {
        let hours = OfficeHours::default();
        assert_eq!(hours.within(at("07:29:59")), None);
        assert_eq!(hours.within(at("07:30")), Some(at("07:30")));
        assert_eq!(hours.within(at("11:30")), Some(at("11:30")));
        assert_eq!(hours.within(at("11:30:01")), Some(at("13:30")));
        assert_eq!(hours.within(at("17:00")), Some(at("17:00")));
        assert_eq!(hours.within(at("17:00:01")), None);
    }
}
