//! The working calendar: its years, the decisions that change it, and the file of it.

pub mod decision;
pub mod forms;
pub mod preview;
mod words;

use axum::extract::{Query, State};
use axum::response::{Html, Response};
use serde::Deserialize;

use super::parts::{self, ROWS, html};
use crate::app::App;
use crate::domain::calendar::{MarkedDay, YearStatus};
use crate::domain::law::Stage;
use crate::domain::staff::{Actor, Deed};
use crate::domain::time::Day;
use crate::domain::unit::UnitCode;
use crate::web::api::calendars as api;
use crate::web::failure::Result;
use crate::web::pages::front::Front;
use crate::web::session::Caller;
use crate::web::views::calendars::{Calendars, DayRow, DecisionRow, YearView};
use crate::web::views::parts::Choice;
use crate::web::views::shell::Place;
use crate::work::decisions as work;

/// Which year of which unit is shown, and from where on the decisions are.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    year: String,
    unit: String,
    before: Option<i64>,
}

/// `/calendars?year=&unit=&before=`.
pub async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(asked): Query<Asked>,
) -> Result<Html<String>> {
    let desk = Front::of(&app, &caller.reader);
    let rows = app.db.read(async |tx| work::list(tx, asked.before, ROWS).await).await?;
    let full = i64::try_from(rows.len()).is_ok_and(|count| count == ROWS);
    let next = rows.last().filter(|_| full).map(|row| format!("/calendars?before={}", row.id));
    let rows: Vec<DecisionRow> = rows.iter().map(|row| words::row(&desk, row)).collect();
    let (waiting, past) = rows.into_iter().partition(|row| row.stage == Stage::Proposed);
    let unit = api::known_unit(&desk, Some(&asked.unit)).unwrap_or_default();
    let shown = asked.year.parse().unwrap_or_else(|_| desk.today().year());
    let calendar = desk.province.general_timetable().calendar();
    let years: Vec<i16> = calendar.years().map(|(year, _)| year).collect();
    html(&Calendars {
        shell: parts::shell(
            &desk,
            &caller,
            desk.say("Lịch làm việc", "Working calendar"),
            Some(Place::Calendars),
        ),
        manages: manages(&desk, &caller.actor),
        label: calendar.label().to_owned(),
        waiting,
        past,
        next,
        first: asked.before.map(|_| "/calendars".to_owned()),
        years: years
            .iter()
            .rev()
            .map(|year| Choice::new(year.to_string(), year.to_string(), *year == shown))
            .collect(),
        units: units(&desk, unit.as_ref(), desk.say("Toàn tỉnh", "Whole province")),
        year: year(&desk, shown, unit.as_ref()),
        ical: unit.map_or_else(
            || "/calendars/lich.ics".to_owned(),
            |unit| format!("/calendars/lich.ics?unit={unit}"),
        ),
    })
}

fn manages(desk: &Front, actor: &Actor) -> bool {
    desk.allow_whole(actor, Deed::ManageCalendar).is_ok()
}

/// All units in force; the first choice is none of them.
fn units(desk: &Front, chosen: Option<&UnitCode>, none: &str) -> Vec<Choice> {
    let all = desk.province.units.at(desk.today()).filter(|unit| unit.code != desk.province.root);
    let choice = |unit: &crate::domain::unit::Unit| {
        Choice::new(unit.code.as_str(), desk.name(&unit.name_vi), Some(&unit.code) == chosen)
    };
    std::iter::once(Choice::new("", none, chosen.is_none())).chain(all.map(choice)).collect()
}

fn year(desk: &Front, year: i16, unit: Option<&UnitCode>) -> Option<YearView> {
    let province = &desk.province;
    let timetable = unit.map_or(province.general_timetable(), |unit| province.timetable(unit));
    let calendar = timetable.calendar();
    let record = calendar.data().years.iter().find(|record| record.year == year)?;
    let mut hours = Vec::new();
    let mut before = None;
    let days = std::iter::successors(Day::new(year, 1, 1).ok(), |day| day.next());
    for day in days.take_while(|day| day.year() == year) {
        let now = timetable.hours(day);
        if before.replace(now) != Some(now) {
            hours.push(format!(
                "{} {} {}",
                words::sessions(desk, now),
                desk.say("từ", "from"),
                desk.language().short_day(day)
            ));
        }
    }
    Some(YearView {
        year,
        unit: desk.unit_name(unit.unwrap_or(&province.root)),
        status: words::status(desk, record.status),
        is_final: record.status == YearStatus::Final,
        source: record.source.clone(),
        days: timetable.marked_days(year).iter().map(|one| day_row(desk, one)).collect(),
        hours,
    })
}

fn day_row(desk: &Front, one: &MarkedDay) -> DayRow {
    let word = if one.mark == crate::domain::calendar::Mark::MakeUp {
        desk.say("thay cho", "in place of")
    } else {
        desk.say("làm bù", "made up on")
    };
    DayRow {
        day: desk.language().day(one.day),
        kind: one.mark.word(desk.language()),
        name: one.name.clone(),
        other: one.other.map(|other| format!("{word} {}", desk.language().day(other))),
    }
}

/// Whose file is asked for.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct OfUnit {
    unit: String,
}

/// `/calendars/lich.ics?unit=`.
pub async fn ical(State(app): State<App>, _caller: Caller, Query(of): Query<OfUnit>) -> Result<Response> {
    api::exported(&app.desk(), Some(&of.unit))
}
