//! `dunghen report`: the official figures as JSON or CSV.
//!
//! Reads arguments and writes answers; counts nothing itself. Works beside a running
//! server: it only reads.

mod evaluation;
mod on_time;
mod periodic;

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand, ValueEnum};

use crate::db::{Db, Error};
use crate::domain::refusal::{Language, Said};
use crate::domain::scales::Scales;
use crate::work::desk::Desk;

pub use evaluation::{Index766Args, ParArgs, index766, par};
pub use on_time::{OnTimeArgs, on_time};
pub use periodic::{ApologiesArgs, Ii06Args, OverdueArgs, apologies, ii06, overdue};

const LANGUAGE: Language = Language::Vietnamese;

/// The arguments of `dunghen report`.
#[derive(Debug, Args)]
pub struct ReportArgs {
    #[command(subcommand)]
    pub report: Report,
}

/// Which report.
#[derive(Debug, Subcommand)]
pub enum Report {
    /// How many dossiers ended early, on the day and late.
    OnTime(OnTimeArgs),
    /// Form II.06: what a reporting period took in, settled and left open.
    #[command(name = "ii06")]
    Ii06(Ii06Args),
    /// Every dossier that was open and late at an instant.
    Overdue(OverdueArgs),
    /// The apologies that were owed and what became of them.
    Apologies(ApologiesArgs),
    /// Index 766: settlement progress and online dossiers of each unit.
    #[command(name = "index766")]
    Index766(Index766Args),
    /// PAR INDEX: on-time settlement of each tier, and apologies.
    Par(ParArgs),
}

/// How a report is written, and where.
#[derive(Debug, Args)]
pub struct Output {
    #[arg(long, value_enum, default_value = "json")]
    format: ReportFormat,
    /// Write to a file instead of the screen.
    #[arg(long)]
    out: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum ReportFormat {
    Json,
    Csv,
    Xlsx,
    Pdf,
}

/// The formats that this build writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Written {
    Json,
    Csv,
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
pub async fn run(args: &ReportArgs, db: &Db, desk: &Desk, scales: &Scales) -> ExitCode {
    let bytes = match args.report.bytes(db, desk, scales).await {
        Ok(bytes) => bytes,
        Err(error) => return fail(&error),
    };
    match args.report.output().write(&bytes) {
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

impl Report {
    /// The report as the bytes of a file.
    ///
    /// # Errors
    /// Where it can't be given.
    pub async fn bytes(&self, db: &Db, desk: &Desk, scales: &Scales) -> Result<Vec<u8>, ReportError> {
        match self {
            Self::OnTime(args) => on_time(args, db, desk).await,
            Self::Ii06(args) => ii06(args, db, desk).await,
            Self::Overdue(args) => overdue(args, db, desk).await,
            Self::Apologies(args) => apologies(args, db, desk).await,
            Self::Index766(args) => index766(args, db, desk, scales).await,
            Self::Par(args) => par(args, db, desk, scales).await,
        }
    }

    fn output(&self) -> &Output {
        match self {
            Self::OnTime(args) => args.output(),
            Self::Ii06(args) => args.output(),
            Self::Overdue(args) => args.output(),
            Self::Apologies(args) => args.output(),
            Self::Index766(args) => args.output(),
            Self::Par(args) => args.output(),
        }
    }
}

impl Output {
    /// The format, where this build writes it.
    fn written(&self) -> Result<Written, ReportError> {
        let left_out = match self.format {
            ReportFormat::Json => return Ok(Written::Json),
            ReportFormat::Csv => return Ok(Written::Csv),
            ReportFormat::Xlsx => "XLSX",
            ReportFormat::Pdf => "PDF",
        };
        Err(ReportError::Usage(Said::new(
            format!("Bản này không xuất {left_out}. Dùng --format csv hoặc json."),
            format!("This build leaves out {left_out}. Use --format csv or json."),
        )))
    }

    fn write(&self, bytes: &[u8]) -> Result<(), ReportError> {
        match &self.out {
            Some(path) => std::fs::write(path, bytes)
                .map_err(|source| ReportError::Output { path: path.display().to_string(), source }),
            None => {
                // A reader that has gone away is no failure of the report.
                _ = io::stdout().write_all(bytes);
                Ok(())
            }
        }
    }
}
