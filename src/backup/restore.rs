//! Brings everything back from a copy, into an empty place, wholly or not at all.

use std::path::{Path, PathBuf};

use jiff::SignedDuration;

use super::fault::{Fault, Result};
use super::mark;
use super::name::Kind;
use super::patient;
use super::place::{Workplace, folder_of, publish};
use super::proof::{Inspector, Keys, Proof};
use super::server::Server;
use super::tail;
use crate::db::{self, Db, Engine, Schema, WriteLock};

/// Files that SQLite would take for a part of the database it finds beside them.
const SIDE_FILES: [&str; 3] = ["-wal", "-journal", "-shm"];

/// What came back.
#[derive(Clone, Debug)]
pub struct Restored {
    pub proof: Proof,
    /// The step of an older program's schema that was brought to this one's.
    pub migrated_from: Option<i64>,
    pub took: SignedDuration,
}

/// Restores `file` into the empty place that `url` names. Findings of the replay are a fault
/// unless `accept_findings` says that they are known.
///
/// # Errors
/// Every [`Fault`]. A SQLite file gets its name last; a PostgreSQL server takes all or nothing.
pub async fn restore(
    url: &str,
    file: &Path,
    accept_findings: bool,
    inspector: &Inspector,
) -> Result<Restored> {
    let started = inspector.clock.now();
    let kind = Kind::of_file(file)?;
    let restored = match (Engine::of(url)?, kind) {
        (Engine::Sqlite(path), Kind::Sqlite) => into_file(path, file, accept_findings, inspector).await?,
        (Engine::Postgres, Kind::Postgres) => into_server(url, file, accept_findings, inspector).await?,
        (_, kind) => {
            return Err(Fault::OtherEngine { file: file.to_owned(), is_sqlite: kind == Kind::Sqlite });
        }
    };
    Ok(Restored { took: inspector.clock.now().since(started), ..restored })
}

/// Restores `file` into a temporary place, looks through it as after a real restore, and takes
/// it away again. A SQLite copy is restored in `folder`, a dump on the server that `url` names.
///
/// # Errors
/// Every [`Fault`].
pub async fn rehearse(url: &str, file: &Path, folder: &Path, inspector: &Inspector) -> Result<Restored> {
    match Engine::of(url)? {
        Engine::Sqlite(_) => {
            let place = Workplace::within(folder)?;
            let url = format!("sqlite:{}", place.path("dunghen.db").display());
            restore(&url, file, false, inspector).await
        }
        Engine::Postgres => {
            let started = inspector.clock.now();
            tail::check(file).await?;
            let db = Server::open(url).await?;
            let server = Server::of(&db, url).await;
            db.close().await;
            let server = server?;
            server.refuse_newer(file).await?;
            let restored = rehearse_on(&server, file, inspector).await?;
            sound(&restored.proof, false, inspector)?;
            Ok(Restored { took: inspector.clock.now().since(started), ..restored })
        }
    }
}

/// Restores a dump into a database of its own on the same server, and removes that again.
pub(super) async fn rehearse_on(server: &Server, file: &Path, inspector: &Inspector) -> Result<Restored> {
    let scratch = server.make_beside().await?;
    let restored = fill(&scratch, file, inspector).await;
    let removed = server.remove(&scratch).await;
    let restored = restored?;
    removed.map(|()| restored)
}

/// Restores into an empty database of a server, brings it to this program's schema and looks through it.
async fn fill(server: &Server, file: &Path, inspector: &Inspector) -> Result<Restored> {
    server.restore(file).await?;
    let db = Server::open(server.url()).await?;
    let looked = look_after_migrating(&db, &file.display().to_string(), inspector).await;
    db.close().await;
    looked
}

async fn look_after_migrating(db: &Db, name: &str, inspector: &Inspector) -> Result<Restored> {
    let migrated_from = match db.schema().await.map_err(Fault::reading_back(name))? {
        Schema::Older(last) => {
            db.migrate().await?;
            Some(last)
        }
        _ => None,
    };
    let proof = inspector.inspect(db, name).await?;
    Ok(Restored { proof, migrated_from, took: SignedDuration::ZERO })
}

async fn into_server(
    url: &str,
    file: &Path,
    accept_findings: bool,
    inspector: &Inspector,
) -> Result<Restored> {
    tail::check(file).await?;
    let db = Server::open(url).await?;
    let ready = ready(&db, url, file).await;
    db.close().await;
    let server = ready?;
    if server.may_rehearse {
        let rehearsed = rehearse_on(&server, file, inspector).await?;
        sound(&rehearsed.proof, accept_findings, inspector)?;
    } else {
        server.read_through(file).await?;
    }
    let restored = fill(&server, file, inspector).await?;
    sound(&restored.proof, accept_findings, inspector)?;
    Ok(restored)
}

async fn ready(db: &Db, url: &str, file: &Path) -> Result<Server> {
    let server = Server::of(db, url).await?;
    server.refuse_occupied(db).await?;
    server.refuse_newer(file).await?;
    Ok(server)
}

async fn into_file(
    path: &Path,
    file: &Path,
    accept_findings: bool,
    inspector: &Inspector,
) -> Result<Restored> {
    refuse_occupied(path)?;
    folder_of(path).metadata().map_err(Fault::file(folder_of(path)))?;
    let _lock = WriteLock::take(path).map_err(|error| match error {
        db::Error::Locked(path) => Fault::InUse(path.display().to_string()),
        error => Fault::Database(error),
    })?;
    let place = Workplace::beside(path)?;
    let draft = place.empty_file("dunghen.db")?;
    tokio::fs::copy(file, &draft).await.map_err(Fault::file(path))?;
    mark::take(&draft, &file.display().to_string()).await?;
    let restored = prove(&draft, file, inspector).await?;
    sound(&restored.proof, accept_findings, inspector)?;
    publish(&draft, path, false).await.map_err(|fault| match fault {
        Fault::Exists(path) => Fault::Occupied(path.display().to_string()),
        fault => fault,
    })?;
    // As the service will find it.
    let name = path.display().to_string();
    let db = Db::inspect(path, &patient()).await.map_err(Fault::reading_back(&name))?;
    let schema = db.schema().await;
    db.close().await;
    match schema.map_err(Fault::reading_back(&name))? {
        Schema::Current => Ok(restored),
        _ => Err(Fault::Damaged { what: "schema".to_owned(), where_: name }),
    }
}

fn refuse_occupied(path: &Path) -> Result<()> {
    let beside = |ending: &str| {
        let mut name = path.as_os_str().to_owned();
        name.push(ending);
        PathBuf::from(name)
    };
    let mut places = std::iter::once(path.to_owned()).chain(SIDE_FILES.map(beside));
    let taken = places.find(|place| place.symlink_metadata().is_ok());
    taken.map_or(Ok(()), |taken| Err(Fault::Occupied(taken.display().to_string())))
}

/// Looks through a copy that is ours to change: brings it to this program's schema first.
async fn prove(draft: &Path, file: &Path, inspector: &Inspector) -> Result<Restored> {
    let name = file.display().to_string();
    let copy = Db::inspect(draft, &patient()).await.map_err(Fault::reading_back(&name))?;
    let schema = copy.schema().await;
    copy.close().await;
    let migrated_from = match schema.map_err(Fault::reading_back(&name))? {
        Schema::Absent => return Err(Fault::NoCopy(file.to_owned())),
        Schema::Newer(last) => return Err(Fault::Newer { last, known: Schema::newest_known() }),
        Schema::Current => None,
        Schema::Older(last) => {
            migrate(draft).await.map_err(Fault::reading_back(&name))?;
            Some(last)
        }
    };
    let copy = Db::inspect(draft, &patient()).await.map_err(Fault::reading_back(&name))?;
    let proof = inspector.inspect(&copy, &name).await;
    copy.close().await;
    Ok(Restored { proof: proof?, migrated_from, took: SignedDuration::ZERO })
}

/// Opening brings an older file to this program's schema; closing leaves all of it in the file.
async fn migrate(draft: &Path) -> db::Result<()> {
    let url = format!("sqlite:{}", draft.display());
    let db = Db::open(&url, &patient()).await?;
    db.close().await;
    Ok(())
}

/// Nothing that does not hold together, or that the keys at hand don't open, goes into use.
fn sound(proof: &Proof, accept_findings: bool, inspector: &Inspector) -> Result<()> {
    if !proof.findings.is_empty() && !accept_findings {
        return Err(Fault::Unsound(proof.findings.clone()));
    }
    match &proof.keys {
        Keys::Closed { key_id } => {
            Err(Fault::Keys { key_id: key_id.clone(), file: inspector.key_file.clone() })
        }
        Keys::Open | Keys::NothingSealed => Ok(()),
    }
}
