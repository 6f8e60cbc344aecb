//! The free words of events: what somebody wrote about a dossier, and what is left once it is no longer to
//! be kept (S24). What happened, when and by whom stays; so do steps, units, documents and provisions, which
//! name procedures and law and no person.

use super::{Filing, Happening, Imported};

/// What stands where words stood.
pub const ERASED: &str = "(đã xoá)";

impl Happening {
    /// The same without what somebody wrote freely. Told again, it makes the same dossier.
    #[must_use]
    pub fn without_words(self) -> Self {
        match self {
            Self::Submitted { filing } => Self::Submitted { filing: bare(filing) },
            Self::Received { filing, ruleset, promise } => {
                Self::Received { filing: filing.map(bare), ruleset, promise }
            }
            Self::SupplementRequested { items, reason: _, contact, exceptional } => {
                Self::SupplementRequested {
                    items: items.into_iter().map(|_| erased()).collect(),
                    reason: erased(),
                    contact: contact.map(|_| erased()),
                    exceptional,
                }
            }
            Self::PaymentRequested { reason: _ } => Self::PaymentRequested { reason: erased() },
            Self::OpinionRequested { unit, question: _, due_at } => {
                Self::OpinionRequested { unit, question: erased(), due_at }
            }
            Self::OpinionGiven { unit, answer: _ } => Self::OpinionGiven { unit, answer: erased() },
            Self::Withdrawn { reason: _ } => Self::Withdrawn { reason: erased() },
            Self::Stopped { reason: _ } => Self::Stopped { reason: erased() },
            Self::Refused { reason: _ } => Self::Refused { reason: erased() },
            Self::Reopened { reason: _ } => Self::Reopened { reason: erased() },
            Self::CorrectionProposed { corrects, at, reason: _ } => {
                Self::CorrectionProposed { corrects, at, reason: erased() }
            }
            Self::Corrected { corrects, reason: _, words, time } => {
                Self::Corrected { corrects, reason: erased(), words: words.map(|_| erased()), time }
            }
            Self::ApologyIssued { number, signer, signed_on, reason, words: _, reappointed } => {
                Self::ApologyIssued { number, signer, signed_on, reason, words: erased(), reappointed }
            }
            Self::ApologyDelivered { channel, receipt: _ } => {
                Self::ApologyDelivered { channel, receipt: erased() }
            }
            Self::Exempted { reason, words: _ } => Self::Exempted { reason, words: erased() },
            Self::Imported(life) => Self::Imported(Imported { filing: bare(life.filing), ..life }),
            // Named one by one, so that what is new is thought about.
            Self::Transfer { .. }
            | Self::StepDone { .. }
            | Self::Supplemented { .. }
            | Self::Paid { .. }
            | Self::ExclusionBegan { .. }
            | Self::ExclusionEnded { .. }
            | Self::StageDone { .. }
            | Self::Settled
            | Self::Returned { .. }
            | Self::Recalculated { .. }
            | Self::ImportedStep { .. } => self,
        }
    }
}

fn erased() -> String {
    ERASED.to_owned()
}

/// The papers of an intake are named as their clerk named them.
fn bare(filing: Filing) -> Filing {
    Filing { components: filing.components.into_iter().map(|_| erased()).collect(), ..filing }
}
