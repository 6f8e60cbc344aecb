//! A database of its own for each test, on both engines.
//!
//! ```ignore
//! on_both! {
//!     async fn a_receipt_is_kept(db: TestDb) {
//!         db.write(async |tx| …).await.unwrap();
//!     }
//! }
//! ```
//!
//! makes two tests, `a_receipt_is_kept::sqlite` and `a_receipt_is_kept::postgres`. The
//! database has the current schema and is gone after the test. PostgreSQL is the server
//! that `DUNGHEN_TEST_POSTGRES` names (`tests/run` starts one); without it its tests fail,
//! unless `DUNGHEN_TEST_SKIP_POSTGRES=1` says that they are left out knowingly.

#![allow(dead_code, unused_imports, unused_macros, reason = "each test program uses its part")]

use std::fmt::Write as _;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::Deref;
use std::panic::AssertUnwindSafe;
use std::path::{Path, PathBuf};

use dunghen::db::{Db, DbSettings, Purpose};
use futures_util::FutureExt;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};

/// One test for each engine out of every function.
macro_rules! on_both {
    ($($(#[$attribute:meta])* async fn $name:ident($($db:ident)+ : TestDb) $body:block)+) => {$(
        mod $name {
            #[allow(unused_imports)]
            use super::*;

            async fn body($($db)+: TestDb) $body

            $(#[$attribute])*
            #[test]
            fn sqlite() {
                on_sqlite(body);
            }

            $(#[$attribute])*
            #[test]
            fn postgres() {
                on_postgres(body);
            }
        }
    )+};
}
pub(crate) use on_both;

/// An open database; other names for it are in its fields.
pub struct TestDb {
    db: Db,
    /// Its URL, for whoever opens it a second time.
    pub url: String,
    home: Home,
}

enum Home {
    Sqlite(tempfile::TempDir),
    Postgres(String),
}

impl Deref for TestDb {
    type Target = Db;

    fn deref(&self) -> &Db {
        &self.db
    }
}

impl TestDb {
    /// Closes the database and opens it anew, as after a restart.
    pub async fn reopen(&mut self, settings: &DbSettings) {
        self.db.close().await;
        self.db = Db::open(&self.url, settings).await.unwrap();
    }

    /// Opens what a killed process would have left: the file and its journal as they lie there, or the
    /// server after it has lost its clients.
    pub async fn crash(&mut self, settings: &DbSettings) {
        match self.path() {
            Some(file) => {
                let left = file.with_file_name(format!("left-{:016x}.db", rand::random::<u64>()));
                for ending in ["", "-wal"] {
                    let of = |file: &Path| PathBuf::from(format!("{}{ending}", file.display()));
                    if of(&file).exists() {
                        std::fs::copy(of(&file), of(&left)).unwrap();
                    }
                }
                self.url = format!("sqlite:{}", left.display());
            }
            None => {
                let kill = "select pg_terminate_backend(pid) from pg_stat_activity
                            where datname = current_database() and pid <> pg_backend_pid()";
                command(&self.url, kill).await;
            }
        }
        self.reopen(settings).await;
    }

    /// The SQLite file.
    pub fn path(&self) -> Option<PathBuf> {
        self.url.strip_prefix("sqlite:").map(PathBuf::from)
    }
}

/// Runs a test on SQLite, as its server.
pub fn on_sqlite<T: Future<Output = ()>>(body: impl FnOnce(TestDb) -> T) {
    run(async {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("dunghen.db").display());
        let settings = DbSettings { purpose: Purpose::Serve, ..DbSettings::default() };
        let db = Db::open(&url, &settings).await.unwrap();
        body(TestDb { db: db.clone(), url, home: Home::Sqlite(folder) }).await;
        db.close().await;
    });
}

/// Runs a test on a fresh database of the PostgreSQL server.
pub fn on_postgres<T: Future<Output = ()>>(body: impl FnOnce(TestDb) -> T) {
    let Some(server) = postgres_server() else { return };
    run(async {
        let template = template(&server).await;
        let name = format!("dunghen_test_{}_{:016x}", std::process::id(), rand::random::<u64>());
        command(&server, &format!("create database {name} template {template}")).await;
        let url = on_server(&server, &name);
        let settings = DbSettings { purpose: Purpose::Serve, ..DbSettings::default() };
        let db = Db::open(&url, &settings).await.unwrap();
        let test = TestDb { db: db.clone(), url, home: Home::Postgres(name.clone()) };
        let outcome = AssertUnwindSafe(body(test)).catch_unwind().await;
        db.close().await;
        command(&server, &format!("drop database {name} with (force)")).await;
        if let Err(panic) = outcome {
            std::panic::resume_unwind(panic);
        }
    });
}

/// The server for the tests; nothing where it is left out knowingly.
#[expect(clippy::disallowed_methods, reason = "the tests' own switches are no configuration")]
pub fn postgres_server() -> Option<String> {
    if let Ok(server) = std::env::var("DUNGHEN_TEST_POSTGRES") {
        return Some(server);
    }
    let skip = std::env::var("DUNGHEN_TEST_SKIP_POSTGRES").is_ok_and(|skip| skip == "1");
    assert!(skip, "DUNGHEN_TEST_POSTGRES names no server; start the tests by tests/run");
    println!("left out: DUNGHEN_TEST_SKIP_POSTGRES=1 says that PostgreSQL is not tested");
    None
}

pub fn run(test: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(test);
}

/// The URL of another database on the same server.
pub fn on_server(server: &str, database: &str) -> String {
    let (server, options) = server.split_once('?').unwrap_or((server, ""));
    let (host, _) = server.rsplit_once('/').expect("a URL that ends with a database");
    let mark = if options.is_empty() { "" } else { "?" };
    format!("{host}/{database}{mark}{options}")
}

/// A database with the current schema to copy from, made by the first test that needs it.
async fn template(server: &str) -> String {
    let name = format!("dunghen_template_{:016x}", schema_fingerprint());
    let mut connection = PgConnection::connect(server).await.unwrap();
    // Until this connection closes, others wait here.
    connection.execute("select pg_advisory_lock(4711)").await.unwrap();
    let known = format!("select 1 from pg_database where datname = '{name}' and datistemplate");
    if connection.fetch_optional(AssertSqlSafe(known)).await.unwrap().is_none() {
        connection.execute(AssertSqlSafe(format!("drop database if exists {name}"))).await.unwrap();
        connection
            .execute(AssertSqlSafe(format!("create database {name} template template0")))
            .await
            .unwrap();
        let db = Db::open(&on_server(server, &name), &DbSettings::default()).await.unwrap();
        db.migrate().await.unwrap();
        db.close().await;
        connection.execute(AssertSqlSafe(format!("alter database {name} is_template true"))).await.unwrap();
    }
    connection.close().await.unwrap();
    name
}

/// Changes with every migration.
fn schema_fingerprint() -> u64 {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations/postgres");
    let mut files: Vec<PathBuf> = folder.read_dir().unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let mut hasher = DefaultHasher::new();
    for file in files {
        std::fs::read(file).unwrap().hash(&mut hasher);
    }
    hasher.finish()
}

/// Runs one statement on the server, outside of any transaction.
pub async fn command(server: &str, sql: &str) {
    let mut connection = PgConnection::connect(server).await.unwrap();
    connection.execute(AssertSqlSafe(sql.to_owned())).await.unwrap();
    connection.close().await.unwrap();
}
