//! The catalogue as pages: what each procedure would be promised for now, and one of them whole.
//!
//! Staff see it inside of their frame with the internal process; citizens see the same without
//! signing in (PUB-01). Nothing here is about a person.

mod words;

use axum::extract::{Path, Query, State};
use axum::response::Html;
use serde::Deserialize;

use super::intake;
use super::parts::{self, escaped, html};
use crate::app::App;
use crate::domain::deadline::Due;
use crate::domain::procedure::Procedure;
use crate::domain::unit::{Tier, UnitCode, UnitKind};
use crate::web::failure::Result;
use crate::web::pages::front::Front;
use crate::web::reader::Reader;
use crate::web::session::Caller;
use crate::web::views::intake::Quote;
use crate::web::views::parts::{Choice, When};
use crate::web::views::procedures as views;
use crate::web::views::procedures::{FieldRows, ProcedureList, ProcedureRow};
use crate::web::views::shell::{Place, Shell};
use crate::work::quote::{self as work, Offer, Warning};

const STAFF: &str = "/procedures";
const PUBLIC: &str = "/cong-khai/thu-tuc";

/// What is searched for, and the counter that would receive.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    q: String,
    unit: String,
}

/// `/procedures?unit=&q=`.
pub async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(asked): Query<Asked>,
) -> Result<Html<String>> {
    let desk = Front::of(&app, &caller.reader);
    let list = listed(&desk, STAFF, &asked, Some(&caller.actor.unit))?;
    html(&views::Procedures {
        shell: parts::shell(
            &desk,
            &caller,
            desk.say("Nếu nhận bây giờ", "If received now"),
            Some(Place::Procedures),
        ),
        list,
    })
}

/// `/cong-khai/thu-tuc?unit=&q=`.
pub async fn public_list(
    State(app): State<App>,
    reader: Reader,
    Query(asked): Query<Asked>,
) -> Result<Html<String>> {
    let desk = Front::of(&app, &reader);
    let list = listed(&desk, PUBLIC, &asked, None)?;
    html(&views::PublicProcedures {
        shell: Shell::outside(
            &reader,
            desk.say("Nộp hôm nay, khi nào có kết quả?", "Filed today, when is the result due?"),
        ),
        list,
    })
}

/// `/procedures/{code}?unit=`.
pub async fn one(
    State(app): State<App>,
    caller: Caller,
    Path(code): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Html<String>> {
    let desk = Front::of(&app, &caller.reader);
    let versions = work::versions(&desk.province, &code)?;
    let shown = shown(&desk, versions, &code);
    let rules = desk.province.rules(&shown.field, desk.today());
    let own = Some(&caller.actor.unit);
    html(&views::ProcedurePage {
        shell: parts::shell(&desk, &caller, title(&desk, shown), Some(Place::Procedures)),
        one: whole(&desk, STAFF, shown, &asked, own, words::facts(&desk, shown, rules)),
        steps: shown.steps.iter().map(|step| words::step(&desk, step)).collect(),
        stages: shown.stages.iter().map(|stage| words::stage(&desk, stage)).collect(),
        versions: versions.iter().rev().map(|one| words::version(&desk, one, shown)).collect(),
    })
}

/// `/cong-khai/thu-tuc/{code}?unit=`.
pub async fn public_one(
    State(app): State<App>,
    reader: Reader,
    Path(code): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Html<String>> {
    let desk = Front::of(&app, &reader);
    let shown = shown(&desk, work::versions(&desk.province, &code)?, &code);
    html(&views::PublicProcedure {
        shell: Shell::outside(&reader, title(&desk, shown)),
        one: whole(&desk, PUBLIC, shown, &asked, None, words::public_facts(&desk, shown)),
    })
}

/// The page's name: there is no English one of the procedure, so it goes by its code.
fn title(desk: &Front, procedure: &Procedure) -> String {
    desk.say(procedure.name_vi.clone(), format!("Procedure {}", procedure.code))
}

/// The version in force, or the newest.
fn shown<'p>(desk: &'p Front, versions: &'p [Procedure], code: &str) -> &'p Procedure {
    let newest = &versions[versions.len() - 1];
    desk.procedure(code, desk.today()).unwrap_or(newest)
}

fn listed(desk: &Front, path: &'static str, asked: &Asked, own: Option<&UnitCode>) -> Result<ProcedureList> {
    let counter = counter(desk, &asked.unit, own);
    let offers = work::offers(desk, counter.as_str(), &asked.q)?;
    let closed = |warning: &&Warning| matches!(warning, Warning::DayOff { .. });
    let notice = offers.iter().flat_map(|offer| &offer.warnings).find(closed);
    let mut fields: Vec<FieldRows> = Vec::new();
    for offer in &offers {
        let row = row(desk, path, &counter, offer);
        match fields.last_mut().filter(|last| last.field == offer.procedure.field) {
            Some(last) => last.rows.push(row),
            None => fields.push(FieldRows { field: offer.procedure.field.clone(), rows: vec![row] }),
        }
    }
    Ok(ProcedureList {
        path,
        office: desk.unit_name(&desk.province.root),
        q: asked.q.clone(),
        units: counters(desk, &counter),
        now: parts::at(desk, desk.now),
        notice: notice.map(|warning| parts::warned(desk, warning)),
        fields,
    })
}

fn row(desk: &Front, path: &str, counter: &UnitCode, offer: &Offer<'_>) -> ProcedureRow {
    let procedure = offer.procedure;
    let told =
        |warning: &&Warning| !matches!(warning, Warning::DayOff { .. } | Warning::SettledElsewhere { .. });
    let notes = offer.warnings.iter().filter(told).map(|warning| parts::warned(desk, warning)).collect();
    ProcedureRow {
        href: format!("{path}/{}?unit={}", escaped(procedure.code.as_str()), escaped(counter.as_str())),
        code: procedure.code.to_string(),
        name: procedure.name_vi.clone(),
        found_by: work::search_text(procedure),
        limit: desk.language().limit(procedure.limit()),
        instead_of: procedure.committed_limit.map(|_| desk.language().limit(procedure.statutory_limit)),
        competent: offer.competent_unit.as_ref().map(|unit| desk.unit_name(unit)),
        due: offer.due.map(|due| when(desk, due)),
        notes,
        provisional: offer.warnings.iter().any(|warning| matches!(warning, Warning::NotFinal { .. })),
    }
}

fn when(desk: &Front, due: Due) -> When {
    parts::at(desk, due.at)
}

fn whole(
    desk: &Front,
    path: &'static str,
    procedure: &Procedure,
    asked: &Asked,
    own: Option<&UnitCode>,
    facts: Vec<(&'static str, String)>,
) -> views::Procedure {
    let counter = counter(desk, &asked.unit, own);
    views::Procedure {
        path,
        unit: counter.to_string(),
        units: counters(desk, &counter),
        code: procedure.code.to_string(),
        name: procedure.name_vi.clone(),
        field: procedure.field.clone(),
        demonstration: procedure.demonstration,
        facts,
        components: procedure.components.clone(),
        quote: quoted(desk, procedure, &counter),
    }
}

fn quoted(desk: &Front, procedure: &Procedure, counter: &UnitCode) -> Quote {
    intake::quote(desk, procedure.code.as_str(), counter.as_str())
}

/// The counter asked for; else that of one's own unit; else the province's.
fn counter(desk: &Front, asked: &str, own: Option<&UnitCode>) -> UnitCode {
    let (units, today) = (&desk.province.units, desk.today());
    let known = |code: &UnitCode| units.get_at(code, today).is_some();
    let is_centre = |unit: &&crate::domain::unit::Unit| unit.kind == UnitKind::Centre;
    let asked = asked.parse::<UnitCode>().ok().filter(known);
    let near = || {
        let own = own?;
        let itself = units.get_at(own, today).filter(is_centre);
        let below = || units.children(own, today).find(is_centre);
        itself.or_else(below).map(|unit| unit.code.clone())
    };
    let first = || units.at(today).filter(is_centre).find(|unit| unit.tier == Tier::Province);
    let central = || first().map_or_else(|| desk.province.root.clone(), |unit| unit.code.clone());
    asked.or_else(near).unwrap_or_else(central)
}

/// All centres by the names that tell them apart at once, the one chosen marked.
fn counters(desk: &Front, chosen: &UnitCode) -> Vec<Choice> {
    let all = desk.province.units.at(desk.today());
    let offered = all.filter(|unit| unit.kind == UnitKind::Centre || unit.code == *chosen);
    offered
        .map(|unit| Choice::new(unit.code.as_str(), desk.name(&unit.short_name), unit.code == *chosen))
        .collect()
}
