//! SQLite: its file, its readers and what must be true of both.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::ErrorKind;
use std::path::Path;
use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection};

use super::error::{Error, Result, lock_of};
use super::limit::{Deadline, INSTRUCTIONS_BETWEEN_LOOKS};
use super::tx::{Link, Tx};

pub(super) mod ballast;
pub(super) mod writer;

pub(super) const READ: &str = "begin";

/// Before this version a rare race between two connections could corrupt the file.
const OLDEST_VERSION: [u32; 3] = [3, 51, 3];
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
const JOURNAL_SIZE_LIMIT: &str = "67108864";
/// Four times the usual: a page that many commits have touched is carried over once, and the journal stays
/// under 16 MiB.
const PAGES_BETWEEN_CHECKPOINTS: &str = "4000";
/// The writer keeps 16 MiB of pages: those that searches for a person lead to lie anywhere in the file.
const WRITER_CACHE_KIB: &str = "-16384";

/// Such a command may touch all of a large index in one deed.
const COMMANDS_CACHE_KIB: &str = "-131072";
/// 100 MiB of journal: what many batches touch is carried over once.
const COMMANDS_PAGES_BETWEEN_CHECKPOINTS: &str = "25000";

/// In KiB: the pages that a growing index touches.
const FILLERS_CACHE: &str = "-262144";

/// How to connect to a file.
#[derive(Clone)]
pub(super) struct SqliteSource {
    options: SqliteConnectOptions,
}

impl SqliteSource {
    /// For questions: such a connection refuses to change anything.
    pub(super) fn reader(path: &Path, statement_cache: usize) -> Self {
        Self { options: options(path, statement_cache).pragma("query_only", "on") }
    }

    /// For changes: such a connection creates the file where it is absent.
    pub(super) fn writer(path: &Path, statement_cache: usize) -> Self {
        let options = options(path, statement_cache)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .pragma("journal_size_limit", JOURNAL_SIZE_LIMIT)
            .pragma("wal_autocheckpoint", PAGES_BETWEEN_CHECKPOINTS)
            // What is erased is overwritten: whoever has the keys finds it in no forgotten page (S24).
            .pragma("secure_delete", "on")
            .pragma("cache_size", WRITER_CACHE_KIB)
            .optimize_on_close(true, None);
        Self { options }
    }

    /// For a command of large deeds, for which nobody waits in a queue.
    pub(super) fn command(path: &Path, statement_cache: usize) -> Self {
        let Self { options } = Self::writer(path, statement_cache);
        let options = options
            .pragma("cache_size", COMMANDS_CACHE_KIB)
            .pragma("wal_autocheckpoint", COMMANDS_PAGES_BETWEEN_CHECKPOINTS);
        Self { options }
    }

    /// For a file that is filled by one process alone: without a journal that would be written twice.
    pub(super) fn filler(path: &Path, statement_cache: usize) -> Self {
        let options = options(path, statement_cache)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Memory)
            .synchronous(SqliteSynchronous::Off)
            .pragma("cache_size", FILLERS_CACHE)
            .optimize_on_close(true, None);
        Self { options }
    }

    /// For a file that nobody changes: no lock is taken and no file laid beside it.
    pub(super) fn copy(path: &Path, statement_cache: usize) -> Self {
        Self { options: options(path, statement_cache).read_only(true).immutable(true) }
    }

    pub(super) async fn connect(&self) -> Result<Link> {
        let mut connection = self.connect_plain().await?;
        let deadline = Deadline::none();
        let watched = deadline.clone();
        connection
            .lock_handle()
            .await?
            .set_progress_handler(INSTRUCTIONS_BETWEEN_LOOKS, move || watched.is_ahead());
        Ok(Link::Sqlite(connection, deadline))
    }

    /// Without a deadline, as migrations need it.
    pub(super) async fn connect_plain(&self) -> Result<SqliteConnection> {
        Ok(SqliteConnection::connect_with(&self.options).await?)
    }
}

fn options(path: &Path, statement_cache: usize) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .busy_timeout(BUSY_TIMEOUT)
        .foreign_keys(true)
        .pragma("trusted_schema", "off")
        .pragma("cell_size_check", "on")
        .statement_cache_capacity(statement_cache)
        .disable_statement_logging()
}

/// Writes a copy of the database as it is now to `copy`, which must be empty or not exist yet.
///
/// # Errors
/// Where it can't be written; what it left is no copy then.
#[expect(clippy::disallowed_methods, reason = "no transaction may be open around this statement")]
pub(super) async fn copy(database: &Path, copy: &Path) -> Result<()> {
    let copy = copy.to_str().ok_or_else(|| {
        Error::unsuitable("Tên bản sao phải là UTF-8.", "the name of the copy must be in UTF-8")
    })?;
    let options = SqliteConnectOptions::new().filename(database).busy_timeout(BUSY_TIMEOUT);
    let mut connection = SqliteConnection::connect_with(&options.disable_statement_logging()).await?;
    let copied = sqlx::query("vacuum into $1").bind(copy).execute(&mut connection).await;
    connection.close().await?;
    Ok(copied.map(drop)?)
}

/// # Errors
/// [`Error::Unsuitable`] where the SQLite inside of this program is too old.
pub(super) async fn check_version(tx: &mut Tx) -> Result<()> {
    let version: String = tx.query("select sqlite_version()").fetch_scalar().await?;
    let parts: Vec<u32> = version.split('.').map_while(|part| part.parse().ok()).collect();
    if *parts >= OLDEST_VERSION[..] {
        return Ok(());
    }
    Err(Error::unsuitable(
        format!("Cần SQLite 3.51.3 trở lên; chương trình này dựng với {version}."),
        format!("SQLite 3.51.3 or newer is needed, this program was built with {version}"),
    ))
}

/// The right to write to a file; the operating system takes it back when the process ends.
#[derive(Debug)]
pub struct WriteLock {
    _file: File,
}

impl WriteLock {
    /// # Errors
    /// [`Error::Locked`] where another process has it.
    pub fn take(database: &Path) -> Result<Self> {
        let path = lock_of(database);
        let wrong = |error: std::io::Error| Error::unusable_file(&path, &error);
        let file = private().create(true).truncate(false).open(&path).map_err(wrong)?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => Err(Error::Locked(database.to_owned())),
            Err(TryLockError::Error(error)) => Err(wrong(error)),
        }
    }
}

/// Creates the database's file where there is none, for its owner alone; SQLite gives its other
/// files the same mode. One that is there is not opened: closing it would undo SQLite's own locks.
pub(super) fn create_private(database: &Path) -> Result<()> {
    match private().create_new(true).open(database) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(Error::unusable_file(database, &error)),
        _ => Ok(()),
    }
}

fn private() -> OpenOptions {
    let mut options = File::options();
    options.write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// # Errors
/// [`Error::Unsuitable`] where `path` lies on a network: locks and shared memory don't hold there.
#[cfg(target_os = "linux")]
pub(super) fn refuse_network(path: &Path) -> Result<()> {
    // As in statfs(2), whose numbers are of another width on other processors: NFS, SMB, SMB2, CIFS, AFS, Coda, Ceph, 9P, Lustre, GPFS, OCFS2, GFS2, BeeGFS.
    const NETWORK: [i128; 13] = [
        0x6969,
        0x517b,
        0xfe53_4d42,
        0xff53_4d42,
        0x5346_414f,
        0x7375_7245,
        0x00c3_6400,
        0x0102_1997,
        0x0bd0_0bd0,
        0x4750_4653,
        0x7461_636f,
        0x0116_1970,
        0x1983_0326,
    ];
    let folder = folder_of(path);
    let kind =
        rustix::fs::statfs(folder).map_err(|error| Error::unusable_file(folder, &error.into()))?.f_type;
    if NETWORK.contains(&(i128::from(kind) & 0xffff_ffff)) {
        let shown = path.display();
        return Err(Error::unsuitable(
            format!(
                "{shown} nằm trên ổ đĩa mạng, ở đó SQLite không an toàn. Đặt tệp trên đĩa của máy này, hoặc dùng PostgreSQL."
            ),
            format!("{shown} lies on a network file system, where SQLite is not safe"),
        ));
    }
    Ok(())
}

#[cfg(not(target_os = "linux"))]
pub(super) fn refuse_network(_: &Path) -> Result<()> {
    Ok(())
}

#[cfg(target_os = "linux")]
fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}
