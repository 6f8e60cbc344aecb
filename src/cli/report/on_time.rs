//! `dunghen report on-time`: how many dossiers ended early, on the day and late.

use clap::{Args, ValueEnum};

use super::{Output, ReportError, Written};
use crate::db::Db;
use crate::domain::refusal::Said;
use crate::domain::staff::Actor;
use crate::domain::time::{Day, Month};
use crate::work::desk::Desk;
use crate::work::report::{self, Asked, Basis, Dimension, PeriodStyle};

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
    #[command(flatten)]
    output: Output,
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

/// The report as the bytes of a file.
///
/// # Errors
/// Where it can't be given.
pub async fn on_time(args: &OnTimeArgs, db: &Db, desk: &Desk) -> Result<Vec<u8>, ReportError> {
    let written = args.output.written()?;
    let asked = args.asked()?;
    let actor = Actor::system(desk.province.root.clone());
    let found = db.report(async |tx| report::on_time(tx, desk, &actor, &asked).await).await?;
    let text = match written {
        Written::Json => report::json::render(&found, &asked, desk),
        Written::Csv => report::csv::render(&found, &asked, desk),
    };
    Ok(text.into_bytes())
}

impl OnTimeArgs {
    pub(super) fn output(&self) -> &Output {
        &self.output
    }

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
