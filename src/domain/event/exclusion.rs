//! The intervals that a law takes out of the limit, beside supplement and payment (STOP-02).

use crate::domain::refusal::Language;

use serde::{Deserialize, Serialize};

/// Why the clock stands still by law. Waiting for a coordinating agency is none of these (STOP-03).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Exclusion {
    Verification,
    CriminalRecordLookup,
    /// Niêm yết.
    PublicPosting,
    /// By relatives, in VNeID.
    ApplicantConfirmation,
    OtherByLaw,
}

impl Exclusion {
    pub const ALL: [Self; 5] = [
        Self::Verification,
        Self::CriminalRecordLookup,
        Self::PublicPosting,
        Self::ApplicantConfirmation,
        Self::OtherByLaw,
    ];

    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Verification => "verification",
            Self::CriminalRecordLookup => "criminal_record_lookup",
            Self::PublicPosting => "public_posting",
            Self::ApplicantConfirmation => "applicant_confirmation",
            Self::OtherByLaw => "other_by_law",
        }
    }

    #[must_use]
    pub fn word(self, language: Language) -> &'static str {
        let (vietnamese, english) = match self {
            Self::Verification => ("Xác minh", "Verification"),
            Self::CriminalRecordLookup => ("Tra cứu lý lịch tư pháp", "Criminal record look-up"),
            Self::PublicPosting => ("Niêm yết công khai", "Public posting"),
            Self::ApplicantConfirmation => {
                ("Chờ người liên quan xác nhận", "Waiting for a confirmation by those concerned")
            }
            Self::OtherByLaw => ("Thời gian khác không tính theo quy định", "Other time excluded by law"),
        };
        language.choose(vietnamese, english)
    }
}
