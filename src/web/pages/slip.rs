//! Form 01 to print: who may see the applicant in full may print it, and that is on record (DATA-06).

use axum::extract::{Path, State};
use axum::response::Html;

use super::parts::{self, html};
use super::{dossier, figure, intake, story};
use crate::app::App;
use crate::domain::applicant::Applicant;
use crate::domain::staff::Deed;
use crate::store;
use crate::store::audit::Entry;
use crate::web::failure::Result;
use crate::web::session::Caller;
use crate::web::views::dossier::Applicant as Shown;
use crate::web::views::shell::Shell;
use crate::web::views::slip::Slip;
use crate::work::desk::Desk;
use crate::work::ledger::{self, Opened};
use crate::work::{apology, wording};

/// `/dossiers/{code}/slip`.
pub async fn show(State(app): State<App>, caller: Caller, Path(code): Path<String>) -> Result<Html<String>> {
    let (desk, actor) = (app.desk(), caller.actor.clone());
    let found = app
        .db
        .write({
            let desk = desk.clone();
            async move |tx| {
                let opened = ledger::open(tx, &desk, &actor, &code, Deed::ViewPerson).await?;
                let applicant = apology::applicant_of(tx, &desk, &opened.dossier).await?;
                let events = store::events::of(tx, opened.known.id).await?;
                let names = story::names(tx, &events, None).await?;
                let by = events.first().and_then(|event| names.get(&event.actor)).cloned();
                let subject = opened.known.code.as_str();
                let entry = Entry {
                    at: desk.now,
                    actor: &actor,
                    action: "person_viewed",
                    subject,
                    detail: r#"{"on":"slip"}"#,
                };
                store::audit::append(tx, &entry).await?;
                Ok((opened, applicant, by.unwrap_or_default()))
            }
        })
        .await?;
    let (opened, applicant, by) = found;
    html(&slip(&app, &desk, &opened, applicant, by))
}

fn slip(app: &App, desk: &Desk, opened: &Opened, applicant: Option<Applicant>, by: String) -> Slip {
    let dossier = &opened.dossier;
    let filing = &dossier.filing;
    let zone = desk.province.zone();
    let received = dossier.received_at.unwrap_or(dossier.registered_at);
    let units = &desk.province.units;
    let parent = units.get(&filing.receiving_unit).and_then(|unit| unit.parent.as_ref());
    let day = parts::VI.formal_day(zone.day(received));
    Slip {
        shell: Shell::outside(format!("Giấy hẹn {}", filing.code)),
        authority: parent.map_or_else(String::new, |parent| desk.unit_name(parent)).to_uppercase(),
        centre: desk.unit_name(&filing.receiving_unit),
        number: filing.code.rsplit('-').next().unwrap_or_default().to_owned(),
        place_and_day: format!("{}, {day}", app.settings.province.name),
        code: filing.code.clone(),
        applicant: applicant.map_or_else(nobody, in_full),
        content: dossier::procedure_name(desk, opened),
        components: filing.components.clone(),
        sets: "01 (một) bộ".to_owned(),
        limit: dossier::limit(opened)
            .unwrap_or_else(|| wording::limit(crate::domain::limit::TimeLimit::None)),
        received: parts::at(desk, received),
        promise: dossier.promise().map(|promise| intake::promise_words(desk, promise, None)),
        return_method: story::return_method(filing.return_method).to_owned(),
        ledger: None,
        received_by: by,
        look_up: format!("{}/tra-cuu", desk.house.public_url),
        secret: None,
        qr: None,
        figure: figure::of(desk, dossier),
    }
}

fn in_full(applicant: Applicant) -> Shown {
    Shown {
        kind: dossier::kind(applicant.kind).to_owned(),
        name: applicant.name,
        identifier: applicant.identifier,
        phone: applicant.phone,
        email: applicant.email,
        address: applicant.address,
    }
}

fn nobody() -> Shown {
    Shown {
        kind: String::new(),
        name: String::new(),
        identifier: None,
        phone: None,
        email: None,
        address: None,
    }
}
