//! Why a deed left no trace, or a question has no answer.
//!
//! Tells apart what a caller must treat differently, whichever database speaks.
//! The failure of one commit is told to many callers, hence `Clone`.

use std::path::PathBuf;
use std::sync::Arc;

use crate::domain::obstacle;
use crate::domain::refusal::{Refusal, Said};

/// The result of every deed and of everything that takes a [`Tx`](super::Tx).
pub type Result<T, E = Error> = std::result::Result<T, E>;

#[derive(Clone, Debug, thiserror::Error)]
pub enum Error {
    /// The rules said no; nothing was kept.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The row that had to be there is not.
    #[error("a row that must exist is missing")]
    Missing,
    /// A statement was refused by a constraint or is wrong.
    #[error("the database refused a statement: {0}")]
    Statement(Arc<sqlx::Error>),
    /// The transaction lost against another one; nothing was kept and it may be tried again.
    #[error("another change came between: {0}")]
    Contended(Arc<sqlx::Error>),
    /// The database can't be reached or has stopped answering; nothing was kept.
    #[error("the database is not available: {0}")]
    Unavailable(Arc<str>),
    /// More changes wait already than there is room for; nothing was done.
    #[error("too many changes are waiting")]
    Busy,
    /// The time limit passed before the commit; nothing was kept.
    #[error("the database did not answer in time")]
    TimedOut,
    /// The connection broke while the commit was under way: it may or may not have been kept.
    #[error("it is unknown whether the change was kept: {0}")]
    CommitUnknown(Arc<str>),
    /// The deed panicked; nothing was kept.
    #[error("the change failed on a defect of this program")]
    Panicked,
    /// Somebody else has taken over what this belongs to; nothing was kept.
    #[error("another node has taken this over")]
    Overtaken,
    /// The database is being closed.
    #[error("the database has been closed")]
    Stopped,
    /// There is no room left on the disk; nothing was kept.
    #[error("no room is left for the database: {0}")]
    Full(Arc<str>),
    /// What is stored can't be read as what it should be.
    #[error("the database holds something unreadable: {0}")]
    Corrupt(Arc<sqlx::Error>),
    /// Another process writes to this SQLite file.
    #[error("{} is in use by another process (it holds {}); stop that one first", .0.display(), lock_of(.0).display())]
    Locked(PathBuf),
    /// The schema is not the one this program knows.
    #[error("the database schema does not fit: {0}; run `dunghen migrate`")]
    Schema(Arc<str>),
    /// The database, its version or its settings are not such that a write could be promised.
    #[error("{}", .0.english)]
    Unsuitable(Arc<Said>),
}

/// The file whose lock says who may write to the SQLite file at `path`.
pub(super) fn lock_of(path: &std::path::Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    name.into()
}

impl Error {
    /// Whether a unique or primary key was already taken.
    #[must_use]
    pub fn is_unique_violation(&self) -> bool {
        self.database_error().is_some_and(sqlx::error::DatabaseError::is_unique_violation)
    }

    /// Whether a row was missing that another must point to, or is still pointed to.
    #[must_use]
    pub fn is_foreign_key_violation(&self) -> bool {
        self.database_error().is_some_and(sqlx::error::DatabaseError::is_foreign_key_violation)
    }

    /// Something stored that can't be read as what it should be: where it lies and which row it is.
    #[must_use]
    pub fn corrupt(table: &str, column: &str, row: impl std::fmt::Display) -> Self {
        Self::Corrupt(Arc::new(sqlx::Error::Decode(format!("{table}.{column} of {row}").into())))
    }

    /// One word for counting; none where it is a matter of rules and not of the database.
    pub(super) fn kind(&self) -> Option<&'static str> {
        Some(match self {
            Self::Refused(_) | Self::Missing => return None,
            Self::Statement(_) => "statement",
            Self::Contended(_) => "contended",
            Self::Unavailable(_) => "unavailable",
            Self::Busy => "busy",
            Self::TimedOut => "timed_out",
            Self::CommitUnknown(_) => "commit_unknown",
            Self::Overtaken => "overtaken",
            Self::Panicked => "panicked",
            Self::Stopped => "stopped",
            Self::Full(_) => "full",
            Self::Corrupt(_) => "corrupt",
            Self::Locked(_) | Self::Schema(_) | Self::Unsuitable(_) => "unsuitable",
        })
    }

    /// Whether the same deed, done again, may well succeed: nothing was kept, and by chance.
    pub(super) fn wants_another_try(&self) -> bool {
        matches!(self, Self::Contended(_) | Self::Unavailable(_))
    }

    pub(super) fn unavailable(reason: impl ToString) -> Self {
        Self::Unavailable(reason.to_string().into())
    }

    pub(super) fn unsuitable(vietnamese: impl Into<String>, english: impl Into<String>) -> Self {
        Self::Unsuitable(Arc::new(Said::new(vietnamese, english)))
    }

    /// A file or folder that can't be used.
    pub(super) fn unusable_file(path: &std::path::Path, error: &std::io::Error) -> Self {
        let (shown, why) = (path.display(), obstacle::why(error));
        Self::unsuitable(
            format!("Không dùng được {shown}: {}. Kiểm tra đường dẫn và quyền.", why.vietnamese),
            format!("{shown}: {}", why.english),
        )
    }

    /// A server that lets nobody in under this address.
    fn not_let_in(error: &sqlx::Error) -> Self {
        Self::unsuitable(
            format!(
                "Không vào được cơ sở dữ liệu: “{error}”. Kiểm tra DUNGHEN_DATABASE_URL: máy chủ, tên và mật khẩu."
            ),
            error.to_string(),
        )
    }

    /// The same deed will do better next time: what it chose by itself was taken meanwhile.
    #[must_use]
    pub fn into_contended(self) -> Self {
        match self {
            Self::Statement(error) => Self::Contended(error),
            other => other,
        }
    }

    fn database_error(&self) -> Option<&dyn sqlx::error::DatabaseError> {
        match self {
            Self::Statement(error) => error.as_database_error(),
            _ => None,
        }
    }
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        use sqlx::Error as E;
        match error {
            E::Database(_) => from_database(error),
            E::RowNotFound => Self::Missing,
            E::Io(_) | E::Tls(_) | E::Protocol(_) | E::PoolTimedOut | E::WorkerCrashed | E::BeginFailed => {
                Self::unavailable(error)
            }
            E::PoolClosed => Self::Stopped,
            E::Decode(_) | E::ColumnDecode { .. } => Self::Corrupt(Arc::new(error)),
            E::Configuration(_) => Self::not_let_in(&error),
            _ => Self::Statement(Arc::new(error)),
        }
    }
}

/// Sorts what a server or SQLite itself said, by its code and never by its words.
fn from_database(error: sqlx::Error) -> Error {
    let Some(said) = error.as_database_error() else { return Error::Statement(Arc::new(error)) };
    let code = said.code().unwrap_or_default().into_owned();
    if said.try_downcast_ref::<sqlx::sqlite::SqliteError>().is_some() {
        from_sqlite(code.parse().unwrap_or(1), error)
    } else {
        from_postgres(&code, error)
    }
}

/// The low byte is SQLite's primary result code.
fn from_sqlite(code: u32, error: sqlx::Error) -> Error {
    match code & 0xff {
        5 | 6 | 9 => Error::TimedOut,             // busy, locked, interrupted
        7 | 10 | 14 => Error::unavailable(error), // no memory, input or output, cannot open
        11 | 26 => Error::Corrupt(Arc::new(error)),
        13 => Error::Full(error.to_string().into()),
        _ => Error::Statement(Arc::new(error)),
    }
}

fn from_postgres(code: &str, error: sqlx::Error) -> Error {
    match code {
        "40001" | "40P01" => Error::Contended(Arc::new(error)),
        // A character that no text may hold, as U+0000: whoever sent it is wrong, not the statement.
        "22021" | "22P05" => Error::Refused(unstorable()),
        "57014" | "55P03" => Error::TimedOut, // statement_timeout, lock_timeout
        "53100" => Error::Full(error.to_string().into()),
        "XX001" | "XX002" => Error::Corrupt(Arc::new(error)),
        // Shutting down, starting up, too many connections, idle too long, connection failures.
        "57P01" | "57P02" | "57P03" | "57P05" | "53300" | "25P03" => Error::unavailable(error),
        code if code.starts_with("08") => Error::unavailable(error),
        "3D000" | "28000" | "28P01" => Error::not_let_in(&error), // no such database, not let in
        _ => Error::Statement(Arc::new(error)),
    }
}

fn unstorable() -> Refusal {
    Refusal::invalid(
        "text",
        "Dữ liệu gửi lên có ký tự không lưu được (U+0000). Bỏ ký tự ấy rồi gửi lại.",
        "What was sent has a character that can't be kept (U+0000). Remove it and send it again.",
    )
}

impl From<sqlx::migrate::MigrateError> for Error {
    fn from(error: sqlx::migrate::MigrateError) -> Self {
        use sqlx::migrate::MigrateError as E;
        match error {
            E::Execute(error) => error.into(),
            error => Self::Schema(error.to_string().into()),
        }
    }
}
