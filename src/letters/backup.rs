//! To the administrators: a backup or a restore drill has failed.

use super::sheet::{Sheet, Tone};
use super::{Letter, LetterError};
use crate::domain::words::Subject;

/// What went wrong, and since when there is nothing better.
#[derive(Clone, Debug)]
pub struct BackupFailure {
    /// Whether a drill failed, rather than a backup.
    pub is_drill: bool,
    /// `Thứ Năm 26/11/2026, 03:00`
    pub when: String,
    /// One sentence that says what, where and what to do.
    pub why: String,
    /// When it last went well, in the same words; none where it never did.
    pub last_good: Option<String>,
    /// The office that runs the service.
    pub office: String,
    /// Where the administrator sees how it stands.
    pub url: String,
}

impl BackupFailure {
    /// # Errors
    /// Where a template fails.
    pub fn render(&self) -> Result<Letter, LetterError> {
        let what = if self.is_drill { "Diễn tập khôi phục" } else { "Sao lưu" };
        let since = match &self.last_good {
            Some(last) => format!("Lần thành công gần nhất: {last}."),
            None => "Chưa có lần nào thành công.".to_owned(),
        };
        Sheet {
            subject: Subject::new(&format!("{what} không thành công – {}", self.office)),
            unit: &self.office,
            tone: Tone::Overdue,
            message: [format!("{what} lúc {} không thành công.", self.when), self.why.clone(), since],
            groups: Vec::new(),
            url: &self.url,
            because: "Thư này gửi tới người quản trị hệ thống, mỗi ngày nhiều nhất một thư.",
        }
        .render()
    }
}
