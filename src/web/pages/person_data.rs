//! The report for one person and the extent of a breach (DATA-03, DATA-04): masked, in Vietnamese or
//! English, and on the log with its purpose. What is typed stands in no address.

mod words;

use axum::extract::State;
use axum::response::{Html, IntoResponse, Response};
use axum_extra::extract::Form;
use serde::Deserialize;

use super::front::Front;
use super::parts::{self, html};
use crate::app::App;
use crate::db::Tx;
use crate::domain::refusal::{Language, Refusal};
use crate::domain::staff::Deed;
use crate::domain::time::Day;
use crate::web::failure::{Failure, Result};
use crate::web::session::Caller;
use crate::web::views::parts::Choice;
use crate::web::views::person_data::{Answer, PersonData};
use crate::web::views::shell::{Flash, Place};
use crate::work::breach::{self, Span};
use crate::work::person_report::{self, Reason};

/// `GET /person-data`.
pub async fn show(State(app): State<App>, caller: Caller) -> Result<Html<String>> {
    html(&page(&app, &caller, &Breach::default(), None)?)
}

fn page(app: &App, caller: &Caller, typed: &Breach, answer: Option<Answer>) -> Result<PersonData> {
    let desk = Front::of(app, &caller.reader);
    desk.allow_whole(&caller.actor, Deed::ViewProvince)?;
    let today = desk.today().to_string();
    let or_today = |text: &str| if text.is_empty() { today.clone() } else { text.to_owned() };
    Ok(PersonData {
        shell: parts::shell(&desk, caller, desk.say("Dữ liệu cá nhân", "Personal data"), Some(Place::Audit)),
        purposes: Reason::ALL
            .map(|reason| Choice::new(reason.id(), reason.word(desk.language()), false))
            .to_vec(),
        from: or_today(&typed.from),
        to: or_today(&typed.to),
        account: typed.account.clone(),
        answer,
    })
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct One {
    csrf: String,
    number: String,
    purpose: String,
    language: String,
}

/// `POST /person-data/report`.
pub async fn report(State(app): State<App>, caller: Caller, Form(one): Form<One>) -> Result<Response> {
    caller.check_form(&one.csrf)?;
    let language = language(&one.language);
    let found = match Reason::of(&one.purpose) {
        Ok(reason) => {
            let (desk, actor) = (app.desk(), caller.writer()?.clone());
            let deed = async move |tx: &mut Tx| {
                person_report::for_reason(tx, &desk, &actor, &one.number, reason).await
            };
            app.db.write(deed).await.map_err(Failure::from)
        }
        Err(refusal) => Err(refusal.into()),
    };
    let answer = found.map(|kept| words::person(&app.desk(), &kept, language));
    told(&app, &caller, &Breach::default(), answer)
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Breach {
    csrf: String,
    from: String,
    to: String,
    account: String,
    language: String,
}

impl Breach {
    fn span(&self) -> Result<Span, Refusal> {
        let day = |field: &'static str, text: &str| {
            let wrong = || Refusal::invalid(field, "Ngày chưa đúng.", "This is no date.");
            text.trim().parse::<Day>().map_err(|_| wrong())
        };
        let account = Some(self.account.trim().to_owned()).filter(|login| !login.is_empty());
        Ok(Span { from: day("from", &self.from)?, to: day("to", &self.to)?, account })
    }
}

/// `POST /person-data/breach`.
pub async fn extent(State(app): State<App>, caller: Caller, Form(typed): Form<Breach>) -> Result<Response> {
    caller.check_form(&typed.csrf)?;
    let language = language(&typed.language);
    let answer = match typed.span() {
        Ok(span) => look_into(&app, &caller, span).await.map(|extent| words::breach(&extent, language)),
        Err(refusal) => Err(refusal.into()),
    };
    told(&app, &caller, &typed, answer)
}

async fn look_into(app: &App, caller: &Caller, span: Span) -> Result<breach::Extent> {
    let (desk, actor) = (app.desk(), caller.writer()?.clone());
    let noted = {
        let (desk, actor, span) = (desk.clone(), actor.clone(), span.clone());
        app.db.write(async move |tx| breach::note(tx, &desk, &actor, &span).await).await
    };
    noted?;
    Ok(app.db.report(async |tx| breach::extent(tx, &desk, &actor, &span).await).await?)
}

fn told(app: &App, caller: &Caller, typed: &Breach, answer: Result<Answer>) -> Result<Response> {
    match answer {
        Ok(answer) => Ok(html(&page(app, caller, typed, Some(answer))?)?.into_response()),
        Err(Failure::Refused(refusal)) => {
            let mut page = page(app, caller, typed, None)?;
            page.shell
                .flashes
                .push(Flash { good: false, text: refusal.said.to(page.shell.language).to_owned() });
            Ok((Failure::Refused(refusal).status(), html(&page)?).into_response())
        }
        Err(broken) => Err(broken),
    }
}

fn language(id: &str) -> Language {
    if id == "en" { Language::English } else { Language::Vietnamese }
}
