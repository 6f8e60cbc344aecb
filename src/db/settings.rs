//! How a database is opened, and the limits that hold inside.

use std::path::Path;
use std::time::Duration;

use super::error::{Error, Result};

/// What the database is opened for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Purpose {
    /// The service itself: holds the right to write to a SQLite file from the start.
    Serve,
    /// One command: may read a SQLite file beside the service, and takes the right to
    /// write with its first change.
    #[default]
    Command,
    /// One command that fills an empty database and throws it away where it breaks off: nothing
    /// is durable before the database was closed and its file synchronised to the disk.
    Fill,
}

/// The limits and sizes of a [`Db`](super::Db); the defaults are meant to be used.
#[derive(Clone, Debug)]
pub struct DbSettings {
    pub purpose: Purpose,
    /// Whether a command changes so much in one deed that it is given more of the machine for it, where it has
    /// a SQLite file to itself.
    pub large_deeds: bool,
    /// Named in PostgreSQL's list of connections; best with the node's name.
    pub application_name: String,
    /// Connections to PostgreSQL for everything short.
    pub postgres_connections: u32,
    /// Connections for [`Db::report`](super::Db::report), beside the others.
    pub report_connections: u32,
    /// Connections that only [`Db::for_the_clock`](super::Db::for_the_clock) uses.
    pub reserved_connections: u32,
    /// Deeds of [`Db::for_requests`](super::Db::for_requests) that may wait or be under way at once.
    pub waiting_deeds: usize,
    /// Connections for everything short that reads a SQLite file.
    pub sqlite_readers: u32,
    /// Statements kept prepared on each connection.
    pub statement_cache: usize,
    /// How long a deed or a look may take.
    pub call_limit: Duration,
    /// How long a report may take.
    pub report_limit: Duration,
    /// How long to wait for a connection.
    pub acquire_limit: Duration,
    /// How long PostgreSQL may work on one statement.
    pub statement_timeout: Duration,
    /// The same inside of a report.
    pub report_statement_timeout: Duration,
    /// How long PostgreSQL may wait for a lock.
    pub lock_timeout: Duration,
    /// How long a migration may wait for a lock before it lets others pass and tries anew.
    pub migration_lock_timeout: Duration,
    /// How many bytes of the disk are kept in reserve beside a SQLite file that is served.
    pub ballast_bytes: u64,
}

impl Default for DbSettings {
    fn default() -> Self {
        Self {
            purpose: Purpose::default(),
            large_deeds: false,
            application_name: "dunghen".to_owned(),
            postgres_connections: 10,
            report_connections: 2,
            reserved_connections: 2,
            waiting_deeds: 96,
            sqlite_readers: 4,
            statement_cache: 512,
            call_limit: Duration::from_secs(10),
            report_limit: Duration::from_secs(65),
            acquire_limit: Duration::from_secs(5),
            statement_timeout: Duration::from_secs(5),
            report_statement_timeout: Duration::from_secs(60),
            lock_timeout: Duration::from_secs(2),
            migration_lock_timeout: Duration::from_secs(5),
            ballast_bytes: 0,
        }
    }
}

/// Which database a URL names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine<'a> {
    Sqlite(&'a Path),
    Postgres,
}

impl<'a> Engine<'a> {
    /// # Errors
    /// [`Error::Unsuitable`] where the URL is neither `sqlite:PATH` nor `postgres://…`.
    pub fn of(url: &'a str) -> Result<Self> {
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return Ok(Self::Postgres);
        }
        match url.strip_prefix("sqlite:").map(|path| path.strip_prefix("//").unwrap_or(path)) {
            Some(path) if !path.is_empty() && !path.starts_with(':') => Ok(Self::Sqlite(Path::new(path))),
            _ => Err(Error::unsuitable(
                "Địa chỉ cơ sở dữ liệu (DUNGHEN_DATABASE_URL) phải là sqlite:ĐƯỜNG_DẪN hoặc postgres://NGƯỜI_DÙNG@MÁY_CHỦ/TÊN.",
                "the database URL must be sqlite:PATH or postgres://USER@HOST/NAME",
            )),
        }
    }
}
