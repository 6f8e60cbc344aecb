//! Published late dossiers: how many of each unit, what was apologised for and why, and each by its code,
//! without anything about its applicant (LATE-19, PUB-02).

use axum::extract::{Query, State};
use axum::response::Html;
use serde::Deserialize;

use super::unpublished;
use crate::app::App;
use crate::domain::apology::LateReason;
use crate::domain::code::DossierCode;
use crate::domain::refusal::Refusal;
use crate::domain::state::State as Step;
use crate::domain::time::{ClockTime, Day, Month};
use crate::store::lists::late::{self, Last, Late, OfReason, OfUnit};
use crate::web::failure::Result;
use crate::web::pages::front::Front;
use crate::web::pages::parts::{self, ROWS, escaped, html};
use crate::web::pages::rates;
use crate::web::reader::Reader;
use crate::web::views::published::{LateRow, PublishedLate, ReasonRow, UnitRow};
use crate::web::views::shell::Shell;

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    month: String,
    unit: String,
    cursor: String,
}

/// `/cong-khai/qua-han?month=&unit=&cursor=`; the last whole month where none is asked for.
pub async fn show(
    State(app): State<App>,
    reader: Reader,
    Query(asked): Query<Asked>,
) -> Result<Html<String>> {
    if !app.settings.publish.names_late_dossiers() {
        return Err(unpublished().into());
    }
    let desk = Front::of(&app, &reader);
    let running = desk.today().month();
    let month = asked.month.parse().unwrap_or_else(|_| rates::before(running, 1)).min(running);
    let after = Some(asked.cursor.as_str()).filter(|text| !text.is_empty()).map(last).transpose()?;
    let question = question(&desk, month)?;
    let unit = Some(asked.unit.as_str()).filter(|unit| !unit.is_empty());
    let (units, reasons, found) = app
        .db
        .report(async |tx| {
            let units = late::by_unit(tx, &question).await?;
            let reasons = late::by_reason(tx, &question).await?;
            Ok((units, reasons, late::page(tx, &question, unit, after, ROWS).await?))
        })
        .await?;
    let full = i64::try_from(found.len()).is_ok_and(|count| count == ROWS);
    let end = found.last().filter(|_| full).map(|last| Last { due_on: last.due_on, id: last.id });
    let after_month = month.last().next().map(Day::month).filter(|next| *next <= running);
    let shown =
        unit.map(|code| units.iter().find(|one| one.unit == code).map_or(code, |one| one.name.as_str()));
    html(&PublishedLate {
        shell: Shell::outside(&reader, desk.say("Công khai hồ sơ quá hạn", "Published late dossiers")),
        office: desk.unit_name(&app.province().root),
        month_words: desk.language().month(month),
        as_of: parts::at(&desk, desk.now),
        previous: address(rates::before(month, 1), &asked.unit, None),
        next: after_month.map(|next| address(next, &asked.unit, None)),
        total: unit_row(&desk, month, &total(&desk, &units)),
        only: shown.map(str::to_owned),
        all: address(month, "", None),
        units: units.iter().map(|one| unit_row(&desk, month, one)).collect(),
        reasons: reasons.iter().map(|one| reason_row(&desk, one)).collect(),
        rows: found.iter().map(|one| row(&desk, one)).collect(),
        first: after.is_some().then(|| address(month, &asked.unit, None)),
        further: end.map(|last| address(month, &asked.unit, Some(last))),
    })
}

fn question(desk: &Front, month: Month) -> Result<late::Asked, Refusal> {
    let zone = desk.province.zone();
    let (from, to) = (month.first(), month.last());
    let days = zone.instant(from, ClockTime::MIDNIGHT).zip(zone.instant(to, ClockTime::END_OF_DAY));
    let (begins, ends) = days.ok_or_else(no_page)?;
    Ok(late::Asked { from, to, begins, ends, now: desk.now })
}

fn total(desk: &Front, units: &[OfUnit]) -> OfUnit {
    let sum = |of: fn(&OfUnit) -> i64| units.iter().map(of).sum();
    OfUnit {
        unit: String::new(),
        name: desk.say("Cộng", "Total").to_owned(),
        late: sum(|one| one.late),
        apologised: sum(|one| one.apologised),
        exempt: sum(|one| one.exempt),
        unknown: sum(|one| one.unknown),
    }
}

fn unit_row(desk: &Front, month: Month, one: &OfUnit) -> UnitRow {
    UnitRow {
        name: desk.name(&one.name),
        only: Some(one.unit.as_str()).filter(|unit| !unit.is_empty()).map(|unit| address(month, unit, None)),
        late: one.late,
        apologised: one.apologised,
        exempt: one.exempt,
        unknown: one.unknown,
        none: one.late - one.apologised - one.exempt - one.unknown,
    }
}

fn reason_row(desk: &Front, one: &OfReason) -> ReasonRow {
    let reason = LateReason::ALL.into_iter().find(|reason| reason.id() == one.reason);
    let words = reason.map_or_else(|| one.reason.clone(), |reason| reason.word(desk.language()).to_owned());
    ReasonRow { reason: words, letters: one.letters }
}

fn row(desk: &Front, one: &Late) -> LateRow {
    let state = Step::from_id(&one.state).map_or(one.state.as_str(), |state| state.word(desk.language()));
    LateRow {
        code: code(desk, one),
        procedure: one.procedure.clone(),
        unit: one.unit.clone(),
        due: parts::at(desk, one.due_at),
        state: state.to_owned(),
        apology: apology(desk, one),
    }
}

/// A national code says unit, day and number. What another system calls a dossier may say anything.
fn code(desk: &Front, one: &Late) -> String {
    let published = if is_national(&one.code) {
        one.code.as_str()
    } else {
        desk.say("Hồ sơ của hệ thống cũ", "Of an earlier system")
    };
    published.to_owned()
}

fn is_national(code: &str) -> bool {
    DossierCode::imported(code).is_ok_and(|code| code.parts().is_some())
}

fn apology(desk: &Front, one: &Late) -> &'static str {
    if one.issued_at.is_some() {
        desk.say("Đã xin lỗi", "Yes")
    } else if one.exempted_at.is_some() {
        desk.say("Được miễn, có lý do", "Released, with a reason")
    } else if one.unknown {
        desk.say("Hệ thống cũ không ghi", "Not told by the earlier system")
    } else {
        desk.say("Chưa xin lỗi", "No")
    }
}

/// Where the late dossiers of a month are, of one unit or of all.
pub fn address(month: Month, unit: &str, last: Option<Last>) -> String {
    let page = format!("/cong-khai/qua-han?month={month}");
    let page = if unit.is_empty() { page } else { format!("{page}&unit={}", escaped(unit)) };
    last.map_or_else(|| page.clone(), |last| format!("{page}&cursor={}.{}", last.due_on, last.id))
}

/// Where the page before ended, as [`address`] says it.
fn last(cursor: &str) -> Result<Last, Refusal> {
    let parts = cursor.split_once('.').and_then(|(day, id)| Some((day.parse().ok()?, id.parse().ok()?)));
    parts.map(|(due_on, id)| Last { due_on, id }).ok_or_else(no_page)
}

fn no_page() -> Refusal {
    Refusal::invalid(
        "cursor",
        "Địa chỉ trang này không đúng. Mở lại danh sách từ đầu.",
        "This is no page of the list. Open it from the beginning.",
    )
}

#[cfg(test)]
mod tests {
    use super::is_national;

    /// LATE-19: a code that another system made up may hold a name or a number.
    #[test]
    fn a_code_that_may_name_somebody_is_none_to_publish() {
        assert!(is_national("H35.21.01-261116-0001"));
        for code in ["Nguyễn Văn A – 03/2024", "012345678901", "case-10011", "H35.21.01-261116-0001 Mai"]
        {
            assert!(!is_national(code), "{code}");
        }
    }
}
