//! The schema's steps, the same numbers for both engines.

use std::time::Duration;

use sqlx::Connection;
use sqlx::migrate::Migrator;

use super::error::{Error, Result};
use super::{Db, Door, Schema, Sql, postgres};

pub(super) static SQLITE: Migrator = sqlx::migrate!("migrations/sqlite");
static POSTGRES: Migrator = sqlx::migrate!("migrations/postgres");

/// How often a migration that waits for another one, or for a table, tries anew.
const ATTEMPTS: u32 = 6;
const PAUSE: Duration = Duration::from_secs(1);

const TABLE_EXISTS: Sql = Sql::per_engine(
    "select count(*) from sqlite_schema where type = 'table' and name = '_sqlx_migrations'",
    "select count(*) from pg_catalog.pg_class
     where relname = '_sqlx_migrations' and relkind = 'r' and pg_catalog.pg_table_is_visible(oid)",
);

impl Db {
    /// Brings the schema to this program's, step by step, each wholly or not at all.
    ///
    /// Steps that a newer program has made are left alone.
    ///
    /// # Errors
    /// [`Error::Schema`] where a step was changed or broke off, [`Error::Locked`],
    /// [`Error::TimedOut`] where a lock could not be had.
    pub async fn migrate(&self) -> Result<()> {
        if self.0.tracker.is_closed() {
            return Err(Error::Stopped);
        }
        match &self.0.door {
            Door::Sqlite(door) => {
                let _lock = door.lock()?;
                let source = self.0.writing(door);
                let mut connection = source.connect_plain().await?;
                tolerant(&SQLITE).run_direct(None, &mut connection, false).await?;
                Ok(connection.close().await?)
            }
            Door::Copy => Err(super::copies_stay()),
            Door::Postgres => self.migrate_postgres().await,
        }
    }

    async fn migrate_postgres(&self) -> Result<()> {
        let migrator = tolerant(&POSTGRES);
        let mut attempt = 1;
        loop {
            let mut connection = postgres::migration_connection(&self.0.url, &self.0.settings).await?;
            match migrator.run_direct(None, &mut connection, false).await.map_err(Error::from) {
                Err(Error::TimedOut) if attempt < ATTEMPTS => attempt += 1,
                outcome => {
                    _ = connection.close().await; // the outcome is known already
                    return outcome;
                }
            }
            drop(connection); // and with it the migration lock
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Whether every step that this program knows has been made.
    ///
    /// # Errors
    /// [`Error::Schema`] where a step broke off or is not the one this program knows.
    pub async fn schema_is_current(&self) -> Result<bool> {
        Ok(matches!(self.schema().await?, Schema::Current | Schema::Newer(_)))
    }

    /// How the schema stands to the one this program knows.
    ///
    /// # Errors
    /// As [`schema_is_current`](Self::schema_is_current).
    pub async fn schema(&self) -> Result<Schema> {
        let made = self.read(async |tx| {
            if tx.query(TABLE_EXISTS).fetch_scalar::<i64>().await? == 0 {
                return Ok(Vec::new());
            }
            tx.query("select version, success, checksum from _sqlx_migrations")
                .fetch_all::<(i64, bool, Vec<u8>)>()
                .await
        });
        let made = made.await?;
        let migrator = if self.is_sqlite() { &SQLITE } else { &POSTGRES };
        let mut all = true;
        for step in migrator.iter() {
            match made.iter().find(|(version, ..)| *version == step.version) {
                None => all = false,
                Some((_, true, checksum)) if **checksum == *step.checksum => {}
                Some(_) => {
                    return Err(Error::Schema(
                        format!("step {} is not as it should be", step.version).into(),
                    ));
                }
            }
        }
        Ok(Schema::of(made.iter().map(|(version, ..)| *version).max(), all))
    }
}

/// A newer program may have gone further; what this one knows must still be there.
fn tolerant(migrator: &'static Migrator) -> Migrator {
    let mut migrator = Migrator::with_migrations(migrator.migrations.to_vec());
    migrator.set_ignore_missing(true);
    migrator
}

#[cfg(test)]
mod tests {
    use super::{POSTGRES, SQLITE};

    #[test]
    fn both_engines_know_the_same_steps_by_the_same_names() {
        let names = |migrator: &sqlx::migrate::Migrator| -> Vec<_> {
            migrator.iter().map(|step| (step.version, step.description.to_string())).collect()
        };
        assert_eq!(names(&SQLITE), names(&POSTGRES));
    }
}
