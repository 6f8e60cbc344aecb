//! Times in which the clock stood still (sections 4.5 and 4.6).

use crate::domain::event::Exclusion;
use crate::domain::refusal::Language;
use crate::domain::staff::StaffId;
use crate::domain::time::Moment;

/// One of them, with what the law asks to be kept of it (STOP-02).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stop {
    pub kind: StopKind,
    pub from: Moment,
    /// None while it lasts.
    pub to: Option<Moment>,
    /// The provision, where the kind alone does not say it.
    pub basis: Option<String>,
    /// The papers that began and ended it.
    pub documents: Vec<String>,
    pub author: StaffId,
    /// The promise that was in force as it began, by its place in the ledger; none before receipt.
    pub promise_no: Option<usize>,
}

/// For whom or what the dossier waited.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum StopKind {
    Supplement,
    FinancialObligation,
    Exclusion(Exclusion),
}

impl StopKind {
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Supplement => "supplement",
            Self::FinancialObligation => "financial_obligation",
            Self::Exclusion(exclusion) => exclusion.id(),
        }
    }

    #[must_use]
    pub fn word(self, language: Language) -> &'static str {
        let (vietnamese, english) = match self {
            Self::Supplement => ("Chờ bổ sung hồ sơ", "Waiting for a supplement"),
            Self::FinancialObligation => {
                ("Chờ thực hiện nghĩa vụ tài chính", "Waiting for a financial obligation")
            }
            Self::Exclusion(exclusion) => return exclusion.word(language),
        };
        language.choose(vietnamese, english)
    }

    /// Whether it is the applicant's side that is waited for.
    #[must_use]
    pub fn is_the_applicants(self) -> bool {
        matches!(
            self,
            Self::Supplement | Self::FinancialObligation | Self::Exclusion(Exclusion::ApplicantConfirmation)
        )
    }
}
