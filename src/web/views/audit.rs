//! The log of who did what, for those who inspect it.

use askama::Template;

use super::parts::{Choice, When};
use super::shell::Shell;

/// `/audit`.
#[derive(Clone, Debug, Template)]
#[template(path = "audit.html")]
pub struct Audit {
    pub shell: Shell,
    pub person: String,
    pub subject: String,
    pub actions: Vec<Choice>,
    pub from: String,
    pub to: String,
    pub rows: Vec<AuditRow>,
    pub narrowed: bool,
    /// Whether the reports about persons are theirs to make.
    pub sees_persons: bool,
    pub csv: String,
    pub first: Option<String>,
    pub next: Option<String>,
    /// The anchors that lie outside of the database, the latest.
    pub anchor: Option<Anchor>,
}

/// One row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditRow {
    pub seq: i64,
    pub at: When,
    pub who: String,
    pub unit: String,
    pub what: String,
    pub subject: String,
    /// The dossier's page, where it is one.
    pub href: Option<String>,
    /// `mạng 203.0.113.0/24`
    pub detail: String,
}

/// The last link of the chain that was written down elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Anchor {
    pub seq: i64,
    pub at: When,
    /// The first digits of its hash.
    pub hash: String,
}
