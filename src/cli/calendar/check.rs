//! `dunghen calendar check FILE`: the loader's checks for a calendar, and for a decision that is to
//! change the configured one (CAL-08, CAL-10).

use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

use super::{LANGUAGE, say, text};
use crate::cli::setup;
use crate::config::calendar::{self as files, CalendarFileError};
use crate::config::decisions::{self, Beside, Handed};
use crate::domain::calendar::{Calendar, YearStatus};
use crate::domain::law::Amendment;

pub(super) fn run(config: Option<&Path>, file: &Path) -> io::Result<ExitCode> {
    let read = std::fs::read_to_string(file)
        .map_err(|source| CalendarFileError::Unreadable { path: file.to_owned(), source });
    let text = match read {
        Ok(text) => text,
        Err(error) => return refuse(&error),
    };
    if is_whole_calendar(&text) {
        return match files::parse(&text, file) {
            Ok(calendar) => {
                writeln!(io::stdout(), "{}: {}", calendar.label(), states(&calendar))?;
                Ok(ExitCode::SUCCESS)
            }
            Err(error) => refuse(&error),
        };
    }
    decision(config, file, &text)
}

/// What begins with its zone and weekly rest days is a calendar of its own; a decision has what is
/// particular to it.
fn is_whole_calendar(text: &str) -> bool {
    let table = text.parse::<toml::Table>();
    table.map_or(true, |table| {
        let decides = ["decision", "day_off", "hours", "ruleset"].iter().any(|key| table.contains_key(*key));
        !decides && (table.contains_key("timezone") || !table.contains_key("year"))
    }) && !text.trim_start().starts_with("BEGIN:VCALENDAR")
}

fn refuse(error: &CalendarFileError) -> io::Result<ExitCode> {
    say(&error.say(LANGUAGE))?;
    Ok(ExitCode::from(if matches!(error, CalendarFileError::Wrong(_)) { 1 } else { 2 }))
}

fn decision(config: Option<&Path>, file: &Path, text: &str) -> io::Result<ExitCode> {
    let province = match setup::configuration(config) {
        Ok(configuration) => configuration.province,
        Err(failed) => return Ok(failed.report()),
    };
    let name = file.display().to_string();
    match decisions::read(&name, text, &Beside::default(), &province, &[]) {
        Ok(handed) => {
            writeln!(io::stdout(), "{}: {}", name, summary(&handed))?;
            Ok(ExitCode::SUCCESS)
        }
        Err(faults) => {
            faults.iter().try_for_each(|fault| say(&fault.to(LANGUAGE)))?;
            Ok(ExitCode::from(1))
        }
    }
}

/// `2 ngày nghỉ, 0 giờ làm việc: H35.22, H35.23`.
fn summary(handed: &Handed) -> String {
    match &handed.amendment {
        Amendment::Calendar { years } => {
            let years: Vec<_> =
                years.iter().map(|year| text::years((year.year, year.year, year.status))).collect();
            years.join(", ")
        }
        Amendment::Overlay(overlay) => {
            let units: Vec<_> = handed.amendment.units().iter().map(ToString::to_string).collect();
            let (days, hours) = (overlay.off.len(), overlay.hours.len());
            format!("{days} ngày nghỉ, {hours} khoảng giờ làm việc; đơn vị {}", units.join(", "))
        }
        Amendment::RuleSets { sets } => {
            let names: Vec<_> = sets.iter().map(|set| set.id.to_string()).collect();
            format!("bộ quy tắc {}", names.join(", "))
        }
        Amendment::Revocation { edition } => format!("thu hồi bản {edition}"),
    }
}

/// `2018 chưa đủ, 2019–2026 chính thức, 2027 dự kiến`.
fn states(calendar: &Calendar) -> String {
    let mut runs: Vec<(i16, i16, YearStatus)> = Vec::new();
    for (year, status) in calendar.years() {
        match runs.last_mut() {
            Some((_, last, same)) if *same == status && *last + 1 == year => *last = year,
            _ => runs.push((year, year, status)),
        }
    }
    let texts: Vec<_> = runs.iter().map(|run| text::years(*run)).collect();
    texts.join(", ")
}
