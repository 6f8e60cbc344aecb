//! Form 01 to print: who may see the applicant in full may print it, and that is on record (DATA-06).

use axum::extract::{Path, State};
use axum::response::Html;

use super::front::Front;
use super::parts::{self, html};
use super::{dossier, figure, intake, story};
use crate::app::App;
use crate::db::Tx;
use crate::domain::applicant::Applicant;
use crate::domain::refusal::{Kind, Refusal};
use crate::paper::qr;
use crate::store;
use crate::web::failure::Result;
use crate::web::reader::Reader;
use crate::web::session::Caller;
use crate::web::views::dossier::Applicant as Shown;
use crate::web::views::shell::Shell;
use crate::web::views::slip::Slip;
use crate::work::ledger::Opened;
use crate::work::person::{self, Purpose};

/// `/dossiers/{code}/slip`.
pub async fn show(State(app): State<App>, caller: Caller, Path(code): Path<String>) -> Result<Html<String>> {
    // The slip is an official paper, in Vietnamese whoever prints it; only the bar above it is the reader's.
    let (desk, actor) = (Front::of_paper(app.desk()), caller.actor.clone());
    let (opened, applicant) = {
        let desk = desk.clone();
        let deed = async move |tx: &mut Tx| {
            let (opened, applicant) = person::reveal(tx, &desk, &actor, &code, Purpose::Slip).await?;
            if opened.dossier.received_at.is_none() {
                return Err(not_received().into());
            }
            Ok((opened, applicant))
        };
        app.db.write(deed).await?
    };
    let by = app
        .db
        .read(async |tx| {
            let events = store::events::of(tx, opened.known.id).await?;
            let names = story::names(tx, &events, None).await?;
            Ok(events.first().and_then(|event| names.get(&event.actor)).cloned().unwrap_or_default())
        })
        .await?;
    html(&slip(&app, &desk, &caller.reader, &opened, applicant, by))
}

/// An appointment is given with the receipt (ACC-01); nothing is on record of a sheet that was not printed.
fn not_received() -> Refusal {
    Refusal::new(
        Kind::IllegalMove,
        "Hồ sơ chưa được tiếp nhận nên chưa có giấy hẹn. Tiếp nhận chính thức rồi in.",
        "This dossier has not been received, so there is no appointment yet. Receive it, then print.",
    )
}

fn slip(
    app: &App,
    desk: &Front,
    reader: &Reader,
    opened: &Opened,
    applicant: Option<Applicant>,
    by: String,
) -> Slip {
    let language = desk.language();
    let dossier = &opened.dossier;
    let filing = &dossier.filing;
    let zone = desk.province.zone();
    let received = dossier.received_at.unwrap_or(dossier.registered_at);
    let units = &desk.province.units;
    let parent = units.get(&filing.receiving_unit).and_then(|unit| unit.parent.as_ref());
    let day = desk.language().formal_day(zone.day(received));
    Slip {
        shell: Shell::outside(reader, format!("{} {}", reader.say("Giấy hẹn", "Receipt slip"), filing.code)),
        authority: parent.map_or_else(String::new, |parent| desk.unit_name(parent)).to_uppercase(),
        centre: desk.unit_name(&filing.receiving_unit),
        number: filing.code.rsplit('-').next().unwrap_or_default().to_owned(),
        place_and_day: format!("{}, {day}", app.settings.province.name),
        code: filing.code.clone(),
        applicant: applicant.as_ref().map_or_else(nobody, |one| dossier::in_full(language, one)),
        content: dossier::procedure_name(desk, opened),
        components: filing.components.clone(),
        sets: "01 (một) bộ".to_owned(),
        limit: dossier::limit(language, opened)
            .unwrap_or_else(|| language.limit(crate::domain::limit::TimeLimit::None)),
        received: parts::at(desk, received),
        promise: dossier.promise().map(|promise| intake::promise_words(desk, promise, None)),
        return_method: story::return_method(language, filing.return_method).to_owned(),
        ledger: None,
        received_by: by,
        look_up: format!("{}/tra-cuu", desk.house.public_url),
        secret: None,
        qr: qr::svg(&look_up_of(desk, &filing.code), "Mã QR tra cứu hồ sơ").ok().flatten(),
        figure: figure::of(desk, dossier),
    }
}

/// Where the code in the picture leads: the look-up with the dossier's code filled in.
fn look_up_of(desk: &Front, code: &str) -> String {
    format!("{}/tra-cuu?code={}", desk.house.public_url, parts::escaped(code))
}

fn nobody() -> Shown {
    Shown {
        kind: String::new(),
        name: String::new(),
        identifier: None,
        phone: None,
        email: None,
        address: None,
        purposes: Vec::new(),
    }
}
