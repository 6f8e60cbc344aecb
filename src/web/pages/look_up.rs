//! The look-up for citizens: a code, a secret that stands on their own papers, one screen.

mod guidance;

use std::time::Duration;

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use axum_extra::extract::Form;
use serde::Deserialize;

use self::guidance::Guidance;
use super::parts::{self, html};
use super::sign_in::waiting;
use super::{dossier, figure};
use crate::app::App;
use crate::domain::event::Event;
use crate::web::entrance::{self, Origin};
use crate::web::failure::{Failure, Result};
use crate::web::pages::front::Front;
use crate::web::reader::Reader;
use crate::web::views::look_up::{LookUp, Seen};
use crate::web::views::parts::Field;
use crate::web::views::shell::Shell;
use crate::work::ledger::Opened;
use crate::work::look_up;
use crate::work::wording::Deadline;

/// An answer to a wrong secret takes so long, whether or not there is such a dossier: longer than
/// looking for one.
const ANSWER_TO_WRONG: Duration = Duration::from_millis(100);

/// What was typed; the secret never stands in an address.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Typed {
    #[serde(rename = "csrf")]
    _csrf: String,
    code: String,
    secret: String,
}

/// What a slip's address says.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    code: String,
}

/// `GET /tra-cuu`, with the code already filled in where a slip leads here.
pub async fn form(
    State(app): State<App>,
    reader: Reader,
    Query(asked): Query<Asked>,
) -> Result<Html<String>> {
    html(&page(&Front::of(&app, &reader), Field::of(asked.code), None))
}

/// `POST /tra-cuu`. An unknown code and a wrong secret get the same answer after the same time,
/// and whoever tries many waits (S16).
pub async fn find(
    State(app): State<App>,
    origin: Origin,
    reader: Reader,
    Form(typed): Form<Typed>,
) -> Result<Response> {
    let longest_of_both = tokio::time::sleep(ANSWER_TO_WRONG);
    let desk = Front::of(&app, &reader);
    let knock = look_up::knock(&typed.code, &origin.network);
    let limits = entrance::look_up_limits(&app.settings);
    let verdict = {
        let (knock, desk) = (knock.clone(), desk.clone());
        app.db.write(async move |tx| knock.count(tx, &desk, limits).await).await?
    };
    if let Err(refusal) = verdict.allow(desk.now) {
        let failure = Failure::from(refusal);
        let page = page(&desk, Field::wrong(typed.code, desk.told(&failure.said())), None);
        return Ok((failure.status(), waiting(&failure), html(&page)?).into_response());
    }
    let found = app.db.read(async |tx| look_up::look_up(tx, &desk, &typed.code, &typed.secret).await).await?;
    match found {
        Some((opened, events)) => {
            let seen = html(&page(&desk, Field::of(typed.code), Some(seen(&desk, &opened, &events))))?;
            app.db.write(async move |tx| knock.right(tx, &desk, limits).await).await?;
            Ok(seen.into_response())
        }
        None => {
            let why = desk.say(
                "Không tìm thấy hồ sơ khớp với hai thông tin này. Kiểm tra mã hồ sơ trên giấy hẹn và các số cuối.",
                "No dossier fits both. Check the dossier code on the receipt slip, and the last digits.",
            );
            let wrong = html(&page(&desk, Field::wrong(typed.code, why), None))?;
            longest_of_both.await;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, wrong).into_response())
        }
    }
}

fn page(desk: &Front, code: Field, seen: Option<Seen>) -> LookUp {
    let office = desk.unit_name(&desk.province.root);
    let shell = Shell::outside(&desk.reader, desk.say("Tra cứu hồ sơ", "Look up a dossier"));
    LookUp { shell, office, code, seen }
}

fn seen(desk: &Front, opened: &Opened, events: &[Event]) -> Seen {
    let filing = &opened.dossier.filing;
    let standing = dossier::standing(desk, opened);
    let deadline = Deadline::of(&opened.dossier);
    let told = Guidance { desk, dossier: &opened.dossier, events };
    Seen {
        code: filing.code.clone(),
        procedure: dossier::procedure_name(desk, opened),
        state: opened.dossier.state.word(desk.language()).to_owned(),
        what_now: told.what_now(),
        notes: told.notes(),
        papers: told.papers(),
        contacts: told.contacts(),
        office: desk.unit_name(&filing.competent_unit),
        standing,
        due: deadline.map(|one| parts::due(desk, filing.competent_unit.as_str(), one, standing)),
        again: opened.dossier.reappointment.map(|second| parts::at(desk, second.due_at)),
        received: parts::at(desk, opened.dossier.received_at.unwrap_or(opened.dossier.registered_at)),
        figure: figure::of(desk, &opened.dossier),
        explained: figure::in_words(desk, &opened.dossier),
    }
}
