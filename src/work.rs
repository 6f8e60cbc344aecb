//! What people and the clock do; each function is one transaction's worth.
//!
//! A page, the API, an import and a test call the same function. Each demands the
//! acting person, decides by the domain, writes by the store, and does nothing
//! outside of its transaction: a deed may be run again.

pub mod account;
pub mod anchors;
pub mod apology;
pub mod appointment;
pub mod audit_log;
pub mod backups;
pub mod breach;
pub mod coming_year;
pub mod correction;
pub mod correspondence;
pub mod decisions;
pub mod desk;
pub mod digest;
pub mod duties;
pub mod erasure;
pub mod figures;
pub mod findable;
pub mod finding;
pub mod form_04;
mod free_text;
pub mod identity;
pub mod import;
pub mod intake;
pub mod keys;
pub mod law;
pub mod ledger;
pub mod look_up;
pub mod own;
pub mod people;
pub mod person;
pub mod person_report;
pub mod post;
pub mod process;
pub mod processing;
pub mod quote;
pub mod recount;
pub mod report;
pub mod resumption;
pub mod scope;
pub mod second_factor;
pub mod second_person;
pub mod sign_in;
pub mod stand_in;
pub mod start;
pub mod sweep;
pub mod throttle;
pub mod timing;
pub mod verify;
pub mod watch;
pub mod wording;
