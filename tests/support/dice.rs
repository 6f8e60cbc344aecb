//! Chance that falls the same way at every run.

#![allow(dead_code, reason = "each test program throws it its own way")]

/// A small generator with a fixed seed, so that every run asks the same (SplitMix64).
pub struct Dice(pub u64);

impl Dice {
    pub fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    pub fn up_to(&mut self, bound: u64) -> u64 {
        self.roll() % bound
    }

    /// From `low` to `high`, both included.
    pub fn between(&mut self, low: i64, high: i64) -> i64 {
        low + i64::try_from(self.up_to(u64::try_from(high - low + 1).unwrap())).unwrap()
    }

    pub fn one_in(&mut self, chances: u64) -> bool {
        self.up_to(chances) == 0
    }

    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[usize::try_from(self.up_to(from.len() as u64)).unwrap()]
    }
}
