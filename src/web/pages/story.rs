//! A dossier's events as sentences, and the promises and stops that they made.

use std::collections::BTreeMap;

use super::parts;
use crate::db::{Result, Tx};
use crate::domain::dossier::Dossier;
use crate::domain::event::{Event, HandOver, Happening, ReturnMethod};
use crate::domain::promise::Cause;
use crate::domain::refusal::Language;
use crate::domain::staff::StaffId;
use crate::domain::time::{ClockTime, Moment};
use crate::domain::words::Amount;
use crate::store;
use crate::web::pages::front::Front;
use crate::web::views::dossier::{Promise, PromisePart, Stop, StoryEvent};

/// The names of everyone who has a part in these events.
pub async fn names(
    tx: &mut Tx,
    events: &[Event],
    more: Option<StaffId>,
) -> Result<BTreeMap<StaffId, String>> {
    let mut names = BTreeMap::new();
    let all: Vec<StaffId> = events.iter().flat_map(people).chain(more).collect();
    for id in all {
        if !names.contains_key(&id)
            && let Some(person) = store::staff::by_id(tx, id.0).await?
        {
            names.insert(id, person.name);
        }
    }
    Ok(names)
}

/// Who did it, and to whom it was given.
fn people(event: &Event) -> impl Iterator<Item = StaffId> + use<> {
    let given = match &event.what {
        Happening::Transfer { to_officer, .. } | Happening::StepDone { to_officer, .. } => *to_officer,
        Happening::ImportedStep { officer, .. } => *officer,
        _ => None,
    };
    std::iter::once(event.actor).chain(given)
}

/// Newest first.
pub fn story(desk: &Front, events: &[Event], names: &BTreeMap<StaffId, String>) -> Vec<StoryEvent> {
    events.iter().rev().map(|event| told(desk, events, event, names)).collect()
}

/// Which deed a number means: `“Tiếp nhận chính thức”, 05/11/2026, 15:15`.
pub fn named(desk: &Front, events: &[Event], seq: i64) -> String {
    events.iter().find(|event| event.seq == seq).map_or_else(
        || desk.say(format!("sự việc số {seq}"), format!("event no. {seq}")),
        |event| {
            let (what, _) = words(desk, &event.what, &BTreeMap::new());
            format!("“{what}”, {}", parts::briefly(desk, event.at).text)
        },
    )
}

/// What a record about another deed says (LIFE-05); none of what is not about the record.
fn about_the_record(desk: &Front, events: &[Event], what: &Happening) -> Option<(String, Option<String>)> {
    let deed = |seq: i64| named(desk, events, seq);
    match what {
        Happening::CorrectionProposed { corrects, at, reason } => Some((
            {
                let (deed, at) = (deed(*corrects), parts::briefly(desk, *at).text);
                desk.say(
                    format!("Đề nghị đính chính {deed}; thời điểm đúng: {at}"),
                    format!("Correction proposed of {deed}; true time: {at}"),
                )
            },
            Some(desk.name(reason)),
        )),
        Happening::Corrected { corrects, reason, words, time } => {
            let wrong = events.iter().find(|event| event.seq == *corrects).map(|event| &event.what);
            let refused = matches!(wrong, Some(Happening::CorrectionProposed { .. }));
            let said = match (time, words) {
                _ if refused => {
                    desk.say("Không duyệt đề nghị đính chính", "Proposed correction refused").to_owned()
                }
                (Some(time), _) => {
                    let (deed, at) = (deed(*corrects), parts::briefly(desk, time.at).text);
                    desk.say(
                        format!("Đính chính {deed}; thời điểm đúng: {at}"),
                        format!("Corrected: {deed}; true time: {at}"),
                    )
                }
                (None, words) => {
                    let words = desk.name(words.as_deref().unwrap_or_default());
                    format!("{} {}: {words}", desk.say("Đính chính", "Corrected"), deed(*corrects))
                }
            };
            Some((said, Some(desk.name(reason))))
        }
        _ => None,
    }
}

fn told(desk: &Front, events: &[Event], event: &Event, names: &BTreeMap<StaffId, String>) -> StoryEvent {
    let unit = desk.unit_name(&event.unit);
    let who = names.get(&event.actor).map_or_else(|| unit.clone(), |name| format!("{name}, {unit}"));
    let weighty = !matches!(
        event.what,
        Happening::Transfer { .. }
            | Happening::StepDone { .. }
            | Happening::StageDone { .. }
            | Happening::OpinionRequested { .. }
            | Happening::OpinionGiven { .. }
            | Happening::CorrectionProposed { .. }
            | Happening::ImportedStep { .. }
    );
    let (what, said) =
        about_the_record(desk, events, &event.what).unwrap_or_else(|| words(desk, &event.what, names));
    StoryEvent { at: parts::briefly(desk, event.at), who, what, said, weighty }
}

fn words(desk: &Front, what: &Happening, names: &BTreeMap<StaffId, String>) -> (String, Option<String>) {
    let to = |officer: &Option<StaffId>| {
        let name = officer.and_then(|id| names.get(&id)).map(|name| desk.name(name));
        name.map(|name| desk.say(format!(", giao {name}"), format!(", given to {name}")))
    };
    let handed_over = |giver: &Option<HandOver>| handed_over(desk, *giver);
    let fixed = |vietnamese: &str, english: &str| desk.say(vietnamese, english).to_owned();
    match what {
        Happening::Submitted { .. } => (fixed("Nộp hồ sơ trực tuyến", "Filed online"), None),
        Happening::Received { promise, .. } => {
            (fixed("Tiếp nhận chính thức", "Officially received"), due(desk, promise.as_ref()))
        }
        Happening::Transfer { to_unit, to_officer, giver } => {
            let (unit, to) = (desk.unit(to_unit), to(to_officer).unwrap_or_default());
            (format!("{} {unit}{to}{}", desk.say("Chuyển đến", "Transferred to"), handed_over(giver)), None)
        }
        Happening::StepDone { step, to_officer, giver } => {
            let (step, to) = (desk.name(step), to(to_officer).unwrap_or_default());
            (format!("{} “{step}”{to}{}", desk.say("Xong bước", "Step done:"), handed_over(giver)), None)
        }
        Happening::StageDone { stage, giver } => {
            let stage = desk.name(stage);
            (format!("{} “{stage}”{}", desk.say("Xong khâu", "Stage done:"), handed_over(giver)), None)
        }
        Happening::SupplementRequested { .. }
        | Happening::Supplemented { .. }
        | Happening::PaymentRequested { .. }
        | Happening::Paid { .. }
        | Happening::ExclusionBegan { .. }
        | Happening::ExclusionEnded { .. } => of_the_clock(desk, what),
        Happening::OpinionRequested { unit, question, due_at } => {
            let (unit, at) = (desk.unit(unit), parts::at(desk, *due_at).text);
            let asked = desk.say(
                format!("Lấy ý kiến {unit}, trả lời trước {at}"),
                format!("Opinion asked of {unit}, to be given before {at}"),
            );
            (asked, Some(desk.name(question)))
        }
        Happening::OpinionGiven { unit, answer } => {
            let answered = format!("{} {}", desk.unit(unit), desk.say("trả lời", "answered"));
            (answered, Some(desk.name(answer)))
        }
        Happening::Reopened { reason } => {
            (fixed("Mở lại hồ sơ đã có kết quả", "Settled dossier opened again"), Some(desk.name(reason)))
        }
        Happening::CorrectionProposed { .. } => (fixed("Đề nghị đính chính", "Correction proposed"), None),
        Happening::Corrected { .. } => (fixed("Đính chính", "Corrected"), None),
        Happening::Withdrawn { reason } => (fixed("Rút hồ sơ", "Withdrawn"), Some(desk.name(reason))),
        Happening::Stopped { reason } => (fixed("Dừng giải quyết", "Stopped"), Some(desk.name(reason))),
        Happening::Refused { reason } => (fixed("Từ chối", "Refused"), Some(desk.name(reason))),
        Happening::Settled => (fixed("Có kết quả giải quyết", "Settled: the result is there"), None),
        Happening::Returned { method } => {
            let how = return_method(desk.language(), *method);
            (format!("{} {how}", desk.say("Trả kết quả", "Result returned")), None)
        }
        Happening::ApologyIssued { .. } | Happening::ApologyDelivered { .. } | Happening::Exempted { .. } => {
            of_the_apology(desk, what)
        }
        Happening::Recalculated { promise, due_before, document, reason, .. } => {
            let (before, after) = (parts::at(desk, *due_before).text, parts::at(desk, promise.due_at).text);
            let (document, reason) = (desk.name(document), desk.name(reason));
            let counted = desk.say("Tính lại ngày hẹn trả theo", "Return date counted anew by");
            let moved = desk.say(format!("Từ {before} sang {after}"), format!("From {before} to {after}"));
            (format!("{counted} {document}: {reason}"), Some(moved))
        }
        Happening::Imported(_) => (fixed("Cập nhật từ hệ thống khác", "Updated from another system"), None),
        Happening::ImportedStep { step, officer } => {
            let (step, to) = (desk.name(step), to(officer).unwrap_or_default());
            (format!("{} “{step}”{to}", desk.say("Bước", "Step")), None)
        }
    }
}

/// What stops the clock, and what lets it run again.
fn of_the_clock(desk: &Front, what: &Happening) -> (String, Option<String>) {
    let fixed = |vietnamese: &str, english: &str| desk.say(vietnamese, english).to_owned();
    match what {
        Happening::SupplementRequested { items, reason, contact, exceptional } => {
            let exception = desk
                .say(" (ngoại lệ, do thủ trưởng quyết định)", " (an exception, decided by the head of unit)");
            let again = if *exceptional { exception } else { "" };
            let contact = contact.as_ref().map_or_else(String::new, |contact| {
                format!(" {}: {}.", desk.say("Liên hệ", "Contact"), desk.name(contact))
            });
            let items = items.iter().map(|item| desk.name(item)).collect::<Vec<_>>().join("; ");
            let asked = desk.say("Yêu cầu bổ sung", "Supplement requested");
            (format!("{asked}{again}: {items}"), Some(format!("{}{contact}", desk.name(reason))))
        }
        Happening::Supplemented { promise } => {
            (fixed("Đã nhận bổ sung", "Supplement received"), due(desk, promise.as_ref()))
        }
        Happening::PaymentRequested { reason } => (
            fixed("Yêu cầu thực hiện nghĩa vụ tài chính", "Financial obligation requested"),
            Some(desk.name(reason)),
        ),
        Happening::Paid { promise } => {
            (fixed("Đã nộp nghĩa vụ tài chính", "Financial obligation met"), due(desk, promise.as_ref()))
        }
        Happening::ExclusionBegan { exclusion, basis, document } => {
            let document = document.as_ref().map_or_else(String::new, |paper| format!(", {paper}"));
            (
                format!(
                    "{}: {}",
                    desk.say("Tạm dừng tính thời hạn", "Clock stopped"),
                    exclusion.word(desk.language()).to_lowercase()
                ),
                Some(desk.name(&format!("{basis}{document}"))),
            )
        }
        Happening::ExclusionEnded { promise, .. } => (
            fixed("Hết thời gian không tính, tính tiếp thời hạn", "Excluded time over, the clock runs on"),
            due(desk, promise.as_ref()),
        ),
        _ => Default::default(),
    }
}

fn of_the_apology(desk: &Front, what: &Happening) -> (String, Option<String>) {
    match what {
        Happening::ApologyIssued { number, reason, words, .. } => {
            let reason = reason.word(desk.language());
            let sent = desk.say(
                format!("Gửi văn bản xin lỗi số {number}, lý do: {reason}"),
                format!("Apology no. {} sent, reason: {reason}", desk.name(number)),
            );
            (sent, Some(desk.name(words)))
        }
        Happening::ApologyDelivered { channel, receipt } => {
            let how = channel.proves(desk.language());
            let proof = format!("{}: {}", desk.say("Bằng chứng", "Proof"), desk.name(receipt));
            (format!("{} {how}", desk.say("Lời xin lỗi được", "Apology")), Some(proof))
        }
        Happening::Exempted { reason, words } => {
            let exempted = desk.say("Miễn xin lỗi, lý do", "Exempted from the apology, reason");
            (format!("{exempted}: {}", reason.word(desk.language())), Some(desk.name(words)))
        }
        _ => Default::default(),
    }
}

/// The return date that a deed brought.
fn due(desk: &Front, promise: Option<&crate::domain::promise::Promise>) -> Option<String> {
    let due = parts::at(desk, promise?.due_at).text;
    Some(format!("{} {due}", desk.say("Hẹn trả", "Return due")))
}

/// `tại Trung tâm`, `qua bưu chính công ích`.
pub fn return_method(language: Language, method: ReturnMethod) -> &'static str {
    match method {
        ReturnMethod::Counter => language.choose("tại Trung tâm", "at the centre"),
        ReturnMethod::Post => language.choose("qua bưu chính công ích", "by public post"),
    }
}

/// The promise ledger, with the re-appointment that cures no lateness (LATE-10).
pub fn promises(desk: &Front, dossier: &Dossier) -> Vec<Promise> {
    let last = dossier.promises.len().saturating_sub(1);
    let each = dossier.promises.iter().enumerate().map(|(index, promise)| Promise {
        due: parts::at(desk, promise.due_at),
        made: parts::at(desk, promise.counted_from),
        why: cause(desk.language(), promise.cause).to_owned(),
        part: if index == last { PromisePart::Official } else { PromisePart::Past },
    });
    let again = dossier.reappointment.zip(dossier.apology.as_ref()).map(|(second, apology)| Promise {
        due: parts::at(desk, second.due_at),
        made: parts::at(desk, apology.issued_at),
        why: desk.say("Hẹn lại trong văn bản xin lỗi", "New date given in the apology").to_owned(),
        part: PromisePart::Reappointed,
    });
    each.chain(again).collect()
}

fn cause(language: Language, cause: Cause) -> &'static str {
    match cause {
        Cause::Receipt => language.choose("Khi tiếp nhận", "At receipt"),
        other => other.word(language),
    }
}

/// `, quá hạn`: how the giver stood, as it was recorded (LIFE-04).
fn handed_over(desk: &Front, giver: Option<HandOver>) -> String {
    giver.map_or_else(String::new, |giver| format!(", {}", giver.timeliness.word(desk.language())))
}

/// The provision and the papers of a stop (STOP-02).
fn basis(stop: &crate::domain::dossier::Stop) -> Option<String> {
    let papers = stop.basis.iter().chain(&stop.documents).cloned().collect::<Vec<_>>();
    (!papers.is_empty()).then(|| papers.join("; "))
}

pub fn stops(desk: &Front, dossier: &Dossier) -> Vec<Stop> {
    let end = |to: Option<Moment>| to.or(dossier.ended_at).unwrap_or(desk.now);
    let each = dossier.stops.iter().map(|stop| Stop {
        kind: stop.kind.word(desk.language()).to_owned(),
        basis: basis(stop),
        from: parts::at(desk, stop.from),
        to: stop.to.map(|to| parts::at(desk, to)),
        length: length(desk, dossier, stop.from, end(stop.to)),
    });
    each.collect()
}

/// `4 ngày làm việc`, or that it was over within the day.
fn length(desk: &Front, dossier: &Dossier, from: Moment, to: Moment) -> String {
    let timetable = desk.province.timetable(&dossier.filing.competent_unit);
    let zone = desk.province.zone();
    let (first, last) = (zone.day(from), zone.day(to));
    let days = u32::try_from(timetable.working_days_between(first, last)).unwrap_or(0);
    let midnight = zone.instant(first, ClockTime::END_OF_DAY);
    if days == 0 && midnight.is_none_or(|midnight| to <= midnight) {
        return desk.say("trong ngày", "within the day").to_owned();
    }
    desk.language().amount(Amount::working_days(days))
}
