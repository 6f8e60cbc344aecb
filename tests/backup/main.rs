//! What was written comes back from a copy, or somebody is told why not.

#![allow(dead_code, reason = "the office and the service are shared with other test programs")]
#![allow(clippy::type_complexity, reason = "as in the life of dossiers")]

#[path = "../support/mod.rs"]
mod support;

#[path = "../life/office.rs"]
mod office;
#[path = "../support/service.rs"]
mod service;

mod copies;
mod place;
mod processes;
mod scheduled;
