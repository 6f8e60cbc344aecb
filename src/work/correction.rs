//! Corrects what was recorded wrongly: in words by one person, a time by two (LIFE-05, LATE-11).

use super::appointment;
use super::desk::Desk;
use super::free_text::text;
use super::resumption;
use crate::db::{Error, Result};
use crate::domain::dossier::{Corrections, Dossier, Proposal, Unfit, replay};
use crate::domain::event::{Event, Happening, TrueTime};
use crate::domain::promise::{Cause, Promise};
use crate::domain::refusal::{Kind, Refusal};
use crate::domain::staff::Actor;
use crate::domain::time::Moment;

/// Why a correction was made, at least this long.
const SHORTEST_REASON: usize = 10;

/// What is right about an event, in words; moves nothing.
pub fn in_words(
    events: &[Event],
    corrects: Option<i64>,
    words: Option<&str>,
    reason: &str,
) -> Result<Happening> {
    let corrects =
        corrects.ok_or_else(|| Refusal::required("corrects", "số thứ tự sự việc", "the event's number"))?;
    let event = event(events, corrects)?;
    if matches!(event.what, Happening::CorrectionProposed { .. }) {
        return Err(Refusal::invalid(
            "corrects",
            "Đề nghị đính chính không sửa bằng lời được. Người có thẩm quyền duyệt hoặc không duyệt đề nghị.",
            "A proposed correction is not corrected in words. Whoever may approve it approves or refuses it.",
        )
        .into());
    }
    let words = words.ok_or_else(|| Refusal::required("words", "nội dung đúng", "what is right"))?;
    Ok(Happening::Corrected {
        corrects: event.seq,
        reason: text("reason", reason, SHORTEST_REASON)?,
        words: Some(text("words", words, 1)?),
        time: None,
    })
}

/// One person's word that an event was at another time. Everything that an approval would be refused
/// for is refused here.
pub fn proposed(
    desk: &Desk,
    events: &[Event],
    corrects: i64,
    true_at: Moment,
    reason: &str,
) -> Result<Happening> {
    let reason = text("reason", reason, SHORTEST_REASON)?;
    promises(desk, events, corrects, true_at)?;
    Ok(Happening::CorrectionProposed { corrects, at: true_at, reason })
}

/// The second person's approval: from here on the life is told with the true time.
pub fn approved(
    desk: &Desk,
    actor: &Actor,
    dossier: &Dossier,
    events: &[Event],
    proposal: i64,
    reason: &str,
) -> Result<Happening> {
    let open = open(dossier, proposal)?;
    if open.by == actor.staff_id {
        return Err(Refusal::new(
            Kind::NotAllowed,
            "Người duyệt phải khác người đề nghị đính chính. Nhờ người khác có thẩm quyền duyệt.",
            "Whoever approves is another person than the one who proposed. Ask somebody else who may.",
        )
        .into());
    }
    let promises = promises(desk, events, open.corrects, open.at)?;
    Ok(Happening::Corrected {
        corrects: open.corrects,
        reason: text("reason", reason, 1)?,
        words: None,
        time: Some(TrueTime { at: open.at, proposed_by: open.by, promises }),
    })
}

/// The second person's refusal: the proposal ends, and nothing else changes.
pub fn refused(dossier: &Dossier, proposal: i64, reason: &str) -> Result<Happening> {
    Ok(Happening::Corrected {
        corrects: open(dossier, proposal)?.seq,
        reason: text("reason", reason, SHORTEST_REASON)?,
        words: Some("Không duyệt đề nghị đính chính".to_owned()),
        time: None,
    })
}

fn open(dossier: &Dossier, proposal: i64) -> Result<&Proposal, Refusal> {
    dossier.proposal.as_ref().filter(|open| open.seq == proposal).ok_or_else(|| {
        Refusal::invalid(
            "proposal",
            "Không có đề nghị đính chính này đang chờ duyệt. Tải lại hồ sơ.",
            "No such correction waits for approval. Load the dossier again.",
        )
    })
}

/// The promises that the engine makes of the true time.
fn promises(desk: &Desk, events: &[Event], corrects: i64, at: Moment) -> Result<Vec<(i64, Promise)>> {
    check_place(desk, events, corrects, at)?;
    let made = replay(events, corrects, at, |before, event| promise(desk, before, event));
    made.map_err(|unfit| match unfit {
        Unfit::Promise(error) => error,
        Unfit::Misfit(misfit) => Refusal::invalid(
            "true_at",
            "Với thời điểm này các sự việc sau đó không còn hợp lệ. Kiểm tra lại.",
            format!("With this time what followed does not fit any more ({misfit})."),
        )
        .into(),
    })
}

/// What the event promises where the dossier stood so.
fn promise(desk: &Desk, before: Option<&Dossier>, event: &Event) -> Result<Option<Promise>> {
    match (&event.what, before) {
        (Happening::Received { filing: Some(_), ruleset, .. }, _) => {
            let received = Dossier::begin(event).map_err(|misfit| super::ledger::corrupt("", &misfit))?;
            receipt(desk, &received, ruleset, event.at)
        }
        (Happening::Received { filing: None, ruleset, .. }, Some(before)) => {
            receipt(desk, before, ruleset, event.at)
        }
        (Happening::Supplemented { .. }, Some(before)) => resumption::resumed(desk, before, event.at),
        (Happening::Paid { .. }, Some(before)) => resumption::second_appointment(desk, before, event.at),
        (Happening::ExclusionEnded { .. }, Some(before)) => {
            resumption::after_exclusion(desk, before, event.at)
        }
        _ => Ok(None),
    }
}

/// Under the rule set that the receipt was recorded with (LAW-01).
fn receipt(desk: &Desk, dossier: &Dossier, ruleset: &str, at: Moment) -> Result<Option<Promise>> {
    let procedure = resumption::procedure_of(desk, dossier)?;
    let id = ruleset.parse().ok();
    let rules = id.and_then(|id| desk.province.rulesets.get(&id)).ok_or_else(super::intake::no_rules)?;
    appointment::promise(resumption::between(desk, dossier), procedure, rules, at, Cause::Receipt)
}

/// The true time lies between those of the events around it, and not in the future.
fn check_place(desk: &Desk, events: &[Event], corrects: i64, at: Moment) -> Result<()> {
    let wrong = event(events, corrects)?;
    if !wrong.what.has_correctable_time() {
        return Err(Refusal::invalid(
            "corrects",
            "Thời điểm của sự việc này được ghi lúc phát sinh, không đính chính được.",
            "The time of this event is that of its recording and can't be corrected.",
        )
        .into());
    }
    let references: Vec<&Event> = events.iter().collect();
    let corrections = Corrections::of(&references);
    let known = events.iter().find(|event| event.seq == corrects).map(|event| corrections.time_of(event));
    let lived = || events.iter().filter(|event| !event.what.is_about_the_record());
    let time = |event: &Event| corrections.time_of(event);
    let before = lived().filter(|event| event.seq < corrects).map(time).max();
    let after = lived().filter(|event| event.seq > corrects).map(time).min();
    let fits = before.is_none_or(|before| before <= at)
        && after.is_none_or(|after| at <= after)
        && at <= desk.now
        && known != Some(at);
    if fits {
        return Ok(());
    }
    Err(Refusal::invalid(
        "true_at",
        "Thời điểm đúng phải khác thời điểm đã ghi, nằm giữa sự việc trước và sau, và không ở tương lai.",
        "The true time differs from the recorded one, lies between the events around it and not in the future.",
    )
    .into())
}

fn event(events: &[Event], seq: i64) -> Result<&Event, Error> {
    events.iter().find(|event| event.seq == seq).ok_or_else(|| {
        Refusal::invalid(
            "corrects",
            "Hồ sơ không có sự việc mang số này. Xem số thứ tự trong diễn biến.",
            "The dossier has no event of this number. See its story.",
        )
        .into()
    })
}
