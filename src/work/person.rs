//! What an applicant told of themself, in full: seen for a purpose, and on record each time (DATA-06).

use super::apology::applicant_of;
use super::desk::Desk;
use super::ledger::{self, Opened};
use crate::db::{Result, Tx};
use crate::domain::applicant::Applicant;
use crate::domain::refusal::Language;
use crate::domain::refusal::Refusal;
use crate::domain::staff::{Actor, Deed};
use crate::store::audit::{self, Entry};

/// Why somebody needs to see it (DATA-02: the purpose stays that of settling).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    Contact,
    Check,
    Complaint,
    Slip,
    Apology,
}

impl Purpose {
    /// Those that people choose from.
    pub const CHOSEN: [Self; 3] = [Self::Contact, Self::Check, Self::Complaint];

    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Contact => "contact",
            Self::Check => "check",
            Self::Complaint => "complaint",
            Self::Slip => "slip",
            Self::Apology => "apology",
        }
    }

    #[must_use]
    pub fn word(self, language: Language) -> &'static str {
        let (vietnamese, english) = match self {
            Self::Contact => ("liên hệ người nộp", "contacting the applicant"),
            Self::Check => ("đối chiếu giấy tờ", "checking the papers"),
            Self::Complaint => ("giải quyết phản ánh, khiếu nại", "handling feedback or a complaint"),
            Self::Slip => ("in giấy hẹn", "printing the receipt slip"),
            Self::Apology => ("in văn bản xin lỗi", "printing the apology"),
        };
        language.choose(vietnamese, english)
    }

    /// # Errors
    /// Where it is none of those that people choose from.
    pub fn chosen(id: &str) -> Result<Self, Refusal> {
        let known = Self::CHOSEN.into_iter().find(|purpose| purpose.id() == id);
        known.ok_or_else(|| {
            Refusal::invalid(
                "purpose",
                "Chọn mục đích xem thông tin cá nhân: contact, check hoặc complaint.",
                "Choose the purpose for which you need personal data: contact, check or complaint.",
            )
        })
    }
}

/// The dossier and its applicant in full, for whoever may see them; the log says who it was and why.
pub async fn reveal(
    tx: &mut Tx,
    desk: &Desk,
    actor: &Actor,
    code: &str,
    purpose: Purpose,
) -> Result<(Opened, Option<Applicant>)> {
    let opened = ledger::open(tx, desk, actor, code, Deed::ViewPerson).await?;
    let applicant = applicant_of(tx, desk, &opened.dossier).await?;
    let detail = serde_json::json!({ "purpose": purpose.id() }).to_string();
    let subject = opened.known.code.as_str();
    let entry = Entry { at: desk.now, actor, action: "person_viewed", subject, detail: &detail };
    audit::append(tx, &entry).await?;
    Ok((opened, applicant))
}
