//! What a decision would do to the open dossiers: exact numbers of all, and of the dates that move the
//! first ones by name, so that a million of them take no more room than a thousand (TIME-16).

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::domain::time::{Day, Moment};

/// So many dates are named; all are counted.
pub const NAMED: usize = 1_000;

/// A date that would move. Every one was promised to the applicant on form 01. In their order whoever
/// was promised the soonest comes first.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Move {
    pub due_before: Moment,
    pub due_on_before: Day,
    pub code: String,
    pub procedure: String,
    pub unit: String,
    pub due_after: Moment,
    pub due_on_after: Day,
}

/// What a decision would do to the open dossiers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preview {
    /// Open dossiers with a date that were looked at.
    pub looked_at: u64,
    /// Those that would have an earlier date and keep the one promised (TIME-16).
    pub kept_earlier: u64,
    /// Those whose clock stands still: their date is counted when it goes on.
    pub stopped: u64,
    /// Those that are late already and stay so.
    pub late: u64,
    /// Those whose new date would lie in a year that is not final (TIME-15): they keep the old one.
    pub impossible: u64,
    /// Those not received yet: their date will be counted by the new law.
    pub unpromised: u64,
    by_unit: BTreeMap<String, u64>,
    named: BTreeSet<Move>,
}

impl Preview {
    /// One that has looked at nothing yet, beside so many dossiers that have no date.
    #[must_use]
    pub fn beside(unpromised: u64) -> Self {
        Self { unpromised, ..Self::default() }
    }

    /// Counts a date that would move, and names it as long as it is among the first.
    pub fn count(&mut self, one: Move) {
        *self.by_unit.entry(one.unit.clone()).or_default() += 1;
        self.named.insert(one);
        if self.named.len() > NAMED {
            self.named.pop_last();
        }
    }

    /// How many dates would move.
    #[must_use]
    pub fn moved(&self) -> u64 {
        self.by_unit.values().sum()
    }

    /// The first of them in their order, [`NAMED`] at most.
    pub fn moves(&self) -> impl Iterator<Item = &Move> {
        self.named.iter()
    }

    /// How many dates would move in each unit, the most first.
    #[must_use]
    pub fn by_unit(&self) -> Vec<(&str, u64)> {
        let mut counts: Vec<_> = self.by_unit.iter().map(|(unit, count)| (unit.as_str(), *count)).collect();
        counts.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(b.0)));
        counts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(number: i64) -> Move {
        let due_before = Moment::from_seconds(1_800_000_000 + number).unwrap();
        Move {
            due_before,
            due_on_before: "2026-11-27".parse().unwrap(),
            code: format!("H35.21-{number}"),
            procedure: "1.004873".to_owned(),
            unit: format!("H35.{}", number % 7),
            due_after: due_before,
            due_on_after: "2026-11-30".parse().unwrap(),
        }
    }

    #[test]
    fn all_are_counted_and_the_thousand_promised_first_are_named_in_whatever_order_they_come() {
        let mut preview = Preview::default();
        let many: i64 = 3_001;
        // A step that has nothing in common with their number brings each once, far from its order.
        for step in 0..many {
            preview.count(one(step * 1_999 % many));
        }
        assert_eq!(preview.moved(), 3_001);
        let named: Vec<Move> = preview.moves().cloned().collect();
        assert_eq!(named, (0..1_000).map(one).collect::<Vec<_>>());
        let units = preview.by_unit();
        // 3,001 is 428 times seven and five more.
        assert_eq!((units[0], units[4], units[5]), (("H35.0", 429), ("H35.4", 429), ("H35.5", 428)));
        let stored = serde_json::to_string(&preview).unwrap();
        assert_eq!(serde_json::from_str::<Preview>(&stored).unwrap(), preview);
    }
}
