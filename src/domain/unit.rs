//! The agencies through time: who belongs to whom on which day, and who took over from whom.
//!
//! Knows the tree only; what somebody may see in it is decided in `staff`.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

pub use super::code::UnitCode;
use super::time::Day;

/// What sort of body a unit is (ORG-01, ORG-03, ORG-06).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UnitKind {
    /// People's Committee of the province: the root of the tree.
    Province,
    /// Văn phòng UBND tỉnh, which controls procedures.
    Office,
    /// Sở, ban, ngành.
    Department,
    /// Trung tâm Phục vụ hành chính công of the province or of a commune.
    Centre,
    /// Văn phòng đăng ký đất đai and its branches.
    LandOffice,
    /// UBND huyện, thành phố: until 30/6/2025.
    District,
    /// UBND xã, phường, đặc khu.
    Commune,
    /// A division inside of another unit.
    Division,
    /// Outside of the province's hierarchy: tax, police, social insurance, post, imported.
    External,
}

impl UnitKind {
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Province => "province",
            Self::Office => "office",
            Self::Department => "department",
            Self::Centre => "centre",
            Self::LandOffice => "land_office",
            Self::District => "district",
            Self::Commune => "commune",
            Self::Division => "division",
            Self::External => "external",
        }
    }
}

/// The level of government at which a unit stands (ORG-01).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tier {
    Province,
    /// Until 30/6/2025.
    District,
    Commune,
}

/// A unit as it was from one day to another; a change of name or parent is a further one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unit {
    pub code: UnitCode,
    /// In full: `Sở Nông nghiệp và Môi trường`.
    pub name_vi: String,
    pub name_en: Option<String>,
    /// For tables: `Sở NN&MT`.
    pub short_name: String,
    pub kind: UnitKind,
    pub tier: Tier,
    pub parent: Option<UnitCode>,
    pub valid_from: Option<Day>,
    /// The last day on which it is so.
    pub valid_to: Option<Day>,
    /// Who took over its open dossiers when it was abolished (ORG-02).
    pub successor: Option<UnitCode>,
    /// The five digits of the administrative area, for a commune (ORG-08).
    pub area: Option<String>,
    /// Where people reach it: `0213 3876 543`.
    pub phone: Option<String>,
    /// Codes that it bore before, for look-up (CODE-07).
    pub former_codes: Vec<FormerCode>,
    /// Whether it or its number is invented for demonstration.
    pub demonstration: bool,
}

/// A code that a unit had until a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormerCode {
    pub code: UnitCode,
    pub valid_to: Option<Day>,
}

impl Unit {
    #[must_use]
    pub fn in_force(&self, day: Day) -> bool {
        self.valid_from.is_none_or(|from| from <= day) && self.valid_to.is_none_or(|to| day <= to)
    }

    fn overlaps(&self, other: &Self) -> bool {
        let begins_before_end = |a: &Self, b: &Self| match (a.valid_from, b.valid_to) {
            (Some(from), Some(to)) => from <= to,
            _ => true,
        };
        begins_before_end(self, other) && begins_before_end(other, self)
    }
}

/// What keeps units from being a tree; each names the unit (and which of those given) at fault.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnitError {
    #[error("{code} is there twice at the same time")]
    Twice { code: UnitCode, at: usize },
    #[error("{code} ends before it begins")]
    EndsBeforeItBegins { code: UnitCode, at: usize },
    #[error("{code} belongs to {parent}, which is not there")]
    NoParent { code: UnitCode, parent: UnitCode, at: usize },
    #[error("{code} is succeeded by {successor}, which is not there")]
    NoSuccessor { code: UnitCode, successor: UnitCode, at: usize },
    #[error("{code} belongs to itself through its parents")]
    Cycle { code: UnitCode, at: usize },
    #[error("{code} has succeeded itself")]
    SuccessionCycle { code: UnitCode, at: usize },
    #[error("{code} names the former code {former}, which is another unit's")]
    FormerTaken { code: UnitCode, former: UnitCode, at: usize },
}

impl UnitError {
    /// The index of the unit at fault among those given.
    #[must_use]
    pub fn at(&self) -> usize {
        match self {
            Self::Twice { at, .. }
            | Self::EndsBeforeItBegins { at, .. }
            | Self::NoParent { at, .. }
            | Self::NoSuccessor { at, .. }
            | Self::Cycle { at, .. }
            | Self::SuccessionCycle { at, .. }
            | Self::FormerTaken { at, .. } => *at,
        }
    }
}

/// All units through time.
#[derive(Clone, Debug, Default)]
pub struct UnitTree {
    /// Each code's spells, the earliest first; never empty.
    spells: BTreeMap<UnitCode, Vec<Unit>>,
    former: BTreeMap<UnitCode, UnitCode>,
}

impl UnitTree {
    /// # Errors
    /// Everything that keeps `units` from being a tree, not only the first.
    pub fn new(units: Vec<Unit>) -> Result<Self, Vec<UnitError>> {
        let mut errors = Vec::new();
        let known: BTreeSet<UnitCode> = units.iter().map(|unit| unit.code.clone()).collect();
        for (at, unit) in units.iter().enumerate() {
            check_alone(at, unit, &known, &mut errors);
            if units[..at].iter().any(|other| other.code == unit.code && other.overlaps(unit)) {
                errors.push(UnitError::Twice { code: unit.code.clone(), at });
            }
        }
        errors.extend(cycles(&units));
        if !errors.is_empty() {
            return Err(errors);
        }
        let mut tree = Self::default();
        for unit in units {
            for former in &unit.former_codes {
                tree.former.insert(former.code.clone(), unit.code.clone());
            }
            tree.spells.entry(unit.code.clone()).or_default().push(unit);
        }
        for spells in tree.spells.values_mut() {
            spells.sort_by_key(|unit| unit.valid_from);
        }
        Ok(tree)
    }

    /// The unit as it was last (or is).
    #[must_use]
    pub fn get(&self, code: &UnitCode) -> Option<&Unit> {
        self.spells.get(code)?.last()
    }

    /// The unit as it was on a day, if it was there.
    #[must_use]
    pub fn get_at(&self, code: &UnitCode, day: Day) -> Option<&Unit> {
        self.spells.get(code)?.iter().find(|unit| unit.in_force(day))
    }

    /// The unit of a code that it bears or bore (CODE-07).
    #[must_use]
    pub fn resolve(&self, code: &UnitCode) -> Option<&Unit> {
        self.get(code).or_else(|| self.get(self.former.get(code)?))
    }

    /// Every unit once, as it was last, by code.
    pub fn iter(&self) -> impl Iterator<Item = &Unit> {
        self.spells.values().filter_map(|spells| spells.last())
    }

    /// The units that are there on a day, by code.
    pub fn at(&self, day: Day) -> impl Iterator<Item = &Unit> {
        self.spells.values().filter_map(move |spells| spells.iter().find(|unit| unit.in_force(day)))
    }

    /// Those directly below `code` on a day.
    pub fn children<'t>(&'t self, code: &'t UnitCode, day: Day) -> impl Iterator<Item = &'t Unit> {
        self.at(day).filter(move |unit| unit.parent.as_ref() == Some(code))
    }

    /// `code` itself and everything below it on a day, parents before children.
    #[must_use]
    pub fn subtree(&self, code: &UnitCode, day: Day) -> Vec<&Unit> {
        let mut found: Vec<&Unit> = self.get_at(code, day).into_iter().collect();
        let mut next = 0;
        while let Some(unit) = found.get(next) {
            found.extend(self.children(&unit.code, day));
            next += 1;
        }
        found
    }

    /// Those above `code` on a day, the nearest first.
    #[must_use]
    pub fn ancestors(&self, code: &UnitCode, day: Day) -> Vec<&Unit> {
        let parent = |unit: &Unit| self.get_at(unit.parent.as_ref()?, day);
        let first = self.get_at(code, day).and_then(parent);
        std::iter::successors(first, |unit| parent(unit)).collect()
    }

    /// Whether `unit` is `root` or below it, as things stand last; a unit that was abolished
    /// belongs to its successor too, who answers for its open dossiers (ORG-02).
    #[must_use]
    pub fn is_within(&self, unit: &UnitCode, root: &UnitCode) -> bool {
        let mut waiting = vec![unit];
        let mut seen = BTreeSet::new();
        while let Some(code) = waiting.pop() {
            if code == root {
                return true;
            }
            if let Some(unit) = self.get(code).filter(|_| seen.insert(code)) {
                waiting.extend(unit.parent.iter().chain(&unit.successor));
            }
        }
        false
    }

    /// The codes of everything that [`is_within`](Self::is_within) `root`.
    #[must_use]
    pub fn codes_within(&self, root: &UnitCode) -> Vec<&UnitCode> {
        self.spells.keys().filter(|code| self.is_within(code, root)).collect()
    }

    /// Who answers for `code`'s open dossiers on a day: itself, or the successor of its successors.
    #[must_use]
    pub fn answerable(&self, code: &UnitCode, day: Day) -> Option<&Unit> {
        let followed = std::iter::successors(self.get(code), |unit| {
            let over = unit.valid_to.is_some_and(|to| to < day);
            unit.successor.as_ref().filter(|_| over).and_then(|next| self.get(next))
        });
        followed.last()
    }
}

fn check_alone(at: usize, unit: &Unit, known: &BTreeSet<UnitCode>, errors: &mut Vec<UnitError>) {
    let code = || unit.code.clone();
    if let (Some(from), Some(to)) = (unit.valid_from, unit.valid_to)
        && to < from
    {
        errors.push(UnitError::EndsBeforeItBegins { code: code(), at });
    }
    if let Some(parent) = unit.parent.clone().filter(|parent| !known.contains(parent)) {
        errors.push(UnitError::NoParent { code: code(), parent, at });
    }
    if let Some(successor) = unit.successor.clone().filter(|successor| !known.contains(successor)) {
        errors.push(UnitError::NoSuccessor { code: code(), successor, at });
    }
    for former in unit.former_codes.iter().filter(|former| known.contains(&former.code)) {
        errors.push(UnitError::FormerTaken { code: code(), former: former.code.clone(), at });
    }
}

/// Units that come back to themselves through some spell's parent, or through successors.
fn cycles(units: &[Unit]) -> Vec<UnitError> {
    let comes_back = |start: &UnitCode, next: fn(&Unit) -> Option<&UnitCode>| {
        let mut waiting = vec![start];
        let mut seen = BTreeSet::new();
        while let Some(code) = waiting.pop() {
            for above in units.iter().filter(|unit| unit.code == *code).filter_map(next) {
                if above == start {
                    return true;
                }
                if seen.insert(above) {
                    waiting.push(above);
                }
            }
        }
        false
    };
    let mut errors = Vec::new();
    for (at, unit) in units.iter().enumerate() {
        let code = || unit.code.clone();
        if comes_back(&unit.code, |unit| unit.parent.as_ref()) {
            errors.push(UnitError::Cycle { code: code(), at });
        }
        if comes_back(&unit.code, |unit| unit.successor.as_ref()) {
            errors.push(UnitError::SuccessionCycle { code: code(), at });
        }
    }
    errors
}

#[cfg(test)]
pub(crate) mod tests;
