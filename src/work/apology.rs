//! Form 04: signed once, sent to the citizen, delivered against a receipt (LATE-01 to LATE-17).

use super::desk::{Desk, sealing_failed};
use super::free_text::{line, text};
use super::ledger::{self, Addition, Opened, milestones_of, rules_of};
use super::post::{self, Posting};
use super::processing::Change;
use crate::db::{Error, Result, Tx};
use crate::domain::apology::{DeliveryChannel, LateReason};
use crate::domain::applicant::{Applicant, ApplicantKind};
use crate::domain::calendar::Timetable;
use crate::domain::dossier::Dossier;
use crate::domain::event::{Happening, Reappointment};
use crate::domain::limit::TimeLimit;
use crate::domain::promise::{Outcome, Promise};
use crate::domain::refusal::{Kind, Refusal};
use crate::domain::staff::Actor;
use crate::domain::state::State;
use crate::domain::time::{ClockTime, Day, Moment};
use crate::domain::words::Language;
use crate::letters::{Addressee, ApologyLetter, Complaint, Contact, Fault, NewTime, Reason, Signature, When};
use crate::seal::Use;
use crate::store;

const VI: Language = Language::Vietnamese;
const EN: Language = Language::English;

/// LATE-12: the reason in words, at least so many characters.
pub const SHORTEST_REASON: usize = 10;

/// What the head of the agency signs.
#[derive(Clone, Copy, Debug)]
pub struct NewLetter<'a> {
    pub reason: LateReason,
    pub words: &'a str,
    pub new_due_on: Option<Day>,
    pub number: Option<&'a str>,
}

/// The event of a letter signed now; refused where the law allows none.
pub async fn issued(
    tx: &mut Tx,
    desk: &Desk,
    actor: &Actor,
    dossier: &Dossier,
    at: Moment,
    letter: &NewLetter<'_>,
) -> Result<Happening> {
    let Some(promise) = dossier.promise() else {
        return Err(Refusal::new(
            Kind::IllegalMove,
            "Hồ sơ này không có ngày hẹn trả nên không có gì để xin lỗi hoặc hẹn lại.",
            "This dossier has no due date, so there is nothing to apologise for or to re-appoint.",
        )
        .into());
    };
    if dossier.apology.is_some() {
        return Err(second_letter());
    }
    if dossier.exempted_at.is_some() {
        return Err(Refusal::new(
            Kind::IllegalMove,
            "Hồ sơ này đã được phê duyệt miễn xin lỗi nên không gửi văn bản xin lỗi nữa.",
            "This dossier was exempted from the apology, so no letter is sent any more.",
        )
        .on_field("kind")
        .into());
    }
    if dossier.outcome().is_some_and(|outcome| outcome != Outcome::Late) {
        return Err(Refusal::new(
            Kind::IllegalMove,
            "Hồ sơ này đã kết thúc đúng hạn nên không có gì để xin lỗi.",
            "This dossier ended in time, so there is nothing to apologise for.",
        )
        .on_field("kind")
        .into());
    }
    let reappointed = match letter.new_due_on {
        Some(day) => Some(reappointment(desk, dossier, promise, day)?),
        None if dossier.state.is_open() => {
            return Err(Refusal::required("new_due_on", "ngày hẹn trả mới", "the new return date").into());
        }
        None => None,
    };
    Ok(Happening::ApologyIssued {
        number: form_number(tx, desk, dossier, letter.number).await?,
        signer: actor.staff_id,
        signed_on: desk.province.zone().day(at),
        reason: letter.reason,
        words: text("words", letter.words, SHORTEST_REASON)?,
        reappointed,
    })
}

/// LATE-02, LATE-07: one letter, one re-appointment.
fn second_letter() -> crate::db::Error {
    Refusal::new(
        Kind::IllegalMove,
        "Hồ sơ này đã được xin lỗi và hẹn lại một lần; pháp luật không cho hẹn lại lần hai. Cần giải quyết ngay.",
        "This dossier was apologised for and re-appointed once already; there is no second time. Settle it now.",
    )
    .on_field("kind")
    .into()
}

/// LATE-13: after the due date, on a working day of a final year, within the longest extension.
pub fn reappointment(desk: &Desk, dossier: &Dossier, promise: &Promise, day: Day) -> Result<Reappointment> {
    let timetable = desk.province.timetable(&dossier.filing.competent_unit);
    if !dossier.state.is_open() {
        return Err(wrong_day(
            "Hồ sơ đã giải quyết xong nên không hẹn lại được. Bỏ trống ngày hẹn mới.",
            "The dossier is settled already; leave the new date empty.",
        ));
    }
    if day <= promise.due_on || day <= desk.today() {
        return Err(wrong_day(
            "Ngày hẹn mới phải sau ngày hẹn cũ và sau hôm nay.",
            "The new date must lie after the due date and after today.",
        ));
    }
    let works = timetable.works_on(day).map_err(super::appointment::no_due_date)?;
    if !works {
        return Err(wrong_day(
            "Ngày hẹn mới phải là ngày làm việc. Chọn ngày khác.",
            "The new date must be a working day. Choose another.",
        ));
    }
    let longest = longest_extension(desk, dossier, promise, timetable);
    // Who is late already can't be asked to go back: the extension runs from today.
    let extension = timetable.working_days_between(promise.due_on.max(desk.today()), day);
    if i64::from(extension) > i64::from(longest) {
        let last = last_day(desk, dossier);
        let latest = last.map_or_else(String::new, |last| format!(", muộn nhất là {}", VI.day(last)));
        let latest_english = last.map_or_else(String::new, |last| format!(", until {}", EN.day(last)));
        return Err(wrong_day(
            &format!("Chỉ được gia hạn nhiều nhất {longest} ngày làm việc{latest}."),
            &format!("The extension may be at most {longest} working days{latest_english}."),
        ));
    }
    let due_at = timetable.closing(day).map_err(super::appointment::no_due_date)?;
    let end = timetable.zone().instant(day, ClockTime::END_OF_DAY).unwrap_or(due_at);
    let by_instant = promise
        .basis
        .as_ref()
        .is_some_and(|basis| matches!(basis.terms.limit, TimeLimit::WorkingHours(_) | TimeLimit::SameDay));
    Ok(Reappointment { due_at, due_on: day, late_from: if by_instant { due_at } else { end } })
}

/// The most working days by which a result may be put off: what the rules set, else the limit itself (LATE-13).
#[must_use]
pub fn longest_extension(desk: &Desk, dossier: &Dossier, promise: &Promise, timetable: &Timetable) -> u32 {
    let set = rules_of(desk, dossier).and_then(|rules| rules.max_extension_wd);
    set.unwrap_or_else(|| {
        let counted_from = timetable.zone().day(promise.counted_from);
        let limit = timetable.working_days_between(counted_from, promise.due_on);
        u32::try_from(limit).unwrap_or_default().max(1)
    })
}

/// The last day that a new appointment may name; none where there is no promise to put off.
#[must_use]
pub fn last_day(desk: &Desk, dossier: &Dossier) -> Option<Day> {
    let promise = dossier.promise()?;
    let timetable = desk.province.timetable(&dossier.filing.competent_unit);
    let longest = i32::try_from(longest_extension(desk, dossier, promise, timetable)).ok()?;
    // Who is late already can't be asked to go back: the extension runs from today.
    timetable.add_working_days_provisional(promise.due_on.max(desk.today()), longest).ok()
}

fn wrong_day(vietnamese: &str, english: &str) -> crate::db::Error {
    Refusal::invalid("new_due_on", vietnamese, english).into()
}

/// The number given, or the unit's next of the year: `12/PXL` of that unit.
async fn form_number(tx: &mut Tx, desk: &Desk, dossier: &Dossier, given: Option<&str>) -> Result<String> {
    if let Some(number) = given.map(str::trim).filter(|number| !number.is_empty()) {
        let number = line("number", number)?;
        if store::obligations::has_number(tx, &number).await? {
            return Err(number_taken(&number).into());
        }
        return Ok(number);
    }
    let unit = dossier.filing.competent_unit.as_str();
    let today = desk.today();
    let new_year = Day::new(today.year(), 1, 1).unwrap_or(today);
    loop {
        let next = store::dossiers::next_number(tx, &format!("{unit}/PXL"), new_year).await?;
        let number = format!("{next}/{}/PXL-{unit}", today.year());
        // Somebody may have typed a number that the sequence had not come to yet.
        if !store::obligations::has_number(tx, &number).await? {
            return Ok(number);
        }
    }
}

/// Two chose one number at the same time: who typed it is told, who was given it gets the next.
fn taken_meanwhile(error: Error, number: &str, given: Option<&str>) -> Error {
    match given.map(str::trim).filter(|given| !given.is_empty()) {
        _ if !error.is_unique_violation() => error,
        Some(_) => number_taken(number).into(),
        None => error.into_contended(),
    }
}

fn number_taken(number: &str) -> Refusal {
    Refusal::invalid(
        "number",
        format!("Số văn bản “{number}” đã dùng. Nhập số khác hoặc để trống để hệ thống cấp số."),
        format!("The number {number:?} is taken. Enter another, or leave it empty to be given one."),
    )
}

/// What an event about the apology entails beyond the event: the obligation's row, the citizen's letter.
pub async fn follow_up(
    tx: &mut Tx,
    desk: &Desk,
    actor: &Actor,
    opened: &Opened,
    change: &Change,
    at: Moment,
) -> Result<()> {
    let id = opened.known.id;
    match change {
        Change::ApologyIssued { reason, words, number: given, .. } => {
            let events = store::events::of(tx, id).await?;
            let number = events.iter().rev().find_map(|event| match &event.what {
                Happening::ApologyIssued { number, .. } => Some(number.clone()),
                _ => None,
            });
            let number = number.unwrap_or_default();
            let apology = opened.dossier.apology.as_ref();
            let in_advance = apology
                .zip(milestones_of(desk, &opened.dossier))
                .is_some_and(|(apology, milestones)| milestones.is_in_advance(apology));
            let issued = store::obligations::issue(tx, id, at, in_advance, &number, reason.id()).await;
            issued.map_err(|error| taken_meanwhile(error, &number, given.as_deref()))?;
            write_to_citizen(tx, desk, actor, opened, &number, *reason, words).await
        }
        Change::ApologyDelivered { .. } => store::obligations::deliver(tx, id, at).await,
        Change::Exempted { .. } => {
            let unit = opened.dossier.filing.competent_unit.as_str();
            store::obligations::open(tx, id, unit, desk.now.max(at)).await?;
            store::obligations::exempt(tx, id, at).await
        }
        _ => Ok(()),
    }
}

/// Sends the letter by mail where the applicant has an address; else it is handed over or posted (LATE-05).
async fn write_to_citizen(
    tx: &mut Tx,
    desk: &Desk,
    actor: &Actor,
    opened: &Opened,
    number: &str,
    reason: LateReason,
    words: &str,
) -> Result<()> {
    let Some(applicant) = applicant_of(tx, desk, &opened.dossier).await? else { return Ok(()) };
    let Some(address) = applicant.email_address() else { return Ok(()) };
    let signer = store::staff::by_id(tx, actor.staff_id.0).await?;
    let signer = signer.map_or_else(String::new, |person| person.name);
    let form = Form { number, reason, words, signer: &signer };
    let Some(letter) = letter(desk, &opened.dossier, &applicant, form) else { return Ok(()) };
    let letter = letter.render().map_err(post::unwritten)?;
    let posting = Posting {
        dedupe_key: &format!("apology:{}", opened.known.id),
        kind: "apology",
        unit: opened.dossier.filing.competent_unit.as_str(),
        to_name: &applicant.name,
        to_address: address,
        recipient_id: None,
        dossier_id: Some(opened.known.id),
    };
    post::put(tx, desk, posting, &letter).await?;
    Ok(())
}

/// The applicant of a dossier, opened.
pub async fn applicant_of(tx: &mut Tx, desk: &Desk, dossier: &Dossier) -> Result<Option<Applicant>> {
    let Some(id) = dossier.filing.applicant else { return Ok(None) };
    let Some(sealed) = store::applicants::get(tx, id).await? else { return Ok(None) };
    Ok(Some(desk.keys.open(&sealed, Use::Applicant).map_err(sealing_failed)?))
}

/// What a signed form 04 adds to the dossier's own facts.
#[derive(Clone, Copy, Debug)]
pub struct Form<'a> {
    pub number: &'a str,
    pub reason: LateReason,
    pub words: &'a str,
    pub signer: &'a str,
}

/// Form 04 with everything that LATE-06 demands; none where the dossier has no promise.
#[must_use]
pub fn letter(
    desk: &Desk,
    dossier: &Dossier,
    applicant: &Applicant,
    form: Form<'_>,
) -> Option<ApologyLetter> {
    let apology = dossier.apology.as_ref()?;
    // A new limit that is kept takes back no promise that was missed (SUP-06).
    let missed = dossier.missed_promise(apology.issued_at);
    let promise = missed.or(dossier.promise())?;
    let timetable = desk.province.timetable(&dossier.filing.competent_unit);
    let procedure = desk.procedure(&dossier.filing.procedure, desk.today());
    let agency = desk.unit_name(&dossier.filing.competent_unit);
    let unit = desk.province.units.get(&dossier.filing.competent_unit);
    let parent = unit.and_then(|unit| unit.parent.as_ref()).map(|parent| desk.unit_name(parent));
    let title = rules_of(desk, dossier).map(|rules| rules.forms.apology_title_vi.clone());
    let control_office = desk.unit_name(&desk.province.root);
    Some(ApologyLetter {
        title: title.unwrap_or_else(|| crate::letters::APOLOGY_TITLE_2025.to_owned()),
        parent_agency: parent,
        agency: agency.clone(),
        number: form.number.to_owned(),
        place: desk.house.place.clone(),
        issued_on: apology.signed_on,
        addressee: addressee(applicant),
        identifier: applicant.identifier_key().unwrap_or_default(),
        dossier_code: dossier.filing.code.clone(),
        procedure: procedure
            .map_or_else(|| dossier.filing.procedure.clone(), |procedure| procedure.name_vi.clone()),
        receiving_agency: desk.unit_name(&dossier.filing.receiving_unit),
        received: when(timetable, dossier.received_at.unwrap_or(dossier.registered_at)),
        appointed: when(timetable, promise.due_at),
        fault: fault(dossier, missed.is_some()),
        reason: Reason { code: form.reason, words: form.words.trim().to_owned() },
        new_time: new_time(dossier, timetable, promise),
        contact: Contact {
            name: form.signer.to_owned(),
            position: agency.clone(),
            phone: desk.phone_of(&dossier.filing.competent_unit),
            email: None,
        },
        complaint: Complaint { office: control_office, phone: desk.phone_of(&desk.province.root), url: None },
        signature: Signature {
            position: "Thủ trưởng đơn vị".to_owned(),
            name: form.signer.to_owned(),
            mark: None,
        },
        url: format!("{}/tra-cuu?code={}", desk.house.public_url, dossier.filing.code),
    })
}

fn addressee(applicant: &Applicant) -> Addressee {
    let name = applicant.name.clone();
    match applicant.kind {
        ApplicantKind::Citizen => Addressee::Person { name },
        _ => Addressee::Organisation { name },
    }
}

fn when(timetable: &Timetable, at: Moment) -> When {
    let (day, time) = timetable.zone().local(at);
    When { day, time }
}

fn fault(dossier: &Dossier, is_missed: bool) -> Fault {
    match (dossier.ended_at, is_missed) {
        (Some(_), _) if has_no_result(dossier) => Fault::NeverCame,
        (Some(_), _) => Fault::ReturnedLate,
        (None, true) => Fault::Missed,
        (None, false) => Fault::WillMiss,
    }
}

fn has_no_result(dossier: &Dossier) -> bool {
    matches!(dossier.state, State::Withdrawn | State::Stopped)
}

fn new_time(dossier: &Dossier, timetable: &Timetable, promise: &Promise) -> NewTime {
    let ended = dossier.ended_at.map(|ended| when(timetable, ended));
    let returned = dossier.returned_at.map(|returned| when(timetable, returned));
    match (ended, dossier.reappointment) {
        (Some(ended), _) if has_no_result(dossier) => NewTime::Ended(ended),
        (Some(ready), _) => {
            returned.map_or(NewTime::Ready(ready), |returned| NewTime::Returned { ready, returned })
        }
        (None, Some(second)) => NewTime::Appointed(when(timetable, second.due_at)),
        (None, None) => NewTime::Appointed(when(timetable, promise.due_at)),
    }
}

/// Records that the relay took the citizen's letter: the receipt of the mail channel (LATE-17).
pub async fn delivered_by_mail(tx: &mut Tx, desk: &Desk, dossier: i64, receipt: &str) -> Result<()> {
    let Some(known) = store::dossiers::known_by_id(tx, dossier).await? else { return Ok(()) };
    let opened = ledger::load(tx, known).await?;
    let apology = opened.dossier.apology.as_ref();
    if apology.is_none_or(|apology| apology.delivered.is_some()) {
        return Ok(());
    }
    let actor = Actor::system(desk.province.root.clone());
    let at = desk.now.max(opened.dossier.last_at);
    let desk = Desk { now: at, ..desk.clone() };
    let what = Happening::ApologyDelivered { channel: DeliveryChannel::Email, receipt: receipt.to_owned() };
    let version = opened.known.version;
    ledger::add(tx, &desk, opened, version, Addition { actor: &actor, at, what }).await?;
    store::obligations::deliver(tx, dossier, at).await
}
