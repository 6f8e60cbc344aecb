//! Chance: the only place that draws it, from the operating system's generator.

use crate::domain::time::Moment;

/// `N` bytes that nobody can guess.
#[must_use]
pub fn bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    rand::fill(&mut bytes[..]);
    bytes
}

/// A fraction of 0 to 1, for jitter.
#[must_use]
pub fn fraction() -> f64 {
    rand::random()
}

/// A unique identifier that sorts by the time it was made.
#[must_use]
pub fn ulid(now: Moment) -> String {
    let millis = u64::try_from(now.micros() / 1000).unwrap_or(0);
    ulid::Ulid::from_parts(millis, rand::random()).to_string()
}
