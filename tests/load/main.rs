//! The service under load, on a bad network and through restarts.
//!
//! What a single request may meet is tried on a server inside of the test, what happens to whole
//! processes and nodes on the program itself. Long forms come with `DUNGHEN_TEST_LONG`.

#[path = "../support/mod.rs"]
mod support;

#[path = "../support/service.rs"]
mod service;

mod balancer;
mod counter;
mod counts;
mod disconnects;
mod gate;
mod house;
mod line;
mod nodes;
mod overload;
mod siege;
mod slow_clients;
mod stopping;

#[expect(clippy::disallowed_methods, reason = "the tests' own switches are no configuration")]
fn is_long() -> bool {
    std::env::var("DUNGHEN_TEST_LONG").is_ok()
}
