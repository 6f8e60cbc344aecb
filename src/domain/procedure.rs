//! The catalogue: procedures in their versions, with limits, steps and who is competent.
//!
//! A dossier keeps the version under which it was received (LAW-01); nothing here changes one.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

pub use super::code::ProcedureCode;
use super::limit::{CutOff, CutOffEffect, DueTime, Terms, TimeLimit};
use super::refusal::Language;
use super::ruleset::{RuleSet, SupplementClock};
use super::staff::Role;
pub use super::stage::Stage;
use super::time::Day;
use super::unit::{Tier, UnitCode, UnitKind, UnitTree};

/// How a dossier is filed (FILE-01).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    Counter,
    Online,
    Post,
}

impl Channel {
    pub const ALL: [Self; 3] = [Self::Counter, Self::Online, Self::Post];

    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Online => "online",
            Self::Post => "post",
        }
    }

    /// KenhThucHien.
    #[must_use]
    pub fn national_code(self) -> u8 {
        match self {
            Self::Counter => 1,
            Self::Online => 2,
            Self::Post => 3,
        }
    }
}

/// Who settles a procedure's dossiers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Competent {
    Unit(UnitCode),
    /// The commune whose centre received it.
    CommuneOfReceipt,
}

/// Working time that a step may take (PROC-01), in minutes; a working day has 8 hours here and
/// only here (PROC-03, TIME-09).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct StepTime {
    minutes: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no time of a step (0.25wd or 2wh)")]
pub struct StepTimeError(pub String);

impl StepTime {
    const DAY: u32 = 8 * 60;

    #[must_use]
    pub fn from_minutes(minutes: u32) -> Self {
        Self { minutes }
    }

    #[must_use]
    pub fn minutes(self) -> u32 {
        self.minutes
    }
}

/// `0.25wd` or `2wh`, in whole minutes.
impl FromStr for StepTime {
    type Err = StepTimeError;

    fn from_str(text: &str) -> Result<Self, StepTimeError> {
        let wrong = || StepTimeError(text.to_owned());
        let (number, unit) = match (text.strip_suffix("wd"), text.strip_suffix("wh")) {
            (Some(number), _) => (number, Self::DAY),
            (_, Some(number)) => (number, 60),
            _ => return Err(wrong()),
        };
        let (whole, decimals) = number.split_once('.').unwrap_or((number, "0"));
        let plain = |part: &str, longest| {
            (1..=longest).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit())
        };
        if !plain(whole, 4) || !plain(decimals, 4) {
            return Err(wrong());
        }
        let thousandths: u32 = format!("{whole}{decimals:0<4}").parse().map_err(|_| wrong())?;
        let scaled = u64::from(thousandths) * u64::from(unit);
        let minutes = u32::try_from(scaled / 10_000).map_err(|_| wrong())?;
        if minutes == 0 || scaled % 10_000 != 0 { Err(wrong()) } else { Ok(Self { minutes }) }
    }
}

impl TryFrom<String> for StepTime {
    type Error = StepTimeError;

    fn try_from(text: String) -> Result<Self, StepTimeError> {
        text.parse()
    }
}

impl From<StepTime> for String {
    fn from(time: StepTime) -> Self {
        time.to_string()
    }
}

/// In days where they come out in quarters, else in hours.
impl fmt::Display for StepTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (unit, suffix) =
            if self.minutes.is_multiple_of(Self::DAY / 4) { (Self::DAY, "wd") } else { (60, "wh") };
        let (whole, rest) = (self.minutes / unit, self.minutes % unit);
        let decimals = format!("{:04}", rest * 10_000 / unit);
        let decimals = decimals.trim_end_matches('0');
        if decimals.is_empty() {
            write!(f, "{whole}{suffix}")
        } else {
            write!(f, "{whole}.{decimals}{suffix}")
        }
    }
}

/// One step of the internal process (PROC-01).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    pub name: String,
    pub role: Role,
    /// None: not counted, as returning the result (LIFE-06).
    pub time: Option<StepTime>,
}

/// One version of one procedure.
#[derive(Clone, Debug, PartialEq)]
pub struct Procedure {
    pub code: ProcedureCode,
    /// From 1 upwards.
    pub version: i64,
    pub valid_from: Option<Day>,
    /// The last day of receipt that falls under it.
    pub valid_to: Option<Day>,
    pub name_vi: String,
    pub name_en: Option<String>,
    /// Lĩnh vực.
    pub field: String,
    pub tiers: Vec<Tier>,
    pub competent: Competent,
    /// What the law allows.
    pub statutory_limit: TimeLimit,
    /// What the agency promises, never longer than the law's (PROC-05).
    pub committed_limit: Option<TimeLimit>,
    /// Overrides of the rule set by sectoral law (LAW-05).
    pub cutoff: Option<CutOff>,
    pub cutoff_effect: Option<CutOffEffect>,
    pub due_time: Option<DueTime>,
    pub supplement_clock: Option<SupplementClock>,
    pub supplement_deadline_wd: Option<u32>,
    /// The limit of the second appointment, after payment (STOP-01).
    pub second_limit: Option<TimeLimit>,
    pub channels: Vec<Channel>,
    /// As the public reads it.
    pub fee: Option<String>,
    /// The papers to be filed.
    pub components: Vec<String>,
    pub steps: Vec<Step>,
    /// Of an interlinked procedure, in an order in which none waits for a later one (LINK-01).
    pub stages: Vec<Stage>,
    /// Whether it is invented for demonstration.
    pub demonstration: bool,
}

impl Procedure {
    /// The limit that is promised: the committed one, else the law's (PROC-05).
    #[must_use]
    pub fn limit(&self) -> TimeLimit {
        self.committed_limit.unwrap_or(self.statutory_limit)
    }

    /// The name in a language, the Vietnamese one where it has no other.
    #[must_use]
    pub fn name_in(&self, language: Language) -> &str {
        match language {
            Language::Vietnamese => &self.name_vi,
            Language::English => self.name_en.as_deref().unwrap_or(&self.name_vi),
        }
    }

    /// How the promise of a dossier is counted under a rule set.
    #[must_use]
    pub fn terms(&self, rules: &RuleSet) -> Terms {
        self.terms_of(self.limit(), rules)
    }

    /// How the law's own limit is counted, for the rate against it (RATE-09).
    #[must_use]
    pub fn statutory_terms(&self, rules: &RuleSet) -> Terms {
        self.terms_of(self.statutory_limit, rules)
    }

    /// How the second appointment is counted once the applicant has paid (STOP-01).
    #[must_use]
    pub fn second_terms(&self, rules: &RuleSet) -> Option<Terms> {
        self.second_limit.map(|limit| self.terms_of(limit, rules))
    }

    fn terms_of(&self, limit: TimeLimit, rules: &RuleSet) -> Terms {
        Terms {
            limit,
            cutoff: self.cutoff.unwrap_or(rules.cutoff),
            cutoff_effect: self.cutoff_effect.unwrap_or(rules.cutoff_effect),
            due_time: self.due_time.unwrap_or(rules.due_time),
        }
    }

    #[must_use]
    pub fn supplement_clock(&self, rules: &RuleSet) -> SupplementClock {
        self.supplement_clock.unwrap_or(rules.supplement_clock)
    }

    /// SUP-07.
    #[must_use]
    pub fn supplement_deadline_wd(&self, rules: &RuleSet) -> Option<u32> {
        self.supplement_deadline_wd.or(rules.supplement_deadline_wd)
    }

    /// Who settles a dossier received at `receiving` on a day; none where a commune is to and
    /// the receiving unit belongs to none (a provincial centre must name the commune, ORG-04).
    #[must_use]
    pub fn competent_for(&self, receiving: &UnitCode, day: Day, units: &UnitTree) -> Option<UnitCode> {
        match &self.competent {
            Competent::Unit(unit) => Some(unit.clone()),
            Competent::CommuneOfReceipt => {
                let own = units.get_at(receiving, day);
                let above = units.ancestors(receiving, day);
                let commune = own.into_iter().chain(above).find(|unit| unit.kind == UnitKind::Commune);
                commune.map(|unit| unit.code.clone())
            }
        }
    }

    #[must_use]
    pub fn in_force(&self, day: Day) -> bool {
        self.valid_from.is_none_or(|from| from <= day) && self.valid_to.is_none_or(|to| day <= to)
    }
}

/// All procedures in all versions.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Catalogue(BTreeMap<ProcedureCode, Vec<Procedure>>);

impl Catalogue {
    /// Of two with the same code and version the later given is kept.
    #[must_use]
    pub fn new(procedures: impl IntoIterator<Item = Procedure>) -> Self {
        let mut all: BTreeMap<ProcedureCode, Vec<Procedure>> = BTreeMap::new();
        for procedure in procedures {
            let versions = all.entry(procedure.code.clone()).or_default();
            versions.retain(|other| other.version != procedure.version);
            versions.push(procedure);
            versions.sort_by_key(|procedure| procedure.version);
        }
        Self(all)
    }

    /// The newest version under which a receipt of that day falls (LAW-01).
    #[must_use]
    pub fn at(&self, code: &ProcedureCode, day: Day) -> Option<&Procedure> {
        self.0.get(code)?.iter().rev().find(|procedure| procedure.in_force(day))
    }

    /// Every version of one procedure, the oldest first.
    #[must_use]
    pub fn versions(&self, code: &ProcedureCode) -> &[Procedure] {
        self.0.get(code).map_or(&[], Vec::as_slice)
    }

    /// The version that a dossier keeps.
    #[must_use]
    pub fn version(&self, code: &ProcedureCode, version: i64) -> Option<&Procedure> {
        self.0.get(code)?.iter().find(|procedure| procedure.version == version)
    }

    /// Every version, by code, the oldest first.
    pub fn iter(&self) -> impl Iterator<Item = &Procedure> {
        self.0.values().flatten()
    }

    /// What may be filed on a day, by code.
    pub fn offered(&self, day: Day) -> impl Iterator<Item = &Procedure> {
        self.0
            .values()
            .filter_map(move |versions| versions.iter().rev().find(|procedure| procedure.in_force(day)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn proc_03_a_day_of_a_step_has_eight_hours() {
        for (text, minutes) in [
            ("1wd", 480),
            ("0.25wd", 120),
            ("15wd", 7_200),
            ("5.5wd", 2_640),
            ("2wh", 120),
            ("0.125wd", 60),
            ("0.5wh", 30),
        ] {
            assert_eq!(text.parse::<StepTime>().unwrap().minutes(), minutes, "{text}");
        }
        for text in
            ["", "wd", "0wd", "-1wd", "1", "1d", ".5wd", "1.wd", "1,5wd", "0.001wd", "99999wd", "1.00001wd"]
        {
            assert!(text.parse::<StepTime>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_steps_time_reads_back_as_it_is_shown() {
        for (text, shown) in
            [("2wh", "0.25wd"), ("3wh", "3wh"), ("0.5wh", "0.5wh"), ("1.75wd", "1.75wd"), ("12wh", "1.5wd")]
        {
            let time: StepTime = text.parse().unwrap();
            assert_eq!(time.to_string(), shown);
            assert_eq!(shown.parse(), Ok(time));
        }
    }
}
