//! A dossier's events as sentences, and the promises and stops that they made.

use std::collections::BTreeMap;

use super::parts;
use crate::db::{Result, Tx};
use crate::domain::dossier::Dossier;
use crate::domain::event::{Event, HandOver, Happening, ReturnMethod};
use crate::domain::promise::Cause;
use crate::domain::staff::StaffId;
use crate::domain::time::{ClockTime, Moment};
use crate::domain::words::Amount;
use crate::store;
use crate::web::views::dossier::{Promise, PromisePart, Stop, StoryEvent};
use crate::work::desk::Desk;

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
pub fn story(desk: &Desk, events: &[Event], names: &BTreeMap<StaffId, String>) -> Vec<StoryEvent> {
    events.iter().rev().map(|event| told(desk, events, event, names)).collect()
}

/// Which deed a number means: `“Tiếp nhận chính thức”, 05/11/2026, 15:15`.
pub fn named(desk: &Desk, events: &[Event], seq: i64) -> String {
    events.iter().find(|event| event.seq == seq).map_or_else(
        || format!("sự việc số {seq}"),
        |event| {
            let (what, _) = words(desk, &event.what, &BTreeMap::new());
            format!("“{what}”, {}", parts::briefly(desk, event.at).text)
        },
    )
}

/// What a record about another deed says (LIFE-05); none of what is not about the record.
fn about_the_record(desk: &Desk, events: &[Event], what: &Happening) -> Option<(String, Option<String>)> {
    let deed = |seq: i64| named(desk, events, seq);
    match what {
        Happening::CorrectionProposed { corrects, at, reason } => Some((
            format!(
                "Đề nghị đính chính {}; thời điểm đúng: {}",
                deed(*corrects),
                parts::briefly(desk, *at).text
            ),
            Some(reason.clone()),
        )),
        Happening::Corrected { corrects, reason, words, time } => {
            let wrong = events.iter().find(|event| event.seq == *corrects).map(|event| &event.what);
            let refused = matches!(wrong, Some(Happening::CorrectionProposed { .. }));
            let said = match (time, words) {
                _ if refused => "Không duyệt đề nghị đính chính".to_owned(),
                (Some(time), _) => {
                    format!(
                        "Đính chính {}; thời điểm đúng: {}",
                        deed(*corrects),
                        parts::briefly(desk, time.at).text
                    )
                }
                (None, words) => {
                    format!("Đính chính {}: {}", deed(*corrects), words.clone().unwrap_or_default())
                }
            };
            Some((said, Some(reason.clone())))
        }
        _ => None,
    }
}

fn told(desk: &Desk, events: &[Event], event: &Event, names: &BTreeMap<StaffId, String>) -> StoryEvent {
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

fn words(desk: &Desk, what: &Happening, names: &BTreeMap<StaffId, String>) -> (String, Option<String>) {
    let to = |officer: &Option<StaffId>| {
        officer.and_then(|id| names.get(&id)).map(|name| format!(", giao {name}"))
    };
    let due = |promise: &Option<crate::domain::promise::Promise>| {
        promise.as_ref().map(|promise| format!("Hẹn trả {}", parts::at(desk, promise.due_at).text))
    };
    match what {
        Happening::Submitted { .. } => ("Nộp hồ sơ trực tuyến".to_owned(), None),
        Happening::Received { promise, .. } => ("Tiếp nhận chính thức".to_owned(), due(promise)),
        Happening::Transfer { to_unit, to_officer, giver } => {
            let unit = desk.unit_name(to_unit);
            let to = to(to_officer).unwrap_or_default();
            (format!("Chuyển đến {unit}{to}{}", handed_over(*giver)), None)
        }
        Happening::StepDone { step, to_officer, giver } => {
            let to = to(to_officer).unwrap_or_default();
            (format!("Xong bước “{step}”{to}{}", handed_over(*giver)), None)
        }
        Happening::StageDone { stage, giver } => {
            (format!("Xong khâu “{stage}”{}", handed_over(*giver)), None)
        }
        Happening::SupplementRequested { items, reason, contact, exceptional } => {
            let again = if *exceptional { " (ngoại lệ, do thủ trưởng quyết định)" } else { "" };
            let contact =
                contact.as_ref().map_or_else(String::new, |contact| format!(" Liên hệ: {contact}."));
            (format!("Yêu cầu bổ sung{again}: {}", items.join("; ")), Some(format!("{reason}{contact}")))
        }
        Happening::ExclusionBegan { exclusion, basis, document } => {
            let document = document.as_ref().map_or_else(String::new, |paper| format!(", {paper}"));
            (
                format!("Tạm dừng tính thời hạn: {}", exclusion.vietnamese().to_lowercase()),
                Some(format!("{basis}{document}")),
            )
        }
        Happening::ExclusionEnded { promise, .. } => {
            ("Hết thời gian không tính, tính tiếp thời hạn".to_owned(), due(promise))
        }
        Happening::OpinionRequested { unit, question, due_at } => (
            format!("Lấy ý kiến {}, trả lời trước {}", desk.unit_name(unit), parts::at(desk, *due_at).text),
            Some(question.clone()),
        ),
        Happening::OpinionGiven { unit, answer } => {
            (format!("{} trả lời", desk.unit_name(unit)), Some(answer.clone()))
        }
        Happening::Reopened { reason } => ("Mở lại hồ sơ đã có kết quả".to_owned(), Some(reason.clone())),
        Happening::CorrectionProposed { .. } => ("Đề nghị đính chính".to_owned(), None),
        Happening::Corrected { .. } => ("Đính chính".to_owned(), None),
        Happening::Supplemented { promise } => ("Đã nhận bổ sung".to_owned(), due(promise)),
        Happening::PaymentRequested { reason } => {
            ("Yêu cầu thực hiện nghĩa vụ tài chính".to_owned(), Some(reason.clone()))
        }
        Happening::Paid { promise } => ("Đã nộp nghĩa vụ tài chính".to_owned(), due(promise)),
        Happening::Withdrawn { reason } => ("Rút hồ sơ".to_owned(), Some(reason.clone())),
        Happening::Stopped { reason } => ("Dừng giải quyết".to_owned(), Some(reason.clone())),
        Happening::Refused { reason } => ("Từ chối".to_owned(), Some(reason.clone())),
        Happening::Settled => ("Có kết quả giải quyết".to_owned(), None),
        Happening::Returned { method } => (format!("Trả kết quả {}", return_method(*method)), None),
        Happening::ApologyIssued { number, reason, words, .. } => {
            (format!("Gửi văn bản xin lỗi số {number}, lý do: {}", reason.vietnamese()), Some(words.clone()))
        }
        Happening::ApologyDelivered { channel, receipt } => {
            (format!("Lời xin lỗi được {}", channel.proves()), Some(format!("Bằng chứng: {receipt}")))
        }
        Happening::Exempted { reason, words } => {
            (format!("Miễn xin lỗi, lý do: {}", reason.vietnamese()), Some(words.clone()))
        }
        Happening::Recalculated { promise, due_before, document, reason, .. } => {
            let (before, after) = (parts::at(desk, *due_before).text, parts::at(desk, promise.due_at).text);
            let what = format!("Tính lại ngày hẹn trả theo {document}: {reason}");
            (what, Some(format!("Từ {before} sang {after}")))
        }
        Happening::Imported(_) => ("Cập nhật từ hệ thống khác".to_owned(), None),
        Happening::ImportedStep { step, officer } => {
            (format!("Bước “{step}”{}", to(officer).unwrap_or_default()), None)
        }
    }
}

/// `tại Trung tâm`, `qua bưu chính công ích`.
pub fn return_method(method: ReturnMethod) -> &'static str {
    match method {
        ReturnMethod::Counter => "tại Trung tâm",
        ReturnMethod::Post => "qua bưu chính công ích",
    }
}

/// The promise ledger, with the re-appointment that cures no lateness (LATE-10).
pub fn promises(desk: &Desk, dossier: &Dossier) -> Vec<Promise> {
    let last = dossier.promises.len().saturating_sub(1);
    let each = dossier.promises.iter().enumerate().map(|(index, promise)| Promise {
        due: parts::at(desk, promise.due_at),
        made: parts::at(desk, promise.counted_from),
        why: cause(promise.cause).to_owned(),
        part: if index == last { PromisePart::Official } else { PromisePart::Past },
    });
    let again = dossier.reappointment.zip(dossier.apology.as_ref()).map(|(second, apology)| Promise {
        due: parts::at(desk, second.due_at),
        made: parts::at(desk, apology.issued_at),
        why: "Hẹn lại trong văn bản xin lỗi".to_owned(),
        part: PromisePart::Reappointed,
    });
    each.chain(again).collect()
}

fn cause(cause: Cause) -> &'static str {
    match cause {
        Cause::Receipt => "Khi tiếp nhận",
        other => other.vietnamese(),
    }
}

/// `, quá hạn`: how the giver stood, as it was recorded (LIFE-04).
fn handed_over(giver: Option<HandOver>) -> String {
    giver.map_or_else(String::new, |giver| format!(", {}", giver.timeliness.vietnamese()))
}

/// The provision and the papers of a stop (STOP-02).
fn basis(stop: &crate::domain::dossier::Stop) -> Option<String> {
    let papers = stop.basis.iter().chain(&stop.documents).cloned().collect::<Vec<_>>();
    (!papers.is_empty()).then(|| papers.join("; "))
}

pub fn stops(desk: &Desk, dossier: &Dossier) -> Vec<Stop> {
    let end = |to: Option<Moment>| to.or(dossier.ended_at).unwrap_or(desk.now);
    let each = dossier.stops.iter().map(|stop| Stop {
        kind: stop.kind.vietnamese().to_owned(),
        basis: basis(stop),
        from: parts::at(desk, stop.from),
        to: stop.to.map(|to| parts::at(desk, to)),
        length: length(desk, dossier, stop.from, end(stop.to)),
    });
    each.collect()
}

/// `4 ngày làm việc`, or that it was over within the day.
fn length(desk: &Desk, dossier: &Dossier, from: Moment, to: Moment) -> String {
    let timetable = desk.province.timetable(&dossier.filing.competent_unit);
    let zone = desk.province.zone();
    let (first, last) = (zone.day(from), zone.day(to));
    let days = u32::try_from(timetable.working_days_between(first, last)).unwrap_or(0);
    let midnight = zone.instant(first, ClockTime::END_OF_DAY);
    if days == 0 && midnight.is_none_or(|midnight| to <= midnight) {
        return "trong ngày".to_owned();
    }
    parts::VI.amount(Amount::working_days(days))
}
