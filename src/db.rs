//! The one door to two databases: SQLite in one file, or PostgreSQL for a province.
//!
//! All work happens in a transaction. [`Db::read`] shows one unchanging snapshot;
//! [`Db::write`] does a deed wholly or not at all, whatever becomes of its caller, and
//! once it answers `Ok` the deed is durable. Both lend a [`Tx`], and everything above
//! is a plain function over `&mut Tx` that need not know which engine it runs on.
//!
//! A statement is written once, with `$1` parameters, in the SQL that both engines share;
//! where they part, [`sql!`] keeps the two spellings side by side. Rows derive
//! [`sqlx::FromRow`] and fit both:
//!
//! ```
//! use dunghen::db::{Db, DbSettings, Error};
//!
//! #[derive(sqlx::FromRow)]
//! struct Pet { name: String, legs: i64 }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Error> {
//! # let folder = tempfile::tempdir().unwrap();
//! # let url = format!("sqlite:{}", folder.path().join("pets.db").display());
//! let db = Db::open(&url, &DbSettings::default()).await?;
//! # db.write(async |tx| tx.query("create table pet (name text not null, legs integer not null)").execute().await).await?;
//! let name = "Mực".to_owned();
//! db.write(async move |tx| {
//!     tx.query("insert into pet (name, legs) values ($1, $2)").bind(&name).bind(4_i64).execute().await
//! }).await?;
//! let pet: Pet = db.read(async |tx| tx.query("select name, legs from pet").fetch_one().await).await?;
//! assert_eq!((&*pet.name, pet.legs), ("Mực", 4));
//! # db.close().await;
//! # Ok(())
//! # }
//! ```

mod codec;
mod deed;
mod error;
mod limit;
mod meter;
mod migrations;
mod pace;
mod pool;
mod postgres;
mod query;
mod rows;
mod said;
mod schema;
mod server;
mod settings;
mod sqlite;
mod tx;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{OnceCell, Semaphore};
use tokio_util::task::TaskTracker;

pub use deed::{Begin, Deed, Look, begin};
pub use error::{Error, Result};
pub use meter::Meter;
pub use pace::Pace;
pub use pool::Usage;
pub use query::{Bind, Column, Load, Query, Row, Sql};
pub use rows::{AsText, as_text, sql};
pub use schema::Schema;
pub use server::ServerAddress;
pub use settings::{DbSettings, Engine, Purpose};
pub use sqlite::WriteLock;
pub use tx::Tx;

use limit::within;
use pool::{Pool, Source};
use postgres::PostgresSource;
use sqlite::SqliteSource;
use sqlite::ballast::Ballast;
use sqlite::writer::Writer;

/// An open database; clones share it.
#[derive(Clone)]
pub struct Db(Arc<Inner>, Entrance);

/// Which way in somebody takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Entrance {
    /// Waits its turn.
    Common,
    /// Is turned away at once where too many wait.
    Requests,
    /// Goes before the others and has connections of its own.
    Clock,
}

struct Inner {
    url: String,
    settings: DbSettings,
    readers: Arc<Pool>,
    reserve: Arc<Pool>,
    reports: Arc<Pool>,
    door: Door,
    /// Room for the deeds of requests.
    room: Semaphore,
    meter: Arc<Meter>,
    tracker: TaskTracker,
}

/// Where deeds go in.
enum Door {
    Sqlite(SqliteDoor),
    /// A file that nobody changes and that is only looked at.
    Copy,
    Postgres,
}

/// The writer is started by the first deed, or at once by a server.
struct SqliteDoor {
    path: PathBuf,
    lock: Mutex<Option<Arc<WriteLock>>>,
    writer: OnceCell<Writer>,
}

impl Db {
    /// Opens the database at `url`: `sqlite:PATH` or `postgres://…`.
    ///
    /// An absent SQLite file is created, and one of an older schema migrated;
    /// PostgreSQL is migrated by [`migrate`](Self::migrate) alone. Whether the schema
    /// fits is told by [`schema_is_current`](Self::schema_is_current).
    ///
    /// # Errors
    /// [`Error::Locked`] where another process serves or changes the SQLite file,
    /// [`Error::Unsuitable`] where the database can't keep a promise, [`Error::Unavailable`].
    pub async fn open(url: &str, settings: &DbSettings) -> Result<Self> {
        match Engine::of(url)? {
            Engine::Sqlite(path) => Self::open_sqlite(url, path, settings).await,
            Engine::Postgres => Self::open_postgres(url, settings).await,
        }
    }

    async fn open_sqlite(url: &str, path: &Path, settings: &DbSettings) -> Result<Self> {
        sqlite::refuse_network(path)?;
        let tracker = TaskTracker::new();
        let pool = |size| {
            let source = Source::Sqlite(SqliteSource::reader(path, settings.statement_cache));
            Pool::new(source, size, settings.acquire_limit, tracker.clone())
        };
        let pools = [settings.sqlite_readers, settings.reserved_connections, settings.report_connections];
        let door = SqliteDoor { path: path.to_owned(), lock: Mutex::default(), writer: OnceCell::new() };
        let db = Self::on(url.to_owned(), settings, pools.map(pool), Door::Sqlite(door), tracker);
        let serves = settings.purpose != Purpose::Command;
        if serves || !path.exists() || !db.schema_is_current().await? {
            db.migrate().await?;
        }
        db.read(async |tx| sqlite::check_version(tx).await).await?;
        if serves {
            db.write(async |_| Ok(())).await?;
        }
        Ok(db)
    }

    /// Looks at a SQLite file that nobody else has open, wherever it lies: nothing is changed,
    /// locked, migrated or laid beside it.
    ///
    /// # Errors
    /// [`Error::Corrupt`] where it is no database, [`Error::Unavailable`].
    pub async fn inspect(copy: &Path, settings: &DbSettings) -> Result<Self> {
        let tracker = TaskTracker::new();
        let pool = |size| {
            let source = Source::Sqlite(SqliteSource::copy(copy, settings.statement_cache));
            Pool::new(source, size, settings.acquire_limit, tracker.clone())
        };
        let url = format!("sqlite:{}", copy.display());
        let db = Self::on(url, settings, [1, 1, 1].map(pool), Door::Copy, tracker);
        db.read(async |tx| tx.query("select count(*) from sqlite_schema").fetch_scalar::<i64>().await)
            .await?;
        Ok(db)
    }

    async fn open_postgres(url: &str, settings: &DbSettings) -> Result<Self> {
        let tracker = TaskTracker::new();
        let pool = |statement_timeout, size| -> Result<Arc<Pool>> {
            let source = Source::Postgres(PostgresSource::new(url, settings, statement_timeout)?);
            Ok(Pool::new(source, size, settings.acquire_limit, tracker.clone()))
        };
        let readers = pool(settings.statement_timeout, settings.postgres_connections)?;
        let reserve = pool(settings.statement_timeout, settings.reserved_connections)?;
        let reports = pool(settings.report_statement_timeout, settings.report_connections)?;
        postgres::check(&readers, settings.purpose == Purpose::Serve).await?;
        Ok(Self::on(url.to_owned(), settings, [readers, reserve, reports], Door::Postgres, tracker))
    }

    fn on(
        url: String,
        settings: &DbSettings,
        pools: [Arc<Pool>; 3],
        door: Door,
        tracker: TaskTracker,
    ) -> Self {
        let [readers, reserve, reports] = pools;
        let (settings, room) = (settings.clone(), Semaphore::new(settings.waiting_deeds));
        let meter = Arc::default();
        let inner = Inner { url, settings, readers, reserve, reports, door, room, meter, tracker };
        Self(Arc::new(inner), Entrance::Common)
    }

    /// The same database for requests: where too many changes wait already, another one is
    /// [`Error::Busy`] at once.
    #[must_use]
    pub fn for_requests(&self) -> Self {
        Self(Arc::clone(&self.0), Entrance::Requests)
    }

    /// The same database for requests that wait their turn, however many changes wait already: the
    /// gate lets in only a few of their kind.
    #[must_use]
    pub fn in_turn(&self) -> Self {
        Self(Arc::clone(&self.0), Entrance::Common)
    }

    /// The same database for what must go on however many others want something: with
    /// connections of its own, and before the others in SQLite's queue.
    #[must_use]
    pub fn for_the_clock(&self) -> Self {
        Self(Arc::clone(&self.0), Entrance::Clock)
    }

    /// Does `deed` wholly or not at all; once this answers `Ok`, it is durable. On PostgreSQL
    /// others may see it a moment earlier; what they write because of it is durable no sooner.
    ///
    /// # Errors
    /// What the deed itself answers, or why it could not be kept. Nothing was kept
    /// unless it is [`Error::CommitUnknown`].
    pub async fn write<T: Send + 'static>(&self, deed: impl Deed<T>) -> Result<T> {
        let outcome = self.write_unless_busy(deed).await;
        self.0.meter.judge(outcome)
    }

    async fn write_unless_busy<T: Send + 'static>(&self, deed: impl Deed<T>) -> Result<T> {
        let inner = &self.0;
        if inner.tracker.is_closed() {
            return Err(Error::Stopped);
        }
        let _place = match self.1 {
            Entrance::Requests => Some(inner.room.try_acquire().map_err(|_| Error::Busy)?),
            Entrance::Common | Entrance::Clock => None,
        };
        let _counted = inner.meter.deeds.enter();
        match &inner.door {
            Door::Sqlite(door) => inner.writer(door).await?.hand_over(deed, self.1 == Entrance::Clock).await,
            Door::Copy => Err(copies_stay()),
            Door::Postgres => {
                let (pool, meter) = (Arc::clone(self.pool()), Arc::clone(&inner.meter));
                let limit = inner.settings.call_limit;
                let doing = inner.tracker.spawn(postgres::write(pool, meter, limit, deed));
                doing.await.unwrap_or(Err(Error::Stopped))
            }
        }
    }

    /// Where everything short gets its connection.
    fn pool(&self) -> &Arc<Pool> {
        if self.1 == Entrance::Clock { &self.0.reserve } else { &self.0.readers }
    }

    /// Looks at one snapshot that nobody changes meanwhile.
    ///
    /// # Errors
    /// What `look` answers, [`Error::TimedOut`] or [`Error::Unavailable`].
    pub async fn read<T>(&self, look: impl Look<T>) -> Result<T> {
        self.look(self.pool(), self.0.settings.call_limit, look).await
    }

    /// Asks one question: a single statement needs no transaction, and so no journeys to begin
    /// and end one. It is asked again where the connection had died meanwhile.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    pub async fn ask<T>(&self, question: impl Look<T> + Clone) -> Result<T> {
        let outcome = match self.ask_once(question.clone(), false).await {
            Err(Error::Unavailable(_)) => self.ask_once(question, true).await,
            outcome => outcome,
        };
        self.0.meter.judge(outcome)
    }

    async fn ask_once<T>(&self, question: impl Look<T>, on_new_connection: bool) -> Result<T> {
        let limit = self.0.settings.call_limit;
        let mut held = self.pool().lend(on_new_connection).await?;
        let tx = held.tx()?;
        tx.set_deadline(Some(limit));
        let outcome = within(limit, begin(question, tx)).await;
        let tx = held.tx()?;
        let outcome = tx.judge(outcome);
        if !matches!(outcome, Err(Error::Unavailable(_) | Error::TimedOut)) {
            tx.set_deadline(None);
            held.give_back();
        }
        outcome
    }

    /// Like [`read`](Self::read) with more time, for a month's figures or an export.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    pub async fn report<T>(&self, look: impl Look<T>) -> Result<T> {
        self.look(&self.0.reports, self.0.settings.report_limit, look).await
    }

    async fn look<T>(&self, pool: &Arc<Pool>, limit: Duration, look: impl Look<T>) -> Result<T> {
        let outcome = self.look_through(pool, limit, look).await;
        self.0.meter.judge(outcome)
    }

    async fn look_through<T>(&self, pool: &Arc<Pool>, limit: Duration, look: impl Look<T>) -> Result<T> {
        let read = match self.0.door {
            Door::Sqlite(_) | Door::Copy => sqlite::READ,
            Door::Postgres => postgres::READ,
        };
        let mut held = pool.begin(read).await?;
        let looked = within(limit, async {
            let tx = held.tx()?;
            tx.set_deadline(Some(limit));
            let outcome = begin(look, tx).await;
            tx.set_deadline(None);
            let outcome = tx.judge(outcome);
            Ok((outcome, held.end("rollback").await))
        });
        let (outcome, ended) = looked.await?;
        outcome.and_then(|value| ended.map(|()| value))
    }

    /// Waits for the deeds under way, does those in the queue, and closes all connections.
    pub async fn close(&self) {
        let inner = &self.0;
        inner.tracker.close();
        if let Door::Sqlite(door) = &inner.door
            && let Some(writer) = door.writer.get()
        {
            writer.close();
        }
        inner.tracker.wait().await;
        tokio::join!(inner.readers.close(), inner.reserve.close(), inner.reports.close());
        if let Door::Sqlite(door) = &inner.door {
            *door.held() = None;
        }
    }

    /// Writes a copy of the SQLite file as it is now to `copy`, which must be empty or not exist
    /// yet; the service goes on meanwhile. The copy is not yet synchronised to the disk.
    ///
    /// # Errors
    /// [`Error::Unsuitable`] on PostgreSQL, which brings its own tools for this;
    /// [`Error::Full`] and others, after which the copy is none.
    pub async fn copy_to(&self, copy: &Path) -> Result<()> {
        match &self.0.door {
            Door::Sqlite(door) => sqlite::copy(&door.path, copy).await,
            Door::Copy => Err(copies_stay()),
            Door::Postgres => Err(Error::unsuitable(
                "Sao chép cơ sở dữ liệu PostgreSQL bằng pg_dump.",
                "copy a PostgreSQL database with pg_dump",
            )),
        }
    }

    /// Keeps room in reserve beside a SQLite file, where it is not kept yet: it is let go when the
    /// disk is full, so that there is room to work in while somebody frees more.
    ///
    /// # Errors
    /// Where there is no room for it.
    pub fn lay_ballast(&self) -> std::io::Result<()> {
        match &self.0.door {
            Door::Sqlite(door) => Ballast::beside(&door.path, self.0.settings.ballast_bytes).lay(),
            Door::Copy | Door::Postgres => Ok(()),
        }
    }

    /// How many connections are in use, by what they are for: everything short, what the clock
    /// does, reports. On SQLite the writing one is beside them.
    #[must_use]
    pub fn usage(&self) -> [(&'static str, Usage); 3] {
        let Inner { readers, reserve, reports, .. } = &*self.0;
        [("common", readers.usage()), ("clock", reserve.usage()), ("reports", reports.usage())]
    }

    /// What has been counted since it was opened.
    #[must_use]
    pub fn meter(&self) -> &Meter {
        &self.0.meter
    }

    /// Whether the data lies in one file on this machine.
    #[must_use]
    pub fn is_sqlite(&self) -> bool {
        matches!(self.0.door, Door::Sqlite(_) | Door::Copy)
    }
}

fn copies_stay() -> Error {
    Error::unsuitable("Bản sao chỉ để xem, không sửa.", "a copy is looked at and never changed")
}

impl Inner {
    fn writing(&self, door: &SqliteDoor) -> SqliteSource {
        let how = match self.settings.purpose {
            Purpose::Fill => SqliteSource::filler,
            Purpose::Command if self.settings.large_deeds => SqliteSource::command,
            Purpose::Serve | Purpose::Command => SqliteSource::writer,
        };
        how(&door.path, self.settings.statement_cache)
    }

    async fn writer<'a>(&self, door: &'a SqliteDoor) -> Result<&'a Writer> {
        let start = async || {
            let ballast = Ballast::beside(&door.path, self.settings.ballast_bytes);
            let (source, lock) = (self.writing(door), door.lock()?);
            let (limit, meter) = (self.settings.call_limit, Arc::clone(&self.meter));
            Writer::start(source, lock, ballast, limit, meter, &self.tracker).await
        };
        door.writer.get_or_try_init(start).await
    }
}

impl SqliteDoor {
    /// The right to write, taken where it is not held yet.
    fn lock(&self) -> Result<Arc<WriteLock>> {
        let mut held = self.held();
        match &*held {
            Some(lock) => Ok(Arc::clone(lock)),
            None => {
                let lock = Arc::new(WriteLock::take(&self.path)?);
                sqlite::create_private(&self.path)?;
                Ok(Arc::clone(held.insert(lock)))
            }
        }
    }

    fn held(&self) -> MutexGuard<'_, Option<Arc<WriteLock>>> {
        self.lock.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
