//! The apology to the person who waits: form 04 as a letter and as a sheet to print.
//!
//! Every mandatory part (LATE-06) is a field that can't be left out. The letter speaks for
//! the office, of its own lateness, to one person; it promises nothing that isn't in its data.

use askama::Template;

use super::{Letter, LetterError};
use crate::domain::apology::LateReason;
use crate::domain::time::{ClockTime, Day};
use crate::domain::words::{Language, Subject};

const VI: Language = Language::Vietnamese;

/// The title of form 04 under circular 03/2025/TT-VPCP (FORM-01, FORM-02).
pub const APOLOGY_TITLE_2025: &str = "Văn bản xin lỗi và đề nghị gia hạn thời gian giải quyết";
/// The title under circular 01/2018/TT-VPCP, still met.
pub const APOLOGY_TITLE_2018: &str = "Phiếu xin lỗi và hẹn lại ngày trả kết quả";

/// A day and a time on it, in the office's zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct When {
    pub day: Day,
    pub time: ClockTime,
}

impl When {
    fn words(self) -> String {
        VI.day_time(self.day, self.time)
    }
}

/// Whom the letter speaks to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Addressee {
    Person { name: String },
    Organisation { name: String },
}

impl Addressee {
    fn name(&self) -> &str {
        match self {
            Self::Person { name } | Self::Organisation { name } => name,
        }
    }

    /// How the letter says "you".
    fn you(&self) -> &'static str {
        match self {
            Self::Person { .. } => "ông/bà",
            Self::Organisation { .. } => "quý tổ chức",
        }
    }

    fn salutation(&self) -> String {
        match self {
            Self::Person { name } => format!("ông/bà {name}"),
            Self::Organisation { name } => name.clone(),
        }
    }
}

/// What the office has not kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The appointed time is still to come and will not be kept (LATE-01).
    WillMiss,
    /// It has passed without a result (LATE-03).
    Missed,
    /// The result came, but late; [`NewTime::Ready`] or [`NewTime::Returned`] goes with it.
    ReturnedLate,
    /// It was withdrawn or stopped, and until then there was no result; [`NewTime::Ended`] goes with it.
    NeverCame,
}

/// When the result will be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NewTime {
    /// The one new appointment that the law allows (LATE-02).
    Appointed(When),
    /// It can be fetched since then.
    Ready(When),
    /// It was there and the reader has it already.
    Returned { ready: When, returned: When },
    /// The dossier was withdrawn or stopped: there will be none.
    Ended(When),
}

/// Why it is late (LATE-12).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    pub code: LateReason,
    /// The same for this one dossier, in words that the reader would use.
    pub words: String,
}

impl Reason {
    /// Whether the office answers for it.
    fn is_ours(&self) -> bool {
        !matches!(self.code, LateReason::Applicant | LateReason::ForceMajeure)
    }
}

/// Who answers the reader's questions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contact {
    pub name: String,
    pub position: String,
    pub phone: Option<String>,
    pub email: Option<String>,
}

/// Where the reader can complain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Complaint {
    pub office: String,
    pub phone: Option<String>,
    pub url: Option<String>,
}

/// Who signs: the head of the agency (LATE-04).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    /// `Giám đốc`
    pub position: String,
    pub name: String,
    /// How it was signed electronically, where it was (SIGN-01): `Đã ký số 24/11/2026, 09:12`.
    pub mark: Option<String>,
}

/// One apology (LATE-06, LATE-07).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApologyLetter {
    /// By rule set: [`APOLOGY_TITLE_2025`] or what the office calls it (FORM-02).
    pub title: String,
    /// The agency above, printed over the agency's name.
    pub parent_agency: Option<String>,
    /// The competent agency, which apologises.
    pub agency: String,
    /// `128/PXL`
    pub number: String,
    pub place: String,
    pub issued_on: Day,
    pub addressee: Addressee,
    pub identifier: String,
    pub dossier_code: String,
    pub procedure: String,
    pub receiving_agency: String,
    pub received: When,
    /// The promise that was not or will not be kept; a later one that was kept is not its subject.
    pub appointed: When,
    pub fault: Fault,
    pub reason: Reason,
    pub new_time: NewTime,
    pub contact: Contact,
    pub complaint: Complaint,
    pub signature: Signature,
    /// Where the reader sees how the dossier stands.
    pub url: String,
}

#[derive(Template)]
#[template(path = "apology.html")]
struct ApologyHtml<'a> {
    letter: &'a ApologyLetter,
    identifier: String,
}

#[derive(Template)]
#[template(path = "apology.txt")]
struct ApologyText<'a> {
    letter: &'a ApologyLetter,
    identifier: String,
}

#[derive(Template)]
#[template(path = "apology_print.html")]
struct ApologyPrint<'a> {
    letter: &'a ApologyLetter,
    back: &'a str,
}

impl ApologyLetter {
    /// As a mail, with the identifier masked (DATA-07): mail is read on many screens.
    ///
    /// # Errors
    /// Where a template fails.
    pub fn render(&self) -> Result<Letter, LetterError> {
        let identifier = masked(&self.identifier);
        let text = ApologyText { letter: self, identifier: identifier.clone() }.render()?;
        let html = ApologyHtml { letter: self, identifier }.render()?;
        Ok(Letter { subject: self.subject(), text, html })
    }

    /// As form 04 on one A4 sheet, with the identifier in full: HTML made for paper. On a screen it
    /// leads `back` to where one came from.
    ///
    /// # Errors
    /// Where a template fails.
    pub fn print(&self, back: &str) -> Result<String, LetterError> {
        Ok(ApologyPrint { letter: self, back }.render()?)
    }

    fn subject(&self) -> Subject {
        let you = self.addressee.you();
        let what = match self.new_time {
            NewTime::Appointed(when) => format!("hồ sơ được hẹn lại {}", VI.day(when.day)),
            NewTime::Ready(_) => "hồ sơ được trả chậm, kết quả đã có".to_owned(),
            NewTime::Returned { .. } => "hồ sơ được trả chậm".to_owned(),
            NewTime::Ended(_) => "hồ sơ không được trả đúng hẹn".to_owned(),
        };
        Subject::new(&format!("Xin lỗi {you}: {what} – {}", self.agency))
    }

    /// The apology, with the statement of not being on time: the office is its subject.
    fn apology(&self) -> String {
        let (agency, you) = (&self.agency, self.addressee.you());
        match self.fault {
            Fault::WillMiss => format!("{agency} xin lỗi {you} vì sẽ không trả được kết quả đúng hẹn."),
            Fault::Missed | Fault::NeverCame => {
                format!("{agency} xin lỗi {you} vì đã không trả kết quả đúng hẹn.")
            }
            Fault::ReturnedLate => format!("{agency} xin lỗi {you} vì đã trả kết quả muộn hơn lời hẹn."),
        }
    }

    fn statement(&self) -> String {
        let (you, when) = (self.addressee.you(), self.appointed.words());
        match self.fault {
            Fault::WillMiss => {
                format!("Chúng tôi đã hẹn {you} {when}, nhưng sẽ chưa có kết quả vào lúc đó.")
            }
            Fault::Missed => format!("Chúng tôi đã hẹn {you} {when}, nhưng đến nay vẫn chưa có kết quả."),
            Fault::ReturnedLate => {
                format!("Chúng tôi đã hẹn {you} {when}, nhưng sau thời điểm đó mới có kết quả.")
            }
            Fault::NeverCame => {
                format!("Chúng tôi đã hẹn {you} {when}, nhưng đến khi hồ sơ kết thúc vẫn chưa có kết quả.")
            }
        }
    }

    fn new_time_label(&self) -> &'static str {
        match self.new_time {
            NewTime::Appointed(_) => "Ngày hẹn mới",
            NewTime::Ready(_) | NewTime::Returned { .. } => "Kết quả có từ",
            NewTime::Ended(_) => "Hồ sơ kết thúc",
        }
    }

    fn new_time_words(&self) -> String {
        match self.new_time {
            NewTime::Appointed(when)
            | NewTime::Ready(when)
            | NewTime::Returned { ready: when, .. }
            | NewTime::Ended(when) => when.words(),
        }
    }

    /// What stands over what happens next.
    fn commitment_title(&self) -> &'static str {
        match self.new_time {
            NewTime::Appointed(_) => "Từ nay đến lúc có kết quả",
            _ => "Kết quả",
        }
    }

    /// What the new time means for the reader.
    fn commitment(&self) -> String {
        let you = self.addressee.you();
        match self.new_time {
            NewTime::Appointed(_) => format!(
                "Mỗi hồ sơ chỉ được hẹn lại một lần, nên đây là ngày chúng tôi phải giữ. Nếu có kết quả sớm hơn, chúng tôi sẽ báo ngay cho {you}."
            ),
            NewTime::Ready(_) => {
                format!("Kính mời {you} đến nhận, hoặc chọn cách nhận khác tại nơi đã nộp hồ sơ.")
            }
            NewTime::Returned { returned, .. } => {
                format!("Kết quả đã được trả cho {you} {}.", returned.words())
            }
            NewTime::Ended(_) => "Hồ sơ không được giải quyết tiếp nên không có ngày hẹn mới.".to_owned(),
        }
    }

    /// Whose fault it is, where it is ours.
    fn admission(&self) -> Option<String> {
        let you = self.addressee.you();
        self.reason
            .is_ours()
            .then(|| format!("Việc chậm này là trách nhiệm của cơ quan chúng tôi, không phải lỗi của {you}."))
    }

    fn right_to_complain(&self) -> String {
        let you = self.addressee.you();
        match self.new_time {
            NewTime::Appointed(_) => format!(
                "Nếu chưa đồng ý với lý do hoặc ngày hẹn mới, {you} có quyền phản ánh, kiến nghị hoặc khiếu nại; việc đó không ảnh hưởng đến việc giải quyết hồ sơ."
            ),
            _ => {
                format!("Nếu chưa đồng ý với lý do trên, {you} có quyền phản ánh, kiến nghị hoặc khiếu nại.")
            }
        }
    }

    fn dated(&self) -> String {
        format!("{}, {}", self.place, VI.formal_day(self.issued_on))
    }
}

/// All but the last four characters hidden (DATA-07); a shorter one wholly.
fn masked(identifier: &str) -> String {
    let length = identifier.chars().count();
    let shown = if length > 4 { length - 4 } else { length };
    identifier.chars().enumerate().map(|(index, c)| if index < shown { '*' } else { c }).collect()
}

#[expect(
    clippy::inline_always,
    clippy::unnecessary_wraps,
    clippy::unused_self,
    reason = "the shape that askama's filters have"
)]
mod filters {
    /// The digits that a telephone dials.
    #[askama::filter_fn]
    pub(super) fn dial(phone: &str, _: &dyn askama::Values) -> askama::Result<String> {
        Ok(phone.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect())
    }
}
