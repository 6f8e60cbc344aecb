//! A transaction on either engine, as the code above the door sees it.

use std::time::Duration;

use sqlx::Executor;
use sqlx::postgres::PgConnection;
use sqlx::sqlite::SqliteConnection;

use super::error::{Error, Result};
use super::limit::Deadline;
use super::query::{Query, Sql};

/// A transaction; whoever handed it out begins and ends it.
pub struct Tx {
    pub(super) link: Link,
    /// The first failure of a statement, after which nothing more runs.
    pub(super) spoiled: Option<Error>,
    /// Since this was last set to false, something was written, or went wrong in a way that may have
    /// ended the transaction.
    pub(super) touched: bool,
}

/// The connection that a transaction runs on.
pub(super) enum Link {
    Sqlite(SqliteConnection, Deadline),
    Postgres(PgConnection),
}

impl Tx {
    pub(super) fn new(link: Link) -> Self {
        Self { link, spoiled: None, touched: false }
    }

    /// Starts a statement; see [`Query`] for how to bind and run it.
    pub fn query(&mut self, sql: impl Into<Sql>) -> Query<'_> {
        Query::new(self, sql.into())
    }

    /// Whether nobody else can write while this transaction does.
    #[must_use]
    pub fn is_sqlite(&self) -> bool {
        matches!(self.link, Link::Sqlite(..))
    }

    /// How SQLite would run a statement, a line for each loop; PostgreSQL tells it only with values.
    ///
    /// # Errors
    /// [`Error::Unsuitable`] on PostgreSQL, and where the statement is wrong.
    #[expect(clippy::disallowed_methods, reason = "this is the door that statements go through")]
    pub async fn plan(&mut self, sql: Sql) -> Result<Vec<String>> {
        let Link::Sqlite(connection, _) = &mut self.link else {
            return Err(Error::unsuitable(
                "Chỉ SQLite giải thích được câu lệnh không có giá trị.",
                "only SQLite explains a statement without values",
            ));
        };
        let asked = sqlx::AssertSqlSafe(format!("explain query plan {}", sql.for_sqlite()));
        let lines: Vec<(i64, i64, i64, String)> = sqlx::query_as(asked).fetch_all(connection).await?;
        Ok(lines.into_iter().map(|(.., line)| line).collect())
    }

    /// Runs text that steers the transaction itself, whatever became of its statements.
    #[expect(clippy::disallowed_methods, reason = "this is the door that statements go through")]
    pub(super) async fn steer(&mut self, sql: &'static str) -> Result<()> {
        match &mut self.link {
            Link::Sqlite(connection, _) => connection.execute(sqlx::query(sql)).await.map(drop)?,
            Link::Postgres(connection) => connection.execute(sqlx::raw_sql(sql)).await.map(drop)?,
        }
        Ok(())
    }

    /// Has statements broken off that still run after `limit`; PostgreSQL's server sees to that itself.
    pub(super) fn set_deadline(&self, limit: Option<Duration>) {
        if let Link::Sqlite(_, deadline) = &self.link {
            match limit {
                Some(limit) => deadline.set(limit),
                None => deadline.clear(),
            }
        }
    }

    /// Has the statement broken off that may be running.
    pub(super) fn break_off(&self) {
        if let Link::Sqlite(_, deadline) = &self.link {
            deadline.pass();
        }
    }

    /// The outcome of work in this transaction: no success where a statement has failed.
    pub(super) fn judge<T>(&mut self, outcome: Result<T>) -> Result<T> {
        let spoiled = self.spoiled.take();
        self.touched |= spoiled.is_some() || matches!(outcome, Err(Error::TimedOut | Error::Panicked));
        match outcome {
            Ok(value) => spoiled.map_or(Ok(value), Err),
            refused => refused,
        }
    }
}

impl std::fmt::Debug for Tx {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tx").field("spoiled", &self.spoiled).finish_non_exhaustive()
    }
}
