//! One dossier: where it stands, every promise ever made, its story, and what may be done.

use askama::Template;

use super::course::Course;
use super::deeds::DeedForm;
use super::parts::{Choice, MonthFigure, Standing, When};
use super::shell::Shell;
use crate::domain::apology::ObligationState;
use crate::domain::refusal::Language;

/// `/dossiers/{code}`.
#[derive(Clone, Debug, Template)]
#[template(path = "dossier.html")]
pub struct DossierPage {
    pub shell: Shell,
    pub code: String,
    /// For `expected_version` of every form.
    pub version: u64,
    pub procedure: String,
    pub procedure_code: String,
    /// The national state's words, `Đang xử lý`.
    pub state: String,
    pub standing: Standing,
    /// The promise that decides lateness; none without a limit.
    pub due: Option<When>,
    /// What stands where a due date would, without one.
    pub without_due: &'static str,
    /// Whether there is an appointment to print.
    pub is_received: bool,
    pub received: When,
    /// Who has it now.
    pub holder: String,
    pub receiving_unit: String,
    pub competent_unit: String,
    pub channel: String,
    pub return_method: String,
    pub components: Vec<String>,
    /// None where this reader may not know.
    pub applicant: Option<Applicant>,
    /// Oldest first.
    pub promises: Vec<Promise>,
    pub figure: Option<MonthFigure>,
    /// Why that day, in words, where no picture of days tells it.
    pub explained: Option<String>,
    /// Newest first.
    pub story: Vec<StoryEvent>,
    pub stops: Vec<Stop>,
    pub course: Course,
    pub apology: Option<Apology>,
    /// In the order of likelihood, the next one first.
    pub deeds: Vec<DeedForm>,
    /// Why no deed is offered, where none is.
    pub no_deed: Option<String>,
}

/// Who asked, as far as the reader may know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Applicant {
    pub kind: String,
    pub name: String,
    pub identifier: Option<String>,
    pub phone: Option<String>,
    pub email: Option<String>,
    pub address: Option<String>,
    /// For which it can be shown in full; empty where it is.
    pub purposes: Vec<Choice>,
}

/// One entry of the promise ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Promise {
    pub due: When,
    /// When it was made.
    pub made: When,
    /// `Khi tiếp nhận`, `Tính lại từ đầu sau khi bổ sung`, `Hẹn lại trong văn bản xin lỗi` …
    pub why: String,
    pub part: PromisePart,
}

/// What a promise is today.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PromisePart {
    /// Decides whether the dossier is late.
    Official,
    /// The new day given in an apology; cures no lateness (LATE-10).
    Reappointed,
    /// Lawfully replaced.
    Past,
}

impl PromisePart {
    #[must_use]
    pub fn word(self, language: Language) -> &'static str {
        let (vietnamese, english) = match self {
            Self::Official => ("Hạn chính thức", "Official return date"),
            Self::Reappointed => {
                ("Ngày hẹn lại, không thay hạn chính thức", "New date, does not replace the official one")
            }
            Self::Past => ("Đã được thay thế", "Replaced"),
        };
        language.choose(vietnamese, english)
    }

    #[must_use]
    pub fn class(self) -> &'static str {
        match self {
            Self::Official => "now",
            Self::Reappointed => "again",
            Self::Past => "past",
        }
    }
}

/// One event of the story.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoryEvent {
    pub at: When,
    /// `Nguyễn Thị Lan, Trung tâm Phục vụ hành chính công tỉnh`
    pub who: String,
    /// `Chuyển đến Sở Nông nghiệp và Môi trường`
    pub what: String,
    /// The words recorded with it.
    pub said: Option<String>,
    /// Whether it moved the state or the promise.
    pub weighty: bool,
}

/// One stop of the clock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stop {
    pub kind: String,
    pub basis: Option<String>,
    pub from: When,
    /// None while it lasts.
    pub to: Option<When>,
    /// `4 ngày làm việc`
    pub length: String,
}

/// The apology owed or made (domain section 6).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Apology {
    pub state: ObligationState,
    /// What it means now, in one or two sentences.
    pub meaning: String,
    /// The latest moment for it, or the day it was issued.
    pub when: Option<When>,
    pub letter: Option<IssuedLetter>,
    /// Form 04, where it may be issued by this reader.
    pub issue: Option<DeedForm>,
    /// Release from it, where this reader may grant that.
    pub exempt: Option<DeedForm>,
    /// Proof of delivery, where that is what is missing.
    pub deliver: Option<DeedForm>,
}

/// A letter that has been signed and sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssuedLetter {
    pub number: String,
    pub reason: String,
    pub words: String,
    pub new_return: When,
    /// Where the letter can be printed, for those who may see the applicant.
    pub href: Option<String>,
}

impl Apology {
    /// Where the obligation stands, as a heading.
    #[must_use]
    pub fn word(&self, language: Language) -> &'static str {
        let (vietnamese, english) = match self.state {
            ObligationState::Forecast => ("Có thể phải xin lỗi", "An apology may be owed"),
            ObligationState::Owed => ("Chưa gửi lời xin lỗi", "Apology not sent"),
            ObligationState::OwedOverdue => {
                ("Chưa gửi lời xin lỗi, hồ sơ đã quá hạn", "Apology not sent, dossier overdue")
            }
            ObligationState::IssuedInAdvance => (
                "Đã xin lỗi trước hạn, chờ xác nhận đã giao",
                "Apologised in advance, delivery to be confirmed",
            ),
            ObligationState::IssuedLate => {
                ("Đã xin lỗi sau hạn, chờ xác nhận đã giao", "Apologised late, delivery to be confirmed")
            }
            ObligationState::Delivered => {
                ("Đã gửi lời xin lỗi, có bằng chứng", "Apology delivered, with proof")
            }
            ObligationState::Exempt => ("Được miễn xin lỗi", "Exempt from the apology"),
            ObligationState::Closed => ("Không còn phải xin lỗi", "No apology owed any longer"),
        };
        language.choose(vietnamese, english)
    }

    /// Whether the office still owes a letter.
    #[must_use]
    pub fn owes(&self) -> bool {
        matches!(self.state, ObligationState::Owed | ObligationState::OwedOverdue)
    }
}
