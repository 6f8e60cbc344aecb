//! Writes a catalogue as it is read: TOML for keeping, a table for spreadsheets.

use std::fmt::Write as _;

use serde::Serialize;

use super::sheet::COLUMNS;
use crate::domain::procedure::{Catalogue, Channel, Competent, Procedure, ProcedureCode, Stage, Step};

/// One field's value.
enum Value {
    Text(String),
    Plain(String),
    List(Vec<String>),
    Steps(Vec<Step>),
    Stages(Vec<Stage>),
}

impl Value {
    /// Whether a list would have other parts when it is read again.
    fn is_parted(&self) -> bool {
        let parts = |text: &String| text.contains(['|', '\n']);
        match self {
            Self::Text(_) | Self::Plain(_) => false,
            Self::List(texts) => texts.iter().any(parts),
            Self::Steps(steps) => steps.iter().any(|step| parts(&step.name)),
            // In a table each follows the one before it.
            Self::Stages(stages) => {
                stages.iter().enumerate().any(|(place, stage)| parts(&stage.name) || !follows(stage, place))
            }
        }
    }
}

/// The catalogue as `procedures.toml`.
#[must_use]
pub fn to_toml(catalogue: &Catalogue) -> String {
    let mut text = String::new();
    for procedure in catalogue.iter() {
        let gap = if text.is_empty() { "" } else { "\n" };
        let _ = writeln!(text, "{gap}[[procedure]]");
        for (name, value) in fields(procedure) {
            let _ = writeln!(text, "{name} = {}", in_toml(&value));
        }
    }
    text
}

fn in_toml(value: &Value) -> String {
    match value {
        Value::Text(text) => quoted(text),
        Value::Plain(text) => text.clone(),
        Value::List(texts) => {
            format!("[{}]", texts.iter().map(|text| quoted(text)).collect::<Vec<_>>().join(", "))
        }
        Value::Steps(steps) => {
            let mut text = String::from("[\n");
            for step in steps {
                let time = step.time.map(|time| format!(", time = {}", quoted(&time.to_string())));
                let (name, role) = (quoted(&step.name), quoted(step.role.id()));
                let _ = writeln!(text, "  {{ name = {name}, role = {role}{} }},", time.unwrap_or_default());
            }
            text.push(']');
            text
        }
        Value::Stages(stages) => stages_in_toml(stages),
    }
}

/// Whether a stage waits for the one before it alone.
fn follows(stage: &Stage, place: usize) -> bool {
    stage.after.iter().copied().eq(place.checked_sub(1))
}

fn competent(competent: &Competent) -> String {
    match competent {
        Competent::Unit(unit) => unit.to_string(),
        Competent::CommuneOfReceipt => "commune_of_receipt".to_owned(),
    }
}

fn stages_in_toml(stages: &[Stage]) -> String {
    let mut text = String::from("[\n");
    for (place, stage) in stages.iter().enumerate() {
        let (name, unit, limit) =
            (quoted(&stage.name), quoted(&competent(&stage.unit)), quoted(&stage.limit.to_string()));
        let names = stage.after.iter().filter_map(|&other| stages.get(other));
        let names = names.map(|other| quoted(&other.name)).collect::<Vec<_>>().join(", ");
        let after = if follows(stage, place) { String::new() } else { format!(", after = [{names}]") };
        let _ = writeln!(text, "  {{ name = {name}, unit = {unit}, limit = {limit}{after} }},");
    }
    text.push(']');
    text
}

fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

/// A catalogue that no table can hold.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    #[error(
        "{code}: {field} holds what a table can't: a bar or a line end, or stages that do not follow each other"
    )]
    Parted { code: ProcedureCode, field: &'static str },
    #[error(transparent)]
    Csv(#[from] csv::Error),
}

/// The catalogue as a table: UTF-8 with its mark and semicolons, as spreadsheets here open it.
///
/// # Errors
/// Where the text of a list or step has a bar or a line end.
pub fn to_csv(catalogue: &Catalogue) -> Result<String, TableError> {
    let mut writer = csv::WriterBuilder::new().delimiter(b';').from_writer(Vec::new());
    writer.write_record(COLUMNS.iter().map(|column| column.name))?;
    for procedure in catalogue.iter() {
        let fields = fields(procedure);
        if let Some((field, _)) = fields.iter().find(|(_, value)| value.is_parted()) {
            return Err(TableError::Parted { code: procedure.code.clone(), field });
        }
        let cell =
            |name: &str| fields.iter().find(|(field, _)| *field == name).map(|(_, value)| in_cell(value));
        writer.write_record(COLUMNS.iter().map(|column| cell(column.name).unwrap_or_default()))?;
    }
    let bytes = writer.into_inner().map_err(|error| csv::Error::from(error.into_error()))?;
    Ok(format!("\u{feff}{}", String::from_utf8_lossy(&bytes)))
}

fn in_cell(value: &Value) -> String {
    match value {
        Value::Text(text) | Value::Plain(text) => text.clone(),
        Value::List(texts) => texts.join(" | "),
        Value::Steps(steps) => {
            let step = |step: &Step| match step.time {
                Some(time) => format!("{} @{} {time}", step.name, step.role),
                None => format!("{} @{}", step.name, step.role),
            };
            steps.iter().map(step).collect::<Vec<_>>().join(" | ")
        }
        Value::Stages(stages) => {
            let stage = |stage: &Stage| format!("{} @{} {}", stage.name, competent(&stage.unit), stage.limit);
            stages.iter().map(stage).collect::<Vec<_>>().join(" | ")
        }
    }
}

/// What is set, in the order in which it is written.
fn fields(one: &Procedure) -> Vec<(&'static str, Value)> {
    let text = |text: &dyn ToString| Value::Text(text.to_string());
    let channels = one.channels.iter().map(|channel| channel.id().to_owned()).collect();
    let all = [
        ("code", Some(text(&one.code))),
        ("version", (one.version != 1).then(|| Value::Plain(one.version.to_string()))),
        ("valid_from", one.valid_from.map(|day| text(&day))),
        ("valid_to", one.valid_to.map(|day| text(&day))),
        ("name", Some(text(&one.name_vi))),
        ("name_en", one.name_en.as_ref().map(|name| text(name))),
        ("field", Some(text(&one.field))),
        ("tiers", Some(Value::List(one.tiers.iter().map(word).collect()))),
        ("competent", Some(Value::Text(competent(&one.competent)))),
        ("limit", Some(text(&one.statutory_limit))),
        ("committed_limit", one.committed_limit.map(|limit| text(&limit))),
        ("second_limit", one.second_limit.map(|limit| text(&limit))),
        ("cutoff", one.cutoff.map(|cutoff| text(&cutoff))),
        ("cutoff_effect", one.cutoff_effect.map(|effect| text(&effect))),
        ("due_time", one.due_time.map(|time| text(&time))),
        ("supplement_clock", one.supplement_clock.as_ref().map(|clock| Value::Text(word(clock)))),
        ("supplement_deadline_wd", one.supplement_deadline_wd.map(|days| Value::Plain(days.to_string()))),
        ("channels", (one.channels != Channel::ALL).then_some(Value::List(channels))),
        ("fee", one.fee.as_ref().map(|fee| text(fee))),
        ("components", Some(Value::List(one.components.clone()))),
        ("steps", Some(Value::Steps(one.steps.clone()))),
        ("stages", Some(Value::Stages(one.stages.clone()))),
        ("demonstration", one.demonstration.then(|| Value::Plain("true".to_owned()))),
    ];
    let is_set = |value: &Value| match value {
        Value::List(texts) => !texts.is_empty(),
        Value::Steps(steps) => !steps.is_empty(),
        Value::Stages(stages) => !stages.is_empty(),
        Value::Text(_) | Value::Plain(_) => true,
    };
    all.into_iter().filter_map(|(name, value)| Some((name, value.filter(is_set)?))).collect()
}

/// The one word as which a value is written.
fn word(value: &impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        _ => String::new(),
    }
}
