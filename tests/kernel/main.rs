//! What happens later happens, once, on however many nodes, whatever becomes of them and of
//! their clocks.
//!
//! Time passes as the test says: each node's clock, its machine's uptime and the database's time
//! are moved by hand. Real processes with real signals are in [`processes`].

#![allow(dead_code, reason = "the office and the service are shared with other test programs")]
#![allow(clippy::type_complexity, reason = "as in the life of dossiers")]

#[path = "../support/mod.rs"]
mod support;

#[path = "../life/office.rs"]
mod office;
#[path = "../support/server.rs"]
mod server;
#[path = "../support/service.rs"]
mod service;

mod leadership;
mod nodes;
mod outages;
mod processes;
mod schedule;
mod turns;
mod watch;
mod zones;

#[expect(clippy::disallowed_methods, reason = "the tests' own switches are no configuration")]
fn is_long() -> bool {
    std::env::var("DUNGHEN_TEST_LONG").is_ok()
}
