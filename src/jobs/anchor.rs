//! Writes the audit chain's last row into a file beside the log, every hour, and into the log itself.
//!
//! Both are to be carried off to another machine; what then lies there convicts a chain that was
//! cut off or written anew.

use std::io::Write;
use std::path::Path;
use std::time::Duration;

use super::rest_beating;
use crate::app::App;
use crate::work::anchors::Anchor;

pub(super) const NAME: &str = "anchor";
const PERIOD: Duration = Duration::from_secs(3600);
/// A file that can't be written is tried again soon.
const AGAIN: Duration = Duration::from_secs(60);

pub(super) async fn run(app: App) {
    loop {
        let pause = match once(&app).await {
            Ok(()) => PERIOD,
            Err(error) => {
                tracing::error!(%error, "the audit log could not be anchored and will be again");
                AGAIN
            }
        };
        // A file that can't be written is told in the log; the service itself is well.
        if !rest_beating(&app, NAME, pause, true).await {
            return;
        }
    }
}

/// Why no anchor was written.
#[derive(Debug, thiserror::Error)]
pub enum Unanchored {
    #[error(transparent)]
    Database(#[from] crate::db::Error),
    #[error("{0}")]
    File(#[from] std::io::Error),
}

/// Writes one anchor.
///
/// # Errors
/// Where the head can't be read or the file not be written.
pub async fn once(app: &App) -> Result<(), Unanchored> {
    let desk = app.desk();
    let anchor = app.db.read(async |tx| Anchor::now(tx, &desk).await).await?;
    let line = anchor.line(&app.keys);
    tracing::info!(target: "dunghen::anchor", anchor = line, "the audit log's last row");
    if let Some(file) = app.settings.anchor_file() {
        let written = tokio::task::spawn_blocking(move || append(&file, &line)).await;
        written.map_err(std::io::Error::other)??;
    }
    app.remember(anchor);
    Ok(())
}

fn append(file: &Path, line: &str) -> std::io::Result<()> {
    let mut opened = std::fs::OpenOptions::new().append(true).create(true).open(file)?;
    writeln!(opened, "{line}")?;
    opened.sync_all()
}
