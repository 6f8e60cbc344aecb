//! Texts that people type: what they must have to be kept.

use crate::db::Result;
use crate::domain::refusal::Refusal;
use crate::domain::words::{leaves_its_line, visible_length};

const LONGEST_TEXT: usize = 2_000;

/// A text of at least `least` visible characters, without surrounding blanks. It may have several lines.
pub fn text(field: &'static str, given: &str, least: usize) -> Result<String> {
    let text = given.trim();
    let stray = text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t'));
    if stray || visible_length(text) < least || text.chars().count() > LONGEST_TEXT {
        return Err(Refusal::invalid(
            field,
            format!("Nhập từ {least} đến {LONGEST_TEXT} ký tự nhìn thấy được, không có ký tự điều khiển."),
            format!("Enter between {least} and {LONGEST_TEXT} visible characters, no control characters."),
        )
        .into());
    }
    Ok(text.to_owned())
}

/// The same in one line.
pub fn line(field: &'static str, given: &str) -> Result<String> {
    let line = text(field, given, 1)?;
    if leaves_its_line(&line) {
        return Err(Refusal::invalid(field, "Chỉ nhập một dòng.", "Enter one line only.").into());
    }
    Ok(line)
}
