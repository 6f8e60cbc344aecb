//! Every dossier that was open and late at an instant, the most late first (REP-12, LATE-00).
//!
//! Names no applicant. The instant may be long past: each life is folded up to it (REP-05).

mod render;

use super::{Names, as_of, units_of};
use crate::db::{Result, Tx};
use crate::domain::dossier::Dossier;
use crate::domain::promise::Promise;
use crate::domain::refusal::Refusal;
use crate::domain::staff::Actor;
use crate::domain::state::State;
use crate::domain::time::Moment;
use crate::store;
use crate::work::desk::Desk;

pub use render::{csv, json};

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Asked {
    pub as_of: Moment,
    /// A unit with everything below it; none for all.
    pub unit: Option<String>,
}

/// One late dossier as it stood.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    pub code: String,
    pub unit_code: String,
    pub unit: String,
    pub field: String,
    pub procedure_code: String,
    pub procedure: String,
    pub channel: String,
    pub state: State,
    pub received_at: Option<Moment>,
    /// What it missed.
    pub promise: Promise,
    /// Since when its clock stands still; it was late before.
    pub stopped_at: Option<Moment>,
    /// Working days since the due day, by the competent unit's timetable (TIME-14, TIME-18).
    pub late_wd: i32,
}

/// The report.
#[derive(Clone, Debug, PartialEq)]
pub struct Overdue {
    pub as_of: Moment,
    pub rows: Vec<Row>,
}

/// Lists what `actor` may see.
///
/// # Errors
/// Where the instant is still to come, or the unit unknown or another's.
pub async fn overdue(tx: &mut Tx, desk: &Desk, actor: &Actor, asked: &Asked) -> Result<Overdue> {
    if asked.as_of > desk.now {
        return Err(Refusal::invalid(
            "as_of",
            "Thời điểm ở tương lai: chưa biết hồ sơ nào sẽ quá hạn. Chọn thời điểm đã qua.",
            "The instant is still to come: nobody knows what will be late. Give one that is past.",
        )
        .into());
    }
    let units = units_of(tx, desk, actor, asked.unit.as_deref()).await?;
    let names = Names { units: Names::of_units(tx).await?.units, ..Names::of_procedures(tx).await? };
    let mut rows = Vec::new();
    let mut after = 0;
    loop {
        let ids = store::periodic::late(tx, units.as_deref(), asked.as_of, after, as_of::BATCH).await?;
        let Some(last) = ids.last() else { break };
        after = *last;
        let lives = as_of::lives(tx, &ids, asked.as_of).await?;
        rows.extend(lives.iter().filter_map(|dossier| row(desk, &names, dossier, asked.as_of)));
    }
    rows.sort_by(|a, b| (a.promise.late_from, &a.code).cmp(&(b.promise.late_from, &b.code)));
    Ok(Overdue { as_of: asked.as_of, rows })
}

/// The dossier's row, if it was open and late then.
fn row(desk: &Desk, names: &Names, dossier: &Dossier, at: Moment) -> Option<Row> {
    let ended = dossier.ended_at.is_some_and(|end| end <= at);
    if ended || dossier.received_at.is_none() || !as_of::was_late(dossier, at) {
        return None;
    }
    let promise = dossier.promise()?.clone();
    let timetable = desk.province.timetable(&dossier.filing.competent_unit);
    let until = dossier.stopped_since().unwrap_or(at);
    let late_wd = timetable.working_days_between(promise.due_on, timetable.zone().day(until));
    let filing = &dossier.filing;
    Some(Row {
        code: filing.code.clone(),
        unit_code: filing.competent_unit.to_string(),
        unit: names.unit(filing.competent_unit.as_str()),
        field: filing.field.clone(),
        procedure_code: filing.procedure.clone(),
        procedure: names.procedure(&filing.procedure),
        channel: filing.channel.clone(),
        state: dossier.state,
        received_at: dossier.received_at,
        promise,
        stopped_at: dossier.stopped_since(),
        late_wd,
    })
}
