//! Reads the stages of an interlinked procedure in `procedures.toml` (LINK-01).
//!
//! A stage follows the one before it, unless `after` names others; `after = []` starts with the receipt.

use super::procedures::note_unknown_unit;
use super::table::{At, Table};
use crate::domain::limit::TimeLimit;
use crate::domain::procedure::Competent;
use crate::domain::refusal::Said;
use crate::domain::stage::{Stage, StageError, check};
use crate::domain::unit::UnitTree;

/// The stages of a procedure, none for one that is no interlinked one; faults are noted where they stand.
pub fn read(table: &mut Table<'_>, limit: Option<TimeLimit>, units: Option<&UnitTree>) -> Vec<Stage> {
    let mut stages: Vec<Stage> = Vec::new();
    let mut places: Vec<Table<'_>> = Vec::new();
    for mut entry in table.tables("stages") {
        if let Some(stage) = one(&mut entry, &stages, units) {
            stages.push(stage);
            places.push(entry);
        } else {
            entry.finish();
        }
    }
    let sound = limit.map_or(Ok(()), |limit| check(&stages, limit));
    if let Err(error) = sound {
        let place = match &error {
            StageError::TooLong { last, .. } => *last,
            StageError::OtherUnit(place) => *place,
        };
        if let Some(entry) = places.get(place) {
            note_length(entry, &error);
        }
    }
    places.into_iter().for_each(Table::finish);
    stages
}

fn one(entry: &mut Table<'_>, before: &[Stage], units: Option<&UnitTree>) -> Option<Stage> {
    let name: Option<At<String>> = entry.required("name");
    let unit: Option<At<Competent>> = entry.required("unit");
    let limit = entry.value::<TimeLimit>("limit");
    let given = entry.has("after");
    let named: Vec<At<String>> = entry.list("after");
    let mut after = Vec::new();
    for other in named {
        match before.iter().position(|stage| stage.name == other.value) {
            Some(place) => after.push(place),
            None => note_unknown_stage(entry, &other.value),
        }
    }
    if !given {
        after.extend(before.len().checked_sub(1));
    }
    if let (Some(At { value: Competent::Unit(unit), .. }), Some(units)) = (&unit, units)
        && units.resolve(unit).is_none()
    {
        note_unknown_unit(entry, "unit", unit);
    }
    let name = name?.value;
    if before.iter().any(|stage| stage.name == name) {
        entry.note(
            "name",
            Said::new("Đã có khâu mang tên này.", "There is a stage of this name already."),
            Said::new("Đặt tên khác.", "Give it another name."),
        );
    }
    Some(Stage { name, unit: unit?.value, limit: limit?, after })
}

fn note_unknown_stage(entry: &Table<'_>, name: &str) {
    entry.note(
        "after",
        Said::new(
            format!("Không có khâu “{name}” ở trước."),
            format!("There is no stage {name:?} before this one."),
        ),
        Said::new("Ghi tên một khâu đứng trước.", "Name a stage that stands before it."),
    );
}

/// LINK-04.
fn note_length(entry: &Table<'_>, error: &StageError) {
    let (what, remedy) = match error {
        StageError::TooLong { sum, limit, .. } => (
            Said::new(
                format!("Các khâu nối tiếp đến khâu này cần {sum}, thời hạn chung là {limit}."),
                format!("The stages up to this one take {sum} in a row, the overall limit is {limit}."),
            ),
            Said::new(
                "Rút ngắn một khâu, hoặc cho làm song song bằng after.",
                "Shorten one of them, or let them run in parallel with `after`.",
            ),
        ),
        StageError::OtherUnit(_) => (
            Said::new(
                "Thời hạn của khâu khác đơn vị tính với thời hạn chung.",
                "The stage's limit is counted in another unit than the overall one.",
            ),
            Said::new("Ghi cùng đơn vị.", "Write it in the same unit."),
        ),
    };
    entry.note("limit", what, remedy);
}
