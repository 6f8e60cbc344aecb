//! Makes the scheduled backups and rehearses a restore, puts down what became of it, and lets
//! the administrators know when one has failed.
//!
//! How a copy is made and proved is the affair of `backup`; here is when, where and which are kept.

use std::path::{Path, PathBuf};

use jiff::SignedDuration;

use super::turn::Turn;
use crate::app::App;
use crate::backup::{self, CopyName, Fault, Inspector, Keep, Keys, Proof, Proved};
use crate::db::Result;
use crate::domain::refusal::Said;
use crate::store::backups as runs;
use crate::work::backups::{self, Counted, Kind, Outcome};

/// What became of backups is remembered for so long.
const REMEMBERED: SignedDuration = SignedDuration::from_hours(24 * 400);

/// Does it, and says what became of it. One that failed is put down and told the administrators,
/// and the next is due soon: it is not tried again.
pub(super) async fn run(turn: Turn, kind: Kind) -> Result<String> {
    Ok(match once(&turn, kind).await? {
        None => "no folder is set".to_owned(),
        Some(Outcome { fault: Some(fault), .. }) => format!("failed: {}", fault.english),
        Some(Outcome { file, .. }) => file.unwrap_or_default(),
    })
}

/// Tells at the start that there is no folder to write copies into.
pub(super) fn look_for_folder(app: &App) {
    let missing = app.settings.backup_folder().filter(|folder| !folder.is_dir());
    if let Some(folder) = missing {
        tracing::error!(folder = %folder.display(), "there is no such folder for backups: make it, or mount its disk");
    }
}

/// Makes one backup or rehearses one restore, now, and puts down what became of it; none where
/// no folder is configured.
///
/// # Errors
/// Those of the database that it is put down in; what else goes wrong is in the outcome.
pub async fn once(turn: &Turn, kind: Kind) -> Result<Option<Outcome>> {
    let app = &turn.app;
    let Some(folder) = app.settings.backup_folder() else { return Ok(None) };
    let started_at = app.clock.now();
    let done = match kind {
        Kind::Backup => back_up(app, &folder).await,
        Kind::Drill => drill(app, &folder).await,
    };
    let Done { file, counted, fault } = done.unwrap_or_else(|fault| Done::failed(fault.said()));
    let finished_at = app.clock.now();
    let outcome = Outcome { kind, started_at, finished_at, file, counted, fault };
    match &outcome.fault {
        Some(fault) => tracing::error!(task = kind.id(), why = fault.english, "no good backup"),
        None => tracing::info!(task = kind.id(), file = outcome.file, "done and proved"),
    }
    let (desk, put) = (app.desk(), outcome.clone());
    let letters = turn.write(async move |tx| {
        runs::forget(tx, desk.now.plus(-REMEMBERED)).await?;
        backups::put_down(tx, &desk, &put).await
    });
    if letters.await? > 0 {
        app.post.notify_one();
    }
    Ok(Some(outcome))
}

/// What a backup or drill came to.
struct Done {
    file: Option<String>,
    counted: Counted,
    fault: Option<Said>,
}

impl Done {
    fn failed(fault: Said) -> Self {
        Self { file: None, counted: Counted::default(), fault: Some(fault) }
    }
}

async fn back_up(app: &App, folder: &Path) -> backup::Result<Done> {
    let kind = backup::Kind::of_engine(app.db.is_sqlite());
    let name = CopyName::new(app.clock.now(), app.province().zone(), kind);
    let file = folder.join(name.to_string());
    let url = app.settings.database.url.as_str();
    let made = backup::make(&app.db, url, &file, false, &inspector(app)).await?;
    remove_old(app, folder, kind);
    let mut counted = Counted { bytes: Some(made.bytes), took_ms: millis(made.took), ..Counted::default() };
    let mut fault = None;
    if let Proved::Whole(proof) = &made.proved {
        counted = with_proof(counted, proof);
        fault = doubt(proof);
    }
    Ok(Done { file: Some(name.to_string()), counted, fault })
}

async fn drill(app: &App, folder: &Path) -> backup::Result<Done> {
    let kind = backup::Kind::of_engine(app.db.is_sqlite());
    let Some(newest) = copies(folder, kind)?.into_iter().max_by_key(|copy| copy.at) else {
        return Err(Fault::NothingToRehearse(folder.to_owned()));
    };
    let url = app.settings.database.url.as_str();
    let file = folder.join(newest.to_string());
    let restored = backup::rehearse(url, &file, &app.settings.data.dir, &inspector(app)).await?;
    let counted = Counted { took_ms: millis(restored.took), ..Counted::default() };
    let counted = with_proof(counted, &restored.proof);
    Ok(Done { file: Some(newest.to_string()), counted, fault: None })
}

fn inspector(app: &App) -> Inspector {
    Inspector {
        desk: app.desk(),
        clock: app.clock.clone(),
        keys: Some(app.keys.clone()),
        key_file: app.settings.key_file(),
    }
}

fn millis(length: SignedDuration) -> i64 {
    i64::try_from(length.as_millis()).unwrap_or(i64::MAX)
}

fn with_proof(counted: Counted, proof: &Proof) -> Counted {
    Counted {
        dossiers: Some(proof.counts.dossiers),
        events: Some(proof.counts.events),
        audit_seq: Some(proof.counts.audit_seq),
        replayed: true,
        ..counted
    }
}

/// A copy is true to its database also where that is at fault: it is kept, and somebody must know.
fn doubt(proof: &Proof) -> Option<Said> {
    if let Some(first) = proof.findings.first() {
        let (count, first) = (proof.findings.len(), format!("{}: {}", first.subject, first.what));
        return Some(Said::new(
            format!(
                "Bản sao đã ghi, nhưng dữ liệu có {count} chỗ không khớp khi đối chiếu ({first}). Chạy `dunghen verify` trên máy chủ."
            ),
            format!(
                "The copy was written, but the data differ in {count} places when replayed ({first}). Run `dunghen verify` on the server."
            ),
        ));
    }
    match &proof.keys {
        Keys::Closed { key_id } => Some(Said::new(
            format!(
                "Bản sao đã ghi, nhưng tệp khóa đang có không mở được dữ liệu mã hóa bằng khóa số {key_id}. Tìm lại đúng tệp khóa."
            ),
            format!(
                "The copy was written, but the key file at hand does not open what is sealed with key {key_id}. Find the right key file."
            ),
        )),
        Keys::Open | Keys::NothingSealed => None,
    }
}

/// Our copies of this kind in the folder; whatever else lies there is left alone.
fn copies(folder: &Path, kind: backup::Kind) -> backup::Result<Vec<CopyName>> {
    let entries =
        std::fs::read_dir(folder).map_err(|error| Fault::File { path: folder.to_owned(), error })?;
    let names = entries.flatten().filter_map(|entry| CopyName::read(entry.file_name().to_str()?));
    Ok(names.filter(|name| name.kind == kind).collect())
}

/// Removes what need not be kept; a failure costs room, not the backup.
fn remove_old(app: &App, folder: &Path, kind: backup::Kind) {
    let settings = &app.settings.backup;
    let keep = Keep {
        hourly: settings.keep_hourly.size(),
        daily: settings.keep_daily.size(),
        monthly: settings.keep_monthly.size(),
    };
    for old in backup::to_remove(&copies(folder, kind).unwrap_or_default(), keep) {
        let path: PathBuf = folder.join(old.to_string());
        if let Err(error) = std::fs::remove_file(&path) {
            tracing::warn!(file = %path.display(), %error, "an old backup can't be removed");
        }
    }
}
