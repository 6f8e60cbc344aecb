//! One decision: what it changes, whose dates it has moved, and what is done with it.

use axum::extract::{Path, Query, State};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum_extra::extract::Form;
use serde::Deserialize;

use super::super::parts::{self, html};
use super::{manages, preview, words};
use crate::app::App;
use crate::domain::law::{Amendment, Stage};
use crate::domain::refusal::Refusal;
use crate::domain::staff::{Deed, Subject, may};
use crate::domain::time::Moment;
use crate::store;
use crate::store::decisions::Row;
use crate::web::api::decisions::{keep, publish_by, withdraw_by};
use crate::web::failure::{Failure, Result};
use crate::web::pages::front::Front;
use crate::web::session::Caller;
use crate::web::views::calendars::{DecisionPage, MoveRow};
use crate::web::views::parts::Field;
use crate::web::views::shell::{Flash, Place};
use crate::work::decisions::{self as work, Proposal};
use crate::work::wording;

/// So many dates are shown.
const SHOWN_ROWS: i64 = 100;

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Done {
    done: String,
}

/// `GET /calendars/{id}`.
pub async fn show(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<i64>,
    Query(asked): Query<Done>,
) -> Result<Html<String>> {
    let mut page = page(&app, &caller, id, &Typed::default(), None).await?;
    let words = match asked.done.as_str() {
        "published" => Some((
            "Đã công bố. Ngày hẹn trả của các hồ sơ liên quan đang được tính lại.",
            "Published. The return dates of the dossiers concerned are being counted anew.",
        )),
        "withdrawn" => Some((
            "Đã rút đề xuất; không có gì thay đổi.",
            "The proposal was withdrawn; nothing has changed.",
        )),
        _ => None,
    };
    let text = words.map(|(vietnamese, english)| caller.reader.say(vietnamese, english).to_owned());
    page.shell.flashes.extend(text.map(|text| Flash { good: true, text }));
    html(&page)
}

/// The words under which something is revoked.
#[derive(Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Typed {
    csrf: String,
    document: String,
    signer: String,
    reason: String,
}

async fn page(
    app: &App,
    caller: &Caller,
    id: i64,
    typed: &Typed,
    refusal: Option<&Refusal>,
) -> Result<DecisionPage> {
    let desk = Front::of(app, &caller.reader);
    // Whoever does not see the whole province sees no other unit's dossiers here either.
    let sees = may(&caller.actor, Deed::ViewProvince, Subject::Whole, &desk.province.units).is_ok();
    let (row, amendment, moved) = app
        .db
        .read(async |tx| {
            let (row, amendment) = work::whole(tx, id).await?;
            let moved = match row.edition.filter(|_| sees) {
                Some(edition) => store::recounts::moved(tx, edition, 0, SHOWN_ROWS).await?,
                None => Vec::new(),
            };
            Ok((row, amendment, moved))
        })
        .await?;
    let manages = manages(&desk, &caller.actor);
    let field = |name: &str, value: &str| Field {
        value: value.to_owned(),
        error: parts::error(&desk, refusal, name),
    };
    let revocable = row.stage() == Stage::Published
        && amendment.as_ref().is_some_and(|one| !matches!(one, Amendment::Revocation { .. }));
    let total = u64::try_from(row.moved).unwrap_or_default();
    Ok(DecisionPage {
        shell: parts::shell(&desk, caller, title(&desk, &row), Some(Place::Calendars)),
        proposed: by(&desk, &row.proposer, row.proposed_at),
        published: row.publisher.as_ref().zip(row.published_at).map(|(who, at)| by(&desk, who, at)),
        content: amendment.map(|amendment| words::content(&desk, &amendment)).unwrap_or_default(),
        manages,
        revocable,
        document: field("document", &typed.document),
        signer: field("signer", &typed.signer),
        reason: field("reason", &typed.reason),
        more: if sees { total.saturating_sub(moved.len() as u64) } else { 0 },
        moved: moved
            .into_iter()
            .map(|one| MoveRow {
                code: one.code,
                procedure: None,
                unit: wording::unit_name(&desk, &one.unit),
                before: parts::briefly(&desk, one.due_before),
                after: parts::briefly(&desk, one.due_after),
            })
            .collect(),
        row: words::row(&desk, &row),
    })
}

fn title(desk: &Front, row: &Row) -> String {
    if row.document.is_empty() {
        desk.say("Bản đầu từ tệp cấu hình", "First edition, from the configuration").to_owned()
    } else {
        row.document.clone()
    }
}

fn by(desk: &Front, who: &str, at: Moment) -> String {
    format!("{}, {}", desk.name(who), parts::briefly(desk, at).text)
}

/// What pressing a button sends.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pressed {
    #[serde(default)]
    csrf: String,
    #[serde(default)]
    expected_edition: i64,
}

/// `POST /calendars/{id}/publish`: one deed; the dates follow batch by batch.
pub async fn publish(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<i64>,
    Form(pressed): Form<Pressed>,
) -> Result<Response> {
    caller.check_form(&pressed.csrf)?;
    let desk = Front::of(&app, &caller.reader);
    desk.allow_whole(&caller.actor, Deed::Recompute)?;
    match publish_by(&app, &caller, id, pressed.expected_edition).await {
        Ok(()) => Ok(Redirect::to(&format!("/calendars/{id}?done=published")).into_response()),
        Err(Failure::Refused(refusal)) => {
            let text = refusal.said.to(caller.reader.language).to_owned();
            let page = preview::page(&app, &caller, id, Some(Flash { good: false, text })).await?;
            Ok((Failure::Refused(refusal).status(), page).into_response())
        }
        Err(failure) => Err(failure),
    }
}

/// A button that says nothing.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Button {
    #[serde(default)]
    csrf: String,
}

/// `POST /calendars/{id}/withdraw`.
pub async fn withdraw(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<i64>,
    Form(pressed): Form<Button>,
) -> Result<Redirect> {
    caller.check_form(&pressed.csrf)?;
    withdraw_by(&app, &caller, id).await?;
    Ok(Redirect::to(&format!("/calendars/{id}?done=withdrawn")))
}

/// `POST /calendars/{id}/revoke`: a proposal that what the decision brought be as if it had never been.
pub async fn revoke(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<i64>,
    Form(typed): Form<Typed>,
) -> Result<Response> {
    caller.check_form(&typed.csrf)?;
    app.desk().allow_whole(&caller.actor, Deed::ManageCalendar)?;
    let row = app.db.read(async |tx| work::found(tx, id).await).await?;
    let proposal = Proposal {
        amendment: Amendment::Revocation { edition: row.edition.unwrap_or_default() },
        original: None,
        document: typed.document.clone(),
        signer: typed.signer.clone(),
        effective_on: None,
        reason: typed.reason.clone(),
    };
    match keep(&app, &caller, proposal, None).await {
        Ok(id) => Ok(Redirect::to(&format!("/calendars/{id}/preview")).into_response()),
        Err(Failure::Refused(refusal)) => {
            let mut page = page(&app, &caller, id, &typed, Some(&refusal)).await?;
            let own = ["document", "signer", "reason"];
            if !refusal.field.as_deref().is_some_and(|field| own.contains(&field)) {
                page.shell
                    .flashes
                    .push(Flash { good: false, text: refusal.said.to(page.shell.language).to_owned() });
            }
            Ok((Failure::Refused(refusal).status(), html(&page)?).into_response())
        }
        Err(failure) => Err(failure),
    }
}
