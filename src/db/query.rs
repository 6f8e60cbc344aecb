//! One statement, bound and run on whichever engine the transaction is on.
//!
//! A statement that the database refuses spoils its transaction on both engines,
//! as PostgreSQL has it: nothing more runs and nothing is kept. Prevent a clash
//! (`on conflict … do nothing`) rather than survive it.

use futures_util::StreamExt;
use futures_util::stream::{self, BoxStream};
use sqlx::postgres::{PgArguments, PgConnection, PgRow, Postgres};
use sqlx::query::Query as Prepared;
use sqlx::sqlite::{Sqlite, SqliteArguments, SqliteConnection, SqliteRow};
use sqlx::{Decode, Encode, FromRow, Type};

use super::error::{Error, Result};
use super::tx::{Link, Tx};

/// The text of a statement, which may differ between the engines; see [`sql!`](crate::db::sql).
#[derive(Clone, Copy, Debug)]
pub struct Sql {
    sqlite: &'static str,
    postgres: &'static str,
}

impl Sql {
    #[must_use]
    pub const fn per_engine(sqlite: &'static str, postgres: &'static str) -> Self {
        Self { sqlite, postgres }
    }

    pub(super) fn for_sqlite(self) -> &'static str {
        self.sqlite
    }

    #[must_use]
    pub const fn both(sql: &'static str) -> Self {
        Self::per_engine(sql, sql)
    }
}

impl From<&'static str> for Sql {
    fn from(sql: &'static str) -> Self {
        Self::both(sql)
    }
}

/// A statement in the making: bind its parameters in order, then run it.
#[must_use = "a query does nothing until it is executed or fetched"]
pub struct Query<'t> {
    engine: Engine<'t>,
    spoiled: &'t mut Option<Error>,
}

enum Engine<'t> {
    Sqlite(&'t mut SqliteConnection, Prepared<'static, Sqlite, SqliteArguments>),
    Postgres(&'t mut PgConnection, Prepared<'static, Postgres, PgArguments>),
}

/// Runs an expression with the engine's connection and statement in scope, unless
/// an earlier statement failed, and remembers if this one does.
macro_rules! run {
    ($query:expr, |$connection:ident, $statement:ident| $run:expr) => {{
        let Query { engine, spoiled } = $query;
        if let Some(error) = spoiled {
            return Err(error.clone());
        }
        let outcome = match engine {
            Engine::Sqlite($connection, $statement) => $run.map_err(Error::from),
            Engine::Postgres($connection, $statement) => $run.map_err(Error::from),
        };
        outcome.inspect_err(|error| *spoiled = Some(error.clone()))
    }};
}

impl<'t> Query<'t> {
    #[expect(clippy::disallowed_methods, reason = "this is the door that statements go through")]
    pub(super) fn new(tx: &'t mut Tx, sql: Sql) -> Self {
        tx.touched |= !sql.sqlite.trim_ascii_start().starts_with("select");
        let engine = match &mut tx.link {
            Link::Sqlite(connection, _) => Engine::Sqlite(connection, sqlx::query(sql.sqlite)),
            Link::Postgres(connection) => Engine::Postgres(connection, sqlx::query(sql.postgres)),
        };
        Self { engine, spoiled: &mut tx.spoiled }
    }

    /// Binds the next `$n` parameter.
    pub fn bind<'v>(self, value: impl Bind<'v>) -> Self {
        let engine = match self.engine {
            Engine::Sqlite(connection, statement) => Engine::Sqlite(connection, statement.bind(value)),
            Engine::Postgres(connection, statement) => Engine::Postgres(connection, statement.bind(value)),
        };
        Self { engine, ..self }
    }

    /// Runs the statement and tells how many rows it touched.
    ///
    /// # Errors
    /// Where the database refuses it, or an earlier statement of this transaction.
    pub async fn execute(self) -> Result<u64> {
        run!(self, |connection, statement| {
            statement.execute(connection).await.map(|done| done.rows_affected())
        })
    }

    /// The first row, if there is one.
    ///
    /// # Errors
    /// As [`execute`](Self::execute), and [`Error::Corrupt`] where the row is no `T`.
    pub async fn fetch_optional<T: Row>(self) -> Result<Option<T>> {
        run!(self, |connection, statement| {
            match statement.fetch_optional(connection).await {
                Ok(row) => row.as_ref().map(T::from_row).transpose(),
                Err(error) => Err(error),
            }
        })
    }

    /// The first row, which must be there.
    ///
    /// # Errors
    /// As [`fetch_optional`](Self::fetch_optional), and [`Error::Missing`] where there is no row.
    pub async fn fetch_one<T: Row>(self) -> Result<T> {
        self.fetch_optional().await?.ok_or(Error::Missing)
    }

    /// All rows.
    ///
    /// # Errors
    /// As [`fetch_optional`](Self::fetch_optional).
    pub async fn fetch_all<T: Row>(self) -> Result<Vec<T>> {
        run!(self, |connection, statement| {
            match statement.fetch_all(connection).await {
                Ok(rows) => rows.iter().map(T::from_row).collect(),
                Err(error) => Err(error),
            }
        })
    }

    /// The first column of the first row, which must be there.
    ///
    /// # Errors
    /// As [`fetch_one`](Self::fetch_one).
    pub async fn fetch_scalar<T: Column>(self) -> Result<T> {
        Ok(self.fetch_one::<(T,)>().await?.0)
    }

    /// The first column of the first row, if there is one.
    ///
    /// # Errors
    /// As [`fetch_optional`](Self::fetch_optional).
    pub async fn fetch_optional_scalar<T: Column>(self) -> Result<Option<T>> {
        Ok(self.fetch_optional::<(T,)>().await?.map(|(value,)| value))
    }

    /// The rows one after the other, for what is too large to hold in memory.
    #[must_use]
    pub fn fetch<T: Row + 't>(self) -> BoxStream<'t, Result<T>> {
        let Self { engine, spoiled } = self;
        if let Some(error) = spoiled {
            let error = error.clone();
            return stream::once(async move { Err(error) }).boxed();
        }
        let rows = match engine {
            Engine::Sqlite(connection, statement) => {
                statement.fetch(connection).map(|row| Ok(T::from_row(&row?)?)).boxed()
            }
            Engine::Postgres(connection, statement) => {
                statement.fetch(connection).map(|row| Ok(T::from_row(&row?)?)).boxed()
            }
        };
        rows.inspect(|row: &Result<T>| {
            if let Err(error) = row {
                *spoiled = Some(error.clone());
            }
        })
        .boxed()
    }
}

/// A value that both engines can store.
pub trait Bind<'v>: Encode<'v, Sqlite> + Type<Sqlite> + Encode<'v, Postgres> + Type<Postgres> {}

impl<'v, T> Bind<'v> for T where T: Encode<'v, Sqlite> + Type<Sqlite> + Encode<'v, Postgres> + Type<Postgres> {}

/// A value that both engines can load.
pub trait Column: Load<Sqlite> + Load<Postgres> {}

impl<T: Load<Sqlite> + Load<Postgres>> Column for T {}

/// A value that the engine `DB` can load.
pub trait Load<DB: sqlx::Database>: for<'r> Decode<'r, DB> + Type<DB> + Send + Unpin {}

impl<T, DB: sqlx::Database> Load<DB> for T where T: for<'r> Decode<'r, DB> + Type<DB> + Send + Unpin {}

/// What the rows of both engines turn into; derive it with [`sqlx::FromRow`].
pub trait Row: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin {}

impl<T> Row for T where T: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin {}
