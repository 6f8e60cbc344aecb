//! `dunghen calendar due`: one due date with its derivation, or a batch.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;

use super::request::Request;
use super::{batch, calendar, refuse, refuse_calendar, say, text};
use crate::cli::setup;
use crate::domain::calendar::{Calendar, Timetable};
use crate::domain::deadline::{DeadlineError, Derivation};
use crate::domain::time::Day;

#[derive(Debug, Args)]
pub(super) struct DueArgs {
    /// When the dossier was received: 2026-11-20T16:00, local unless it carries an offset or Z
    #[arg(long, required_unless_present = "batch", allow_hyphen_values = true)]
    received: Option<String>,
    /// The time limit: 10wd, 20cd, 8wh, 2mo, same-day, none
    #[arg(long, required_unless_present = "batch", allow_hyphen_values = true)]
    limit: Option<String>,
    /// none, after_15h, last_hour, after_17h_or_off_day, after_close
    #[arg(long)]
    cutoff: Option<String>,
    /// `count_starts_next_wd`, `treat_as_received_next_wd`
    #[arg(long)]
    cutoff_effect: Option<String>,
    /// `end_of_day`, `same_clock`, fixed=16:30
    #[arg(long)]
    due_time: Option<String>,
    /// Sessions of a working day: 07:30-11:30,13:30-17:00
    #[arg(long)]
    hours: Option<String>,
    /// A calendar file instead of the configured calendar
    #[arg(long, value_name = "FILE")]
    calendar: Option<PathBuf>,
    /// Answer in JSON
    #[arg(long)]
    json: bool,
    /// One JSON object a line from FILE (- is stdin), one JSON answer a line
    #[arg(long, value_name = "FILE", conflicts_with_all = ["received", "limit", "cutoff", "cutoff_effect", "due_time", "hours"])]
    batch: Option<PathBuf>,
}

pub(super) fn run(args: &DueArgs) -> io::Result<ExitCode> {
    let calendar = match calendar(args.calendar.as_ref()) {
        Ok(calendar) => calendar,
        Err(error) => return refuse_calendar(&error, args.json),
    };
    match &args.batch {
        Some(file) => run_batch(calendar, file),
        None => run_single(args, calendar),
    }
}

fn run_single(args: &DueArgs, calendar: Arc<Calendar>) -> io::Result<ExitCode> {
    let derivation = match explain(args, calendar) {
        Ok(derivation) => derivation,
        Err(error) => return refuse(&error, args.json),
    };
    let mut out = io::stdout().lock();
    match (args.json, derivation.due) {
        (true, Some(_)) => writeln!(out, "{}", serde_json::to_string(&derivation)?)?,
        (true, None) => writeln!(out, r#"{{"due":null,"due_date":null}}"#)?,
        (false, _) => text::derivation(&mut out, &derivation)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn explain(args: &DueArgs, calendar: Arc<Calendar>) -> Result<Derivation, DeadlineError> {
    let request = Request {
        received: args.received.as_deref().map(Into::into),
        limit: args.limit.as_deref().map(Into::into),
        cutoff: args.cutoff.as_deref().map(Into::into),
        cutoff_effect: args.cutoff_effect.as_deref().map(Into::into),
        due_time: args.due_time.as_deref().map(Into::into),
        hours: args.hours.as_deref().map(Into::into),
    };
    let asked = request.read(calendar.zone())?;
    let derivation = Timetable::new(calendar, asked.hours).explain(asked.received, &asked.terms)?;
    let (received, _) = derivation.received.civil();
    Ok(match ruleset(received) {
        Some(ruleset) => derivation.under(ruleset),
        None => derivation,
    })
}

/// The rule set of a receipt day (LAW-02); none before the first.
fn ruleset(received: Day) -> Option<&'static str> {
    match (received.year(), received.month().number()) {
        (2025, 7..) | (2026.., _) => Some("nd118-2025"),
        (2018, 6) if received.0.day() >= 21 => Some("nd61-2018"),
        (2018, 7..) | (2019..=2025, _) => Some("nd61-2018"),
        _ => None,
    }
}

fn run_batch(calendar: Arc<Calendar>, file: &Path) -> io::Result<ExitCode> {
    let input: Box<dyn Read> = if file == Path::new("-") {
        Box::new(io::stdin())
    } else {
        match File::open(file) {
            Ok(file) => Box::new(file),
            Err(error) => return unreadable(file, &error),
        }
    };
    let mut out = BufWriter::with_capacity(1 << 16, io::stdout().lock());
    match batch::run(calendar, BufReader::with_capacity(1 << 16, input), &mut out) {
        Ok(()) => Ok(ExitCode::SUCCESS),
        Err(batch::Broken::Input(error)) => {
            out.flush()?;
            unreadable(file, &error)
        }
        Err(batch::Broken::Output(error)) => Err(error),
    }
}

fn unreadable(file: &Path, error: &io::Error) -> io::Result<ExitCode> {
    say(&format!("{}: không đọc được tệp: {}", file.display(), setup::why(error)))?;
    Ok(ExitCode::from(2))
}
