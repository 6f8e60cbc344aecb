//! What the loops last got done, by which a loop that is stuck is known.
//!
//! Only remembers and compares; who looks and what comes of it is the affair of the watchdog.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::clock::Clock;

/// Silent for longer than this many periods, a loop counts as stuck.
const PERIODS: u32 = 3;

/// When each loop last got something done; clones share it.
#[derive(Clone, Debug)]
pub struct Progress {
    clock: Clock,
    beats: Arc<Mutex<BTreeMap<&'static str, Beat>>>,
}

#[derive(Clone, Copy, Debug)]
struct Beat {
    /// As the machine's uptime.
    at: Duration,
    period: Duration,
}

/// How long a loop has been silent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Silence {
    pub name: &'static str,
    pub age: Duration,
    /// How often it is to be heard of.
    pub period: Duration,
}

impl Silence {
    #[must_use]
    pub fn is_too_long(self) -> bool {
        self.age > self.period * PERIODS
    }
}

impl Progress {
    #[must_use]
    pub fn new(clock: Clock) -> Self {
        Self { clock, beats: Arc::default() }
    }

    /// Notes that `name`, which is heard of every `period`, got something done.
    pub fn note(&self, name: &'static str, period: Duration) {
        let beat = Beat { at: self.clock.uptime(), period };
        self.beats().insert(name, beat);
    }

    /// How long each loop has been silent.
    #[must_use]
    pub fn ages(&self) -> Vec<Silence> {
        let now = self.clock.uptime();
        let silence = |(name, beat): (&&'static str, &Beat)| Silence {
            name,
            age: now.saturating_sub(beat.at),
            period: beat.period,
        };
        self.beats().iter().map(silence).collect()
    }

    /// The loops that have been silent for too long.
    #[must_use]
    pub fn stuck(&self) -> Vec<&'static str> {
        let ages = self.ages().into_iter();
        ages.filter(|silence| silence.is_too_long()).map(|silence| silence.name).collect()
    }

    fn beats(&self) -> MutexGuard<'_, BTreeMap<&'static str, Beat>> {
        self.beats.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_loop_is_stuck_after_three_silent_periods_and_no_sooner() {
        let clock = Clock::by_hand("2026-11-23T09:00:00Z".parse().unwrap());
        let progress = Progress::new(clock.clone());
        let period = Duration::from_secs(10);
        progress.note("sweep", period);
        clock.pass(period * 2);
        progress.note("post", period);
        clock.pass(period);
        assert!(progress.stuck().is_empty());
        clock.set("2026-12-23T09:00:00Z".parse().unwrap());
        assert!(progress.stuck().is_empty(), "a wall clock that is set makes nobody stuck");
        clock.pass(Duration::from_micros(1));
        assert_eq!(progress.stuck(), ["sweep"]);
        progress.note("sweep", period);
        assert!(progress.stuck().is_empty());
        assert_eq!(progress.ages()[0].age, period + Duration::from_micros(1));
    }
}
