//! "If received now": what a receipt would promise, and what its applicant should know before.
//!
//! Asks the engine that makes promises and writes nothing.

use super::appointment::{self, Between};
use super::desk::Desk;
use super::intake::{competent_unit, no_rules, procedure_now};
use super::ledger;
use crate::db::Result;
use crate::domain::deadline::{Derivation, Due, Grounds, Missed, preview_between_units};
use crate::domain::limit::TimeLimit;
use crate::domain::procedure::Procedure;
use crate::domain::promise::{Cause, Promise};
use crate::domain::province::Province;
use crate::domain::refusal::{Kind, Language, Refusal, Said};
use crate::domain::time::{ClockTime, Day};
use crate::domain::unit::UnitCode;
use crate::domain::words::folded;

/// What a receipt now would promise.
#[derive(Clone, Debug)]
pub struct Quote {
    pub promise: Option<Promise>,
    pub derivation: Option<Derivation>,
    pub grounds: Option<Grounds>,
    pub competent_unit: UnitCode,
    pub warnings: Vec<Warning>,
}

/// One procedure as a unit would promise it now.
#[derive(Clone, Debug)]
pub struct Offer<'d> {
    pub procedure: &'d Procedure,
    /// None where it must be filed at a commune and this unit belongs to none (ORG-04).
    pub competent_unit: Option<UnitCode>,
    /// None without a time limit, and where it can't be filed here. It is a promise only where no
    /// warning says that a year is not final (TIME-15).
    pub due: Option<Due>,
    pub warnings: Vec<Warning>,
}

/// What an applicant should know about a date.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Warning {
    /// The cut-off is missed, so it is taken up on a later day (TIME-06).
    AfterCutOff { last: ClockTime, on: Day },
    /// The receiving unit does not work today; `on` is the next day on which the competent one does.
    DayOff { on: Day },
    /// It rests on a year that is not final, so that nothing can be promised yet (TIME-15).
    NotFinal { year: i16 },
    /// Another agency settles it than the one whose counter receives it (ORG-04).
    SettledElsewhere { unit: UnitCode },
    /// Only a commune's counter can receive it.
    FileAtCommune,
}

impl Warning {
    /// The stable name, for machines.
    #[must_use]
    pub fn id(&self) -> &'static str {
        match self {
            Self::AfterCutOff { .. } => "after_cutoff",
            Self::DayOff { .. } => "day_off",
            Self::NotFinal { .. } => "calendar_not_final",
            Self::SettledElsewhere { .. } => "settled_elsewhere",
            Self::FileAtCommune => "file_at_commune",
        }
    }

    #[must_use]
    pub fn say(&self, desk: &Desk) -> Said {
        let day = |on: &Day| (Language::Vietnamese.day(*on), Language::English.day(*on));
        match self {
            Self::AfterCutOff { last, on } => {
                let (vi, en) = day(on);
                Said::new(
                    format!("Đã sau {last}, hồ sơ được tính sang {vi}."),
                    format!("It is after {last}: the dossier is taken up on {en}."),
                )
            }
            Self::DayOff { on } => {
                let (vi, en) = day(on);
                Said::new(
                    format!("Hôm nay là ngày nghỉ: thời hạn tính từ ngày làm việc tiếp theo, {vi}."),
                    format!("Today is a day off: the limit is counted from the next working day, {en}."),
                )
            }
            Self::NotFinal { year } => Said::new(
                format!("Mới là dự kiến: lịch làm việc năm {year} chưa được ban hành."),
                format!("An estimate only: the working calendar of {year} is not published yet."),
            ),
            Self::SettledElsewhere { unit } => {
                let unit = desk.unit_name(unit);
                Said::new(
                    format!("Hồ sơ được chuyển đến {unit} giải quyết."),
                    format!("The dossier is handed to {unit}, who settles it."),
                )
            }
            Self::FileAtCommune => Said::new(
                "Nộp tại Trung tâm Phục vụ hành chính công của xã, phường.",
                "To be filed at the centre of a commune or ward.",
            ),
        }
    }
}

/// One procedure, as the counter of `receiving_unit` would promise it now.
///
/// # Errors
/// Refusals: an unknown procedure or unit, or no lawful date (TIME-15).
pub fn quote(desk: &Desk, procedure: &str, receiving_unit: &str) -> Result<Quote> {
    let receiving = ledger::unit_in_force(desk, "receiving_unit", receiving_unit)?;
    let (procedure, rules) = procedure_now(desk, procedure)?;
    let competent = competent_unit(desk, procedure, &receiving)?;
    let between = Between::units(desk, &receiving, &competent);
    let promise = appointment::promise(between, procedure, rules, desk.now, Cause::Receipt)?;
    let derivation = promise.as_ref().and_then(|promise| appointment::derivation(between, promise));
    let due_on = promise.as_ref().map(|promise| promise.due_on);
    let grounds = appointment::grounds(between, desk.now, &procedure.terms(rules), due_on);
    let warnings = warnings(desk, between, &grounds, &receiving, &competent);
    Ok(Quote { promise, derivation, grounds: Some(grounds), competent_unit: competent, warnings })
}

/// Every procedure in force whose words contain those asked for, by field and name.
///
/// # Errors
/// Refusals: an unknown unit, or a day that no rule set covers.
pub fn offers<'d>(desk: &'d Desk, receiving_unit: &str, asked: &str) -> Result<Vec<Offer<'d>>> {
    let receiving = ledger::unit_in_force(desk, "unit", receiving_unit)?;
    let asked = folded(asked);
    let today = desk.today();
    let mut wanted: Vec<&Procedure> =
        desk.province.catalogue.offered(today).filter(|one| fits(one, &asked)).collect();
    wanted.sort_by_cached_key(|one| (folded(&one.field), folded(&one.name_vi)));
    wanted.into_iter().map(|procedure| offer(desk, procedure, &receiving)).collect()
}

/// Whether code, name or field contain every word of a folded question.
#[must_use]
fn fits(procedure: &Procedure, asked: &str) -> bool {
    let text = search_text(procedure);
    asked.split_whitespace().all(|word| text.contains(word))
}

/// The procedures offered today that all these words find, with or without accents, in any order;
/// first those in which every word begins one.
#[must_use]
pub fn found<'p>(province: &'p Province, day: Day, asked: &str) -> Vec<&'p Procedure> {
    let asked = folded(asked);
    let mut found: Vec<&Procedure> =
        province.catalogue.offered(day).filter(|procedure| fits(procedure, &asked)).collect();
    found.sort_by_cached_key(|procedure| !begins_words(procedure, &asked));
    found
}

fn begins_words(procedure: &Procedure, asked: &str) -> bool {
    let text = search_text(procedure);
    let begins = |asked: &str| text.split_whitespace().any(|word| word.starts_with(asked));
    asked.split_whitespace().all(begins)
}

/// What a procedure is found by, folded.
#[must_use]
pub fn search_text(procedure: &Procedure) -> String {
    let english = procedure.name_en.as_deref().unwrap_or_default();
    folded(&format!("{} {} {} {english}", procedure.code, procedure.name_vi, procedure.field))
}

/// Every version of a procedure, the oldest first (LAW-01).
///
/// # Errors
/// A refusal where there is none of that code.
pub fn versions<'p>(province: &'p Province, code: &str) -> Result<&'p [Procedure]> {
    let found = code.parse().map_or(&[][..], |code| province.catalogue.versions(&code));
    if found.is_empty() {
        return Err(Refusal::new(
            Kind::NotFound,
            format!("Không có thủ tục mã “{code}” trong danh mục. Tìm theo tên hoặc lĩnh vực."),
            format!("There is no procedure {code:?} in the catalogue. Search by name or field."),
        )
        .into());
    }
    Ok(found)
}

fn offer<'d>(desk: &'d Desk, procedure: &'d Procedure, receiving: &UnitCode) -> Result<Offer<'d>> {
    let today = desk.today();
    let rules = desk.province.rules(&procedure.field, today).ok_or_else(no_rules)?;
    let Some(competent) = procedure.competent_for(receiving, today, &desk.province.units) else {
        let warnings = vec![Warning::FileAtCommune];
        return Ok(Offer { procedure, competent_unit: None, due: None, warnings });
    };
    let between = Between::units(desk, receiving, &competent);
    let terms = procedure.terms(rules);
    let preview = preview_between_units(between.receiving, between.competent, desk.now, &terms)
        .map_err(appointment::no_due_date)?;
    let grounds = appointment::grounds(between, desk.now, &terms, preview.due.map(|due| due.on));
    let warnings = warnings(desk, between, &grounds, receiving, &competent);
    Ok(Offer { procedure, competent_unit: Some(competent), due: preview.due, warnings })
}

fn warnings(
    desk: &Desk,
    between: Between<'_>,
    grounds: &Grounds,
    receiving: &UnitCode,
    competent: &UnitCode,
) -> Vec<Warning> {
    let today = desk.today();
    let limited = grounds.terms.limit != TimeLimit::None;
    let day_off = (limited && !between.receiving.is_working(today))
        .then(|| between.competent.add_working_days_provisional(today, 1).ok())
        .flatten()
        .map(|on| Warning::DayOff { on });
    let after = grounds.later.and_then(|later| match later.missed {
        Missed::After(last) => Some(Warning::AfterCutOff { last, on: later.on }),
        Missed::OnDayOff => None,
    });
    let elsewhere = !desk.province.units.is_within(receiving, competent);
    let elsewhere = elsewhere.then(|| Warning::SettledElsewhere { unit: competent.clone() });
    let not_final = grounds.estimated.map(|year| Warning::NotFinal { year });
    day_off.into_iter().chain(after).chain(not_final).chain(elsewhere).collect()
}
