//! Drives an import: one thread reads and understands, one deed after the other writes.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::mpsc;

use super::ImportError;
use crate::db::{Db, Error, Tx};
use crate::domain::refusal::{Kind, Refusal};
use crate::domain::staff::Actor;
use crate::exchange::fault::Fault;
use crate::exchange::mapping::Mapping;
use crate::exchange::table::Table;
use crate::work::desk::Desk;
use crate::work::import::record::Batch;
use crate::work::import::{self as deeds, Counts, Summary};

/// Records in one deed.
const BATCH: usize = 1_000;
/// Batches that may wait to be written.
const AHEAD: usize = 2;

/// Takes over a file; `watch` is told how many bytes have been read.
///
/// # Errors
/// Where the file is unusable or the database fails; what was taken in before stays.
pub async fn import(
    db: &Db,
    desk: &Desk,
    actor: &Actor,
    file: &Path,
    mapping: &Arc<Mapping>,
    watch: impl Fn(u64) + Send + 'static,
) -> Result<Summary, ImportError> {
    let table = Table::open(file, Arc::clone(mapping))?;
    let run = {
        let (desk, actor, source) = (desk.clone(), actor.clone(), mapping.source.clone());
        let file = file.display().to_string();
        db.write(async move |tx| deeds::begin(tx, &desk, &actor, &source, &file).await).await?
    };
    let mut counts = Counts::default();
    let mut batches = read_ahead(table, watch);
    while let Some(batch) = batches.recv().await {
        let batch = batch?;
        let (desk, actor, run) = (desk.clone(), actor.clone(), run.clone());
        let done = db.write(async move |tx| deeds::take_in(tx, &desk, &actor, &run, &batch).await).await?;
        counts.add(&done);
    }
    let (desk, actor) = (desk.clone(), actor.clone());
    Ok(db.write(async move |tx| deeds::finish(tx, &desk, &actor, &run, &counts).await).await?)
}

/// Reads in a thread of its own, a little ahead of the writing.
fn read_ahead(
    mut table: Table,
    watch: impl Fn(u64) + Send + 'static,
) -> mpsc::Receiver<Result<Batch, Fault>> {
    let (sender, receiver) = mpsc::channel(AHEAD);
    tokio::task::spawn_blocking(move || {
        loop {
            let batch = match table.next_batch(BATCH) {
                Ok(batch) if batch.is_empty() => return,
                read => read.map(Arc::new),
            };
            watch(table.progress().1);
            let failed = batch.is_err();
            if sender.blocking_send(batch).is_err() || failed {
                return;
            }
        }
    });
    receiver
}

/// Does the same as [`import`] in one deed that is then not kept, so that its summary is the one
/// that would be.
///
/// # Errors
/// As [`import`].
pub async fn rehearse(
    db: &Db,
    desk: &Desk,
    actor: &Actor,
    file: &Path,
    mapping: &Arc<Mapping>,
    watch: impl Fn(u64) + Clone + Send + Sync + 'static,
) -> Result<Summary, ImportError> {
    let outcome: Arc<Mutex<Option<Result<Summary, Fault>>>> = Arc::default();
    let slot = Arc::clone(&outcome);
    let (desk, actor, file, mapping) = (desk.clone(), actor.clone(), file.to_owned(), Arc::clone(mapping));
    let deed = async move |tx: &mut Tx| -> Result<(), Error> {
        let told = whole(tx, &desk, &actor, &file, &mapping, &watch).await?;
        *slot.lock().unwrap_or_else(PoisonError::into_inner) = Some(told);
        Err(Refusal::new(Kind::InvalidInput, "Chỉ chạy thử.", "This was a rehearsal.").into())
    };
    let refused = db.write(deed).await;
    let told = outcome.lock().unwrap_or_else(PoisonError::into_inner).take();
    match (told, refused) {
        (Some(told), _) => Ok(told?),
        (None, Err(error)) => Err(error.into()),
        (None, Ok(())) => Err(Error::Missing.into()),
    }
}

async fn whole(
    tx: &mut Tx,
    desk: &Desk,
    actor: &Actor,
    file: &Path,
    mapping: &Arc<Mapping>,
    watch: &impl Fn(u64),
) -> Result<Result<Summary, Fault>, Error> {
    let mut table = match Table::open(file, Arc::clone(mapping)) {
        Ok(table) => table,
        Err(fault) => return Ok(Err(fault)),
    };
    let run = deeds::begin(tx, desk, actor, &mapping.source, &file.display().to_string()).await?;
    let mut counts = Counts::default();
    loop {
        let batch = match table.next_batch(BATCH) {
            Ok(batch) if batch.is_empty() => break,
            Ok(batch) => Arc::new(batch),
            Err(fault) => return Ok(Err(fault)),
        };
        watch(table.progress().1);
        counts.add(&deeds::take_in(tx, desk, actor, &run, &batch).await?);
    }
    Ok(Ok(deeds::finish(tx, desk, actor, &run, &counts).await?))
}
