//! `dunghen calendar between`: how much working time lies between two points.

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use serde_json::{Value, json};

use super::{calendar, refuse, refuse_calendar, text};
use crate::domain::calendar::{OfficeHours, Timetable};
use crate::domain::deadline::{DeadlineError, parse_received};
use crate::domain::time::{ClockTime, Day, Moment, Zone};

#[derive(Debug, Args)]
pub(super) struct BetweenArgs {
    /// A date, or a date and time
    #[arg(long)]
    from: String,
    /// A date, or a date and time
    #[arg(long)]
    to: String,
    /// wd: the working days after the first day up to the last; wh: the working time
    #[arg(long, value_enum, default_value_t = Unit::Wd)]
    unit: Unit,
    /// Sessions of a working day: 07:30-11:30,13:30-17:00
    #[arg(long)]
    hours: Option<String>,
    /// A calendar file instead of the configured calendar
    #[arg(long, value_name = "FILE")]
    calendar: Option<PathBuf>,
    /// Answer in JSON
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Unit {
    Wd,
    Wh,
}

pub(super) fn run(args: &BetweenArgs) -> io::Result<ExitCode> {
    let calendar = match calendar(args.calendar.as_ref()) {
        Ok(calendar) => calendar,
        Err(error) => return refuse_calendar(&error, args.json),
    };
    let hours = args.hours.as_deref().map_or(Ok(OfficeHours::default()), str::parse);
    let hours = hours.map_err(|error| DeadlineError::invalid("hours", error));
    let counted = hours.and_then(|hours| count(args, &Timetable::new(calendar, hours)));
    match counted {
        Ok((json, _)) if args.json => writeln!(io::stdout(), "{json}")?,
        Ok((_, text)) => writeln!(io::stdout(), "{text}")?,
        Err(error) => return refuse(&error, args.json),
    }
    Ok(ExitCode::SUCCESS)
}

/// The answer as JSON and as text.
fn count(args: &BetweenArgs, unit: &Timetable) -> Result<(Value, String), DeadlineError> {
    let (from, to) = (point("from", &args.from, unit.zone())?, point("to", &args.to, unit.zone())?);
    if to < from {
        return Err(DeadlineError::invalid("to", "it lies before the beginning"));
    }
    match args.unit {
        Unit::Wd => {
            let (from, to) = (unit.zone().day(from), unit.zone().day(to));
            let days = unit.official_working_days_between(from, to)?;
            let json = json!({"from": from, "to": to, "unit": "wd", "working_days": days});
            Ok((json, format!("{days} ngày làm việc")))
        }
        Unit::Wh => {
            let seconds = unit.official_working_time_between(from, to)?.as_secs();
            let (from, to) = (unit.zone().rfc3339(from), unit.zone().rfc3339(to));
            let json = json!({"from": from, "to": to, "unit": "wh", "working_seconds": seconds});
            Ok((json, text::working_time(seconds)))
        }
    }
}

/// A bare date is its midnight.
fn point(field: &str, text: &str, zone: &Zone) -> Result<Moment, DeadlineError> {
    if let Ok(day) = text.parse::<Day>() {
        return zone.instant(day, ClockTime::MIDNIGHT).ok_or(DeadlineError::OutOfRange);
    }
    parse_received(text, zone).map_err(|error| match error {
        DeadlineError::InvalidInput { detail, .. } => DeadlineError::invalid(field, detail),
        error => error,
    })
}
