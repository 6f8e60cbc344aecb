//! What one record of another system says, once it has been understood.
//!
//! Knows neither files nor columns: `exchange` makes these out of them.

use std::sync::Arc;

use crate::domain::code::DossierCode;
use crate::domain::promise::Promise;
use crate::domain::refusal::Said;
use crate::domain::time::{Day, Moment};
use crate::domain::unit::UnitCode;

/// What tells a record from others; records with the same one are the same.
pub type Digest = [u8; 16];

/// A row or trace of the source.
#[derive(Clone, Debug)]
pub struct Record {
    /// Where it begins, counted from 1.
    pub line: u64,
    pub digest: Digest,
    pub said: Result<Told, Rejected>,
}

impl Record {
    /// About how much there is to write: a dossier, and each of its steps.
    #[must_use]
    pub fn weight(&self) -> usize {
        1 + self.said.as_ref().map_or(0, |told| told.steps.len())
    }
}

/// Records that are taken in together, in the source's order; cheap to clone.
pub type Batch = Arc<Vec<Record>>;

/// A record that can't become part of a dossier (XCH-05).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejected {
    /// The column at fault, if it is one.
    pub field: Option<String>,
    pub reason: Reason,
}

/// Why a record is put into quarantine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// It has more or fewer fields than the header.
    RaggedRow,
    NotUtf8,
    NoCode,
    /// Longer than a code may be, or with control characters.
    BadCode,
    NoIntake,
    BadIntake,
    /// A dossier of that code exists already and is not of this source.
    CodeTaken,
    /// More steps or text than one dossier can have.
    TooLarge,
    /// A spreadsheet made a number or a date of the code and lost what it was.
    CodeChanged,
    /// A spreadsheet's formula failed where the code or the intake should be.
    FailedFormula,
}

impl Reason {
    pub const ALL: [Self; 10] = [
        Self::RaggedRow,
        Self::NotUtf8,
        Self::NoCode,
        Self::BadCode,
        Self::NoIntake,
        Self::BadIntake,
        Self::CodeTaken,
        Self::TooLarge,
        Self::CodeChanged,
        Self::FailedFormula,
    ];

    /// Stable, for the summary and the list.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::RaggedRow => "ragged_row",
            Self::NotUtf8 => "not_utf8",
            Self::NoCode => "no_code",
            Self::BadCode => "bad_code",
            Self::NoIntake => "no_intake",
            Self::BadIntake => "bad_intake",
            Self::CodeTaken => "code_taken",
            Self::TooLarge => "too_large",
            Self::CodeChanged => "code_changed",
            Self::FailedFormula => "failed_formula",
        }
    }

    #[must_use]
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.id() == id)
    }

    /// What is wrong and what to do about it.
    #[must_use]
    pub fn said(self) -> Said {
        let (vietnamese, english) = match self {
            Self::RaggedRow => (
                "Số cột khác dòng tiêu đề. Sửa dấu phân cách hoặc dấu nháy trong dòng này.",
                "The row has another number of fields than the header. Correct its separators or quotes.",
            ),
            Self::NotUtf8 => (
                "Không phải mã UTF-8. Xuất lại tệp với mã UTF-8.",
                "This is not UTF-8. Export the file again as UTF-8.",
            ),
            Self::NoCode => {
                ("Thiếu mã hồ sơ. Bổ sung mã ở hệ thống nguồn.", "The code is missing. Add it in the source.")
            }
            Self::BadCode => (
                "Mã hồ sơ dài quá 100 ký tự hoặc có ký tự điều khiển. Sửa ở hệ thống nguồn.",
                "The code is longer than 100 characters or has control characters. Correct it in the source.",
            ),
            Self::NoIntake => (
                "Thiếu ngày tiếp nhận. Bổ sung ở hệ thống nguồn.",
                "The time of intake is missing. Add it in the source.",
            ),
            Self::BadIntake => (
                "Không đọc được ngày tiếp nhận. Thêm định dạng vào “dates” của tệp ánh xạ hoặc sửa giá trị.",
                "The time of intake can't be read. Add its format to “dates” in the mapping, or correct it.",
            ),
            Self::CodeTaken => (
                "Mã này đã thuộc về hồ sơ khác không do nguồn này nhập. Kiểm tra mã hồ sơ.",
                "Another dossier, not of this source, has this code. Check the code.",
            ),
            Self::TooLarge => (
                "Hồ sơ có quá 20.000 bước hoặc quá nhiều chữ. Kiểm tra hồ sơ này ở hệ thống nguồn.",
                "The dossier has more than 20,000 steps, or too much text. Check it in the source.",
            ),
            Self::CodeChanged => (
                "Bảng tính đã đổi mã hồ sơ thành số quá 15 chữ số hoặc ngày. Định dạng cột mã là Văn bản rồi xuất lại.",
                "The spreadsheet has turned the code into a number of more than 15 digits or a date. \
                 Format the column as text and export again.",
            ),
            Self::FailedFormula => (
                "Công thức trong ô này báo lỗi (#N/A, #REF!…). Sửa công thức hoặc thay bằng giá trị.",
                "The formula in this cell has failed (#N/A, #REF! …). Correct it, or put the value in its place.",
            ),
        };
        Said::new(vietnamese, english)
    }
}

/// What a record tells of its dossier, and perhaps of steps in it.
#[derive(Clone, Debug, PartialEq)]
pub struct Told {
    pub code: DossierCode,
    pub intake: When,
    /// As the other system made it, never recomputed.
    pub promise: Option<Promise>,
    pub settled: Option<When>,
    pub returned: Option<When>,
    pub unit: TheirUnit,
    pub procedure: Named,
    pub field: Option<String>,
    pub channel: String,
    pub officer: Option<String>,
    /// In the source's order.
    pub steps: Vec<Step>,
    /// Columns whose value could not be read and was left out.
    pub unreadable: Vec<String>,
}

/// An instant and its civil day in the source's zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct When {
    pub at: Moment,
    pub on: Day,
}

/// Something that the source calls by a name of its own, with the code it has here.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Named {
    pub code: String,
    pub name: String,
}

/// Who settles: a unit that only the source knows, or one of this province.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TheirUnit {
    External { code: UnitCode, name: String },
    Ours(UnitCode),
}

impl TheirUnit {
    #[must_use]
    pub fn code(&self) -> &UnitCode {
        match self {
            Self::External { code, .. } | Self::Ours(code) => code,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    pub name: String,
    pub at: Moment,
    pub officer: Option<String>,
}
