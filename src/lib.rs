//! Đúng Hẹn follows every administrative dossier from intake to return, keeps its
//! legal clock and computes the on-time rates that follow from it.

pub mod app;
pub mod cli;
pub mod clock;
pub mod config;
pub mod db;
pub mod domain;
pub mod exchange;
pub mod jobs;
pub mod letters;
pub mod mail;
pub mod paper;
pub mod random;
pub mod seal;
pub mod store;
pub mod telemetry;
pub mod web;
pub mod work;

// The tests' databases are the same in unit and integration tests.
#[cfg(test)]
extern crate self as dunghen;
#[cfg(test)]
#[path = "../tests/support/db.rs"]
mod testing;
