//! Đúng Hẹn ("on the day promised") follows every administrative dossier of a
//! Vietnamese one-stop shop from intake to return: it keeps the legal clock, flags what
//! is late or will be, makes sure that the citizen gets the apology that the law owes
//! them, warns managers by mail and computes on-time rates per department.
//!
//! # The house
//!
//! | room | what it is for |
//! |---|---|
//! | [`domain`] | the law: deadlines, states, promises, apologies, alerts, figures. Pure: no async, no SQL, no clock |
//! | [`clock`], [`random`] | the only places that ask for the time and for chance |
//! | [`config`] | settings, law and province as files, checked at start; the only reader of the environment |
//! | [`seal`] | keys: seals personal data, codes it for search, hashes passwords |
//! | [`db`] | one door to SQLite and PostgreSQL: deeds done wholly or not at all |
//! | [`store`] | statements over a transaction, one file a subject |
//! | [`letters`], [`paper`] | what people read: mails and apologies, pictures and charts |
//! | [`work`] | what people and the clock do; each function is one transaction's worth |
//! | [`mail`] | the SMTP conversation and what its replies mean |
//! | [`identity`] | who a provincial identity provider says that somebody is |
//! | [`exchange`], [`demo`] | other systems' data; an invented province to try things on |
//! | [`backup`] | copies of everything, proved, and everything back from a copy |
//! | [`app`], [`jobs`] | the running service; its loops, and the kernel under what has due times |
//! | [`web`], [`cli`] | pages, the JSON interface, the command line |
//!
//! Arrows point down and form no circle; `tests/architecture.rs` has the table of who may
//! import whom and fails when it is not kept.
//!
//! # A deed from end to end
//!
//! A handler extracts and calls one function of `work`; that asks `domain` to decide and
//! `store` to write, inside one transaction that [`db::Db::write`] commits. Events are
//! only ever added; a dossier's row is what folding them gives. Lateness is a comparison
//! with an instant ([`domain::dossier::Dossier::is_late_at`]); the sweep only creates
//! what has become owed.

#![cfg_attr(not(test), warn(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

pub mod app;
pub mod backup;
pub mod cli;
pub mod clock;
pub mod config;
pub mod db;
pub mod demo;
pub mod domain;
pub mod exchange;
pub mod identity;
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
