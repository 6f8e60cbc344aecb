//! Instants, civil days and months, and the zone that joins them.
//!
//! Asks nobody what time it is: every instant comes from the caller.

use std::fmt;

mod clock_time;
mod day;
mod moment;
mod month;
mod quarter;
mod zone;

pub use clock_time::ClockTime;
pub use day::Day;
pub use moment::Moment;
pub use month::Month;
pub use quarter::Quarter;
pub use zone::Zone;

/// Text that is no instant, day, month or clock time.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not {expected}")]
pub struct TimeError {
    pub text: String,
    pub expected: &'static str,
}

impl TimeError {
    fn new(text: impl fmt::Display, expected: &'static str) -> Self {
        Self { text: text.to_string(), expected }
    }
}

/// Writes a number that is not negative into the place kept for it.
fn digits(place: &mut [u8], number: i64) {
    let mut rest = number;
    for digit in place.iter_mut().rev() {
        *digit = b'0' + u8::try_from(rest % 10).unwrap_or_default();
        rest /= 10;
    }
}

#[cfg(test)]
mod tests;
