//! The law's settings as data: which regime a receipt falls under and what that regime says.
//!
//! Values come from the configuration; nothing that is unverified is written here.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::limit::{CutOff, CutOffEffect, DueTime};
use super::time::{ClockTime, Day};

/// A regime's name, kept with each dossier (LAW-01): `nd118-2025`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RuleSetId(String);

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no name of a rule set (small letters, digits and hyphens, up to 40)")]
pub struct RuleSetIdError(pub String);

impl RuleSetId {
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for RuleSetId {
    type Err = RuleSetIdError;

    fn from_str(text: &str) -> Result<Self, RuleSetIdError> {
        let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        let fits = (1..=40).contains(&text.len()) && text.bytes().all(plain);
        if fits { Ok(Self(text.to_owned())) } else { Err(RuleSetIdError(text.to_owned())) }
    }
}

impl TryFrom<String> for RuleSetId {
    type Error = RuleSetIdError;

    fn try_from(text: String) -> Result<Self, RuleSetIdError> {
        text.parse()
    }
}

impl From<RuleSetId> for String {
    fn from(id: RuleSetId) -> Self {
        id.0
    }
}

impl fmt::Display for RuleSetId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// The circular that lays down the forms; a form is (circular, kind), never a number (FORM-01).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Circular {
    #[serde(rename = "tt01-2018")]
    Tt01Of2018,
    #[serde(rename = "tt03-2025")]
    Tt03Of2025,
}

impl Circular {
    /// Its number as forms cite it.
    #[must_use]
    pub fn number(self) -> &'static str {
        match self {
            Self::Tt01Of2018 => "01/2018/TT-VPCP",
            Self::Tt03Of2025 => "03/2025/TT-VPCP",
        }
    }
}

/// Which forms are used, and under which title the apology goes out (FORM-02).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Forms {
    pub circular: Circular,
    pub apology_title_vi: String,
}

/// What a supplement or an excluded time does to the clock (SUP-04, SUP-05).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SupplementClock {
    /// The limit is counted again from its beginning.
    Restart,
    /// The due time moves by the time that the supplement took.
    Pause,
}

/// The days in which the apology's lead is counted (LATE-14).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LeadUnit {
    Calendar,
    Working,
}

/// Against which promise the official figures measure (LATE-10); both are always shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LatenessBase {
    OriginalDue,
    ReappointedDue,
}

/// What one legal regime says. `_wd` are working days, `_wh` working hours.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RuleSet {
    pub id: RuleSetId,
    pub valid_from: Day,
    /// The last day of receipt that falls under it.
    pub valid_to: Option<Day>,
    /// The fields for which it holds; none given: all, the general regime (LAW-02).
    pub fields: Vec<String>,
    pub forms: Forms,
    /// Electronic dossiers received after it are handed over the next working day (TRF-01).
    pub transfer_cutoff: ClockTime,
    /// TRF-02.
    pub paper_transfer_wd: u32,
    /// ACC-04.
    pub acceptance_wh: u32,
    /// ACC-05.
    pub reception_alert_wh: u32,
    /// SUP-01.
    pub supplement_max_requests: u32,
    /// SUP-03.
    pub supplement_notice_wd: u32,
    pub supplement_clock: SupplementClock,
    /// What a time that the law excludes does to the clock (STOP-02).
    pub exclusion_clock: SupplementClock,
    /// After which an unanswered supplement may be closed (SUP-07).
    pub supplement_deadline_wd: Option<u32>,
    /// LATE-01.
    pub apology_lead_days: u32,
    pub apology_lead_unit: LeadUnit,
    /// LATE-02.
    pub reappoint_max: u32,
    /// LATE-13; none: the original limit.
    pub max_extension_wd: Option<u32>,
    pub due_time: DueTime,
    pub cutoff: CutOff,
    pub cutoff_effect: CutOffEffect,
    pub lateness_base: LatenessBase,
    /// Limits of up to so many days are short ones, for `due_soon` (MON-02).
    pub due_soon_short_limit_days: u32,
    /// Working days left at which a short limit is due soon.
    pub due_soon_short_wd: u32,
    /// The same for longer limits.
    pub due_soon_wd: u32,
    /// Percent of an hour limit left at which it is due soon.
    pub due_soon_hours_percent: u32,
    /// Working days before due at which the apology's last chance opens (MON-03).
    pub apology_window_wd: u32,
    /// Working days after due at which each next level is told, ascending (MON-04).
    pub escalation_wd: Vec<u32>,
}

impl RuleSet {
    /// Whether receipts of that day may fall under it.
    #[must_use]
    pub fn in_force(&self, day: Day) -> bool {
        self.valid_from <= day && self.valid_to.is_none_or(|to| day <= to)
    }

    /// Whether it holds for some fields only.
    #[must_use]
    pub fn is_overlay(&self) -> bool {
        !self.fields.is_empty()
    }
}

/// Every regime of which a stored dossier may speak.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RuleSets(Vec<RuleSet>);

impl RuleSets {
    #[must_use]
    pub fn new(mut sets: Vec<RuleSet>) -> Self {
        sets.sort_by(|a, b| (a.valid_from, &a.id).cmp(&(b.valid_from, &b.id)));
        Self(sets)
    }

    #[must_use]
    pub fn get(&self, id: &RuleSetId) -> Option<&RuleSet> {
        self.0.iter().find(|set| set.id == *id)
    }

    pub fn iter(&self) -> impl Iterator<Item = &RuleSet> {
        self.0.iter()
    }

    /// The general regime of a day of receipt (LAW-02).
    #[must_use]
    pub fn for_receipt(&self, day: Day) -> Option<&RuleSet> {
        self.0.iter().rev().find(|set| !set.is_overlay() && set.in_force(day))
    }

    /// The regime of a receipt in one field: its overlay where there is one, else the general one.
    #[must_use]
    pub fn for_receipt_in(&self, field: &str, day: Day) -> Option<&RuleSet> {
        let overlay = |set: &&RuleSet| set.in_force(day) && set.fields.iter().any(|one| one == field);
        self.0.iter().rev().find(overlay).or_else(|| self.for_receipt(day))
    }
}
