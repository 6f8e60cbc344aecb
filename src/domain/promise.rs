//! A date promised to a citizen, and how an end compares with it.
//!
//! Promises are made by the deadline engine or taken over from another system;
//! they are kept for ever in the order in which they were made.

use serde::{Deserialize, Serialize};

use super::limit::Terms;
use super::time::{Day, Moment};
use crate::domain::refusal::Language;

/// Why a promise was made. These are the only lawful ways to a due date (LATE-11).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// Official receipt (ACC-01).
    Receipt,
    /// Counted again from the beginning after a supplement (SUP-04).
    SupplementRestart,
    /// Moved by the time that the supplement took (SUP-05).
    SupplementPause,
    /// The second appointment, after proof of payment (STOP-01).
    SecondAppointment,
    /// Moved by a time that the law excludes (STOP-02).
    ExclusionPause,
    /// Counted again after such a time, where the rule set says so.
    ExclusionRestart,
    /// What the engine makes of a time that was recorded wrongly and corrected by two persons.
    Correction,
    /// Counted anew after a decision changed working time, and then only to a later date (TIME-16).
    CalendarChange,
    /// Made by another system and kept as it was.
    Imported,
}

impl Cause {
    #[must_use]
    pub fn word(self, language: Language) -> &'static str {
        let (vietnamese, english) = match self {
            Self::Receipt => ("Tiếp nhận hồ sơ", "Dossier received"),
            Self::SupplementRestart => ("Bổ sung xong, tính lại từ đầu", "Supplemented, counted anew"),
            Self::SupplementPause => {
                ("Bổ sung xong, cộng thời gian chờ bổ sung", "Supplemented, the wait added")
            }
            Self::SecondAppointment => {
                ("Hoàn thành nghĩa vụ tài chính, hẹn lần hai", "Financial obligation met, second appointment")
            }
            Self::ExclusionPause => ("Cộng thời gian không tính theo quy định", "Time excluded by law added"),
            Self::ExclusionRestart => {
                ("Hết thời gian không tính, tính lại từ đầu", "Excluded time over, counted anew")
            }
            Self::Correction => (
                "Đính chính thời điểm ghi sai, có hai người xác nhận",
                "Wrongly recorded time corrected, confirmed by two people",
            ),
            Self::CalendarChange => (
                "Lịch làm việc thay đổi theo quyết định, tính lại",
                "Working calendar changed by decision, counted anew",
            ),
            Self::Imported => ("Theo hệ thống cũ", "As the earlier system had it"),
        };
        language.choose(vietnamese, english)
    }
}

/// One promise.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Promise {
    pub cause: Cause,
    /// The instant from which it was counted: receipt, resubmission or payment.
    pub counted_from: Moment,
    pub due_at: Moment,
    pub due_on: Day,
    /// An end before this is early (REP-06, REP-08).
    pub early_before: Moment,
    /// An end after this is late (LATE-00).
    pub late_from: Moment,
    /// What the engine counted by; none for a promise that another system made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub basis: Option<Basis>,
}

/// What a promise of ours rests on, enough to derive it again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Basis {
    pub terms: Terms,
    /// The first counted day (TIME-04); none where the count went on and a stop moved the promise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counting_starts: Option<Day>,
    /// The due day by the statutory limit, where a shorter one was committed to (PROC-05).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub statutory_due_on: Option<Day>,
    pub ruleset: String,
    /// The calendar and its version (CAL-09).
    pub calendar: String,
}

/// How a finished dossier stands to its promise (REP-06 to REP-08).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Early,
    OnTime,
    Late,
}

impl Outcome {
    /// As the control slip says it (LIFE-04).
    #[must_use]
    pub fn word(self, language: Language) -> &'static str {
        let (vietnamese, english) = match self {
            Self::Early => ("trước hạn", "early"),
            Self::OnTime => ("đúng hạn", "on time"),
            Self::Late => ("quá hạn", "late"),
        };
        language.choose(vietnamese, english)
    }

    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Early => "early",
            Self::OnTime => "on_time",
            Self::Late => "late",
        }
    }
}

impl Promise {
    /// Whether `instant` is past what was promised. The one comparison behind every lateness (LATE-00).
    #[must_use]
    pub fn is_missed_at(&self, instant: Moment) -> bool {
        instant > self.late_from
    }

    /// How a settlement at `end` compares with the promise.
    #[must_use]
    pub fn outcome(&self, end: Moment) -> Outcome {
        if self.is_missed_at(end) {
            Outcome::Late
        } else if end < self.early_before {
            Outcome::Early
        } else {
            Outcome::OnTime
        }
    }
}
