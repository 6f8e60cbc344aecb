//! Dumps of a PostgreSQL database: written, listed, restored whole or not at all.

use std::ffi::OsStr;
use std::path::Path;

use super::fault::{Fault, Result};
use super::tools::Tools;
use super::{APPLICATION, patient};
use crate::db::{Db, Schema, ServerAddress};
use crate::random;
use crate::store::soundness;

/// A PostgreSQL database and the tools for it.
#[derive(Clone, Debug)]
pub(super) struct Server {
    url: String,
    address: ServerAddress,
    tools: Tools,
    /// Whether the account may make a database for a rehearsal.
    pub(super) may_rehearse: bool,
}

impl Server {
    /// # Errors
    /// [`Fault::NoTools`], [`Fault::Database`].
    pub(super) async fn of(db: &Db, url: &str) -> Result<Self> {
        let version = db.read(async |tx| soundness::server_version(tx).await).await?;
        let may_rehearse = db.read(async |tx| soundness::may_create_databases(tx).await).await?;
        let address = ServerAddress::of(url)?;
        let tools = Tools::find(&address, version).await?;
        Ok(Self { url: url.to_owned(), address, tools, may_rehearse })
    }

    /// Connects to the database, whatever is in it.
    pub(super) async fn open(url: &str) -> Result<Db> {
        Ok(Db::open(url, &patient()).await?)
    }

    /// Writes a dump into an empty file.
    pub(super) async fn dump(&self, file: &Path) -> Result<()> {
        let into = option("--file=", file.as_os_str());
        let words =
            ["--format=custom", "--no-owner", "--no-privileges", "--no-password", "--lock-wait-timeout=10s"];
        self.run("pg_dump", &words, &[&into], file).await.map(drop)
    }

    /// Reads a dump from end to end, which finds damaged data, and gives nothing of it.
    pub(super) async fn read_through(&self, file: &Path) -> Result<()> {
        let null = if cfg!(windows) { "NUL" } else { "/dev/null" };
        let into = format!("--file={null}");
        let read = self.run("pg_restore", &[&into], &[file.as_os_str()], file).await;
        read.map(drop).map_err(damaged(file))
    }

    /// Refuses a dump that a newer program wrote, or that is none of ours.
    pub(super) async fn refuse_newer(&self, file: &Path) -> Result<()> {
        let words = ["--data-only", "--table=_sqlx_migrations", "--file=-"];
        let text = self.run("pg_restore", &words, &[file.as_os_str()], file).await.map_err(damaged(file))?;
        match Schema::of(last_step(&String::from_utf8_lossy(&text)), true) {
            Schema::Absent => Err(Fault::NoCopy(file.to_owned())),
            Schema::Newer(last) => Err(Fault::Newer { last, known: Schema::newest_known() }),
            Schema::Older(_) | Schema::Current => Ok(()),
        }
    }

    /// Refuses a database that is not empty or that others use.
    pub(super) async fn refuse_occupied(&self, db: &Db) -> Result<()> {
        let name = self.address.database().to_owned();
        if db.read(async |tx| soundness::things_in_server_database(tx).await).await? > 0 {
            return Err(Fault::Occupied(name));
        }
        if db.read(async |tx| soundness::others_connected(tx, APPLICATION).await).await? > 0 {
            return Err(Fault::InUse(name));
        }
        Ok(())
    }

    /// Restores a dump into the empty database, in one transaction.
    pub(super) async fn restore(&self, file: &Path) -> Result<()> {
        let into = format!("--dbname={}", self.address.database());
        let words = [
            "--single-transaction",
            "--exit-on-error",
            "--no-owner",
            "--no-privileges",
            "--no-password",
            &into,
        ];
        self.run("pg_restore", &words, &[file.as_os_str()], file).await.map(drop).map_err(damaged(file))
    }

    /// Makes an empty database beside this one, for [`Self::remove`] to take away again.
    pub(super) async fn make_beside(&self) -> Result<Self> {
        if !self.may_rehearse {
            return Err(Fault::MayNotRehearse(self.account()));
        }
        let name = format!("dunghen_drill_{:016x}", u64::from_ne_bytes(random::bytes()));
        let through = format!("--maintenance-db={}", self.address.database());
        let words = [&*through, "--no-password", "--template=template0", &name];
        self.run("createdb", &words, &[], Path::new(&name)).await?;
        let url = self.address.beside(&name)?;
        let address = ServerAddress::of(&url)?;
        Ok(Self { tools: self.tools.beside(address.clone()), url, address, may_rehearse: false })
    }

    /// Removes the database that `scratch` is, through this one.
    pub(super) async fn remove(&self, scratch: &Self) -> Result<()> {
        let through = format!("--maintenance-db={}", self.address.database());
        let name = scratch.address.database();
        let words = [&*through, "--no-password", "--if-exists", "--force", name];
        self.run("dropdb", &words, &[], Path::new(name)).await.map(drop)
    }

    pub(super) fn url(&self) -> &str {
        &self.url
    }

    /// Who we are to the server.
    pub(super) fn account(&self) -> String {
        let found = self.address.variables().iter().find(|(name, _)| *name == "PGUSER");
        found.map(|(_, account)| account.clone()).unwrap_or_default()
    }

    async fn run(
        &self,
        tool: &'static str,
        words: &[&str],
        last: &[&OsStr],
        writes: &Path,
    ) -> Result<Vec<u8>> {
        let words: Vec<&OsStr> = words.iter().map(OsStr::new).chain(last.iter().copied()).collect();
        self.tools.run(tool, &words, writes).await
    }
}

fn option(name: &str, value: &OsStr) -> std::ffi::OsString {
    let mut option = std::ffi::OsString::from(name);
    option.push(value);
    option
}

/// A dump that the tool can't read is damaged; what the server refuses may have other reasons.
fn damaged(file: &Path) -> impl FnOnce(Fault) -> Fault + '_ {
    move |fault| match fault {
        Fault::Tool { said, .. } if !said.contains("could not execute query") => {
            Fault::Damaged { what: said, where_: file.display().to_string() }
        }
        fault => fault,
    }
}

/// The last step in the rows of the migrations' table, as a dump spells them.
fn last_step(text: &str) -> Option<i64> {
    let mut lines = text.lines().skip_while(|line| !line.starts_with("COPY "));
    let head = lines.next()?;
    let columns = head.split_once('(')?.1.split_once(')')?.0;
    let place = columns.split(", ").position(|column| column == "version")?;
    let rows = lines.take_while(|line| *line != "\\.");
    rows.filter_map(|row| row.split('\t').nth(place)?.parse().ok()).max()
}

#[cfg(test)]
mod tests {
    use super::last_step;

    #[test]
    fn the_last_step_is_read_whatever_the_order_of_columns_and_rows() {
        let text = "SET x = 1;\n\nCOPY public._sqlx_migrations (description, version, success) FROM stdin;\n\
                    backups\t2\tt\ndossiers\t1\tt\n\\.\n\nother\t99\tt\n";
        assert_eq!(last_step(text), Some(2));
        assert_eq!(last_step("-- nothing\n"), None);
    }
}
