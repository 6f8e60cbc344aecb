//! One dossier: read once, shown whole, with the forms that this reader may send.

use axum::extract::{Path, Query, State};
use axum::response::Html;
use axum_extra::extract::Form;
use serde::Deserialize;

use super::parts::{self, html};
use super::{course, deeds, figure, story};
use crate::app::App;
use crate::db::{self, Tx};
use crate::domain::apology::{ObligationState, obligation};
use crate::domain::applicant::{Applicant, ApplicantKind};
use crate::domain::event::{Event, Happening};
use crate::domain::refusal::Language;
use crate::domain::staff::Deed;
use crate::domain::time::Day;
use crate::store;
use crate::store::staff::Person;
use crate::web::failure::Result;
use crate::web::pages::front::Front;
use crate::web::session::Caller;
use crate::web::views::deeds::DeedForm;
use crate::web::views::dossier::{Apology, Applicant as Shown, DossierPage, IssuedLetter};
use crate::web::views::parts::{Choice, Standing, When};
use crate::web::views::shell::Place;
use crate::work::apology;
use crate::work::ledger::{self, Opened, milestones_of};
use crate::work::person::{self, Purpose};
use crate::work::wording::Deadline;

#[derive(Deserialize)]
pub struct Asked {
    #[serde(default)]
    done: String,
}

/// `/dossiers/{code}`.
pub async fn show(
    State(app): State<App>,
    caller: Caller,
    Path(code): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Html<String>> {
    let mut page = page(&app, &caller, &code).await?;
    page.shell.flashes.extend(parts::done(caller.reader.language, &asked.done));
    html(&page)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reveal {
    #[serde(default)]
    csrf: String,
    #[serde(default)]
    purpose: String,
}

/// `POST /dossiers/{code}/person`: the same page with the applicant in full, once (DATA-06).
pub async fn reveal(
    State(app): State<App>,
    caller: Caller,
    Path(code): Path<String>,
    Form(form): Form<Reveal>,
) -> Result<Html<String>> {
    caller.check_form(&form.csrf)?;
    let (desk, actor, purpose) = (app.desk(), caller.actor.clone(), Purpose::chosen(&form.purpose)?);
    let asked = code.clone();
    let deed = async move |tx: &mut Tx| {
        person::reveal(tx, &desk, &actor, &asked, purpose).await.map(|(_, found)| found)
    };
    let applicant = app.db.write(deed).await?;
    let mut page = page(&app, &caller, &code).await?;
    page.applicant = applicant.as_ref().map(|one| in_full(caller.reader.language, one));
    html(&page)
}

/// The page as this caller may see it now.
pub async fn page(app: &App, caller: &Caller, code: &str) -> Result<DossierPage> {
    let desk = Front::of(app, &caller.reader);
    let found = app.db.read(async |tx| Found::read(tx, &desk, caller, code).await).await?;
    Ok(found.page(&desk, caller))
}

/// All that the page rests on, from one snapshot.
struct Found {
    opened: Opened,
    events: Vec<Event>,
    names: std::collections::BTreeMap<crate::domain::staff::StaffId, String>,
    colleagues: Vec<Person>,
    /// None where the reader may not know.
    applicant: Option<Applicant>,
}

impl Found {
    async fn read(tx: &mut Tx, desk: &Front, caller: &Caller, code: &str) -> db::Result<Self> {
        let actor = &caller.actor;
        let opened = ledger::open(tx, desk, actor, code, Deed::View).await?;
        let events = store::events::of(tx, opened.known.id).await?;
        let names = story::names(tx, &events, opened.dossier.holder.officer).await?;
        let colleagues = store::staff::of_unit(tx, actor.unit.as_str()).await?;
        let applicant = if deeds::may_do(desk, actor, Deed::ViewPerson, &opened) {
            apology::applicant_of(tx, desk, &opened.dossier).await?
        } else {
            None
        };
        Ok(Self { opened, events, names, colleagues, applicant })
    }

    fn page(&self, desk: &Front, caller: &Caller) -> DossierPage {
        let dossier = &self.opened.dossier;
        let filing = &dossier.filing;
        let standing = standing(desk, &self.opened);
        let deadline = Deadline::of(dossier);
        let forms = deeds::forms(desk, &caller.actor, &self.opened, &self.events, &self.colleagues);
        DossierPage {
            shell: parts::shell(desk, caller, filing.code.clone(), Some(Place::Dossiers)),
            code: filing.code.clone(),
            version: u64::try_from(dossier.version).unwrap_or(0),
            procedure: procedure_name(desk, &self.opened),
            procedure_code: filing.procedure.clone(),
            state: dossier.state.word(desk.language()).to_owned(),
            standing,
            due: deadline.map(|one| parts::due(desk, filing.competent_unit.as_str(), one, standing)),
            without_due: if dossier.received_at.is_none() {
                desk.say("Chưa tiếp nhận", "Not yet received")
            } else {
                desk.say("Không có thời hạn", "No time limit")
            },
            is_received: dossier.received_at.is_some(),
            received: parts::at(desk, dossier.received_at.unwrap_or(dossier.registered_at)),
            holder: self.holder(desk),
            receiving_unit: desk.unit_name(&filing.receiving_unit),
            competent_unit: desk.unit_name(&filing.competent_unit),
            channel: channel(desk, &filing.channel),
            return_method: story::return_method(desk.language(), filing.return_method).to_owned(),
            components: filing.components.iter().map(|paper| desk.written(paper)).collect(),
            applicant: self.applicant.as_ref().map(|one| masked(desk.language(), one)),
            promises: story::promises(desk, dossier),
            figure: figure::of(desk, dossier),
            explained: figure::in_words(desk, dossier),
            story: story::story(desk, &self.events, &self.names),
            stops: story::stops(desk, dossier),
            course: course::of(desk, dossier, &self.events, &self.names),
            apology: self.apology(desk, caller),
            no_deed: forms.iter().all(DeedForm::is_about_the_record).then(|| self.no_deed(desk)),
            deeds: forms,
        }
    }

    fn holder(&self, desk: &Front) -> String {
        let holder = &self.opened.dossier.holder;
        let unit = desk.unit_name(&holder.unit);
        match holder.officer.and_then(|id| self.names.get(&id)) {
            Some(name) => format!("{name}, {unit}"),
            None => unit,
        }
    }

    fn no_deed(&self, desk: &Front) -> String {
        let dossier = &self.opened.dossier;
        let (vietnamese, english) = if dossier.imported {
            (
                "Hồ sơ được theo dõi từ hệ thống khác; việc xử lý được cập nhật ở hệ thống đó.",
                "The dossier is followed from another system, and what is done to it is recorded there.",
            )
        } else if dossier.state.is_open() || dossier.returned_at.is_none() && dossier.ended_at.is_some() {
            (
                "Lúc này tài khoản của ông/bà không có việc phải làm với hồ sơ này.",
                "There is nothing for your account to do with this dossier now.",
            )
        } else {
            ("Hồ sơ đã kết thúc, không còn việc phải làm.", "The dossier is closed; nothing is left to do.")
        };
        desk.say(vietnamese, english).to_owned()
    }

    fn apology(&self, desk: &Front, caller: &Caller) -> Option<Apology> {
        let dossier = &self.opened.dossier;
        let milestones = milestones_of(desk, dossier)?;
        let state = obligation(dossier, &milestones, desk.now)?;
        let may = |deed| deeds::may_do(desk, &caller.actor, deed, &self.opened);
        let unsigned = dossier.apology.is_none() && dossier.exempted_at.is_none();
        let owes = matches!(state, ObligationState::Owed | ObligationState::OwedOverdue);
        let undelivered = matches!(state, ObligationState::IssuedInAdvance | ObligationState::IssuedLate);
        let issue = (unsigned && may(Deed::IssueApology)).then(|| {
            let mut form = {
                let first = first_day(desk, &self.opened);
                DeedForm::apologise(desk.language(), first, dossier.state.is_open())
            };
            if let Some(last) = apology::last_day(desk, dossier).filter(|_| dossier.state.is_open()) {
                form = form.no_later_than(desk.language(), last.to_string(), &desk.language().day(last));
            }
            form.next = owes;
            form
        });
        let last_chance = milestones.apology_window.map(|(_, shuts)| parts::at(desk, shuts));
        Some(Apology {
            state,
            meaning: self.proof(desk, state).unwrap_or_else(|| meaning(desk, state).to_owned()),
            when: last_chance.filter(|_| state == ObligationState::Forecast),
            letter: self.letter(desk, caller),
            issue,
            exempt: (unsigned && owes && may(Deed::ApproveExemption))
                .then(|| DeedForm::exempt(desk.language())),
            deliver: (undelivered && may(Deed::DeliverApology))
                .then(|| DeedForm::deliver_apology(desk.language())),
        })
    }

    /// By which way the letter went out, when, and what proves it (LATE-17).
    fn proof(&self, desk: &Front, state: ObligationState) -> Option<String> {
        let delivered = self.events.iter().find_map(|event| match &event.what {
            Happening::ApologyDelivered { channel, receipt } => Some((event.at, channel, receipt)),
            _ => None,
        });
        let (at, channel, receipt) = delivered.filter(|_| state == ObligationState::Delivered)?;
        let at = parts::at(desk, at).text;
        let (how, receipt) = (channel.proves(desk.language()), desk.name(receipt));
        let proved = desk.say(
            format!("Lời xin lỗi đã {how}, {at}. Bằng chứng: {receipt}."),
            format!("The apology was {how}, {at}. Proof: {receipt}."),
        );
        Some(format!("{proved} {}", meaning(desk, state)))
    }

    fn letter(&self, desk: &Front, caller: &Caller) -> Option<IssuedLetter> {
        self.events.iter().find_map(|event| match &event.what {
            Happening::ApologyIssued { number, reason, words, reappointed, .. } => Some(IssuedLetter {
                number: number.clone(),
                reason: reason.word(desk.language()).to_owned(),
                words: desk.written(words),
                new_return: reappointed.map_or_else(
                    || {
                        let none =
                            desk.say("không hẹn lại, kết quả đã có", "no new date, the result is there");
                        When::at(none, "")
                    },
                    |second| parts::at(desk, second.due_at),
                ),
                href: deeds::may_do(desk, &caller.actor, Deed::ViewPerson, &self.opened)
                    .then(|| format!("/dossiers/{}/apology", parts::escaped(&self.opened.known.code))),
            }),
            _ => None,
        })
    }
}

/// How it stands while it is open, how it ended afterwards.
pub fn standing(desk: &Front, opened: &Opened) -> Standing {
    let dossier = &opened.dossier;
    if dossier.ended_at.is_some() {
        return dossier.outcome().map_or(Standing::Closed, Standing::from);
    }
    let live = milestones_of(desk, dossier).and_then(|one| one.standing(dossier, desk.now));
    match live {
        Some(live) => live.into(),
        None if dossier.stopped_since().is_some() => Standing::ClockStopped,
        None if dossier.received_at.is_none() => Standing::NotYet,
        None => Standing::NoLimit,
    }
}

/// The procedure's name in the version under which the dossier was received.
pub fn procedure_name(desk: &Front, opened: &Opened) -> String {
    let filing = &opened.dossier.filing;
    let code = filing.procedure.parse().ok();
    let version = code.and_then(|code| desk.province.catalogue.version(&code, filing.procedure_version));
    version.map_or_else(|| filing.procedure.clone(), |procedure| procedure.name_vi.clone())
}

/// How it was filed (FILE-01), or what another system calls it.
pub fn channel(desk: &Front, id: &str) -> String {
    let (vietnamese, english) = match id {
        "counter" => ("nộp trực tiếp", "filed at the counter"),
        "online" => ("nộp trực tuyến", "filed online"),
        "post" => ("nộp qua bưu chính công ích", "filed by public post"),
        other => return desk.name(other),
    };
    desk.say(vietnamese, english).to_owned()
}

pub fn kind(language: Language, kind: ApplicantKind) -> &'static str {
    let (vietnamese, english) = match kind {
        ApplicantKind::Citizen => ("cá nhân", "citizen"),
        ApplicantKind::Business => ("doanh nghiệp", "business"),
        ApplicantKind::StateAgency => ("cơ quan nhà nước", "state agency"),
        ApplicantKind::Organisation => ("tổ chức khác", "other organisation"),
    };
    language.choose(vietnamese, english)
}

/// The name in full, identifier and phone by their tails alone (DATA-07).
fn masked(language: Language, applicant: &Applicant) -> Shown {
    Shown {
        kind: kind(language, applicant.kind).to_owned(),
        name: applicant.name.clone(),
        identifier: applicant.masked_identifier(),
        phone: applicant.masked_phone(),
        email: None,
        address: None,
        purposes: Purpose::CHOSEN
            .map(|purpose| Choice::new(purpose.id(), purpose.word(language), false))
            .to_vec(),
    }
}

/// All that the applicant told, for whoever has said why they need it.
pub fn in_full(language: Language, applicant: &Applicant) -> Shown {
    Shown {
        kind: kind(language, applicant.kind).to_owned(),
        name: applicant.name.clone(),
        identifier: applicant.identifier.clone(),
        phone: applicant.phone.clone(),
        email: applicant.email.clone(),
        address: applicant.address.clone(),
        purposes: Vec::new(),
    }
}

fn meaning(desk: &Front, state: ObligationState) -> &'static str {
    let (vietnamese, english) = match state {
        ObligationState::Forecast => (
            "Thời hạn sắp hết. Nếu không kịp, văn bản xin lỗi gửi trước thời điểm này là gửi đúng quy định.",
            "Time is running out. If it does not suffice, an apology sent before this moment is in order.",
        ),
        ObligationState::Owed => (
            "Đã qua thời điểm xin lỗi trước hạn. Nếu không trả kịp hôm nay, đơn vị vẫn phải xin lỗi ông/bà nộp hồ sơ.",
            "The time for an apology in advance is over. If the result is not returned today, the unit still owes the applicant an apology.",
        ),
        ObligationState::OwedOverdue => (
            "Đơn vị chưa trả kết quả đúng hẹn và chưa xin lỗi. Thủ trưởng ký lời xin lỗi, nêu lý do và ngày hẹn mới.",
            "The unit has neither returned the result as promised nor apologised. Its head signs the apology, with the reason and a new date.",
        ),
        ObligationState::IssuedInAdvance | ObligationState::IssuedLate => (
            "Lời xin lỗi đã được ký và gửi. Cần ghi nhận bằng chứng đã đến tay người nhận.",
            "The apology was signed and sent. Proof that it reached the applicant is still to be recorded.",
        ),
        ObligationState::Delivered => {
            ("Nghĩa vụ xin lỗi đã hoàn thành.", "The duty to apologise is fulfilled.")
        }
        ObligationState::Exempt => (
            "Thủ trưởng đã miễn xin lỗi; hồ sơ vẫn được thống kê là được miễn.",
            "The head of unit granted an exemption; the dossier is counted as exempted.",
        ),
        ObligationState::Closed => (
            "Hồ sơ đã có kết quả đúng hạn; văn bản đã gửi được lưu lại.",
            "The dossier was settled on time; the letter that was sent stays on record.",
        ),
    };
    desk.say(vietnamese, english)
}

/// The first working day that an apology may promise: after the due day and after today (LATE-13).
fn first_day(desk: &Front, opened: &Opened) -> Option<String> {
    let due = opened.dossier.promise()?.due_on;
    let timetable = desk.province.timetable(&opened.dossier.filing.competent_unit);
    let days = std::iter::successors(due.max(desk.today()).next(), |day: &Day| day.next());
    days.take(60).find(|day| timetable.kind(*day).is_working()).map(|day| day.to_string())
}

/// The limit that was promised, `3 ngày làm việc`; none for a promise of another system.
pub fn limit(language: Language, opened: &Opened) -> Option<String> {
    let basis = opened.dossier.original_promise()?.basis.as_ref()?;
    Some(language.limit(basis.terms.limit))
}
