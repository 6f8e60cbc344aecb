//! What is wrong in a configuration file: where exactly, what, and what to do about it.
//!
//! Only gathers and shows; what is right or wrong is known by the readers of each file.

use std::cell::RefCell;
use std::fmt;
use std::ops::Range;
use std::rc::Rc;

use super::spoken;
use crate::domain::obstacle;
use crate::domain::refusal::{Language, Said};

/// One thing that is wrong in one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The file's name as it was given, or `environment`.
    pub file: String,
    /// From 1; none where the whole file is meant or it can't be read.
    pub place: Option<Place>,
    /// The dotted path of the field, `procedure[3].limit`; empty where it is no field's fault.
    pub field: String,
    pub what: Said,
    /// What to do about it.
    pub remedy: Said,
}

/// A line and a column, both from 1; the column counts characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    pub line: usize,
    pub column: usize,
}

impl Fault {
    /// `config/units.toml:12:8: unit[2].code: … Do …`
    #[must_use]
    pub fn to(&self, language: Language) -> String {
        let mut shown = self.file.clone();
        if let Some(Place { line, column }) = self.place {
            shown.push_str(&format!(":{line}:{column}"));
        }
        if !self.field.is_empty() {
            shown.push_str(&format!(": {}", self.field));
        }
        format!("{shown}: {} {}", self.what.to(language), self.remedy.to(language))
    }
}

/// In English, as logs and developers read it.
impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to(Language::English))
    }
}

impl std::error::Error for Fault {}

/// A file's name and text, and the faults found in it so far.
#[derive(Clone, Debug)]
pub struct Source {
    file: Rc<str>,
    text: Rc<str>,
    faults: Rc<RefCell<Vec<Fault>>>,
}

impl Source {
    #[must_use]
    pub fn new(file: &str, text: &str) -> Self {
        Self { file: file.into(), text: text.into(), faults: Rc::default() }
    }

    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    #[must_use]
    pub fn file(&self) -> &str {
        &self.file
    }

    /// Notes a fault at a range of bytes of the text; the same one is told once.
    pub fn note(&self, at: Range<usize>, field: &str, what: Said, remedy: Said) {
        let fault = Fault {
            file: self.file.to_string(),
            place: Some(place(&self.text, at.start)),
            field: field.to_owned(),
            what,
            remedy,
        };
        let mut faults = self.faults.borrow_mut();
        if !faults.contains(&fault) {
            faults.push(fault);
        }
    }

    /// Notes what the TOML parser could not read.
    pub fn note_syntax(&self, error: &toml::de::Error) {
        self.note(
            error.span().unwrap_or(0..0),
            "",
            Said::new(
                format!("Không đúng cú pháp TOML: {}.", spoken::vietnamese(error.message())),
                format!("This is not TOML: {}.", error.message()),
            ),
            Said::new("Sửa dòng này.", "Correct this line."),
        );
    }

    /// The line of a byte, from 1.
    #[must_use]
    pub fn line(&self, offset: usize) -> usize {
        place(&self.text, offset).line
    }

    /// Takes over what another reader found in the same file.
    pub fn take(&self, faults: Vec<Fault>) {
        self.faults.borrow_mut().extend(faults);
    }

    /// Whether nothing is wrong so far.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.faults.borrow().is_empty()
    }

    /// The faults found, in the order of the file.
    #[must_use]
    pub fn faults(&self) -> Vec<Fault> {
        let mut faults = self.faults.borrow().clone();
        faults.sort_by_key(|fault| fault.place);
        faults
    }
}

fn place(text: &str, offset: usize) -> Place {
    let before = text.get(..offset.min(text.len())).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    Place { line: before.matches('\n').count() + 1, column: before[line_start..].chars().count() + 1 }
}

/// A file that can't be read at all.
#[must_use]
pub fn unreadable(file: &str, error: &std::io::Error) -> Fault {
    let why = obstacle::why(error);
    Fault {
        file: file.to_owned(),
        place: None,
        field: String::new(),
        what: Said::new(
            format!("Không đọc được tệp: {}.", why.vietnamese),
            format!("The file can't be read: {}.", why.english),
        ),
        remedy: Said::new(
            "Kiểm tra đường dẫn và quyền đọc.",
            "Check the path and whether the service may read it.",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_counts_lines_and_characters_from_one() {
        let text = "a = 1\nđơn_vị = 2\n";
        assert_eq!(place(text, 0), Place { line: 1, column: 1 });
        let second = text.find("= 2").unwrap();
        assert_eq!(place(text, second), Place { line: 2, column: 8 });
        assert_eq!(place(text, 999), Place { line: 3, column: 1 });
    }

    #[test]
    fn a_fault_is_told_in_both_languages_with_file_line_and_field() {
        let source = Source::new("units.toml", "x = 1\ny = 2\n");
        source.note(6..7, "y", Said::new("Sai.", "Wrong."), Said::new("Sửa đi.", "Mend it."));
        let fault = &source.faults()[0];
        assert_eq!(fault.to_string(), "units.toml:2:1: y: Wrong. Mend it.");
        assert_eq!(fault.to(Language::Vietnamese), "units.toml:2:1: y: Sai. Sửa đi.");
    }
}
