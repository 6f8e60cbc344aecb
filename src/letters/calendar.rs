//! About the calendar: dates that a decision has moved, to the heads of the units; and a next year
//! that is not final yet, to those who see to it (MON-05).

use super::sheet::{Sheet, Tone};
use super::{Letter, LetterError};
use crate::domain::words::Subject;

/// A published decision has moved dates of a unit.
#[derive(Clone, Debug)]
pub struct DatesMoved {
    pub unit: String,
    pub moved: u64,
    /// `12/QĐ-UBND`
    pub document: String,
    pub reason: String,
    /// The unit's board.
    pub url: String,
}

impl DatesMoved {
    /// # Errors
    /// Where a template fails.
    pub fn render(&self) -> Result<Letter, LetterError> {
        let Self { unit, moved, document, reason, url } = self;
        Sheet {
            subject: Subject::new(&format!("{moved} hồ sơ được lùi ngày hẹn trả – {unit}")),
            unit,
            tone: Tone::Neutral,
            message: [
                format!("{moved} hồ sơ đang giải quyết của {unit} có ngày hẹn trả mới, muộn hơn."),
                format!("Căn cứ: {document} – {reason}."),
                "Báo cho người nộp hồ sơ ngày hẹn mới; ngày đã hẹn lần đầu vẫn được lưu.".to_owned(),
            ],
            groups: Vec::new(),
            url,
            because: "Thư này gửi tới thủ trưởng đơn vị có hồ sơ đổi ngày hẹn trả.",
        }
        .render()
    }
}

/// The working calendar of the coming year is missing or not final.
#[derive(Clone, Debug)]
pub struct YearMissing {
    pub year: i16,
    /// There is a record, but only an estimate.
    pub estimated: bool,
    pub office: String,
    /// Where to begin.
    pub url: String,
}

impl YearMissing {
    /// # Errors
    /// Where a template fails.
    pub fn render(&self) -> Result<Letter, LetterError> {
        let Self { year, office, url, .. } = self;
        let state = if self.estimated { "mới là dự kiến" } else { "chưa có" };
        Sheet {
            subject: Subject::new(&format!("Lịch làm việc năm {year} {state} – {office}")),
            unit: office,
            tone: Tone::DueSoon,
            message: [
                format!("Lịch làm việc năm {year} {state}."),
                format!(
                    "Hồ sơ có hạn sang năm {year} sẽ không ấn định được ngày hẹn trả cho đến khi lịch được công bố."
                ),
                "Hãy nhập lịch theo thông báo nghỉ lễ, tết rồi nhờ người thứ hai xem lại và công bố.".to_owned(),
            ],
            groups: Vec::new(),
            url,
            because: "Thư này gửi một lần tới đơn vị kiểm soát thủ tục hành chính và người quản trị.",
        }
        .render()
    }
}
