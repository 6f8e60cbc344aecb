//! What must hold when something goes wrong: between two statements, at the commit, in the
//! relay, on the disk, with the clock. The numbers are those of the list of invariants in
//! `tests/protections/README.md`.
//!
//! Each test has a short form for every day and its long form with the full figures behind
//! `DUNGHEN_TEST_LONG=1`. That a test here fails when what it guards is taken away is shown
//! by `tests/protections/run`.

#[path = "../support/mod.rs"]
mod support;

#[path = "../support/smtp.rs"]
mod smtp;

#[path = "../support/service.rs"]
mod service;

#[allow(dead_code, reason = "its other test programs use the rest")]
#[path = "../life/office.rs"]
mod office;

mod clock;
mod commits;
mod disk;
mod guards;
mod halves;
mod hung_relay;
mod node;
mod post;
mod races;
mod storms;
mod sweepers;
mod upgrades;

/// The first figure every day, the second in the long form.
fn figure<T>(short: T, long: T) -> T {
    if is_long() { long } else { short }
}

#[expect(clippy::disallowed_methods, reason = "the tests' own switches are no configuration")]
fn is_long() -> bool {
    std::env::var("DUNGHEN_TEST_LONG").is_ok_and(|long| long == "1")
}
