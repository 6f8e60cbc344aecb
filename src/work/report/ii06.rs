//! Form II.06: status and results of settling procedures in a reporting period (domain section 9).
//!
//! The form can be made again at any time and says what was so at the period's end, not what is so
//! now (REP-05).

mod render;

use std::collections::BTreeMap;

use super::{Names, as_of, units_of};
use crate::db::{Error, Result, Tx};
use crate::domain::dossier::Dossier;
use crate::domain::periodic::{Arrival, Course, Line, Period, Standing};
use crate::domain::staff::Actor;
use crate::domain::time::Moment;
use crate::domain::unit::{Tier, UnitCode};
use crate::store::periodic as rows;
use crate::work::desk::Desk;

pub use render::{csv, json};

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Asked {
    pub period: Period,
    /// A unit with everything below it; none for all.
    pub unit: Option<String>,
    /// A row for each procedure, and not only for each field (REP-14).
    pub procedures: bool,
}

/// What a row counts. Rows are in this order: by level, field and procedure (REP-14).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Heading {
    /// The competent unit's level; none for a unit that another system brought.
    pub level: Level,
    pub field: String,
    /// Its name and code.
    pub procedure: Option<(String, String)>,
}

/// The level of the form's blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    Tier(Tier),
    /// Units that stand outside of the province's hierarchy.
    Outside,
}

/// The form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Form {
    pub period: Period,
    /// The instant as of which it says so.
    pub as_of: Moment,
    pub rows: Vec<(Heading, Line)>,
    pub total: Line,
}

/// Counts what `actor` may see.
///
/// # Errors
/// Where the unit is unknown or another's, and where a row does not balance (REP-01).
pub async fn form(tx: &mut Tx, desk: &Desk, actor: &Actor, asked: &Asked) -> Result<Form> {
    let units = units_of(tx, desk, actor, asked.unit.as_deref()).await?;
    let (from, to) = (asked.period.from(), asked.period.to());
    let stand = as_of::end_of(desk, to);
    let question = rows::Asked { from, to, as_of: stand, units: units.as_deref() };
    let names = Names::of_procedures(tx).await?;
    let mut sheet = Sheet { desk, asked, names, rows: BTreeMap::new() };
    for group in rows::groups(tx, &question).await? {
        sheet.count_group(&group)?;
    }
    as_of::touched(tx, &question, |dossier| sheet.count_life(dossier, stand)).await?;
    let rows: Vec<(Heading, Line)> = sheet.rows.into_iter().collect();
    let total = rows.iter().fold(Line::default(), |total, (_, line)| total.plus(*line));
    if !rows.iter().map(|(_, line)| line).chain([&total]).all(|line| line.balances()) {
        return Err(Error::corrupt("dossiers", "ended_on", "3 = 7 + 11"));
    }
    Ok(Form { period: asked.period, as_of: stand, rows, total })
}

/// The form while it is being filled in.
struct Sheet<'a> {
    desk: &'a Desk,
    asked: &'a Asked,
    names: Names,
    rows: BTreeMap<Heading, Line>,
}

impl Sheet<'_> {
    fn count_group(&mut self, group: &rows::Group) -> Result<()> {
        let corrupt = |column| Error::corrupt("dossiers", column, &group.unit);
        let arrival = match (group.carried, group.online) {
            (true, _) => Arrival::Carried,
            (false, true) => Arrival::Online,
            (false, false) => Arrival::Direct,
        };
        let course = match (group.ended, group.outcome.as_deref()) {
            (true, Some("early")) => Course::Early,
            // Without a due date it was on time (REP-09).
            (true, Some("on_time") | None) => Course::OnTime,
            (true, Some("late")) => Course::Late,
            (true, Some(_)) => return Err(corrupt("outcome")),
            (false, _) if group.late => Course::Past,
            (false, _) => Course::Within,
        };
        let unit = group.unit.parse().map_err(|_| corrupt("competent_unit"))?;
        let dossiers = u64::try_from(group.dossiers).unwrap_or(0);
        self.line(&unit, &group.field, &group.procedure).count((arrival, course), dossiers);
        Ok(())
    }

    fn count_life(&mut self, dossier: &Dossier, at: Moment) {
        let zone = self.desk.province.zone();
        let standing = Standing {
            received_on: dossier.received_on(zone),
            online: dossier.filing.channel == "online",
            ended_on: dossier.ended_on(zone),
            outcome: dossier.outcome(),
            late: as_of::was_late(dossier, at),
        };
        let filing = &dossier.filing;
        if let Some(columns) = standing.columns(self.asked.period) {
            self.line(&filing.competent_unit, &filing.field, &filing.procedure).count(columns, 1);
        }
    }

    fn line(&mut self, unit: &UnitCode, field: &str, procedure: &str) -> &mut Line {
        let level = Level::of(self.desk, unit);
        let named = || (self.names.procedure(procedure), procedure.to_owned());
        let procedure = self.asked.procedures.then(named);
        self.rows.entry(Heading { level, field: field.to_owned(), procedure }).or_default()
    }
}

impl Level {
    /// That of a unit, under its code of today or before.
    #[must_use]
    pub fn of(desk: &Desk, unit: &UnitCode) -> Self {
        desk.province.units.resolve(unit).map_or(Self::Outside, |unit| Self::Tier(unit.tier))
    }

    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Tier(Tier::Province) => "province",
            Self::Tier(Tier::District) => "district",
            Self::Tier(Tier::Commune) => "commune",
            Self::Outside => "outside",
        }
    }
}
