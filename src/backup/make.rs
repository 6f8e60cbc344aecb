//! Makes a copy while the service works, proves it, and only then gives it its name.

use std::path::{Path, PathBuf};

use jiff::SignedDuration;

use super::fault::{Fault, Result};
use super::mark;
use super::name::Kind;
use super::patient;
use super::place::{Workplace, folder_of, publish};
use super::proof::{Inspector, Proof};
use super::restore::rehearse_on;
use super::server::Server;
use super::tail;
use crate::db::{self, Db, Engine};

/// A copy that lies under its name.
#[derive(Clone, Debug)]
pub struct Made {
    pub file: PathBuf,
    pub bytes: u64,
    pub proved: Proved,
    pub took: SignedDuration,
}

/// How a copy was proved.
#[derive(Clone, Debug)]
pub enum Proved {
    /// Everything in it was looked through.
    Whole(Box<Proof>),
    /// It can be read from end to end; the account may make no database to restore it into.
    ReadThrough { account: String },
}

/// Makes a copy of `db`, which `url` names, under the name `file`; an older file of that name
/// stays as it is until then, and goes only where `replace` says so.
///
/// # Errors
/// Every [`Fault`]; nothing is left behind then.
pub async fn make(db: &Db, url: &str, file: &Path, replace: bool, inspector: &Inspector) -> Result<Made> {
    let started = inspector.clock.now();
    refuse_target(url, file, replace)?;
    let place = Workplace::beside(file)?;
    let draft = place.empty_file("copy")?;
    let proved = match Kind::of_engine(db.is_sqlite()) {
        Kind::Sqlite => copy_file(db, &draft, file, inspector).await?,
        Kind::Postgres => dump(db, url, &draft, inspector).await?,
    };
    let bytes = publish(&draft, file, replace).await?;
    let took = inspector.clock.now().since(started);
    Ok(Made { file: file.to_owned(), bytes, proved, took })
}

fn refuse_target(url: &str, file: &Path, replace: bool) -> Result<()> {
    let same =
        |one: &Path| one.canonicalize().is_ok_and(|one| file.canonicalize().is_ok_and(|file| one == file));
    if let Engine::Sqlite(database) = Engine::of(url)?
        && same(database)
    {
        return Err(Fault::IsTheDatabase(file.to_owned()));
    }
    if file.is_dir() || (file.exists() && !replace) {
        return Err(Fault::Exists(file.to_owned()));
    }
    folder_of(file).metadata().map(drop).map_err(Fault::file(folder_of(file)))
}

async fn copy_file(db: &Db, draft: &Path, file: &Path, inspector: &Inspector) -> Result<Proved> {
    db.copy_to(draft).await.map_err(|error| match error {
        db::Error::Full(_) => Fault::Full(file.to_owned()),
        db::Error::Corrupt(what) => Fault::Damaged { what: what.to_string(), where_: "database".to_owned() },
        error => Fault::Database(error),
    })?;
    mark::put(draft).await?;
    let name = file.display().to_string();
    let copy = Db::inspect(draft, &patient()).await.map_err(Fault::reading_back(&name))?;
    let proof = inspector.inspect(&copy, &name).await;
    copy.close().await;
    Ok(Proved::Whole(Box::new(proof?)))
}

async fn dump(db: &Db, url: &str, draft: &Path, inspector: &Inspector) -> Result<Proved> {
    let server = Server::of(db, url).await?;
    server.dump(draft).await?;
    tail::put(draft).await?;
    if server.may_rehearse {
        let restored = rehearse_on(&server, draft, inspector).await?;
        return Ok(Proved::Whole(Box::new(restored.proof)));
    }
    server.read_through(draft).await?;
    Ok(Proved::ReadThrough { account: server.account() })
}
