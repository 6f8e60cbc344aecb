//! Everything that may happen to a dossier after intake, one request at a time.

mod opinion;
mod request;

use super::desk::Desk;
use super::free_text::{line, text};
use super::ledger::{self, Addition, Opened, rules_of};
use super::{apology, correction, process, resumption, second_person, timing};
use crate::db::{Result, Tx};
use crate::domain::dossier::{Dossier, StopKind};
use crate::domain::event::Happening;
use crate::domain::limit::TimeLimit;
use crate::domain::refusal::{Kind, Refusal};
use crate::domain::staff::{Actor, Deed, StaffId};
use crate::domain::state::State;
use crate::domain::time::Moment;
use crate::domain::unit::UnitCode;
use crate::store;

pub use request::{Change, Request};

/// Adds what was asked for to the dossier with this code.
pub async fn change(
    tx: &mut Tx,
    desk: &Desk,
    actor: &Actor,
    code: &str,
    request: &Request,
) -> Result<Opened> {
    let opened = ledger::open(tx, desk, actor, code, Deed::View).await?;
    let deed = request.change.deed(&opened.dossier, most_requests(desk, &opened.dossier));
    desk.allow(actor, deed, opened.parties())?;
    ledger::check_version(&opened, request.expected_version)?;
    let at = match request.change {
        Change::ApologyIssued { .. } => timing::issued(desk, &opened.dossier, request.at)?,
        _ => timing::happened(desk, &opened.dossier, request.at)?,
    };
    let what = happening(tx, desk, actor, &opened, at, &request.change).await?;
    let addition = Addition { actor, at, what };
    let opened = ledger::add(tx, desk, opened, request.expected_version, addition).await?;
    apology::follow_up(tx, desk, actor, &opened, &request.change, at).await?;
    Ok(opened)
}

/// What the request comes to, once everything it rests on is looked up.
async fn happening(
    tx: &mut Tx,
    desk: &Desk,
    actor: &Actor,
    opened: &Opened,
    at: Moment,
    change: &Change,
) -> Result<Happening> {
    let dossier = &opened.dossier;
    refuse_imported(dossier, change)?;
    refuse_while_excluded(dossier, change)?;
    Ok(match change {
        Change::Received {} => resumption::accept(desk, dossier, at)?,
        Change::Transfer { to_unit, to_officer } => {
            let to_unit = ledger::unit_in_force(desk, "to_unit", to_unit)?;
            let to_officer = officer(tx, desk, *to_officer, &to_unit).await?;
            let giver = process::handed_over(desk, dossier, None, at);
            Happening::Transfer { to_unit, to_officer, giver }
        }
        Change::StepDone { step, to_officer } => {
            let step = line("step", step)?;
            Happening::StepDone {
                to_officer: officer(tx, desk, *to_officer, &dossier.holder.unit).await?,
                giver: process::handed_over(desk, dossier, Some(&step), at),
                step,
            }
        }
        Change::SupplementRequested { items, reason, contact } => {
            let exceptional = request::is_exceptional(dossier, most_requests(desk, dossier));
            supplement_request(items, reason, contact.as_deref(), exceptional)?
        }
        Change::Supplemented {} => {
            Happening::Supplemented { promise: resumption::resumed(desk, dossier, at)? }
        }
        Change::PaymentRequested { reason } => {
            Happening::PaymentRequested { reason: text("reason", reason, 1)? }
        }
        Change::Paid {} => Happening::Paid { promise: resumption::second_appointment(desk, dossier, at)? },
        Change::ExclusionBegan { exclusion, basis, document } => Happening::ExclusionBegan {
            exclusion: *exclusion,
            basis: line("basis", basis)?,
            document: optional_line("document", document.as_deref())?,
        },
        Change::ExclusionEnded { document } => Happening::ExclusionEnded {
            document: optional_line("document", document.as_deref())?,
            promise: resumption::after_exclusion(desk, dossier, at)?,
        },
        Change::OpinionRequested { unit, question, due_on } => {
            opinion::requested(desk, dossier, at, unit, question, *due_on)?
        }
        Change::OpinionGiven { unit, answer } => {
            opinion::given(desk, actor, dossier, unit.as_deref(), answer)?
        }
        Change::StageDone { stage } => stage_done(desk, dossier, stage, at)?,
        Change::Reopened { reason } => Happening::Reopened { reason: text("reason", reason, 10)? },
        Change::CorrectionProposed { corrects, true_at, reason } => {
            let events = store::events::of(tx, opened.known.id).await?;
            correction::proposed(desk, &events, *corrects, *true_at, reason)?
        }
        Change::Corrected { corrects, words, proposal, reason } => {
            let events = store::events::of(tx, opened.known.id).await?;
            match proposal {
                Some(proposal) => {
                    let corrected = correction::approved(desk, actor, dossier, &events, *proposal, reason)?;
                    if let Some(open) = &dossier.proposal {
                        second_person::check(tx, open.by.0, actor.staff_id.0).await?;
                    }
                    corrected
                }
                None => correction::in_words(&events, *corrects, words.as_deref(), reason)?,
            }
        }
        Change::CorrectionRefused { proposal, reason } => correction::refused(dossier, *proposal, reason)?,
        Change::Stopped { reason } => Happening::Stopped { reason: text("reason", reason, 1)? },
        Change::Withdrawn { reason } => Happening::Withdrawn { reason: text("reason", reason, 1)? },
        Change::Refused { reason } => Happening::Refused { reason: text("reason", reason, 1)? },
        Change::Settled {} => settled(dossier)?,
        Change::Returned { method } => {
            Happening::Returned { method: method.unwrap_or(dossier.filing.return_method) }
        }
        Change::ApologyIssued { reason, words, new_due_on, number } => {
            let letter = apology::NewLetter {
                reason: *reason,
                words,
                new_due_on: *new_due_on,
                number: number.as_deref(),
            };
            apology::issued(tx, desk, actor, dossier, at, &letter).await?
        }
        Change::ApologyDelivered { channel, receipt } => {
            Happening::ApologyDelivered { channel: *channel, receipt: line("receipt", receipt)? }
        }
        Change::Exempted { reason, words } => {
            Happening::Exempted { reason: *reason, words: text("words", words, apology::SHORTEST_REASON)? }
        }
    })
}

/// The supplements that the rule set of the receipt allows (SUP-01, LAW-01).
#[must_use]
pub fn most_requests(desk: &Desk, dossier: &Dossier) -> u32 {
    rules_of(desk, dossier).map_or(1, |rules| rules.supplement_max_requests)
}

/// An excluded time ends before the clock stops for another reason and before the result (STOP-04).
fn refuse_while_excluded(dossier: &Dossier, change: &Change) -> Result<()> {
    let excluded = dossier.open_stop().is_some_and(|stop| matches!(stop.kind, StopKind::Exclusion(_)));
    let bars = matches!(
        change,
        Change::SupplementRequested { .. }
            | Change::PaymentRequested { .. }
            | Change::ExclusionBegan { .. }
            | Change::Settled {}
    );
    if excluded && bars {
        return Err(Refusal::new(
            Kind::IllegalMove,
            "Hồ sơ đang trong thời gian không tính theo quy định. Ghi nhận kết thúc thời gian này trước.",
            "The clock stands still for an excluded time. Record its end first.",
        )
        .on_field("kind")
        .into());
    }
    Ok(())
}

/// A stage of the procedure that has begun and not ended (LINK-02).
fn stage_done(desk: &Desk, dossier: &Dossier, name: &str, at: Moment) -> Result<Happening> {
    let stages = process::stages_of(desk, dossier);
    let open: Vec<&str> = stages
        .iter()
        .filter(|(_, run)| run.started_at.is_some() && run.ended_at.is_none())
        .map(|(name, _)| name.as_str())
        .collect();
    if !open.contains(&name.trim()) {
        let open = open.join("; ");
        return Err(Refusal::invalid(
            "stage",
            format!("Không có khâu “{name}” đang thực hiện. Các khâu đang thực hiện: {open}."),
            format!("There is no stage {name:?} under way. Those that are: {open}."),
        )
        .into());
    }
    let stage = name.trim().to_owned();
    let giver = process::stage_handed_over(desk, dossier, &stage, at);
    Ok(Happening::StageDone { stage, giver })
}

fn optional_line(field: &'static str, text: Option<&str>) -> Result<Option<String>> {
    let text = text.map(str::trim).filter(|text| !text.is_empty());
    text.map(|text| line(field, text)).transpose()
}

/// A dossier that another system keeps is changed there; here it can only be apologised for.
fn refuse_imported(dossier: &Dossier, change: &Change) -> Result<()> {
    let ours = matches!(
        change,
        Change::ApologyIssued { .. } | Change::ApologyDelivered { .. } | Change::Exempted { .. }
    );
    if dossier.imported && !ours {
        return Err(Refusal::new(
            Kind::IllegalMove,
            "Hồ sơ này được theo dõi từ hệ thống khác. Cập nhật ở hệ thống đó rồi nhập lại dữ liệu.",
            "This dossier is kept by another system. Change it there and import again.",
        )
        .into());
    }
    Ok(())
}

/// 2→9 is for same-day procedures alone; others go to the competent agency first (LIFE-01, ACC-06).
fn settled(dossier: &Dossier) -> Result<Happening> {
    let basis = dossier.promise().and_then(|promise| promise.basis.as_ref());
    let same_day = basis.is_some_and(|basis| basis.terms.limit == TimeLimit::SameDay);
    if dossier.state == State::Received && !same_day {
        return Err(Refusal::new(
            Kind::IllegalMove,
            "Hồ sơ chưa được chuyển cho cơ quan giải quyết. Chuyển hồ sơ trước khi ghi nhận kết quả.",
            "The dossier has not been handed to the competent agency. Transfer it before settling.",
        )
        .on_field("kind")
        .into());
    }
    Ok(Happening::Settled)
}

fn supplement_request(
    items: &[String],
    reason: &str,
    contact: Option<&str>,
    exceptional: bool,
) -> Result<Happening> {
    let items: Vec<String> =
        items.iter().map(|item| item.trim().to_owned()).filter(|item| !item.is_empty()).collect();
    if items.is_empty() {
        return Err(Refusal::required("items", "giấy tờ cần bổ sung", "what has to be supplied").into());
    }
    for item in &items {
        line("items", item)?;
    }
    Ok(Happening::SupplementRequested {
        items,
        reason: text("reason", reason, 1)?,
        contact: optional_line("contact", contact)?,
        exceptional,
    })
}

/// Who gets it: somebody of the unit that has it then, or of one below (LIFE-04, ORG-13).
async fn officer(tx: &mut Tx, desk: &Desk, id: Option<i64>, unit: &UnitCode) -> Result<Option<StaffId>> {
    let Some(id) = id else { return Ok(None) };
    let person = store::staff::by_id(tx, id).await?.filter(|person| person.active);
    let person = person.ok_or_else(|| {
        Refusal::invalid(
            "to_officer",
            "Không có công chức này. Chọn người trong danh sách của đơn vị.",
            "There is no such officer. Choose one from the unit's list.",
        )
    })?;
    if desk.province.units.is_within(&person.actor()?.unit, unit) {
        return Ok(Some(StaffId(id)));
    }
    let name = desk.unit_name(unit);
    Err(Refusal::invalid(
        "to_officer",
        format!("Công chức này không thuộc {name}. Chọn người của đơn vị đang giữ hồ sơ."),
        format!("This officer does not belong to {name}. Choose one of the unit that holds the dossier."),
    )
    .into())
}
