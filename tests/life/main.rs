//! The life of a dossier from intake to return is what the rules say, on both databases.

#[path = "../support/mod.rs"]
mod support;

mod office;

mod apology;
mod digest;
mod imported;
mod intake;
mod lists;
mod model;
mod personal;
mod processing;
mod rights;
mod sessions;
mod sweep;
mod tampering;
