//! `dunghen report ii06`, `overdue` and `apologies`.

use clap::{ArgGroup, Args};

use super::{Output, ReportError, Written};
use crate::db::Db;
use crate::domain::deadline::parse_received;
use crate::domain::periodic::{Period, PeriodError};
use crate::domain::refusal::Said;
use crate::domain::staff::Actor;
use crate::domain::time::{Day, Moment, Month, Quarter, Zone};
use crate::work::desk::Desk;
use crate::work::report::{apologies as owed, ii06 as form, overdue as late};

/// A reporting period, from the 15th to the 14th (REP-15).
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("period").required(true).multiple(false))]
pub struct PeriodArgs {
    /// A reporting month: 2026-11 is 15 October to 14 November.
    #[arg(long, group = "period")]
    month: Option<Month>,
    /// A quarter, as 2026-Q3.
    #[arg(long, group = "period")]
    quarter: Option<Quarter>,
    /// The first six months of a year.
    #[arg(long, group = "period", value_name = "YEAR")]
    half: Option<i16>,
    /// The first nine months of a year.
    #[arg(long, group = "period", value_name = "YEAR")]
    nine_months: Option<i16>,
    /// A year.
    #[arg(long, group = "period", value_name = "YEAR")]
    year: Option<i16>,
}

/// The arguments of `dunghen report ii06`.
#[derive(Debug, Args)]
pub struct Ii06Args {
    #[command(flatten)]
    period: PeriodArgs,
    /// Of one unit and what is below it.
    #[arg(long)]
    unit: Option<String>,
    /// A row for each procedure, not only for each field.
    #[arg(long)]
    procedures: bool,
    #[command(flatten)]
    output: Output,
}

/// The arguments of `dunghen report overdue`.
#[derive(Debug, Args)]
pub struct OverdueArgs {
    /// The instant, as 2026-11-20T16:00; now where none is given.
    #[arg(long, value_name = "INSTANT")]
    as_of: Option<String>,
    /// Of one unit and what is below it.
    #[arg(long)]
    unit: Option<String>,
    #[command(flatten)]
    output: Output,
}

/// The arguments of `dunghen report apologies`.
#[derive(Debug, Args)]
pub struct ApologiesArgs {
    /// A calendar month, as 2026-11.
    #[arg(long, conflicts_with_all = ["from", "to"], required_unless_present_all = ["from", "to"])]
    month: Option<Month>,
    /// The first day.
    #[arg(long, requires = "to")]
    from: Option<Day>,
    /// The last day.
    #[arg(long, requires = "from")]
    to: Option<Day>,
    /// Of one unit and what is below it.
    #[arg(long)]
    unit: Option<String>,
    /// Each obligation with its letter, instead of figures.
    #[arg(long)]
    list: bool,
    #[command(flatten)]
    output: Output,
}

impl PeriodArgs {
    pub(super) fn period(&self) -> Result<Period, ReportError> {
        let of_year = |year: Option<i16>, period: fn(i16) -> Result<Period, PeriodError>| year.map(period);
        let asked = self
            .month
            .map(Period::month)
            .or_else(|| self.quarter.map(Period::quarter))
            .or_else(|| of_year(self.half, Period::half))
            .or_else(|| of_year(self.nine_months, Period::nine_months))
            .or_else(|| of_year(self.year, Period::year));
        asked.transpose().map_err(|error| no_such_period(&error))?.ok_or_else(|| {
            ReportError::Usage(Said::new(
                "Cần một kỳ báo cáo: --month, --quarter, --half, --nine-months hoặc --year.",
                "Give a period: --month, --quarter, --half, --nine-months or --year.",
            ))
        })
    }
}

impl PeriodArgs {
    /// Its days, or those of the calendar months of the same names.
    pub(super) fn days(&self, calendar: bool) -> Result<(Day, Day), ReportError> {
        let period = self.period()?;
        Ok(if calendar { period.calendar_days() } else { (period.from(), period.to()) })
    }
}

fn no_such_period(error: &PeriodError) -> ReportError {
    ReportError::Usage(Said::new(
        format!("Không có kỳ báo cáo của năm {}. Kiểm tra lại năm.", error.year()),
        format!("There is no reporting period of the year {}. Check the year.", error.year()),
    ))
}

/// Form II.06 as the bytes of a file.
///
/// # Errors
/// Where it can't be given.
pub async fn ii06(args: &Ii06Args, db: &Db, desk: &Desk) -> Result<Vec<u8>, ReportError> {
    let written = args.output.written()?;
    let period = args.period.period()?;
    let asked = form::Asked { period, unit: args.unit.clone(), procedures: args.procedures };
    let actor = Actor::system(desk.province.root.clone());
    let found = db.report(async |tx| form::form(tx, desk, &actor, &asked).await).await?;
    let text = match written {
        Written::Json => form::json(&found, desk),
        Written::Csv => form::csv(&found),
    };
    Ok(text.into_bytes())
}

/// The late dossiers as the bytes of a file.
///
/// # Errors
/// Where they can't be given.
pub async fn overdue(args: &OverdueArgs, db: &Db, desk: &Desk) -> Result<Vec<u8>, ReportError> {
    let written = args.output.written()?;
    let zone = desk.province.zone();
    let as_of = args.as_of.as_deref().map(|text| instant(text, zone)).transpose()?;
    let asked = late::Asked { as_of: as_of.unwrap_or(desk.now), unit: args.unit.clone() };
    let actor = Actor::system(desk.province.root.clone());
    let found = db.report(async |tx| late::overdue(tx, desk, &actor, &asked).await).await?;
    let text = match written {
        Written::Json => late::json(&found, desk),
        Written::Csv => late::csv(&found, desk),
    };
    Ok(text.into_bytes())
}

fn instant(text: &str, zone: &Zone) -> Result<Moment, ReportError> {
    parse_received(text, zone).map_err(|_| {
        ReportError::Usage(Said::new(
            format!("--as-of: “{text}” không phải là ngày và giờ. Viết như 2026-11-20T16:00."),
            format!("--as-of: {text:?} is not a date and time. Write it as 2026-11-20T16:00."),
        ))
    })
}

/// The apologies as the bytes of a file.
///
/// # Errors
/// Where they can't be given.
pub async fn apologies(args: &ApologiesArgs, db: &Db, desk: &Desk) -> Result<Vec<u8>, ReportError> {
    let written = args.output.written()?;
    let of_month = args.month.map(|month| (month.first(), month.last()));
    let Some((from, to)) = of_month.or_else(|| args.from.zip(args.to)) else {
        return Err(ReportError::Usage(Said::new(
            "Cần --month YYYY-MM, hoặc cả --from và --to.",
            "Give --month YYYY-MM, or both --from and --to.",
        )));
    };
    let asked = owed::Asked { from, to, unit: args.unit.clone() };
    let actor = Actor::system(desk.province.root.clone());
    let text = if args.list {
        let found = db.report(async |tx| owed::evidence(tx, desk, &actor, &asked).await).await?;
        match written {
            Written::Json => owed::evidence_json(&found, &asked, desk),
            Written::Csv => owed::evidence_csv(&found, desk),
        }
    } else {
        let found = db.report(async |tx| owed::apologies(tx, desk, &actor, &asked).await).await?;
        match written {
            Written::Json => owed::json(&found, &asked, desk),
            Written::Csv => owed::csv(&found),
        }
    };
    Ok(text.into_bytes())
}

impl Ii06Args {
    pub(super) fn output(&self) -> &Output {
        &self.output
    }
}

impl OverdueArgs {
    pub(super) fn output(&self) -> &Output {
        &self.output
    }
}

impl ApologiesArgs {
    pub(super) fn output(&self) -> &Output {
        &self.output
    }
}
