//! Takes the form of a deed, and shows it again with what was typed where it is refused.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::Form;
use serde_json::{Map, Value};

use super::dossier;
use super::parts::{escaped, html};
use crate::app::App;
use crate::db::Tx;
use crate::domain::apology::LateReason;
use crate::domain::deadline::parse_received;
use crate::domain::refusal::{Kind, Refusal};
use crate::domain::staff::Deed;
use crate::domain::time::{Day, Moment, Zone};
use crate::domain::words::day_time;
use crate::web::failure::{Failure, Result};
use crate::web::session::Caller;
use crate::web::views::deeds::DeedForm;
use crate::web::views::dossier::DossierPage;
use crate::web::views::parts::Field;
use crate::web::views::prose;
use crate::web::views::shell::Flash;
use crate::work::desk::Desk;
use crate::work::processing::{self, Request};

/// A deed's form as it came: the fields in their order.
type Typed = Vec<(String, String)>;

/// `POST /dossiers/{code}/events`.
pub async fn add(
    State(app): State<App>,
    caller: Caller,
    Path(code): Path<String>,
    Form(typed): Form<Typed>,
) -> Result<Response> {
    let done = match caller.check_form(value(&typed, "csrf")) {
        Ok(()) => attempt(&app, &caller, &code, &typed).await,
        Err(of_another_session) => Err(of_another_session),
    };
    match done {
        Ok(still_seen) => {
            let kind = escaped(value(&typed, "kind"));
            let page = if still_seen { format!("/dossiers/{}", escaped(&code)) } else { "/board".to_owned() };
            Ok(Redirect::to(&format!("{page}?done={kind}")).into_response())
        }
        Err(Failure::Refused(refusal)) if refusal.kind != Kind::NotFound => {
            let page = dossier::page(&app, &caller, &code).await?;
            let page = with_refusal(page, &typed, &refusal);
            Ok((Failure::Refused(refusal).status(), html(&page)?).into_response())
        }
        Err(failure) => Err(failure),
    }
}

fn value<'t>(typed: &'t Typed, name: &str) -> &'t str {
    typed.iter().find(|(field, _)| field == name).map_or("", |(_, value)| value)
}

/// Does it; says whether the actor still sees the dossier afterwards.
async fn attempt(app: &App, caller: &Caller, code: &str, typed: &Typed) -> Result<bool> {
    let actor = caller.writer()?.clone();
    let request = request(typed, app.desk().province.zone())?;
    let deed = |desk: Desk| {
        let (actor, code, request) = (actor.clone(), code.to_owned(), request.clone());
        async move |tx: &mut Tx| {
            let opened = processing::change(tx, &desk, &actor, &code, &request).await?;
            Ok(desk.allow(&actor, Deed::View, opened.parties()).is_ok())
        }
    };
    let still_seen = app.write(deed).await?;
    app.post.notify_one();
    Ok(still_seen)
}

/// The form as the request that the interface knows; an optional field left empty is not sent.
fn request(typed: &Typed, zone: &Zone) -> Result<Request, Refusal> {
    let mut body = Map::new();
    for (name, text) in typed.iter().filter(|(name, _)| name != "csrf") {
        let text = text.trim();
        let optional =
            matches!(name.as_str(), "to_officer" | "new_due_on" | "number" | "method" | "document");
        if text.is_empty() && optional {
            continue;
        }
        let value = match name.as_str() {
            "expected_version" | "to_officer" | "corrects" | "proposal" => {
                text.parse::<i64>().map_or(Value::Null, Value::from)
            }
            "items" => text.lines().map(Value::from).collect(),
            "new_due_on" | "due_on" if text.parse::<Day>().is_err() => return Err(no_day(name)),
            "true_at" => Value::from(zone.rfc3339(time(text, zone)?)),
            _ => Value::from(text),
        };
        body.insert(name.clone(), value);
    }
    let wants_reason = matches!(value(typed, "kind"), "apology_issued" | "exempted");
    if wants_reason && LateReason::ALL.iter().all(|reason| reason.id() != value(typed, "reason")) {
        return Err(Refusal::required("reason", "lý do (chọn trong danh sách)", "the reason (choose one)"));
    }
    Request::from_json(Value::Object(body))
}

/// As every page shows it, or year first.
fn time(text: &str, zone: &Zone) -> Result<Moment, Refusal> {
    let shown = day_time(text).and_then(|(day, clock)| zone.instant(day, clock));
    shown.map_or_else(|| parse_received(text, zone).map_err(|_| no_time()), Ok)
}

fn no_time() -> Refusal {
    Refusal::invalid(
        "true_at",
        "Thời điểm chưa đúng. Nhập ngày, tháng, năm và giờ, ví dụ 27/08/2026 16:00.",
        "This is no date and time. Enter it as 27 Aug 2026 16:00.",
    )
}

fn no_day(field: &str) -> Refusal {
    Refusal::invalid(
        field.to_owned(),
        "Ngày chưa đúng. Nhập ngày, tháng, năm, ví dụ 26/11/2026.",
        "This is no date. Enter it as 2026-11-26.",
    )
}

/// Puts everything typed back into its form, and the reason beside the field at fault.
fn with_refusal(mut page: DossierPage, typed: &Typed, refusal: &Refusal) -> DossierPage {
    let language = page.shell.language;
    let why = match (refusal.kind, page.story.first()) {
        (Kind::StaleVersion, Some(last)) => {
            let (at, what, who) = (&last.at.text, &last.what, prose::name(language, &last.who));
            language.choose(
                format!(
                    "Hồ sơ đã thay đổi trong lúc ông/bà nhập ({at}: {what}, {who}). Trang này đã được cập nhật; xem lại rồi gửi lần nữa."
                ),
                format!(
                    "The dossier changed while you were typing ({at}: {what}, {who}). This page is up to date now; look it through and send it again."
                ),
            )
        }
        _ => refusal.said.to(language).to_owned(),
    };
    let kind = value(typed, "kind");
    let at_fault = refusal.field.as_deref();
    let again = |form: DeedForm| {
        if form.kind != kind {
            return DeedForm { next: false, ..form };
        }
        let mut form = form;
        let has_field = form.inputs.iter().any(|input| Some(input.name) == at_fault);
        for (name, text) in typed {
            let error = (Some(name.as_str()) == at_fault).then(|| why.clone());
            form = form.filled(name, Field { value: text.clone(), error });
        }
        if has_field { form } else { form.refused(why.clone()) }
    };
    page.deeds = page.deeds.into_iter().map(again).collect();
    if let Some(apology) = &mut page.apology {
        apology.issue = apology.issue.take().map(again);
        apology.exempt = apology.exempt.take().map(again);
        apology.deliver = apology.deliver.take().map(again);
    }
    let in_apology = page.apology.iter().flat_map(|one| [&one.issue, &one.exempt, &one.deliver]).flatten();
    let shown = page.deeds.iter().chain(in_apology).any(|form| form.kind == kind);
    if !shown {
        page.shell.flashes.push(Flash { good: false, text: why });
    }
    page
}
