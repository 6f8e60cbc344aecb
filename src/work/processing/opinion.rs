//! Asking other agencies (section 4.7). Waiting for them consumes the limit (STOP-03); a late answer
//! is registered against the one that was asked (COORD-01).

use crate::db::Result;
use crate::domain::dossier::Dossier;
use crate::domain::event::Happening;
use crate::domain::refusal::Refusal;
use crate::domain::staff::{Actor, Deed};
use crate::domain::time::{Day, Moment};
use crate::domain::unit::UnitCode;
use crate::work::appointment::no_due_date;
use crate::work::desk::Desk;
use crate::work::free_text::text;
use crate::work::ledger;

/// The answer is due by the closing of a day on which the asked agency works.
pub fn requested(
    desk: &Desk,
    dossier: &Dossier,
    at: Moment,
    unit: &str,
    question: &str,
    due_on: Day,
) -> Result<Happening> {
    let unit = ledger::unit_in_force(desk, "unit", unit)?;
    if dossier.opinions.iter().any(|one| one.is_awaited_from(&unit)) {
        let name = desk.unit_name(&unit);
        return Err(Refusal::invalid(
            "unit",
            format!("{name} đã được lấy ý kiến và chưa trả lời. Ghi nhận trả lời trước khi hỏi lại."),
            format!("{name} was asked and has not answered. Record the answer before asking again."),
        )
        .into());
    }
    let timetable = desk.province.timetable(&unit);
    let works = timetable.works_on(due_on).map_err(no_due_date)?;
    let due_at = timetable.closing(due_on).map_err(no_due_date)?;
    if !works || due_at <= at {
        return Err(Refusal::invalid(
            "due_on",
            "Hạn trả lời phải là ngày làm việc của cơ quan được hỏi và chưa qua. Chọn ngày khác.",
            "The answer must be due on a working day of the asked agency that is not over. Choose another day.",
        )
        .into());
    }
    Ok(Happening::OpinionRequested { unit, question: text("question", question, 1)?, due_at })
}

/// The answer of an agency that was asked, by its own coordinator: nobody answers for another one.
pub fn given(
    desk: &Desk,
    actor: &Actor,
    dossier: &Dossier,
    unit: Option<&str>,
    answer: &str,
) -> Result<Happening> {
    let unit: Option<UnitCode> = match unit {
        Some(text) => text.parse().ok(),
        None => Some(actor.unit.clone()),
    };
    let asked = unit.filter(|unit| dossier.opinions.iter().any(|one| one.is_awaited_from(unit)));
    let unit = asked.ok_or_else(|| {
        Refusal::invalid(
            "unit",
            "Cơ quan này không được lấy ý kiến hoặc đã trả lời.",
            "This agency was not asked, or has answered.",
        )
    })?;
    desk.allow_in(actor, Deed::AnswerOpinion, &unit)?;
    Ok(Happening::OpinionGiven { unit, answer: text("answer", answer, 1)? })
}
