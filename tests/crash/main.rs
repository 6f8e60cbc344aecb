//! The whole service is killed in the middle of its work, again and again, and keeps its word.
//!
//! Each test starts the program itself, lets several hands use it over HTTP, kills it without
//! warning and starts it anew on what it left behind. The clock stands still in each life
//! and is later in the next, so that leases run out without anybody waiting.

#[path = "../support/mod.rs"]
mod support;

#[path = "../support/service.rs"]
mod service;

#[path = "../support/smtp.rs"]
mod smtp;

mod first_start;
mod intake;
mod sending;

use std::time::Duration;

use jiff::SignedDuration;

/// How often each service is killed.
fn kills() -> i64 {
    if is_long() { 100 } else { 30 }
}

#[expect(clippy::disallowed_methods, reason = "the tests' own switches are no configuration")]
fn is_long() -> bool {
    std::env::var("DUNGHEN_TEST_LONG").is_ok()
}

/// How much later the clock stands in the next life: beyond every lease of the last one.
fn lives(count: i64) -> SignedDuration {
    SignedDuration::from_mins(21 * count)
}

/// The instant of the kill, counted from when the service was ready or had given an answer.
fn any_moment() -> Duration {
    Duration::from_millis(rand::random_range(0..=500))
}
