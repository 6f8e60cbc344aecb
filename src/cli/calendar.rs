//! `dunghen calendar due|between|check`: the deadline engine at the prompt and in pipes.
//!
//! Reads arguments and writes answers; counts nothing itself.

mod batch;
mod between;
mod due;
mod request;
mod text;

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use crate::config::calendar::{self as files, CalendarFileError};
use crate::domain::calendar::{Calendar, YearStatus};
use crate::domain::deadline::DeadlineError;
use crate::domain::refusal::Language;

/// The arguments of `dunghen calendar`.
#[derive(Debug, Args)]
pub struct CalendarArgs {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// When a dossier falls due, and how that comes about.
    Due(due::DueArgs),
    /// How much working time lies between two points.
    Between(between::BetweenArgs),
    /// Check a calendar file.
    Check { file: PathBuf },
}

/// What answers go to people as; JSON carries stable words instead.
const LANGUAGE: Language = Language::Vietnamese;

/// Runs the command: 0 done, 1 refused or not holding, 2 unusable input.
#[must_use]
pub fn run(args: &CalendarArgs) -> ExitCode {
    let done = match &args.command {
        Command::Due(args) => due::run(args),
        Command::Between(args) => between::run(args),
        Command::Check { file } => check(file),
    };
    // A reader that has gone away ends the command; there is nobody left to tell.
    done.unwrap_or(ExitCode::FAILURE)
}

fn check(file: &std::path::Path) -> io::Result<ExitCode> {
    match files::read(file) {
        Ok(calendar) => {
            writeln!(io::stdout(), "{}: {}", calendar.label(), states(&calendar))?;
            Ok(ExitCode::SUCCESS)
        }
        Err(error) => {
            say(&error.say(LANGUAGE))?;
            Ok(ExitCode::from(if matches!(error, CalendarFileError::Wrong(_)) { 1 } else { 2 }))
        }
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

/// The calendar of `--calendar`, else the one that comes with the program.
fn calendar(file: Option<&PathBuf>) -> Result<Arc<Calendar>, CalendarFileError> {
    file.map_or_else(files::built_in, |file| files::read(file)).map(Arc::new)
}

/// Why there is no answer, in the words of the interface.
fn refusal(error: &DeadlineError) -> Value {
    match error {
        DeadlineError::CalendarNotFinal { year } => json!({"error": "calendar_not_final", "year": year}),
        DeadlineError::NoWorkingTime => json!({"error": "no_working_time"}),
        DeadlineError::OutOfRange => json!({"error": "out_of_range"}),
        DeadlineError::InvalidInput { field, detail } => {
            json!({"error": "invalid_input", "field": field, "detail": detail})
        }
    }
}

/// Says why there is no answer and gives the exit code that goes with it.
fn refuse(error: &DeadlineError, as_json: bool) -> io::Result<ExitCode> {
    if as_json {
        writeln!(io::stdout(), "{}", refusal(error))?;
    }
    say(&error.say(LANGUAGE))?;
    Ok(ExitCode::from(if matches!(error, DeadlineError::InvalidInput { .. }) { 2 } else { 1 }))
}

/// A calendar that can't be used is unusable input.
fn refuse_calendar(error: &CalendarFileError, as_json: bool) -> io::Result<ExitCode> {
    if as_json {
        let refused = DeadlineError::invalid("calendar", error.say(Language::English));
        writeln!(io::stdout(), "{}", refusal(&refused))?;
    }
    say(&error.say(LANGUAGE))?;
    Ok(ExitCode::from(2))
}

fn say(message: &str) -> io::Result<()> {
    writeln!(io::stderr(), "{message}")
}
