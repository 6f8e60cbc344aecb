//! What is wrong with a command line, in the reader's language.
//!
//! Only says it: what may be asked is declared where each command is.

use std::process::ExitCode;

use clap::Command;
use clap::error::{ContextKind, ContextValue, Error, ErrorKind};

use super::setup::unusable;

/// Prints help and version as they are, and what is wrong in one message; answers the exit code.
#[must_use]
pub fn report(error: &Error, command: Command) -> ExitCode {
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            // Whoever has closed the output wants no more of it.
            let _ = error.print();
            ExitCode::SUCCESS
        }
        // There is nothing wrong to name: what can follow is the answer.
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            let _ = error.print();
            ExitCode::from(2)
        }
        _ => unusable(&said(error, &command)),
    }
}

fn said(error: &Error, command: &Command) -> String {
    let parts = [Some(wrong(error)), hint(error), usage(error), Some(help(command))];
    parts.into_iter().flatten().collect::<Vec<_>>().join("\n")
}

fn wrong(error: &Error) -> String {
    let argument = quoted(error, ContextKind::InvalidArg);
    let value = quoted(error, ContextKind::InvalidValue);
    match error.kind() {
        // Of an empty value it is the value that is missing.
        ErrorKind::InvalidValue if value == "“”" => format!("Thiếu giá trị của {argument}."),
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => {
            format!("Giá trị {value} của {argument} không dùng được.")
        }
        ErrorKind::UnknownArgument => format!("Không có tham số {argument} ở lệnh này."),
        ErrorKind::InvalidSubcommand => {
            format!("Không có lệnh {}.", quoted(error, ContextKind::InvalidSubcommand))
        }
        ErrorKind::MissingSubcommand => "Thiếu tên lệnh.".into(),
        ErrorKind::MissingRequiredArgument => format!("Thiếu {argument}."),
        ErrorKind::ArgumentConflict if quoted(error, ContextKind::PriorArg) == argument => {
            format!("{argument} chỉ được ghi một lần.")
        }
        ErrorKind::ArgumentConflict => {
            format!("{argument} không đi cùng {}.", quoted(error, ContextKind::PriorArg))
        }
        ErrorKind::TooManyValues => format!("{argument} không nhận thêm giá trị {value}."),
        ErrorKind::TooFewValues | ErrorKind::WrongNumberOfValues => {
            format!("{argument} không có đủ hoặc có thừa giá trị.")
        }
        ErrorKind::NoEquals => format!("Giữa {argument} và giá trị phải có dấu “=”."),
        ErrorKind::InvalidUtf8 => "Tham số phải là UTF-8.".into(),
        _ => "Không hiểu được dòng lệnh này.".into(),
    }
}

/// What could be meant or may stand there.
fn hint(error: &Error) -> Option<String> {
    let meant = [ContextKind::SuggestedArg, ContextKind::SuggestedSubcommand, ContextKind::SuggestedValue];
    if let Some(meant) = meant.into_iter().find_map(|kind| listed(error, kind)) {
        return Some(format!("Có phải là {meant}?"));
    }
    let allowed = [ContextKind::ValidValue, ContextKind::ValidSubcommand];
    let allowed = allowed.into_iter().find_map(|kind| listed(error, kind))?;
    Some(format!("Dùng được: {allowed}."))
}

fn usage(error: &Error) -> Option<String> {
    let Some(ContextValue::StyledStr(usage)) = error.get(ContextKind::Usage) else { return None };
    let usage = usage.to_string();
    Some(format!("Cách dùng: {}", usage.trim().trim_start_matches("Usage:").trim_start()))
}

fn help(command: &Command) -> String {
    format!("Xem thêm: {} --help", command.get_name())
}

fn quoted(error: &Error, kind: ContextKind) -> String {
    listed(error, kind).unwrap_or_else(|| "“”".into())
}

/// Each in quotation marks; nothing where there is none.
fn listed(error: &Error, kind: ContextKind) -> Option<String> {
    let all = match error.get(kind)? {
        ContextValue::String(one) => vec![one.as_str()],
        ContextValue::Strings(all) => all.iter().map(String::as_str).collect(),
        _ => return None,
    };
    (!all.is_empty()).then(|| all.iter().map(|one| format!("“{one}”")).collect::<Vec<_>>().join(", "))
}
