//! What one decision changes in the law.

use serde::{Deserialize, Serialize};

use super::Overlay;
use crate::domain::calendar::CalendarYear;
use crate::domain::refusal::Language;
use crate::domain::ruleset::RuleSets;
use crate::domain::time::Day;
use crate::domain::unit::UnitCode;

/// The change itself, whole.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Amendment {
    /// Years of the national calendar, each in the place of its record (CAL-04, CAL-05).
    Calendar { years: Vec<CalendarYear> },
    /// Days off and office hours of units (TIME-10, TIME-14).
    Overlay(Overlay),
    /// All rule sets anew (LAW-02).
    #[serde(rename = "rulesets")]
    RuleSets { sets: RuleSets },
    /// What another edition brought is as if it had never been.
    Revocation { edition: i64 },
}

/// What kind of change it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// What the files said at the first start.
    First,
    Calendar,
    Overlay,
    #[serde(rename = "rulesets")]
    RuleSets,
    Revocation,
}

impl Kind {
    pub const ALL: [Self; 5] = [Self::First, Self::Calendar, Self::Overlay, Self::RuleSets, Self::Revocation];

    /// As it is stored and sent.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::First => "first",
            Self::Calendar => "calendar",
            Self::Overlay => "overlay",
            Self::RuleSets => "rulesets",
            Self::Revocation => "revocation",
        }
    }

    #[must_use]
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.id() == id)
    }

    #[must_use]
    pub fn word(self, language: Language) -> &'static str {
        let (vietnamese, english) = match self {
            Self::First => ("Bản đầu từ tệp cấu hình", "First edition, from the configuration"),
            Self::Calendar => ("Lịch nghỉ năm", "Holidays of a year"),
            Self::Overlay => ("Ngày nghỉ, giờ làm việc của đơn vị", "Days off, office hours of a unit"),
            Self::RuleSets => ("Bộ quy tắc", "Rule sets"),
            Self::Revocation => ("Thu hồi quyết định", "Revocation of a decision"),
        };
        language.choose(vietnamese, english)
    }
}

/// How far a decision has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    Proposed,
    Withdrawn,
    /// Published; dates are being counted anew.
    Recounting,
    Published,
}

impl Stage {
    /// As it is sent.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Proposed => "proposed",
            Self::Withdrawn => "withdrawn",
            Self::Recounting => "recounting",
            Self::Published => "published",
        }
    }

    #[must_use]
    pub fn word(self, language: Language) -> &'static str {
        let (vietnamese, english) = match self {
            Self::Proposed => ("Chờ công bố", "Awaiting publication"),
            Self::Withdrawn => ("Đã rút", "Withdrawn"),
            Self::Recounting => ("Đang tính lại", "Counting anew"),
            Self::Published => ("Đã công bố", "Published"),
        };
        language.choose(vietnamese, english)
    }
}

impl Amendment {
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self {
            Self::Calendar { .. } => Kind::Calendar,
            Self::Overlay(_) => Kind::Overlay,
            Self::RuleSets { .. } => Kind::RuleSets,
            Self::Revocation { .. } => Kind::Revocation,
        }
    }

    /// The first day that it speaks of; none where it speaks of no day.
    #[must_use]
    pub fn first_day(&self) -> Option<Day> {
        match self {
            Self::Calendar { years } => {
                let days = |year: &CalendarYear| {
                    let off = year.off.iter().map(|off| off.day);
                    off.chain(year.makeup.iter().map(|makeup| makeup.day)).collect::<Vec<_>>()
                };
                years.iter().flat_map(days).min()
            }
            Self::Overlay(overlay) => {
                let off = overlay.off.iter().flat_map(|off| [Some(off.day), off.makeup]).flatten();
                off.chain(overlay.hours.iter().filter_map(|period| period.valid_from)).min()
            }
            Self::RuleSets { .. } | Self::Revocation { .. } => None,
        }
    }

    /// The units that it names.
    #[must_use]
    pub fn units(&self) -> Vec<&UnitCode> {
        let Self::Overlay(overlay) = self else { return Vec::new() };
        let off = overlay.off.iter().map(|off| &off.unit);
        let mut units: Vec<_> =
            off.chain(overlay.hours.iter().filter_map(|period| period.unit.as_ref())).collect();
        units.sort();
        units.dedup();
        units
    }
}
