//! Today's board: what is late, what is due, whom an apology is owed.

use axum::extract::{Query, State};
use axum::response::Html;
use serde::Deserialize;

use super::deeds;
use super::parts::{self, ROWS, count, html};
use crate::app::App;
use crate::db::{self, Tx};
use crate::domain::staff::{Actor, Role};
use crate::domain::standing::Standing;
use crate::domain::time::Moment;
use crate::store::lists::{Cursor, Filter, Listed};
use crate::store::{self, lists};
use crate::web::failure::Result;
use crate::web::pages::front::Front;
use crate::web::session::Caller;
use crate::web::views::board::{Board, Group, Row};
use crate::web::views::shell::Place;
use crate::work::{ledger, scope};

/// So many of those still in time are looked through for what is due today and soon.
const LOOKED_THROUGH: i64 = 200;

#[derive(Deserialize)]
pub struct Asked {
    unit: Option<String>,
    #[serde(default)]
    done: String,
}

/// `/board?unit=`.
pub async fn show(
    State(app): State<App>,
    caller: Caller,
    Query(asked): Query<Asked>,
) -> Result<Html<String>> {
    let desk = Front::of(&app, &caller.reader);
    let unit = asked.unit.as_deref().filter(|unit| !unit.is_empty());
    let actor = &caller.actor;
    let mut board = app
        .db
        .read(async |tx| {
            let units = scope::of(tx, &desk, actor, unit).await?;
            let mut board = empty(&desk, &caller, unit);
            fill(tx, &desk, actor, &units, &mut board).await?;
            Ok(board)
        })
        .await?;
    board.shell.flashes.extend(parts::done(desk.language(), &asked.done));
    html(&board)
}

fn empty(desk: &Front, caller: &Caller, unit: Option<&str>) -> Board {
    let units = parts::units(desk, &caller.actor, unit);
    let chosen = units.iter().find(|choice| choice.chosen);
    Board {
        shell: parts::shell(desk, caller, desk.say("Hôm nay", "Today"), Some(Place::Board)),
        unit: chosen.map_or_else(String::new, |choice| choice.word.clone()),
        today: desk.language().day(desk.today()),
        as_of: parts::at(desk, desk.now),
        units,
        late: Group::default(),
        due_today: Group::default(),
        in_advance: Group::default(),
        due_soon: Group::default(),
        apologies: Group::default(),
        corrections: None,
    }
}

async fn fill(tx: &mut Tx, desk: &Front, actor: &Actor, units: &str, board: &mut Board) -> db::Result<()> {
    let today = desk.today();
    let counts = lists::counts(tx, units, desk.now, today).await?;
    let (late, in_time) = (late(tx, units, desk.now).await?, in_time(tx, desk, units).await?);
    let due_today: Vec<_> = in_time.iter().filter(|one| one.due_on == Some(today)).collect();
    let later = |standing: Standing| {
        in_time.iter().filter(move |one| one.due_on > Some(today) && one.standing(desk.now) == Some(standing))
    };
    let whole = board.units.iter().find(|choice| choice.chosen).map_or("", |choice| choice.value.as_str());
    let all = |standing: &str| Some(format!("/dossiers?unit={}&standing={standing}", parts::escaped(whole)));
    board.late = group(desk, actor, late.iter(), counts.late, all("overdue"));
    board.due_today = group(desk, actor, due_today.into_iter(), counts.due_today, None);
    let in_advance = later(Standing::ApologyWindow);
    board.in_advance = group(desk, actor, in_advance, counts.to_apologise_in_advance, all("apology_window"));
    board.due_soon = group(desk, actor, later(Standing::DueSoon), counts.due_soon, all("due_soon"));
    board.apologies = apologies(tx, desk, actor, units).await?;
    board.corrections = corrections(tx, desk, actor, units).await?;
    if let Some(person) = &mut board.shell.person {
        person.waiting = Some(count(counts.late + counts.due_today)).filter(|waiting| *waiting > 0);
    }
    Ok(())
}

fn group<'l>(
    desk: &Front,
    actor: &Actor,
    listed: impl Iterator<Item = &'l Listed>,
    counted: i64,
    all: Option<String>,
) -> Group {
    let most = usize::try_from(ROWS).unwrap_or(usize::MAX);
    let rows: Vec<_> = listed.take(most).map(|one| parts::row(desk, actor, one)).collect();
    let number = count(counted);
    let all = all.filter(|_| usize::try_from(number).is_ok_and(|number| number > rows.len()));
    Group { count: number, rows, all }
}

async fn late(tx: &mut Tx, units: &str, now: Moment) -> db::Result<Vec<Listed>> {
    let filter = Filter { units: units.to_owned(), late: true, ..Filter::default() };
    lists::page(tx, &filter, now, None, ROWS).await
}

/// Those whose promise is not broken yet, the nearest first, without those that wait for the applicant.
async fn in_time(tx: &mut Tx, desk: &Front, units: &str) -> db::Result<Vec<Listed>> {
    let filter = Filter { units: units.to_owned(), only_open: true, ..Filter::default() };
    let after = Cursor { late_from: desk.now, id: 0 };
    let mut found = lists::page(tx, &filter, desk.now, Some(after), LOOKED_THROUGH).await?;
    found.retain(|one| {
        let standing = one.standing(desk.now);
        standing.is_some_and(|standing| {
            !matches!(standing, Standing::ClockStopped | Standing::Overdue | Standing::OverdueTwice)
        })
    });
    Ok(found)
}

/// So many dossiers with proposed corrections are looked through for those that are this person's.
const PROPOSALS: i64 = 200;

async fn corrections(tx: &mut Tx, desk: &Front, actor: &Actor, units: &str) -> db::Result<Option<Group>> {
    if !actor.is(Role::UnitHead) {
        return Ok(None);
    }
    let proposing = store::events::proposing(tx, units, PROPOSALS).await?;
    let known = store::dossiers::known_by_ids(tx, &proposing).await?;
    let waiting = ledger::load_many(tx, known).await?;
    let waiting: Vec<_> = waiting.iter().filter(|one| deeds::may_approve(desk, actor, one)).collect();
    let mut rows = Vec::new();
    for opened in waiting.iter().take(usize::try_from(ROWS).unwrap_or(usize::MAX)) {
        if let Some(listed) = lists::one(tx, &opened.known.code).await? {
            let next = Some(deeds::approval_of(desk.language(), &listed));
            rows.push(Row { next, ..parts::row(desk, actor, &listed) });
        }
    }
    let number = u32::try_from(waiting.len()).unwrap_or(u32::MAX);
    Ok((number > 0).then_some(Group { count: number, rows, all: None }))
}

async fn apologies(tx: &mut Tx, desk: &Front, actor: &Actor, units: &str) -> db::Result<Group> {
    let counted = store::obligations::count_unsent(tx, units).await?;
    let mut rows = Vec::new();
    for owed in store::obligations::list(tx, units, true, None, ROWS).await? {
        if let Some(listed) = lists::one(tx, &owed.code).await? {
            let mut row = parts::row(desk, actor, &listed);
            row.next = deeds::apology_of_listed(desk, actor, &listed).or(row.next);
            rows.push(row);
        }
    }
    Ok(Group { count: count(counted), rows, all: None })
}
