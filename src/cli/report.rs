//! `dunghen report`: the on-time figures as JSON or CSV.
//!
//! Reads arguments and writes answers; counts nothing itself. Works beside a running
//! server: it only reads.

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand, ValueEnum};

use crate::db::{Db, Error};
use crate::domain::refusal::{Language, Said};
use crate::domain::staff::Actor;
use crate::domain::time::{Day, Month};
use crate::work::desk::Desk;
use crate::work::report::{self, Asked, Basis, Dimension, OnTime, PeriodStyle};

const LANGUAGE: Language = Language::Vietnamese;

/// The arguments of `dunghen report`.
#[derive(Debug, Args)]
pub struct ReportArgs {
    #[command(subcommand)]
    report: Report,
}

#[derive(Debug, Subcommand)]
enum Report {
    /// How many dossiers ended early, on the day and late.
    OnTime(OnTimeArgs),
}

/// The arguments of `dunghen report on-time`.
#[derive(Debug, Args)]
pub struct OnTimeArgs {
    /// A month, as 2026-11.
    #[arg(long, conflicts_with_all = ["from", "to"], required_unless_present_all = ["from", "to"])]
    month: Option<Month>,
    /// The first day.
    #[arg(long, requires = "to")]
    from: Option<Day>,
    /// The last day.
    #[arg(long, requires = "from")]
    to: Option<Day>,
    #[arg(long, value_enum, default_value = "unit")]
    by: By,
    /// A second dimension.
    #[arg(long, value_enum)]
    and_by: Option<By>,
    /// By which day a dossier falls into the period.
    #[arg(long, value_enum, default_value = "settled")]
    basis: Falling,
    /// Of one unit and what is below it.
    #[arg(long)]
    unit: Option<String>,
    /// Calendar months, or reporting months from the 15th to the 14th.
    #[arg(long, value_enum, default_value = "calendar")]
    period_style: Style,
    #[arg(long, value_enum, default_value = "json")]
    format: ReportFormat,
    /// Write to a file instead of the screen.
    #[arg(long)]
    out: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum By {
    Unit,
    Field,
    Procedure,
    Channel,
    Officer,
    Month,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Falling {
    Settled,
    Received,
    Due,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Style {
    Calendar,
    Report,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum ReportFormat {
    Json,
    Csv,
    Xlsx,
    Pdf,
}

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    #[error("{}", .0.english)]
    Usage(Said),
    #[error(transparent)]
    Database(#[from] Error),
    #[error("{path}: {source}")]
    Output { path: String, source: io::Error },
}

/// Runs the command as the service itself: 0 done, 1 the database failed, 2 unusable input.
pub async fn run(args: &ReportArgs, db: &Db, desk: &Desk) -> ExitCode {
    let Report::OnTime(args) = &args.report;
    let text = match on_time(args, db, desk).await {
        Ok(bytes) => bytes,
        Err(error) => return fail(&error),
    };
    match write(args, &text) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(&error),
    }
}

fn fail(error: &ReportError) -> ExitCode {
    let (text, code) = match error {
        ReportError::Usage(said) => (said.to(LANGUAGE).to_owned(), 2),
        ReportError::Database(Error::Refused(refusal)) => (refusal.said.to(LANGUAGE).to_owned(), 2),
        ReportError::Output { .. } => (error.to_string(), 2),
        ReportError::Database(_) => (error.to_string(), 1),
    };
    eprintln!("{text}");
    ExitCode::from(code)
}

/// The report as the bytes of a file.
///
/// # Errors
/// Where it can't be given.
pub async fn on_time(args: &OnTimeArgs, db: &Db, desk: &Desk) -> Result<Vec<u8>, ReportError> {
    let render: fn(&OnTime, &Asked, &Desk) -> String = match args.format {
        ReportFormat::Json => report::json::render,
        ReportFormat::Csv => report::csv::render,
        ReportFormat::Xlsx | ReportFormat::Pdf => return Err(left_out(args.format)),
    };
    let asked = args.asked()?;
    let actor = Actor::system(desk.province.root.clone());
    let found = db.report(async |tx| report::on_time(tx, desk, &actor, &asked).await).await?;
    Ok(render(&found, &asked, desk).into_bytes())
}

fn left_out(format: ReportFormat) -> ReportError {
    let format = if format == ReportFormat::Xlsx { "XLSX" } else { "PDF" };
    ReportError::Usage(Said::new(
        format!("Bản này không xuất {format}. Dùng --format csv hoặc json."),
        format!("This build leaves out {format}. Use --format csv or json."),
    ))
}

impl OnTimeArgs {
    fn asked(&self) -> Result<Asked, ReportError> {
        let period_style = match self.period_style {
            Style::Calendar => PeriodStyle::Calendar,
            Style::Report => PeriodStyle::Report,
        };
        let of_month = self.month.and_then(|month| period_style.days_of(month));
        let Some((from, to)) = of_month.or_else(|| self.from.zip(self.to)) else {
            return Err(ReportError::Usage(Said::new(
                "Cần --month YYYY-MM, hoặc cả --from và --to.",
                "Give --month YYYY-MM, or both --from and --to.",
            )));
        };
        if self.and_by == Some(self.by) {
            return Err(ReportError::Usage(Said::new(
                "--by và --and-by phải khác nhau.",
                "--by and --and-by must differ.",
            )));
        }
        let basis = match self.basis {
            Falling::Settled => Basis::Settled,
            Falling::Received => Basis::Received,
            Falling::Due => Basis::Due,
        };
        let and_by = self.and_by.map(Dimension::from);
        Ok(Asked { from, to, basis, by: self.by.into(), and_by, unit: self.unit.clone(), period_style })
    }
}

impl From<By> for Dimension {
    fn from(by: By) -> Self {
        match by {
            By::Unit => Self::Unit,
            By::Field => Self::Field,
            By::Procedure => Self::Procedure,
            By::Channel => Self::Channel,
            By::Officer => Self::Officer,
            By::Month => Self::Month,
        }
    }
}

fn write(args: &OnTimeArgs, bytes: &[u8]) -> Result<(), ReportError> {
    match &args.out {
        Some(path) => std::fs::write(path, bytes)
            .map_err(|source| ReportError::Output { path: path.display().to_string(), source }),
        None => {
            // A reader that has gone away is no failure of the report.
            _ = io::stdout().write_all(bytes);
            Ok(())
        }
    }
}
