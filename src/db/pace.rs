//! How much goes into one deed: as much as is written in a moment, measured as it goes.
//!
//! While a deed is done, every other writer of a SQLite file waits. So a deed is short,
//! whatever the machine, the size of the database and the kind of records.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// How long a deed is meant to last. Whoever comes in between waits for one, its commit, and
/// perhaps for the next one that shares theirs: a quarter of a second together.
const MEANT: Duration = Duration::from_millis(60);
/// How long a deed may last where nobody else is there yet.
const MEANT_ALONE: Duration = Duration::from_millis(300);
const FIRST: usize = 100;
const LEAST: usize = 8;
/// So much JSON in one parameter gains nothing any more.
const MOST: usize = 4_000;

/// The weight of the next batch; clones share it.
#[derive(Clone, Debug)]
pub struct Pace {
    weight: Arc<AtomicUsize>,
    meant: Duration,
}

impl Pace {
    /// For a database that others use meanwhile.
    #[must_use]
    pub fn beside_others() -> Self {
        Self { weight: Arc::new(AtomicUsize::new(FIRST)), meant: MEANT }
    }

    /// For a database that is only being filled.
    #[must_use]
    pub fn alone() -> Self {
        Self { meant: MEANT_ALONE, ..Self::beside_others() }
    }

    #[must_use]
    pub fn weight(&self) -> usize {
        self.weight.load(Ordering::Relaxed)
    }

    /// A batch of this weight has taken so long. A slow one counts at once, a quick one little
    /// by little.
    pub fn learn(&self, weight: usize, took: Duration) {
        let fitting = |weight: u128| weight * self.meant.as_micros() / took.as_micros().max(1);
        let fitting =
            u128::try_from(weight).map_or(LEAST, |weight| usize::try_from(fitting(weight)).unwrap_or(MOST));
        let most = self.weight().saturating_mul(2);
        self.weight.store(fitting.min(most).clamp(LEAST, MOST), Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_weight_settles_where_a_deed_takes_its_time() {
        let pace = Pace::beside_others();
        // Forty microseconds for each unit of weight.
        for _ in 0..12 {
            let weight = pace.weight();
            pace.learn(weight, Duration::from_micros(40) * u32::try_from(weight).unwrap());
        }
        assert_eq!(pace.weight(), 1_500);
    }

    #[test]
    fn one_slow_deed_makes_the_next_one_small_and_never_nothing() {
        let pace = Pace::beside_others();
        pace.learn(100, Duration::from_secs(2));
        assert_eq!(pace.weight(), LEAST);
        for _ in 0..20 {
            pace.learn(pace.weight(), Duration::ZERO);
        }
        assert_eq!(pace.weight(), MOST);
    }
}
