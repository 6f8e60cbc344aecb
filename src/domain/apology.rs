//! The apology that the law owes a citizen whose result is late (domain section 6).
//!
//! What is owed follows from the events and the instant; nothing here is a flag
//! that somebody must remember to set.

use serde::{Deserialize, Serialize};

use super::dossier::Dossier;
use super::promise::Outcome;
use super::standing::Milestones;
use super::time::Moment;
use crate::domain::refusal::Language;

/// Why a result is late (LATE-12).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LateReason {
    Volume,
    Coordination,
    Verification,
    SystemFault,
    DataSync,
    StaffAbsence,
    LegalUnclear,
    Applicant,
    ForceMajeure,
    NotUpdated,
    Other,
}

impl LateReason {
    pub const ALL: [Self; 11] = [
        Self::Volume,
        Self::Coordination,
        Self::Verification,
        Self::SystemFault,
        Self::DataSync,
        Self::StaffAbsence,
        Self::LegalUnclear,
        Self::Applicant,
        Self::ForceMajeure,
        Self::NotUpdated,
        Self::Other,
    ];

    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Volume => "volume",
            Self::Coordination => "coordination",
            Self::Verification => "verification",
            Self::SystemFault => "system_fault",
            Self::DataSync => "data_sync",
            Self::StaffAbsence => "staff_absence",
            Self::LegalUnclear => "legal_unclear",
            Self::Applicant => "applicant",
            Self::ForceMajeure => "force_majeure",
            Self::NotUpdated => "not_updated",
            Self::Other => "other",
        }
    }

    #[must_use]
    pub fn word(self, language: Language) -> &'static str {
        let (vietnamese, english) = match self {
            Self::Volume => ("khối lượng hồ sơ lớn", "large number of dossiers"),
            Self::Coordination => ("cơ quan phối hợp chậm", "coordinating agency late"),
            Self::Verification => ("cần xác minh", "verification needed"),
            Self::SystemFault => ("lỗi hệ thống", "system fault"),
            Self::DataSync => ("lỗi đồng bộ dữ liệu", "data synchronisation fault"),
            Self::StaffAbsence => ("thiếu người", "staff missing"),
            Self::LegalUnclear => ("vướng mắc pháp lý", "law unclear"),
            Self::Applicant => ("do tổ chức, cá nhân", "caused by the applicant"),
            Self::ForceMajeure => ("bất khả kháng", "force majeure"),
            Self::NotUpdated => ("đã giải quyết nhưng chưa cập nhật", "settled but not recorded"),
            Self::Other => ("lý do khác", "other reason"),
        };
        language.choose(vietnamese, english)
    }

    /// As letters to citizens say it.
    #[must_use]
    pub fn vietnamese(self) -> &'static str {
        self.word(Language::Vietnamese)
    }
}

/// How the letter reached the applicant (LATE-04, LATE-05).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryChannel {
    /// Handed over against a signature.
    Counter,
    Post,
    Email,
    Portal,
}

impl DeliveryChannel {
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Post => "post",
            Self::Email => "email",
            Self::Portal => "portal",
        }
    }

    #[must_use]
    pub fn word(self, language: Language) -> &'static str {
        let (vietnamese, english) = match self {
            Self::Counter => ("trao tại quầy, có chữ ký", "handed over at the counter, signed for"),
            Self::Post => ("qua bưu chính", "by post"),
            Self::Email => ("qua thư điện tử", "by e-mail"),
            Self::Portal => {
                ("qua tài khoản trên Cổng Dịch vụ công", "through the account at the Public Service Portal")
            }
        };
        language.choose(vietnamese, english)
    }

    /// `gửi qua thư điện tử`: what the receipt of this channel proves, and no more (LATE-17).
    #[must_use]
    pub fn proves(self, language: Language) -> String {
        let word = self.word(language);
        match self {
            Self::Counter => word.to_owned(),
            Self::Post | Self::Email | Self::Portal => {
                language.choose(format!("gửi {word}"), format!("sent {word}"))
            }
        }
    }
}

/// Where the obligation stands (domain section 6.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ObligationState {
    /// Time is short; a letter may still go out in advance (MON-03).
    Forecast,
    /// The last moment for a letter in advance has passed.
    Owed,
    /// The limit is past and no letter went out (LATE-03).
    OwedOverdue,
    IssuedInAdvance,
    IssuedLate,
    Delivered,
    Exempt,
    /// Settled on time after all; the letter, if any, stays on file.
    Closed,
}

impl ObligationState {
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Forecast => "forecast",
            Self::Owed => "owed",
            Self::OwedOverdue => "owed_overdue",
            Self::IssuedInAdvance => "issued_in_advance",
            Self::IssuedLate => "issued_late",
            Self::Delivered => "delivered",
            Self::Exempt => "exempt",
            Self::Closed => "closed",
        }
    }

    #[must_use]
    pub fn vietnamese(self) -> &'static str {
        match self {
            Self::Forecast => "Có thể phải xin lỗi",
            Self::Owed => "Cần gửi văn bản xin lỗi",
            Self::OwedOverdue => "Chưa xin lỗi, đã quá hạn",
            Self::IssuedInAdvance => "Đã xin lỗi trước hạn",
            Self::IssuedLate => "Đã xin lỗi, gửi muộn",
            Self::Delivered => "Đã gửi văn bản xin lỗi, có bằng chứng",
            Self::Exempt => "Được miễn xin lỗi",
            Self::Closed => "Kết thúc, đã giải quyết đúng hạn",
        }
    }
}

/// What the office owes for this dossier at `now`; none where nothing is in sight (LATE-16).
#[must_use]
pub fn obligation(dossier: &Dossier, milestones: &Milestones, now: Moment) -> Option<ObligationState> {
    if dossier.exempted_at.is_some() {
        return Some(ObligationState::Exempt);
    }
    let in_time = dossier.outcome().is_some_and(|outcome| outcome != Outcome::Late);
    if let Some(apology) = &dossier.apology {
        return Some(if apology.delivered.is_some() {
            ObligationState::Delivered
        } else if in_time {
            ObligationState::Closed
        } else if milestones.is_in_advance(apology) {
            ObligationState::IssuedInAdvance
        } else {
            ObligationState::IssuedLate
        });
    }
    if in_time {
        return None;
    }
    if dossier.is_late_at(now) {
        return Some(ObligationState::OwedOverdue);
    }
    if !dossier.state.is_open() || dossier.stopped_since().is_some() {
        return None;
    }
    milestones.forecast_at(now)
}

#[cfg(test)]
mod tests;
