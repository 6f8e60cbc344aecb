//! Why something was not done, in the reader's language: what, where, what to do.
//!
//! Carries no transport: the API turns a refusal into a problem document, a page
//! into a message beside the field, the command line into one line on stderr.

use std::borrow::Cow;
use std::fmt;

/// The languages in which people are spoken to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    #[default]
    Vietnamese,
    English,
}

impl Language {
    pub const ALL: [Self; 2] = [Self::Vietnamese, Self::English];

    /// As documents name it: `vi`, `en`.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Vietnamese => "vi",
            Self::English => "en",
        }
    }

    #[must_use]
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|language| language.id() == id)
    }

    /// As its own readers call it.
    #[must_use]
    pub fn own_name(self) -> &'static str {
        match self {
            Self::Vietnamese => "Tiếng Việt",
            Self::English => "English",
        }
    }

    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::Vietnamese => Self::English,
            Self::English => Self::Vietnamese,
        }
    }
}

/// One message in both languages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    pub vietnamese: String,
    pub english: String,
}

impl Said {
    pub fn new(vietnamese: impl Into<String>, english: impl Into<String>) -> Self {
        Self { vietnamese: vietnamese.into(), english: english.into() }
    }

    #[must_use]
    pub fn to(&self, language: Language) -> &str {
        match language {
            Language::Vietnamese => &self.vietnamese,
            Language::English => &self.english,
        }
    }
}

/// What kind of "no" it is; callers may tell these apart, and their names are stable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// There is no such thing, or none that this person may see.
    NotFound,
    /// A field can't be taken as it is.
    InvalidInput,
    /// The dossier has moved on since the caller looked.
    StaleVersion,
    /// The law knows no such move from this state (LIFE-01).
    IllegalMove,
    /// This person may not do that.
    NotAllowed,
    /// The same idempotency key came with another request.
    KeyReused,
    /// No lawful due date can be given (TIME-15).
    NoDueDate,
    /// The deed rests on a calendar or rules that were replaced meanwhile.
    LawChanged,
    /// Not signed in, or no longer.
    NotSignedIn,
    /// Too many attempts.
    TooMany,
}

impl Kind {
    /// The stable name, for machines.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::NotFound => "not_found",
            Self::InvalidInput => "invalid_input",
            Self::StaleVersion => "stale_version",
            Self::IllegalMove => "illegal_move",
            Self::NotAllowed => "not_allowed",
            Self::KeyReused => "idempotency_key_reused",
            Self::NoDueDate => "no_due_date",
            Self::LawChanged => "law_changed",
            Self::NotSignedIn => "not_signed_in",
            Self::TooMany => "too_many_attempts",
        }
    }
}

/// Why a deed was refused; nothing of it was done.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct Refusal {
    pub kind: Kind,
    /// The field at fault, by its name in the request.
    pub field: Option<Cow<'static, str>>,
    pub said: Said,
    /// How many seconds to wait before trying again, where waiting is all that helps.
    pub wait_s: Option<u64>,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.said.english)
    }
}

impl Refusal {
    pub fn new(kind: Kind, vietnamese: impl Into<String>, english: impl Into<String>) -> Self {
        Self { kind, field: None, said: Said::new(vietnamese, english), wait_s: None }
    }

    /// A field that can't be taken as it is.
    pub fn invalid(
        field: impl Into<Cow<'static, str>>,
        vietnamese: impl Into<String>,
        english: impl Into<String>,
    ) -> Self {
        Self { field: Some(field.into()), ..Self::new(Kind::InvalidInput, vietnamese, english) }
    }

    /// A field that must not be empty.
    #[must_use]
    pub fn required(field: &'static str, vietnamese: &str, english: &str) -> Self {
        Self::invalid(field, format!("Cần nhập {vietnamese}."), format!("Please enter {english}."))
    }

    #[must_use]
    pub fn dossier_not_found(code: &str) -> Self {
        Self::new(
            Kind::NotFound,
            format!("Không tìm thấy hồ sơ {code} trong phạm vi đơn vị của ông/bà. Kiểm tra lại mã hồ sơ."),
            format!("There is no dossier {code} that your unit may see. Check the code."),
        )
    }

    #[must_use]
    pub fn stale(expected: i64, actual: i64) -> Self {
        Self {
            field: Some("expected_version".into()),
            ..Self::new(
                Kind::StaleVersion,
                format!(
                    "Hồ sơ đã thay đổi (phiên bản {actual}, ông/bà đang xem phiên bản {expected}). Tải lại trang rồi làm lại."
                ),
                format!(
                    "The dossier has changed (version {actual}, you saw version {expected}). Load it again and repeat."
                ),
            )
        }
    }

    /// What was counted by is no longer in force.
    #[must_use]
    pub fn law_changed() -> Self {
        Self::new(
            Kind::LawChanged,
            "Lịch làm việc hoặc quy tắc vừa thay đổi trong lúc xử lý; chưa có gì được ghi. Gửi lại lần nữa.",
            "The calendar or the rules have just changed; nothing was kept. Send it once more.",
        )
    }

    #[must_use]
    pub fn not_allowed(vietnamese_deed: &str, english_deed: &str) -> Self {
        Self::new(
            Kind::NotAllowed,
            format!("Tài khoản này không có quyền {vietnamese_deed}. Liên hệ người quản trị của đơn vị."),
            format!("This account may not {english_deed}. Ask your unit's administrator."),
        )
    }

    #[must_use]
    pub fn outside_of_unit(vietnamese_deed: &str, english_deed: &str) -> Self {
        Self::new(
            Kind::NotAllowed,
            format!(
                "Ông/bà chỉ được {vietnamese_deed} trong phạm vi đơn vị của mình. Chuyển việc này cho đơn vị phụ trách."
            ),
            format!("You may {english_deed} within your own unit only. Hand this to the unit in charge."),
        )
    }

    #[must_use]
    pub fn on_field(mut self, field: &'static str) -> Self {
        self.field = Some(field.into());
        self
    }
}
