//! `dunghen calendar …`: the deadline engine at the prompt and in pipes, the files that it counts by,
//! and the decisions that change them.
//!
//! Reads arguments and writes answers; counts nothing itself.

mod batch;
mod between;
mod check;
mod decide;
mod due;
mod request;
mod text;

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::setup;
use crate::config::calendar::{self as files, CalendarFileError};
use crate::domain::calendar::{Calendar, Draft};
use crate::domain::deadline::DeadlineError;
use crate::domain::refusal::Language;
use crate::domain::unit::UnitCode;

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
    /// Check a calendar file, or a decision that is to change calendar, hours or rules.
    Check { file: PathBuf },
    /// Draft a year from the law and the lunar calendar; an estimate for a person to correct.
    Propose { year: i16 },
    /// Take a decision in as a proposal; it changes nothing yet.
    Import(decide::ImportArgs),
    /// Show which dates a proposal would move.
    Preview {
        /// The proposal's number.
        id: i64,
    },
    /// Publish a proposal as a second person, and count all dates anew.
    Publish(decide::PublishArgs),
    /// Write the calendar in force as iCalendar.
    Export {
        /// The unit by whose calendar; without it the province's.
        #[arg(long)]
        unit: Option<UnitCode>,
        /// To this file instead of standard output.
        #[arg(long)]
        out: Option<PathBuf>,
    },
}

/// What answers go to people as; JSON carries stable words instead.
const LANGUAGE: Language = Language::Vietnamese;

/// Runs the command: 0 done, 1 refused or not holding, 2 unusable input.
#[must_use]
pub fn run(config: Option<&Path>, args: &CalendarArgs) -> ExitCode {
    let done = match &args.command {
        Command::Due(args) => due::run(args),
        Command::Between(args) => between::run(args),
        Command::Check { file } => check::run(config, file),
        Command::Propose { year } => propose(*year),
        Command::Import(args) => return setup::block_on(decide::import(config, args)),
        Command::Preview { id } => return setup::block_on(decide::preview(config, *id)),
        Command::Publish(args) => return setup::block_on(decide::publish(config, args)),
        Command::Export { unit, out } => {
            return setup::block_on(decide::export(config, unit.as_ref(), out.as_deref()));
        }
    };
    // A reader that has gone away ends the command; there is nobody left to tell.
    done.unwrap_or(ExitCode::FAILURE)
}

fn propose(year: i16) -> io::Result<ExitCode> {
    match Draft::of(year) {
        Some(draft) => {
            write!(io::stdout(), "{}", files::written::draft(&draft))?;
            Ok(ExitCode::SUCCESS)
        }
        None => {
            say(&format!("dunghen: chỉ soạn được lịch các năm 1900–2199, không phải {year}"))?;
            Ok(ExitCode::from(2))
        }
    }
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
