//! What the service writes to people: subjects, texts and HTML, from plain data.
//!
//! Pure: nothing here looks anything up, knows a clock or sends a mail. A subject can be
//! read by anyone who sees a lock screen, so it holds counts and names of offices alone.
//! The first three lines of a letter are its message; tables come after, one link a row.

mod alert;
mod apology;
mod backup;
mod calendar;
mod digest;
mod sheet;

pub use alert::{Alert, UnitAlert};
pub use apology::{
    APOLOGY_TITLE_2018, APOLOGY_TITLE_2025, Addressee, ApologyLetter, Complaint, Contact, Fault, NewTime,
    Reason, Signature, When,
};
pub use backup::BackupFailure;
pub use calendar::{DatesMoved, YearMissing};
pub use digest::{Digest, UnitDigest};

use crate::domain::words::Subject;

/// A letter ready for the outbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    pub subject: Subject,
    pub text: String,
    pub html: String,
}

/// A letter that could not be written.
#[derive(Debug, thiserror::Error)]
#[error("the letter can't be rendered: {0}")]
pub struct LetterError(#[from] askama::Error);

/// One dossier in a letter to those who work on it; it names no applicant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DossierLine {
    pub code: String,
    pub procedure: String,
    /// `Thứ Năm 26/11/2026, 17:00`
    pub due_words: String,
    /// `quá hạn 3 ngày làm việc`
    pub distance_words: String,
    pub url: String,
}
