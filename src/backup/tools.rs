//! PostgreSQL's own tools as child processes: found, run, and their failures told.
//!
//! They get the address and the password by their environment, never on their command line,
//! and end with whoever waits for them.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};

use tokio::process::Command;

use super::fault::{Fault, Result};
use crate::db::ServerAddress;

/// Where distributions lay the tools of each version.
const VERSIONS: &str = "/usr/lib/postgresql";
/// More of what a tool says than this helps nobody.
const MOST_SAID: usize = 500;
/// What a tool writes to its output that is kept; only short answers are asked for.
const NO_SPACE: &str = "No space left on device";

/// The tools of one version; those in `PATH` where no folder is named.
#[derive(Clone, Debug)]
pub(super) struct Tools {
    folder: Option<PathBuf>,
    address: ServerAddress,
}

impl Tools {
    /// The server's own version, else what is in `PATH` if it is no older, else the next newer one:
    /// an older tool can't read a newer server, a much newer one writes what that can't read.
    ///
    /// # Errors
    /// [`Fault::NoTools`].
    pub(super) async fn find(address: &ServerAddress, server_version: i64) -> Result<Self> {
        let major = server_version / 10_000;
        let in_folder = |folder: PathBuf| Self { folder: Some(folder), address: address.clone() };
        let mut installed: Vec<(i64, PathBuf)> =
            installed().filter(|(version, _)| *version >= major).collect();
        installed.sort();
        if let Some((_, folder)) = installed.iter().find(|(version, _)| *version == major) {
            return Ok(in_folder(folder.clone()));
        }
        let in_path = Self { folder: None, address: address.clone() };
        if in_path.version().await.is_some_and(|version| version >= major) {
            return Ok(in_path);
        }
        let next = installed.into_iter().next();
        next.map(|(_, folder)| in_folder(folder)).ok_or(Fault::NoTools { major })
    }

    /// What `pg_dump --version` says: `pg_dump (PostgreSQL) 17.2 (Debian 17.2-1)`.
    async fn version(&self) -> Option<i64> {
        let said = Command::new("pg_dump").arg("--version").stdin(Stdio::null()).output().await.ok()?;
        let said = String::from_utf8(said.stdout).ok()?;
        said.split(") ").nth(1)?.split(['.', ' ', '\n']).next()?.parse().ok()
    }

    /// The same tools for another database of the same server.
    pub(super) fn beside(&self, address: ServerAddress) -> Self {
        Self { folder: self.folder.clone(), address }
    }

    /// Runs a tool to its end and gives what it printed.
    ///
    /// # Errors
    /// [`Fault::Tool`] with its last words, [`Fault::Full`] where the disk is.
    pub(super) async fn run(&self, tool: &'static str, words: &[&OsStr], writes: &Path) -> Result<Vec<u8>> {
        let program = self.folder.as_ref().map_or_else(|| tool.into(), |folder| folder.join(tool));
        let mut command = Command::new(program);
        command.args(words).env("LC_ALL", "C").stdin(Stdio::null()).kill_on_drop(true);
        command.envs(self.address.variables().iter().map(|(name, value)| (name, value)));
        let failed = |said: String| Fault::Tool { tool, said };
        let Output { status, stdout, stderr } =
            command.output().await.map_err(|error| failed(error.to_string()))?;
        if status.success() {
            return Ok(stdout);
        }
        let said = String::from_utf8_lossy(&stderr);
        if said.contains(NO_SPACE) {
            return Err(Fault::Full(writes.to_owned()));
        }
        let short: String = said.trim().chars().take(MOST_SAID).collect();
        Err(failed(if short.is_empty() { status.to_string() } else { short.replace('\n', " ") }))
    }
}

fn installed() -> impl Iterator<Item = (i64, PathBuf)> {
    let entries = std::fs::read_dir(VERSIONS).into_iter().flatten().flatten();
    entries.filter_map(|entry| {
        let version = entry.file_name().to_str()?.parse().ok()?;
        let folder = entry.path().join("bin");
        (folder.join("pg_dump").exists() && folder.join("pg_restore").exists()).then_some((version, folder))
    })
}
