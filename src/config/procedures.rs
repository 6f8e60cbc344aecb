//! Reads the catalogue with limits, papers and steps: `procedures.toml`, or the same as a table,
//! `procedures.csv`.
//!
//! Checks what an entry says of itself and, given the units and rule sets, what it says of
//! others (PROC-02, PROC-05).

mod cells;
mod sheet;
mod write;

use std::collections::BTreeMap;

use super::fault::{Fault, Source};
use super::stages;
use super::table::{At, Field, Table, parse};
use crate::domain::code::UnitCode;
use crate::domain::limit::TimeLimit;
use crate::domain::procedure::{Catalogue, Channel, Competent, Procedure, Step, StepTime};
use crate::domain::refusal::Said;
use crate::domain::unit::UnitTree;

impl Field for Competent {
    const EXPECTED_VI: &'static str = "mã cơ quan (\"H35.10\") hoặc \"commune_of_receipt\"";
    const EXPECTED_EN: &'static str = "an agency code (\"H35.10\") or \"commune_of_receipt\"";

    fn read(value: &toml::de::DeValue<'_>) -> Option<Self> {
        let text = String::read(value)?;
        if text == "commune_of_receipt" {
            return Some(Self::CommuneOfReceipt);
        }
        text.parse().ok().map(Self::Unit)
    }
}

pub use sheet::{COLUMNS, Column};
pub use write::{TableError, to_csv, to_toml};

/// # Errors
/// Everything that is wrong in the file; an unknown unit only where `units` are known.
pub fn read(file: &str, text: &str, units: Option<&UnitTree>) -> Result<Catalogue, Vec<Fault>> {
    let source = Source::new(file, text.trim_start_matches('\u{feff}'));
    let procedures = if is_table(file) { of_csv(&source, units) } else { of_toml(&source, units) };
    if source.is_sound() { Ok(Catalogue::new(procedures)) } else { Err(source.faults()) }
}

/// The same of a file's bytes, which may be in another encoding.
///
/// # Errors
/// As [`read`], and the first place that is not UTF-8.
pub fn read_bytes(file: &str, bytes: &[u8], units: Option<&UnitTree>) -> Result<Catalogue, Vec<Fault>> {
    match std::str::from_utf8(bytes) {
        Ok(text) => read(file, text, units),
        Err(error) => {
            let sound = String::from_utf8_lossy(bytes.get(..error.valid_up_to()).unwrap_or_default());
            let source = Source::new(file, &sound);
            source.note(
                sound.len()..sound.len(),
                "",
                Said::new("Từ đây tệp không phải là UTF-8.", "From here on the file is not UTF-8."),
                Said::new(
                    "Lưu lại ở dạng “CSV UTF-8” rồi thử lại.",
                    "Save it as \"CSV UTF-8\" and try again.",
                ),
            );
            Err(source.faults())
        }
    }
}

/// Whether a file of this name is read as a table.
fn is_table(file: &str) -> bool {
    std::path::Path::new(file).extension().is_some_and(|extension| extension.eq_ignore_ascii_case("csv"))
}

fn of_toml(source: &Source, units: Option<&UnitTree>) -> Vec<Procedure> {
    let parsed = parse(source);
    let mut root = Table::new(source, String::new(), &parsed);
    let demonstration = root.maybe("demonstration").unwrap_or(false);
    let tables = root.tables("procedure");
    root.finish();
    all(source, tables, demonstration, units)
}

fn of_csv(source: &Source, units: Option<&UnitTree>) -> Vec<Procedure> {
    let rows = cells::rows(source);
    let parsed = sheet::tables(source, &rows);
    let tables = parsed.iter().map(|table| Table::new(source, String::new(), table)).collect();
    all(source, tables, false, units)
}

fn all(
    source: &Source,
    tables: Vec<Table<'_>>,
    demonstration: bool,
    units: Option<&UnitTree>,
) -> Vec<Procedure> {
    let mut first = BTreeMap::new();
    let mut procedures = Vec::new();
    for table in tables {
        let (span, field) = (table.span.clone(), table.path_of("version"));
        let Some(procedure) = one(table, demonstration, units) else { continue };
        let key = (procedure.code.clone(), procedure.version);
        if let Some(other) = first.insert(key, source.line(span.start)) {
            source.note(
                span,
                &field,
                Said::new(
                    format!("{} đã có phiên bản này ở dòng {other}.", procedure.code),
                    format!("{} has this version already, in line {other}.", procedure.code),
                ),
                Said::new(
                    "Tăng số phiên bản hoặc xoá một mục.",
                    "Count the version up or remove one of the two.",
                ),
            );
        }
        procedures.push(procedure);
    }
    procedures
}

fn one(mut table: Table<'_>, demonstration: bool, units: Option<&UnitTree>) -> Option<Procedure> {
    let code = table.value("code");
    let version = table.maybe::<u32>("version").map_or(1, i64::from);
    let valid_from = table.maybe("valid_from");
    let valid_to = table.maybe("valid_to");
    let name_vi = table.value("name");
    let name_en = table.maybe("name_en");
    let field = table.value("field");
    let tiers = table.list("tiers").into_iter().map(|at| at.value).collect();
    let competent = table.required("competent");
    let statutory: Option<At<TimeLimit>> = table.required("limit");
    let committed: Option<At<TimeLimit>> = table.optional("committed_limit");
    let cutoff = table.maybe("cutoff");
    let cutoff_effect = table.maybe("cutoff_effect");
    let due_time = table.maybe("due_time");
    let supplement_clock = table.maybe("supplement_clock");
    let supplement_deadline_wd = table.maybe::<u32>("supplement_deadline_wd").filter(|days| *days > 0);
    let second_limit = table.maybe("second_limit");
    let channels: Vec<Channel> = table.list("channels").into_iter().map(|at| at.value).collect();
    let fee = table.maybe("fee");
    let components = table.list("components").into_iter().map(|at| at.value).collect();
    let stated = table.tables("steps");
    let (count, steps) = (stated.len(), stated.into_iter().filter_map(step).collect::<Vec<_>>());
    let demonstration = table.maybe("demonstration").unwrap_or(demonstration);
    check_period(&table, valid_from, valid_to);
    check_limits(&table, statutory.as_ref(), committed.as_ref());
    check_competent(&table, competent.as_ref(), units);
    let statutory_limit = statutory.map(|at| at.value);
    let committed_limit = committed.map(|at| at.value);
    let limit = committed_limit.or(statutory_limit);
    if steps.len() == count {
        check_steps(&table, limit, &steps);
    }
    let stages = stages::read(&mut table, limit, units);
    table.finish();
    Some(Procedure {
        code: code?,
        version,
        valid_from,
        valid_to,
        name_vi: name_vi?,
        name_en,
        field: field?,
        tiers,
        competent: competent?.value,
        statutory_limit: statutory_limit?,
        committed_limit,
        cutoff,
        cutoff_effect,
        due_time,
        supplement_clock,
        supplement_deadline_wd,
        second_limit,
        channels: if channels.is_empty() { Channel::ALL.to_vec() } else { channels },
        fee,
        components,
        steps,
        stages,
        demonstration,
    })
}

fn step(mut table: Table<'_>) -> Option<Step> {
    let name = table.value("name");
    let role = table.value("role");
    let timed = table.has("time");
    let time = table.maybe("time");
    table.finish();
    // A time that can't be read is no step without one.
    Some(Step { name: name?, role: role?, time }).filter(|step| step.time.is_some() == timed)
}

fn check_period(
    table: &Table<'_>,
    from: Option<crate::domain::time::Day>,
    to: Option<crate::domain::time::Day>,
) {
    if let (Some(from), Some(to)) = (from, to)
        && to < from
    {
        table.note(
            "valid_to",
            Said::new("Ngày hết hiệu lực trước ngày có hiệu lực.", "It ends before it begins."),
            Said::new("Sửa một trong hai ngày.", "Correct one of the two days."),
        );
    }
}

/// PROC-05: what is committed is never longer than the law's, and so in the same unit of time.
fn check_limits(table: &Table<'_>, statutory: Option<&At<TimeLimit>>, committed: Option<&At<TimeLimit>>) {
    let (Some(statutory), Some(committed)) = (statutory, committed) else { return };
    if is_within(committed.value, statutory.value) {
        return;
    }
    table.note(
        "committed_limit",
        Said::new(
            format!(
                "Cam kết {} dài hơn hoặc khác đơn vị với thời hạn luật định {}.",
                committed.value, statutory.value
            ),
            format!(
                "The committed {} is longer than the law's {}, or in another unit.",
                committed.value, statutory.value
            ),
        ),
        Said::new("Ghi thời hạn ngắn hơn, cùng đơn vị.", "Write a shorter one in the same unit."),
    );
}

/// Whether a limit surely is not longer than another; days, hours and months are never
/// converted into each other (TIME-09).
fn is_within(committed: TimeLimit, statutory: TimeLimit) -> bool {
    use TimeLimit::{CalendarDays, Months, None, SameDay, WorkingDays, WorkingHours};
    match (committed, statutory) {
        (_, None) | (SameDay, _) => true,
        (WorkingDays(a), WorkingDays(b)) | (CalendarDays(a), CalendarDays(b) | WorkingDays(b)) => a <= b,
        (WorkingHours(a), WorkingHours(b)) => a <= b,
        (Months(a), Months(b)) => a <= b,
        _ => false,
    }
}

fn check_competent(table: &Table<'_>, competent: Option<&At<Competent>>, units: Option<&UnitTree>) {
    let (Some(At { value: Competent::Unit(unit), .. }), Some(units)) = (competent, units) else { return };
    if units.resolve(unit).is_none() {
        note_unknown_unit(table, "competent", unit);
    }
}

/// A unit that `units.toml` does not have.
pub(super) fn note_unknown_unit(table: &Table<'_>, field: &str, unit: &UnitCode) {
    table.note(
        field,
        Said::new(format!("Không có đơn vị {unit}."), format!("There is no unit {unit}.")),
        Said::new(
            "Sửa mã, hoặc thêm đơn vị vào units.toml.",
            "Correct the code, or add the unit to units.toml.",
        ),
    );
}

/// PROC-02: the counted steps fill the limit exactly, where it is in working days or hours.
fn check_steps(table: &Table<'_>, limit: Option<TimeLimit>, steps: &[Step]) {
    let whole = match limit {
        Some(TimeLimit::WorkingDays(days)) => days.get() * 8 * 60,
        Some(TimeLimit::WorkingHours(hours)) => hours.get() * 60,
        _ => return,
    };
    let counted: Vec<u32> = steps.iter().filter_map(|step| step.time).map(StepTime::minutes).collect();
    let sum: u32 = counted.iter().sum();
    if counted.is_empty() || sum == whole {
        return;
    }
    let (sum, whole) = (StepTime::from_minutes(sum), StepTime::from_minutes(whole));
    table.note(
        "steps",
        Said::new(
            format!("Tổng thời gian các bước là {sum}, thời hạn là {whole}."),
            format!("The steps take {sum} together, the limit is {whole}."),
        ),
        Said::new("Sửa thời gian các bước cho bằng thời hạn.", "Let the steps' times add up to the limit."),
    );
}
