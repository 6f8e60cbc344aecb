//! What the database is counted by.

use super::error::Result;
use crate::telemetry::metrics::{Counter, Family, Histogram, Level, SECONDS};

/// Powers of two up to the largest group.
const DEEDS: &[f64] = &[1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0];

/// Counts that grow while a [`Db`](super::Db) is open; its clones share them.
#[derive(Debug)]
pub struct Meter {
    /// Deeds that wait or are under way.
    pub deeds: Level,
    /// How long commits took, whether they succeeded or not.
    pub commits: Histogram,
    /// How many deeds SQLite's writer did under one commit.
    pub groups: Histogram,
    /// Deeds and questions that failed, by kind; refusals by the rules are no failures.
    pub errors: Family<&'static str, Counter>,
}

impl Default for Meter {
    fn default() -> Self {
        Self {
            deeds: Level::default(),
            commits: Histogram::new(SECONDS),
            groups: Histogram::new(DEEDS),
            errors: Family::new(Counter::default),
        }
    }
}

impl Meter {
    /// Counts the failure, if it is one.
    pub(super) fn judge<T>(&self, outcome: Result<T>) -> Result<T> {
        if let Err(error) = &outcome
            && let Some(kind) = error.kind()
        {
            self.errors.of(kind).add_one();
        }
        outcome
    }
}
