//! Cron expressions on the civil timeline of the configured zone.
//!
//! The expression is evaluated on local times alone, which know no daylight saving;
//! each is then made an instant. A local time that a change of clocks leaves out
//! happens right after the gap, one that it repeats happens the first time.

use std::str::FromStr;

use chrono::{DateTime, Datelike, NaiveDate, Timelike, Utc};

use crate::domain::time::{ClockTime, Day, Moment, Zone};

/// When a task is due.
#[derive(Clone, Debug)]
pub struct Schedule {
    cron: cron::Schedule,
    days_earlier: chrono::Days,
}

/// One due time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tick {
    pub at: Moment,
    /// The civil day it belongs to.
    pub day: Day,
    /// The local time as it was written down, with its zone.
    pub local: String,
}

/// An expression that cron does not understand.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is no cron expression (sec min hour day month weekday): {why}")]
pub struct ScheduleError {
    pub text: String,
    pub why: String,
}

impl FromStr for Schedule {
    type Err = ScheduleError;

    fn from_str(text: &str) -> Result<Self, ScheduleError> {
        cron::Schedule::from_str(text)
            .map(|cron| Self { cron, days_earlier: chrono::Days::new(0) })
            .map_err(|error| ScheduleError { text: text.to_owned(), why: error.to_string() })
    }
}

impl Schedule {
    /// The same so many days earlier: the day before the first is the last of a month.
    #[must_use]
    pub fn days_earlier(self, days: u32) -> Self {
        Self { days_earlier: chrono::Days::new(days.into()), ..self }
    }

    /// The due times after `after`, the earliest first.
    pub fn after<'s>(&'s self, zone: &'s Zone, after: Moment) -> impl Iterator<Item = Tick> + 's {
        // A fold repeats up to a few hours; starting earlier and filtering keeps the order of instants.
        let start = civil(zone, after.plus(jiff::SignedDuration::from_hours(-3)))
            .and_then(|start| start.checked_add_days(self.days_earlier));
        let ticks = start.into_iter().flat_map(|start| self.cron.after_owned(start));
        let ticks = ticks.filter_map(|local| local.checked_sub_days(self.days_earlier));
        ticks.filter_map(|local| tick(zone, local)).filter(move |tick| tick.at > after)
    }

    /// The latest due time after `after` and not after `now`, if any has come.
    #[must_use]
    pub fn latest(&self, zone: &Zone, after: Moment, now: Moment) -> Option<Tick> {
        self.after(zone, after).take_while(|tick| tick.at <= now).last()
    }
}

/// Local time labelled as UTC, for a library that must not know the zone.
fn civil(zone: &Zone, at: Moment) -> Option<DateTime<Utc>> {
    let (day, clock) = zone.local(at);
    let month = u32::try_from(day.0.month()).ok()?;
    let number = u32::try_from(day.0.day()).ok()?;
    let date = NaiveDate::from_ymd_opt(day.year().into(), month, number)?;
    let seconds = clock.seconds();
    Some(date.and_hms_opt(seconds / 3600, seconds / 60 % 60, seconds % 60)?.and_utc())
}

fn tick(zone: &Zone, local: DateTime<Utc>) -> Option<Tick> {
    let month = i8::try_from(local.month()).ok()?;
    let number = i8::try_from(local.day()).ok()?;
    let day = Day::new(i16::try_from(local.year()).ok()?, month, number).ok()?;
    let clock = ClockTime::from_seconds(local.num_seconds_from_midnight()).ok()?;
    let at = zone.soonest(day, clock)?;
    let name = zone.time_zone().iana_name().unwrap_or("UTC");
    Some(Tick { at, day, local: format!("{day}T{clock} {name}") })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ticks(expression: &str, zone: &str, from: &str, to: &str) -> Vec<String> {
        let schedule: Schedule = expression.parse().unwrap();
        let zone = Zone::named(zone).unwrap();
        let (from, to): (Moment, Moment) = (from.parse().unwrap(), to.parse().unwrap());
        schedule
            .after(&zone, from)
            .take_while(|tick| tick.at <= to)
            .map(|tick| zone.rfc3339(tick.at))
            .collect()
    }

    #[test]
    fn the_digest_comes_on_working_mornings_at_a_quarter_past_seven() {
        let due =
            ticks("0 15 7 * * Mon-Fri", "Asia/Ho_Chi_Minh", "2026-11-20T00:00:00Z", "2026-11-24T00:15:00Z");
        let expected =
            ["2026-11-20T07:15:00+07:00", "2026-11-23T07:15:00+07:00", "2026-11-24T07:15:00+07:00"];
        assert_eq!(due, expected);
    }

    /// A daily task is due once on the day the clocks go forward over it, right after the gap.
    #[test]
    fn a_time_left_out_in_spring_comes_right_after_the_gap() {
        let due = ticks("0 30 2 * * *", "Europe/Amsterdam", "2026-03-28T12:00:00Z", "2026-03-30T12:00:00Z");
        assert_eq!(due, ["2026-03-29T03:00:00+02:00", "2026-03-30T02:30:00+02:00"]);
    }

    /// And once on the day they go back over it, the first time.
    #[test]
    fn a_time_repeated_in_autumn_comes_the_first_time_only() {
        let due = ticks("0 30 2 * * *", "Europe/Amsterdam", "2026-10-24T12:00:00Z", "2026-10-26T12:00:00Z");
        assert_eq!(due, ["2026-10-25T02:30:00+02:00", "2026-10-26T02:30:00+01:00"]);
    }

    /// Every civil day has its tick exactly once and in order, whatever the clocks do.
    #[test]
    fn every_civil_day_has_its_tick_once_and_in_order() {
        let zones = [
            "Asia/Ho_Chi_Minh",
            "Europe/Amsterdam",
            "America/New_York",
            "Australia/Lord_Howe",
            "Africa/Cairo",
        ];
        for zone in zones {
            for expression in ["0 0 0 * * *", "0 30 1 * * *", "0 30 2 * * *"] {
                let schedule: Schedule = expression.parse().unwrap();
                let zone = Zone::named(zone).unwrap();
                let start = zone.instant(Day::new(2026, 1, 1).unwrap(), ClockTime::MIDNIGHT).unwrap();
                let before = start.plus(jiff::SignedDuration::from_secs(-1));
                let year: Vec<Tick> = schedule.after(&zone, before).take(365).collect();
                assert!(year.windows(2).all(|two| two[0].at < two[1].at), "{expression}");
                assert!(year.windows(2).all(|two| two[1].day == two[0].day.next().unwrap()), "{expression}");
                assert_eq!(year[0].day.to_string(), "2026-01-01");
            }
        }
    }

    #[test]
    fn a_wrong_expression_is_named() {
        let error = "every day".parse::<Schedule>().unwrap_err();
        assert_eq!(error.text, "every day");
    }
}
