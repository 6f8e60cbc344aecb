//! Copies of everything, and everything back from a copy.
//!
//! A copy is made while the service works, read back and proved before it gets its name, and
//! comes back only into an empty place. The keys are in none: they lie outside of the database
//! and are kept apart from its copies. Nothing here knows schedules, people or letters.

mod fault;
mod make;
mod mark;
mod name;
mod place;
mod proof;
mod restore;
mod retention;
mod server;
mod tail;
mod tools;

pub use fault::{Fault, Result};
pub use make::{Made, Proved, make};
pub use name::{CopyName, Kind};
pub use proof::{Inspector, Keys, Proof};
pub use restore::{Restored, rehearse, restore};
pub use retention::{Keep, to_remove};

use std::time::Duration;

use crate::db::DbSettings;

/// Looking through a province's whole history takes minutes; an hour is a fault.
const LONGEST_LOOK: Duration = Duration::from_secs(3_600);
/// How such a look calls itself to a PostgreSQL server.
const APPLICATION: &str = "dunghen-backup";

/// How a copy, or what came back from one, is opened.
fn patient() -> DbSettings {
    DbSettings {
        application_name: APPLICATION.to_owned(),
        postgres_connections: 1,
        report_connections: 1,
        call_limit: LONGEST_LOOK,
        report_limit: LONGEST_LOOK,
        statement_timeout: LONGEST_LOOK,
        report_statement_timeout: LONGEST_LOOK,
        ..DbSettings::default()
    }
}
