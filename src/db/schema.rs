//! How the schema of a database stands to the one this program knows.

use super::migrations::SQLITE;

/// Which steps a database has gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Schema {
    /// None at all: nothing of ours is in it.
    Absent,
    /// Some, and the program knows more: the last one made.
    Older(i64),
    Current,
    /// A newer program has gone further: the last one made.
    Newer(i64),
}

impl Schema {
    /// From the last step made, and whether all that this program knows are made.
    #[must_use]
    pub fn of(last_made: Option<i64>, all_known_made: bool) -> Self {
        match last_made {
            None => Self::Absent,
            Some(last) if last > Self::newest_known() => Self::Newer(last),
            Some(_) if all_known_made => Self::Current,
            Some(last) => Self::Older(last),
        }
    }

    /// The last step that this program knows, the same on both engines.
    #[must_use]
    pub fn newest_known() -> i64 {
        SQLITE.iter().map(|step| step.version).max().unwrap_or(0)
    }
}
