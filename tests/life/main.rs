//! The life of a dossier from intake to return is what the rules say, on both databases.

#![allow(clippy::await_holding_refcell_ref, reason = "one life at a time, on one thread")]
#![allow(clippy::type_complexity, reason = "rows as tuples, read where they are asked for")]

#[path = "../support/mod.rs"]
mod support;

#[path = "../support/lives.rs"]
#[allow(dead_code, reason = "shared with the test without a database")]
mod told;

mod office;

mod apology;
mod calendars;
mod clock;
mod digest;
mod finding;
mod forms;
mod imported;
mod intake;
mod lists;
mod lives;
mod model;
mod personal;
mod processing;
mod rights;
mod sessions;
mod sweep;
mod tampering;
