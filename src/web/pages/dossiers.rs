//! The list of dossiers, narrowed by unit, standing and what is typed into the search.

use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::Form;
use serde::Deserialize;

use super::parts::{self, ROWS, escaped, html};
use super::rates::behind::last as last_ended;
use crate::app::App;
use crate::db::Tx;
use crate::domain::applicant::Applicant;
use crate::domain::finding::{CodeSought, PersonSought, Sought, plain_code};
use crate::domain::staff::{Actor, Deed, Parties, Subject, may};
use crate::domain::standing::Standing;
use crate::domain::unit::UnitCode;
use crate::store::lists::ended::{self, Last};
use crate::store::lists::{Filter, Listed};
use crate::web::api::finding::{Found, Place as From, Question, asked_in_an_address, found};
use crate::web::failure::Result;
use crate::web::pages::front::Front;
use crate::web::session::Caller;
use crate::web::views::board::Row;
use crate::web::views::dossiers::{DossierList, OfPersons};
use crate::web::views::parts::Choice;
use crate::web::views::shell::Place;
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
    let sought = asked_in_an_address(&asked.q)?;
    let found = if asked.wants_results() {
        let after =
            Some(asked.cursor.as_str()).filter(|text| !text.is_empty()).map(last_ended).transpose()?;
        results(&app, &caller, &asked.unit, after).await?
    } else {
        found(&app, &caller, question(&asked, sought.clone(), ROWS)?).await?
    };
    if let [only] = &*found.rows
        && is_whole(&sought, &only.code)
    {
        return Ok(Redirect::to(&format!("/dossiers/{}", escaped(&only.code))).into_response());
    }
    Ok(html(&page(&Front::of(&app, &caller.reader), &caller, &asked, &found))?.into_response())
}

/// Whether all of this code was typed, however it was written.
fn is_whole(sought: &Sought, code: &str) -> bool {
    match &sought.code {
        Some(CodeSought::Written(typed)) => typed.eq_ignore_ascii_case(code),
        Some(CodeSought::Plain(typed)) => *typed == plain_code(code),
        Some(CodeSought::Running { .. }) | None => false,
    }
}

/// Those whose result waits at the counters that this person sees.
async fn results(app: &App, caller: &Caller, unit: &str, after: Option<Last>) -> Result<Found> {
    let desk = app.desk();
    let page = async |tx: &mut Tx| {
        let units = scope::of(tx, &desk, &caller.actor, Some(unit)).await?;
        ended::to_fetch(tx, &units, after, ROWS).await
    };
    let rows = app.db.read(page).await?;
    let full = i64::try_from(rows.len()).is_ok_and(|count| count == ROWS);
    let last = rows.last().filter(|_| full).and_then(Last::of);
    let next = last.map(|last| format!("{}.{}", last.ended_on, last.id));
    Ok(Found { rows, next, ..Found::default() })
}

/// What the search field sends.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Typed {
    csrf: String,
    q: String,
    unit: String,
    standing: String,
    cursor: String,
}

/// `POST /dossiers/search`: what names a person stays out of addresses; anything else becomes one.
pub async fn find(State(app): State<App>, caller: Caller, Form(typed): Form<Typed>) -> Result<Response> {
    caller.check_form(&typed.csrf)?;
    let Typed { q, unit, standing, cursor, .. } = typed;
    let mut asked = Asked { unit, standing, q, cursor };
    let sought = Sought::of(&asked.q);
    let Some(person) = sought.person.clone() else {
        return Ok(Redirect::to(&address(&asked, None)).into_response());
    };
    let is_number = matches!(person, PersonSought::Number { .. });
    let limit = if is_number { OF_A_PERSON } else { ROWS };
    let found = found(&app, &caller, question(&asked, sought, limit)?).await?;
    if is_number {
        // The number is not repeated on the page (DATA-07).
        asked.q.clear();
    }
    let mut page = page(&Front::of(&app, &caller.reader), &caller, &asked, &found);
    (page.next, page.first) = (None, None);
    let next = found.next.filter(|_| !is_number);
    page.of_persons = Some(if is_number { OfPersons::Number } else { OfPersons::Words { next } });
    Ok(html(&page)?.into_response())
}

fn question(asked: &Asked, sought: Sought, limit: i64) -> Result<Question> {
    let standing = Standing::from_id(&asked.standing);
    let only_open = asked.q.trim().is_empty();
    Ok(Question {
        filter: Filter { standing, only_open, ..Filter::default() },
        unit: Some(asked.unit.clone()),
        asked: sought,
        place: From::read(&asked.cursor)?,
        limit,
    })
}

fn page(desk: &Front, caller: &Caller, asked: &Asked, found: &Found) -> DossierList {
    let mut shell = parts::shell(desk, caller, desk.say("Hồ sơ", "Dossiers"), Some(Place::Dossiers));
    shell.query.clone_from(&asked.q);
    DossierList {
        shell,
        units: parts::units(desk, &caller.actor, Some(&asked.unit)),
        standings: standings(desk, &asked.standing),
        q: asked.q.clone(),
        rows: found.rows.iter().map(|listed| row(desk, &caller.actor, listed, found)).collect(),
        of_persons: None,
        next: found.next.as_deref().map(|next| address(asked, Some(next))),
        first: (!asked.cursor.is_empty()).then(|| address(asked, None)),
    }
}

/// Who was found stands beside the dossier, for those who may know.
fn row(desk: &Front, actor: &Actor, listed: &Listed, found: &Found) -> Row {
    let person = found.persons.get(&listed.id).filter(|_| may_see_person(desk, actor, listed));
    let words = |applicant: &Applicant| {
        let numbers = [applicant.masked_identifier(), applicant.masked_phone()];
        let all = std::iter::once(applicant.name.clone()).chain(numbers.into_iter().flatten());
        all.collect::<Vec<_>>().join(" · ")
    };
    Row { person: person.map(words), ..parts::row(desk, actor, listed) }
}

fn may_see_person(desk: &Front, actor: &Actor, listed: &Listed) -> bool {
    let unit = |code: &str| code.parse::<UnitCode>().ok();
    let units = (unit(&listed.receiving_unit), unit(&listed.competent_unit), unit(&listed.holder_unit));
    let (Some(receiving), Some(competent), current) = &units else { return false };
    let parties = Parties { receiving, competent, current: current.as_ref(), coordinating: &[] };
    may(actor, Deed::ViewPerson, Subject::Dossier(parties), &desk.province.units).is_ok()
}

fn address(asked: &Asked, cursor: Option<&str>) -> String {
    let fields = [("unit", &*asked.unit), ("standing", &*asked.standing), ("q", &*asked.q)];
    let cursor = cursor.map(|cursor| ("cursor", cursor));
    let filled = fields.into_iter().chain(cursor).filter(|(_, value)| !value.is_empty());
    let query: Vec<_> = filled.map(|(name, value)| format!("{name}={}", escaped(value))).collect();
    format!("/dossiers?{}", query.join("&"))
}

fn standings(desk: &Front, chosen: &str) -> Vec<Choice> {
    let named = Standing::from_id(chosen).is_some() || chosen == TO_FETCH;
    let all = Choice::new("", desk.say("Mọi hồ sơ đang giải quyết", "All open dossiers"), !named);
    let each = Standing::ALL
        .into_iter()
        .map(|one| Choice::new(one.id(), one.word(desk.language()), one.id() == chosen));
    let to_fetch = Choice::new(
        TO_FETCH,
        desk.say("Có kết quả, chờ trả", "Result there, not yet returned"),
        chosen == TO_FETCH,
    );
    std::iter::once(all).chain(each).chain([to_fetch]).collect()
}
