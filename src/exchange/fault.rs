//! What is wrong with an input file: file, line, field, what, and what to do.

use std::fmt;
use std::path::{Path, PathBuf};

use crate::domain::obstacle;
use crate::domain::refusal::{Language, Said};

/// One thing that makes a file unusable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    pub file: PathBuf,
    /// Counted from 1; none where the whole file is meant.
    pub line: Option<u64>,
    /// The key or column at fault; empty where it is none.
    pub field: String,
    pub said: Said,
}

impl Fault {
    #[must_use]
    pub fn new(file: &Path, line: Option<u64>, field: &str, said: Said) -> Self {
        Self { file: file.to_owned(), line, field: field.to_owned(), said }
    }

    /// The file can't be read beyond this line.
    #[must_use]
    pub fn broken_off(file: &Path, line: u64, error: &dyn fmt::Display) -> Self {
        let said = Said::new(
            format!("Không đọc tiếp được: {error}. Tệp có lẽ bị hỏng hoặc bị cắt; xuất lại rồi nhập lại."),
            format!(
                "Can't be read on: {error}. The file is probably damaged or cut off; export and import it again."
            ),
        );
        Self::new(file, Some(line), "", said)
    }

    #[must_use]
    pub fn unreadable(file: &Path, error: &std::io::Error) -> Self {
        let why = obstacle::why(error);
        let said = Said::new(
            format!("Không đọc được tệp: {}. Kiểm tra đường dẫn và quyền đọc.", why.vietnamese),
            format!("The file can't be read: {}. Check the path and who may read it.", why.english),
        );
        Self::new(file, None, "", said)
    }

    /// `wabo.toml:12: columns.code: …`
    #[must_use]
    pub fn to(&self, language: Language) -> String {
        let mut shown = self.file.display().to_string();
        if let Some(line) = self.line {
            shown.push_str(&format!(":{line}"));
        }
        if !self.field.is_empty() {
            shown.push_str(&format!(": {}", self.field));
        }
        format!("{shown}: {}", self.said.to(language))
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to(Language::English))
    }
}

impl std::error::Error for Fault {}
