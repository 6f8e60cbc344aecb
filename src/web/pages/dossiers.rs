//! The list of dossiers, narrowed by unit, standing and what is typed into the search.

use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::Form;
use serde::Deserialize;

use super::parts::{self, ROWS, escaped, html};
use super::rates::behind::last as last_ended;
use crate::app::App;
use crate::db::Tx;
use crate::domain::standing::Standing;
use crate::store::lists::ended::{self, Last};
use crate::store::lists::{Filter, Listed};
use crate::web::api::dossiers::{
    cursor, cursor_after, found, names_a_person, refuse_numbers_in_addresses, search,
};
use crate::web::failure::Result;
use crate::web::session::Caller;
use crate::web::views::dossiers::DossierList;
use crate::web::views::parts::Choice;
use crate::web::views::shell::Place;
use crate::work::desk::Desk;
use crate::work::scope;

/// Of one person no more dossiers are shown at once.
const OF_A_PERSON: i64 = 200;

/// The choice among the standings that no open dossier has: the result waits to be fetched.
const TO_FETCH: &str = "to_fetch";

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    unit: String,
    standing: String,
    q: String,
    cursor: String,
}

impl Asked {
    /// Whether it is asked for what waits to be fetched, not for open dossiers.
    fn wants_results(&self) -> bool {
        self.standing == TO_FETCH && self.q.trim().is_empty()
    }
}

/// `/dossiers?unit=&standing=&q=&cursor=`. A whole code leads to its dossier.
pub async fn list(State(app): State<App>, caller: Caller, Query(asked): Query<Asked>) -> Result<Response> {
    refuse_numbers_in_addresses(&asked.q)?;
    let at = Some(asked.cursor.as_str()).filter(|text| !text.is_empty());
    let found = if asked.wants_results() {
        results(&app, &caller, &asked.unit, at.map(last_ended).transpose()?).await?
    } else {
        let after = at.map(cursor).transpose()?;
        found(&app, &caller, filter(&app, &asked), Some(asked.unit.clone()), after, ROWS).await?
    };
    if let [only] = &*found
        && only.code.eq_ignore_ascii_case(asked.q.trim())
    {
        return Ok(Redirect::to(&format!("/dossiers/{}", escaped(&only.code))).into_response());
    }
    Ok(html(&page(&app.desk(), &caller, &asked, &found))?.into_response())
}

/// Those whose result waits at the counters that this person sees.
async fn results(app: &App, caller: &Caller, unit: &str, after: Option<Last>) -> Result<Vec<Listed>> {
    let desk = app.desk();
    let page = async |tx: &mut Tx| {
        let units = scope::of(tx, &desk, &caller.actor, Some(unit)).await?;
        ended::to_fetch(tx, &units, after, ROWS).await
    };
    Ok(app.db.read(page).await?)
}

/// What the search field sends.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Typed {
    csrf: String,
    q: String,
    unit: String,
    standing: String,
}

/// `POST /dossiers/search`: an identifier or a phone number stays out of addresses; anything else
/// becomes one.
pub async fn find(State(app): State<App>, caller: Caller, Form(typed): Form<Typed>) -> Result<Response> {
    caller.check_form(&typed.csrf)?;
    let Typed { q, unit, standing, .. } = typed;
    let mut asked = Asked { unit, standing, q, ..Asked::default() };
    if !names_a_person(&asked.q) {
        return Ok(Redirect::to(&address(&asked, None)).into_response());
    }
    let found =
        found(&app, &caller, filter(&app, &asked), Some(asked.unit.clone()), None, OF_A_PERSON).await?;
    // The number is not repeated on the page (DATA-07).
    asked.q.clear();
    let mut page = page(&app.desk(), &caller, &asked, &found);
    page.of_a_person = true;
    (page.next, page.first) = (None, None);
    Ok(html(&page)?.into_response())
}

fn filter(app: &App, asked: &Asked) -> Filter {
    let standing = Standing::from_id(&asked.standing);
    let mut filter = Filter { standing, only_open: asked.q.trim().is_empty(), ..Filter::default() };
    search(app, &mut filter, &asked.q);
    filter
}

fn page(desk: &Desk, caller: &Caller, asked: &Asked, found: &[Listed]) -> DossierList {
    let full = i64::try_from(found.len()).is_ok_and(|count| count == ROWS);
    let last = found.last().filter(|_| full);
    let mut shell = parts::shell(desk, caller, "Hồ sơ", Some(Place::Dossiers));
    shell.query.clone_from(&asked.q);
    DossierList {
        shell,
        units: parts::units(desk, &caller.actor, Some(&asked.unit)),
        standings: standings(&asked.standing),
        q: asked.q.clone(),
        rows: found.iter().map(|listed| parts::row(desk, &caller.actor, listed)).collect(),
        of_a_person: false,
        next: last.map(|last| address(asked, Some(&cursor_of(asked, last)))),
        first: (!asked.cursor.is_empty()).then(|| address(asked, None)),
    }
}

fn cursor_of(asked: &Asked, last: &Listed) -> String {
    match Last::of(last).filter(|_| asked.wants_results()) {
        Some(ended) => format!("{}.{}", ended.ended_on, ended.id),
        None => cursor_after(last),
    }
}

fn address(asked: &Asked, cursor: Option<&str>) -> String {
    let fields = [("unit", &*asked.unit), ("standing", &*asked.standing), ("q", &*asked.q)];
    let cursor = cursor.map(|cursor| ("cursor", cursor));
    let filled = fields.into_iter().chain(cursor).filter(|(_, value)| !value.is_empty());
    let query: Vec<_> = filled.map(|(name, value)| format!("{name}={}", escaped(value))).collect();
    format!("/dossiers?{}", query.join("&"))
}

fn standings(chosen: &str) -> Vec<Choice> {
    let named = Standing::from_id(chosen).is_some() || chosen == TO_FETCH;
    let all = Choice::new("", "Mọi hồ sơ đang giải quyết", !named);
    let each =
        Standing::ALL.into_iter().map(|one| Choice::new(one.id(), one.vietnamese(), one.id() == chosen));
    let to_fetch = Choice::new(TO_FETCH, "Có kết quả, chờ trả", chosen == TO_FETCH);
    std::iter::once(all).chain(each).chain([to_fetch]).collect()
}
