//! `dunghen report index766` and `par`: what others evaluate units by.

use clap::Args;

use super::periodic::PeriodArgs;
use super::{Output, ReportError, Written};
use crate::db::Db;
use crate::domain::scales::Scales;
use crate::domain::staff::Actor;
use crate::work::desk::Desk;
use crate::work::report::{apologies, index766 as index, par as criteria};

/// The arguments of `dunghen report index766`.
#[derive(Debug, Args)]
pub struct Index766Args {
    #[command(flatten)]
    period: PeriodArgs,
    /// Of one unit and what is below it.
    #[arg(long)]
    unit: Option<String>,
    #[command(flatten)]
    output: Output,
}

/// The arguments of `dunghen report par`.
#[derive(Debug, Args)]
pub struct ParArgs {
    #[command(flatten)]
    period: PeriodArgs,
    /// Calendar months and years instead of those from the 15th to the 14th.
    #[arg(long)]
    calendar: bool,
    /// The evidence: each late dossier with its letter, instead of figures.
    #[arg(long)]
    list: bool,
    #[command(flatten)]
    output: Output,
}

/// Index 766 as the bytes of a file.
///
/// # Errors
/// Where it can't be given.
pub async fn index766(
    args: &Index766Args,
    db: &Db,
    desk: &Desk,
    scales: &Scales,
) -> Result<Vec<u8>, ReportError> {
    let written = args.output.written()?;
    let asked = index::Asked { period: args.period.period()?, unit: args.unit.clone(), scales: *scales };
    let actor = Actor::system(desk.province.root.clone());
    let found = db.report(async |tx| index::index766(tx, desk, &actor, &asked).await).await?;
    let text = match written {
        Written::Json => index::json(&found, desk),
        Written::Csv => index::csv(&found),
    };
    Ok(text.into_bytes())
}

/// The criteria of PAR INDEX as the bytes of a file.
///
/// # Errors
/// Where they can't be given.
pub async fn par(args: &ParArgs, db: &Db, desk: &Desk, scales: &Scales) -> Result<Vec<u8>, ReportError> {
    let written = args.output.written()?;
    let (from, to) = args.period.days(args.calendar)?;
    let actor = Actor::system(desk.province.root.clone());
    let text = if args.list {
        let asked = apologies::Asked { from, to, unit: None };
        let found = db.report(async |tx| apologies::evidence(tx, desk, &actor, &asked).await).await?;
        match written {
            Written::Json => apologies::evidence_json(&found, &asked, desk),
            Written::Csv => apologies::evidence_csv(&found, desk),
        }
    } else {
        let asked = criteria::Asked { from, to, scales: *scales };
        let found = db.report(async |tx| criteria::par(tx, desk, &actor, &asked).await).await?;
        match written {
            Written::Json => criteria::json(&found, &asked, desk),
            Written::Csv => criteria::csv(&found, &asked),
        }
    };
    Ok(text.into_bytes())
}

impl Index766Args {
    pub(super) fn output(&self) -> &Output {
        &self.output
    }
}

impl ParArgs {
    pub(super) fn output(&self) -> &Output {
        &self.output
    }
}
