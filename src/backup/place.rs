//! Where a copy is made before it has a name, and how it gets one.
//!
//! A workplace is a folder of our own beside the target, on the same disk and closed to others;
//! it goes with its owner. What a killed process left is known by its lock that nobody holds.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use super::fault::{Fault, Result};
use crate::random;

const PREFIX: &str = ".dunghen-";
const SUFFIX: &str = ".part";
const LOCK: &str = "lock";
/// How often a sweep of somebody else may come between a new workplace and its lock.
const ATTEMPTS: usize = 10;

/// A folder that nobody else looks into; dropped, it is gone with all that is in it.
#[derive(Debug)]
pub(super) struct Workplace {
    folder: PathBuf,
    _lock: File,
}

impl Workplace {
    /// One in `folder`, which must exist.
    ///
    /// # Errors
    /// [`Fault::File`] and [`Fault::Full`].
    pub(super) fn within(folder: &Path) -> Result<Self> {
        sweep(folder);
        for _ in 0..ATTEMPTS {
            let name = format!("{PREFIX}{:016x}{SUFFIX}", u64::from_ne_bytes(random::bytes()));
            let own = folder.join(name);
            make_private(&own).map_err(Fault::file(folder))?;
            match lock(&own) {
                Ok(Some(lock)) => return Ok(Self { folder: own, _lock: lock }),
                Ok(None) => {}
                Err(error) => {
                    _ = fs::remove_dir_all(&own); // the first failure is the one to tell
                    return Err(Fault::file(folder)(error));
                }
            }
        }
        Err(Fault::file(folder)(std::io::ErrorKind::ResourceBusy.into()))
    }

    /// One in the folder that `target` will lie in.
    pub(super) fn beside(target: &Path) -> Result<Self> {
        Self::within(folder_of(target))
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// An empty file that only its owner may read.
    pub(super) fn empty_file(&self, name: &str) -> Result<PathBuf> {
        let path = self.path(name);
        let mut options = fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        options.open(&path).map_err(Fault::file(&path))?;
        Ok(path)
    }
}

impl Drop for Workplace {
    fn drop(&mut self) {
        _ = fs::remove_dir_all(&self.folder); // the next one sweeps what is left
    }
}

fn make_private(folder: &Path) -> std::io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Locks a new workplace; none where somebody's sweep has just taken it for a dead one's.
fn lock(own: &Path) -> std::io::Result<Option<File>> {
    let path = own.join(LOCK);
    let lock = match File::create_new(&path) {
        Ok(lock) => lock,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    match lock.try_lock() {
        Ok(()) => Ok(path.exists().then_some(lock)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

/// Removes what killed processes have left.
fn sweep(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let ours = name.to_str().is_some_and(|name| name.starts_with(PREFIX) && name.ends_with(SUFFIX));
        if !ours {
            continue;
        }
        match File::open(entry.path().join(LOCK)) {
            // Held until the folder is gone, so that nobody begins in it.
            Ok(lock) if lock.try_lock().is_ok() => _ = fs::remove_dir_all(entry.path()),
            Ok(_) => {}
            // Killed before it had a lock, or about to make one; what is not empty stays.
            Err(_) => _ = fs::remove_dir(entry.path()),
        }
    }
}

/// The folder that a file lies in.
pub(super) fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Gives a finished file its name once it is on the disk; gives its size in bytes.
///
/// # Errors
/// [`Fault::Exists`] where the name is taken and is not to be replaced.
pub(super) async fn publish(draft: &Path, target: &Path, replace: bool) -> Result<u64> {
    let wrong = Fault::file;
    let file = tokio::fs::File::options().write(true).open(draft).await.map_err(wrong(draft))?;
    #[cfg(unix)]
    file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o600)).await.map_err(wrong(draft))?;
    file.sync_all().await.map_err(wrong(draft))?;
    let size = file.metadata().await.map_err(wrong(draft))?.len();
    if replace {
        fs::rename(draft, target).map_err(wrong(target))?;
    } else {
        rename_to_new(draft, target)?;
    }
    #[cfg(unix)]
    File::open(folder_of(target)).and_then(|folder| folder.sync_all()).map_err(wrong(target))?;
    Ok(size)
}

/// Renames where nothing has that name, in one step where the file system can.
fn rename_to_new(draft: &Path, target: &Path) -> Result<()> {
    #[cfg(target_os = "linux")]
    {
        use rustix::fs::{CWD, RenameFlags, renameat_with};
        use rustix::io::Errno;
        match renameat_with(CWD, draft, CWD, target, RenameFlags::NOREPLACE) {
            Ok(()) => return Ok(()),
            Err(Errno::EXIST) => return Err(Fault::Exists(target.to_owned())),
            Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => {} // some network file systems
            Err(error) => return Err(Fault::file(target)(error.into())),
        }
    }
    if target.exists() {
        return Err(Fault::Exists(target.to_owned()));
    }
    fs::rename(draft, target).map_err(Fault::file(target))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }

    #[test]
    fn a_workplace_goes_with_its_owner_and_what_a_dead_one_left_with_the_next() {
        let folder = tempfile::tempdir().unwrap();
        let living = Workplace::within(folder.path()).unwrap();
        // As after a kill: the folder is there, and nobody holds its lock.
        let left = folder.path().join(format!("{PREFIX}0{SUFFIX}"));
        fs::create_dir(&left).unwrap();
        fs::write(left.join(LOCK), "").unwrap();
        fs::write(left.join("half a copy"), "SQLite format 3").unwrap();
        let hardly_begun = folder.path().join(format!("{PREFIX}1{SUFFIX}"));
        fs::create_dir(&hardly_begun).unwrap();
        let next = Workplace::within(folder.path()).unwrap();
        assert!(!left.exists() && !hardly_begun.exists());
        assert!(living.folder.exists());
        drop((living, next));
        assert_eq!(names(folder.path()), Vec::<String>::new());
    }

    #[tokio::test]
    async fn a_name_that_is_taken_stays_unless_it_is_to_be_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let (draft, target) = (folder.path().join("draft"), folder.path().join("target"));
        fs::write(&target, "old").unwrap();
        fs::write(&draft, "newer").unwrap();
        assert!(matches!(publish(&draft, &target, false).await, Err(Fault::Exists(_))));
        assert_eq!(fs::read_to_string(&target).unwrap(), "old");
        assert_eq!(publish(&draft, &target, true).await.unwrap(), 5);
        assert_eq!(fs::read_to_string(&target).unwrap(), "newer");
        #[cfg(unix)]
        assert_eq!(
            std::os::unix::fs::PermissionsExt::mode(&target.metadata().unwrap().permissions()) & 0o777,
            0o600
        );
    }
}
