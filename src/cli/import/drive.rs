//! Drives an import: one thread reads and understands, one short deed after the other writes.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::mpsc;

use super::ImportError;
use crate::cli::progress::Progress;
use crate::db::{Db, Error, Pace, Tx};
use crate::domain::refusal::{Kind, Refusal};
use crate::domain::staff::Actor;
use crate::exchange::fault::Fault;
use crate::exchange::input::{Format, Input};
use crate::exchange::mapping::Mapping;
use crate::telemetry::Stopwatch;
use crate::work::desk::Desk;
use crate::work::figures::fold;
use crate::work::import::record::Batch;
use crate::work::import::{self as deeds, Counts, Findings, Run, Summary};

/// Batches that may wait to be written.
const AHEAD: usize = 2;
/// After so many changed dossiers their counts are folded, so that reports needn't read each.
const FOLDED_AT_ONCE: i64 = 20_000;
/// What a rehearsal reads at once: nobody waits in between.
const REHEARSED: usize = 1_000;

/// A file to take over.
#[derive(Clone, Debug)]
pub struct Job {
    pub file: std::path::PathBuf,
    pub format: Format,
    pub mapping: Arc<Mapping>,
}

impl Job {
    #[must_use]
    pub fn new(file: &Path, format: Format, mapping: &Arc<Mapping>) -> Self {
        Self { file: file.to_owned(), format, mapping: Arc::clone(mapping) }
    }

    fn open(&self) -> Result<Input, Fault> {
        Input::open(&self.file, self.format, &self.mapping)
    }

    fn name(&self) -> String {
        self.file.display().to_string()
    }
}

/// Takes over a file; `progress` is told as it goes.
///
/// # Errors
/// Where the file is unusable or the database fails; what was taken in before stays.
pub async fn import(
    db: &Db,
    desk: &Desk,
    actor: &Actor,
    job: &Job,
    progress: &mut Progress,
) -> Result<Summary, ImportError> {
    let input = job.open()?;
    let extent = input.extent();
    let run = {
        let (desk, actor, source, file) =
            (desk.clone(), actor.clone(), job.mapping.source.clone(), job.name());
        db.write(async move |tx| deeds::begin(tx, &desk, &actor, &source, &file).await).await?
    };
    let mut counts = Counts::default();
    let mut unfolded = 0;
    let pace = Pace::beside_others();
    let mut batches = read_ahead(input, pace.clone());
    while let Some(batch) = batches.recv().await {
        let done = take_in(db, desk, actor, &run, batch?, &pace).await?;
        progress.add(done.read, &extent);
        counts.add(&done);
        // At most: not all of them have ended.
        unfolded += done.dossiers.created + done.dossiers.updated;
        if unfolded >= FOLDED_AT_ONCE {
            fold(db).await?;
            unfolded = 0;
        }
    }
    fold(db).await?;
    let findings = findings(db, &run).await?;
    let (desk, actor) = (desk.clone(), actor.clone());
    Ok(db.write(async move |tx| deeds::finish(tx, &desk, &actor, &run, &counts, &findings).await).await?)
}

async fn take_in(
    db: &Db,
    desk: &Desk,
    actor: &Actor,
    run: &Run,
    batch: Batch,
    pace: &Pace,
) -> Result<Counts, Error> {
    let weight = batch.iter().map(deeds::record::Record::weight).sum();
    let (desk, actor, run) = (desk.clone(), actor.clone(), run.clone());
    let deed = async move |tx: &mut Tx| {
        // The deed alone, not how long it waited for others.
        let watch = Stopwatch::start();
        let done = deeds::take_in(tx, &desk, &actor, &run, &batch).await?;
        Ok((done, watch.elapsed()))
    };
    let (done, took) = db.write(deed).await?;
    pace.learn(weight, took);
    Ok(done)
}

/// Counts page by page, each in a short look.
async fn findings(db: &Db, run: &Run) -> Result<Findings, Error> {
    let (mut findings, mut after) = (Findings::default(), Some(0));
    while let Some(page) = after {
        let mut so_far = findings.clone();
        (after, findings) = db
            .read(async |tx| {
                let next = deeds::count_findings(tx, run, page, &mut so_far).await?;
                Ok((next, so_far))
            })
            .await?;
    }
    Ok(findings)
}

/// Reads in a thread of its own, a little ahead of the writing.
fn read_ahead(mut input: Input, pace: Pace) -> mpsc::Receiver<Result<Batch, Fault>> {
    let (sender, receiver) = mpsc::channel(AHEAD);
    tokio::task::spawn_blocking(move || {
        loop {
            let batch = match input.next_batch(pace.weight()) {
                Ok(batch) if batch.is_empty() => return,
                read => read.map(Arc::new),
            };
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
    job: &Job,
    progress: &mut Progress,
) -> Result<Summary, ImportError> {
    let outcome: Arc<Mutex<Option<Result<Summary, Fault>>>> = Arc::default();
    let shown = Arc::new(Mutex::new(std::mem::replace(progress, Progress::silent())));
    let (slot, told) = (Arc::clone(&outcome), Arc::clone(&shown));
    let (desk, actor, job) = (desk.clone(), actor.clone(), job.clone());
    let deed = async move |tx: &mut Tx| -> Result<(), Error> {
        let whole = whole(tx, &desk, &actor, &job, &told).await?;
        *slot.lock().unwrap_or_else(PoisonError::into_inner) = Some(whole);
        Err(Refusal::new(Kind::InvalidInput, "Chỉ chạy thử.", "This was a rehearsal.").into())
    };
    let refused = db.write(deed).await;
    if let Ok(mut shown) = shown.lock() {
        std::mem::swap(progress, &mut shown);
    }
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
    job: &Job,
    progress: &Mutex<Progress>,
) -> Result<Result<Summary, Fault>, Error> {
    let mut input = match job.open() {
        Ok(input) => input,
        Err(fault) => return Ok(Err(fault)),
    };
    let extent = input.extent();
    let run = deeds::begin(tx, desk, actor, &job.mapping.source, &job.name()).await?;
    let mut counts = Counts::default();
    loop {
        let batch = match input.next_batch(REHEARSED) {
            Ok(batch) if batch.is_empty() => break,
            Ok(batch) => Arc::new(batch),
            Err(fault) => return Ok(Err(fault)),
        };
        let done = deeds::take_in(tx, desk, actor, &run, &batch).await?;
        progress.lock().unwrap_or_else(PoisonError::into_inner).add(done.read, &extent);
        counts.add(&done);
    }
    let (mut findings, mut after) = (Findings::default(), Some(0));
    while let Some(page) = after {
        after = deeds::count_findings(tx, &run, page, &mut findings).await?;
    }
    Ok(Ok(deeds::finish(tx, desk, actor, &run, &counts, &findings).await?))
}
