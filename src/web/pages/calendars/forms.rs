//! A closure announced by form, and a notice handed in as text: either becomes a proposal.

use axum::extract::{Query, State};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum_extra::extract::Form;
use serde::Deserialize;

use super::super::parts::{self, html};
use super::units;
use crate::app::App;
use crate::config::calendar::written;
use crate::config::decisions::{Beside, Header};
use crate::domain::calendar::Draft;
use crate::domain::refusal::{Kind, Refusal};
use crate::domain::staff::Deed;
use crate::domain::time::Day;
use crate::domain::unit::UnitCode;
use crate::random;
use crate::web::api::calendars::known_unit;
use crate::web::api::decisions::{handed, keep};
use crate::web::failure::{Failure, Result};
use crate::web::pages::front::Front;
use crate::web::session::Caller;
use crate::web::views::calendars::{NewClosure, NewNotice};
use crate::web::views::parts::Field;
use crate::web::views::shell::{Flash, Place};
use crate::work::decisions::{Closure, Proposal};

/// A closure as it was typed.
#[derive(Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Typed {
    csrf: String,
    once: String,
    unit: String,
    alone: String,
    first: String,
    last: String,
    makeup: Vec<String>,
    name: String,
    document: String,
    signer: String,
    effective_on: String,
    reason: String,
}

/// `GET /calendars/new`.
pub async fn blank(State(app): State<App>, caller: Caller) -> Result<Html<String>> {
    let desk = Front::of(&app, &caller.reader);
    desk.allow_whole(&caller.actor, Deed::ManageCalendar)?;
    html(&closure_page(&desk, &caller, &Typed::default(), None))
}

/// `POST /calendars`: the preview of the new proposal.
pub async fn close(State(app): State<App>, caller: Caller, Form(typed): Form<Typed>) -> Result<Response> {
    caller.check_form(&typed.csrf)?;
    let desk = Front::of(&app, &caller.reader);
    desk.allow_whole(&caller.actor, Deed::ManageCalendar)?;
    let once = Some(typed.once.clone()).filter(|once| !once.is_empty());
    let kept = match typed.proposal(&desk) {
        Ok(proposal) => keep(&app, &caller, proposal, once).await,
        Err(refusal) => Err(refusal.into()),
    };
    match kept {
        Ok(id) => Ok(Redirect::to(&format!("/calendars/{id}/preview")).into_response()),
        Err(Failure::Refused(refusal)) => {
            let page = closure_page(&desk, &caller, &typed, Some(&refusal));
            Ok((Failure::Refused(refusal).status(), html(&page)?).into_response())
        }
        Err(failure) => Err(failure),
    }
}

impl Typed {
    fn proposal(&self, desk: &Front) -> Result<Proposal, Refusal> {
        let known = self.unit.parse::<UnitCode>().ok().filter(|unit| desk.province.units.get(unit).is_some());
        let unit =
            known.ok_or_else(|| Refusal::required("unit", "đơn vị nghỉ", "the unit that is closed"))?;
        if self.name.trim().is_empty() {
            return Err(Refusal::required("name", "lý do ngắn, như “Nghỉ do bão”", "a short reason"));
        }
        for (field, given, vietnamese, english) in [
            ("document", &self.document, "số quyết định", "the decision's number"),
            ("signer", &self.signer, "người ký quyết định", "who signed the decision"),
            ("reason", &self.reason, "lý do", "the reason"),
        ] {
            if given.trim().is_empty() {
                return Err(Refusal::required(field, vietnamese, english));
            }
        }
        let first = day("first", &self.first)?
            .ok_or_else(|| Refusal::required("first", "ngày nghỉ đầu tiên", "the first day off"))?;
        let last = day("last", &self.last)?.unwrap_or(first);
        let makeup: Vec<Option<Day>> =
            self.makeup.iter().map(|text| day("makeup", text)).collect::<Result<_, _>>()?;
        let closure = Closure {
            unit,
            first,
            last,
            makeup: makeup.into_iter().flatten().collect(),
            name: self.name.trim().to_owned(),
            document: self.document.trim().to_owned(),
            alone: !self.alone.is_empty(),
        };
        Ok(Proposal {
            amendment: closure.amendment(&desk.province)?,
            original: None,
            document: self.document.clone(),
            signer: self.signer.clone(),
            effective_on: day("effective_on", &self.effective_on)?,
            reason: self.reason.clone(),
        })
    }
}

/// A day of a date field; none where it is empty.
fn day(field: &'static str, text: &str) -> Result<Option<Day>, Refusal> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let wrong = |_| Refusal::invalid(field, "Ngày chưa đúng; chọn lại ngày.", "This is no date.");
    text.parse().map(Some).map_err(wrong)
}

/// Where on the form a refusal belongs: what is wrong with a day stands beside the first one.
fn place(field: &str) -> &str {
    let entry = |end: &str| field.starts_with("day_off") && field.ends_with(end);
    match field {
        _ if entry("makeup") => "makeup",
        _ if entry("unit") => "unit",
        _ if entry("date") => "first",
        other => other,
    }
}

const CLOSURE_FIELDS: [&str; 9] =
    ["unit", "first", "last", "makeup", "name", "document", "signer", "effective_on", "reason"];

fn closure_page(desk: &Front, caller: &Caller, typed: &Typed, refusal: Option<&Refusal>) -> NewClosure {
    let at = refusal.and_then(|refusal| refusal.field.as_deref()).map(place);
    let why = refusal.map(|refusal| desk.told(&refusal.said));
    let error = |name: &str| why.clone().filter(|_| at == Some(name));
    let field = |name: &str, value: &str| Field { value: value.to_owned(), error: error(name) };
    let has_place = at.is_some_and(|at| CLOSURE_FIELDS.contains(&at));
    let chosen = typed.unit.parse().ok();
    NewClosure {
        shell: parts::shell(
            desk,
            caller,
            desk.say("Cho đơn vị nghỉ", "Close a unit"),
            Some(Place::Calendars),
        ),
        error: why.clone().filter(|_| !has_place),
        once: once(desk, &typed.once, refusal),
        units: units(desk, chosen.as_ref(), desk.say("Chọn đơn vị", "Choose a unit")),
        unit_error: error("unit"),
        alone: !typed.alone.is_empty(),
        first: field("first", &typed.first),
        last: field("last", &typed.last),
        makeup: field("makeup", typed.makeup.first().map_or("", String::as_str)),
        second_makeup: typed.makeup.get(1).cloned().unwrap_or_default(),
        name: field("name", &typed.name),
        document: field("document", &typed.document),
        signer: field("signer", &typed.signer),
        effective_on: field("effective_on", &typed.effective_on),
        reason: field("reason", &typed.reason),
    }
}

/// The form keeps its key until it has made a proposal, so that a second press makes no second one.
fn once(desk: &Front, typed: &str, refusal: Option<&Refusal>) -> String {
    let used = refusal.is_some_and(|refusal| refusal.kind == Kind::KeyReused);
    if used || typed.is_empty() { random::ulid(desk.now) } else { typed.to_owned() }
}

/// A notice as it was handed in.
#[derive(Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Notice {
    csrf: String,
    once: String,
    text: String,
    unit: String,
    document: String,
    signer: String,
    effective_on: String,
    reason: String,
}

/// The year whose draft is asked for.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Drafted {
    year: String,
}

/// `GET /calendars/import?year=`: with a year its draft stands in the text.
pub async fn blank_notice(
    State(app): State<App>,
    caller: Caller,
    Query(asked): Query<Drafted>,
) -> Result<Html<String>> {
    let desk = Front::of(&app, &caller.reader);
    desk.allow_whole(&caller.actor, Deed::ManageCalendar)?;
    let draft = asked.year.parse().ok().and_then(Draft::of);
    let text = draft.as_ref().map(written::draft).unwrap_or_default();
    let notice = Notice { text, ..Notice::default() };
    let page = notice_page(&desk, &caller, &notice, None, Vec::new());
    html(&NewNotice { drafted: draft.map(|draft| draft.year), ..page })
}

/// `POST /calendars/import`: the preview of the new proposal, or everything that is wrong with the text.
pub async fn hand_in(State(app): State<App>, caller: Caller, Form(notice): Form<Notice>) -> Result<Response> {
    caller.check_form(&notice.csrf)?;
    let desk = Front::of(&app, &caller.reader);
    desk.allow_whole(&caller.actor, Deed::ManageCalendar)?;
    let again = |refusal: Option<&Refusal>, faults: Vec<String>, failure: Failure| -> Result<Response> {
        let page = notice_page(&desk, &caller, &notice, refusal, faults);
        Ok((failure.status(), html(&page)?).into_response())
    };
    let beside = match notice.beside(&desk) {
        Ok(beside) => beside,
        Err(Failure::Refused(refusal)) => return again(Some(&refusal), Vec::new(), refusal.clone().into()),
        Err(failure) => return Err(failure),
    };
    let proposal = match handed(&app.db, &desk, notice.text.clone(), beside).await? {
        Ok(proposal) => proposal,
        Err(faults) => {
            let told: Vec<String> = faults.iter().map(|fault| told(&desk, fault)).collect();
            let unread = Refusal::invalid("text", "", "");
            return again(None, told, unread.into());
        }
    };
    let once = Some(notice.once.clone()).filter(|once| !once.is_empty());
    match keep(&app, &caller, proposal, once).await {
        Ok(id) => Ok(Redirect::to(&format!("/calendars/{id}/preview")).into_response()),
        Err(Failure::Refused(refusal)) => again(Some(&refusal), Vec::new(), refusal.clone().into()),
        Err(failure) => Err(failure),
    }
}

/// `Dòng 12, off[1].date: …`
fn told(desk: &Front, fault: &crate::config::Fault) -> String {
    let line_word = desk.say("Dòng", "Line");
    let line = fault.place.map(|place| format!("{line_word} {}", place.line)).unwrap_or_default();
    let field = if fault.field.is_empty() { String::new() } else { format!(", {}", fault.field) };
    format!("{line}{field}: {} {}", desk.told(&fault.what), desk.told(&fault.remedy))
}

impl Notice {
    fn beside(&self, desk: &Front) -> Result<Beside> {
        let some = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        let header = Header {
            document: some(&self.document),
            signer: some(&self.signer),
            effective: day("effective_on", &self.effective_on)?,
            reason: some(&self.reason),
        };
        Ok(Beside { header, unit: known_unit(desk, Some(&self.unit))? })
    }
}

fn notice_page(
    desk: &Front,
    caller: &Caller,
    notice: &Notice,
    refusal: Option<&Refusal>,
    mut faults: Vec<String>,
) -> NewNotice {
    let at = refusal.and_then(|refusal| refusal.field.as_deref());
    let own = ["document", "signer", "effective_on", "reason"];
    let why = refusal.map(|refusal| desk.told(&refusal.said));
    faults.extend(why.clone().filter(|_| !at.is_some_and(|at| own.contains(&at))));
    let field = |name: &str, value: &str| Field {
        value: value.to_owned(),
        error: why.clone().filter(|_| at == Some(name)),
    };
    let chosen = notice.unit.parse().ok();
    let this = desk.today().year();
    let mut shell =
        parts::shell(desk, caller, desk.say("Nhập thông báo", "Hand in a notice"), Some(Place::Calendars));
    if !faults.is_empty() {
        let count = faults.len();
        let text = desk.say(
            format!("Văn bản có {count} chỗ cần sửa; chưa có gì được ghi."),
            format!("Mend in the text: {count}. Nothing was kept."),
        );
        shell.flashes.push(Flash { good: false, text });
    }
    NewNotice {
        shell,
        once: once(desk, &notice.once, refusal),
        faults,
        text: notice.text.clone(),
        drafted: None,
        years: vec![this + 1, this + 2],
        units: units(desk, chosen.as_ref(), desk.say("Theo nội dung văn bản", "As the document says")),
        document: field("document", &notice.document),
        signer: field("signer", &notice.signer),
        effective_on: field("effective_on", &notice.effective_on),
        reason: field("reason", &notice.reason),
    }
}
