//! Room kept in reserve beside a SQLite file, and let go when the disk is full.
//!
//! Whoever then has to free room finds enough to work with, and so does the service meanwhile.

use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};

/// A file of nothing, of a certain size.
#[derive(Clone, Debug)]
pub(in crate::db) struct Ballast {
    path: PathBuf,
    bytes: u64,
}

impl Ballast {
    /// Beside the database; of no bytes, there is none.
    pub(in crate::db) fn beside(database: &Path, bytes: u64) -> Self {
        let mut name = database.as_os_str().to_owned();
        name.push(".ballast");
        Self { path: name.into(), bytes }
    }

    /// Lays it where it does not lie yet, wholly or not at all.
    ///
    /// # Errors
    /// Where there is no room for it, or the folder can't be written to.
    pub(in crate::db) fn lay(&self) -> io::Result<()> {
        if self.bytes == 0 {
            return Ok(());
        }
        let options = OpenOptions::new().write(true).create_new(true).open(&self.path);
        let laid = match options {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => return Ok(()),
            opened => opened.and_then(|file| fill(file, self.bytes)),
        };
        laid.inspect_err(|_| _ = self.let_go())
    }

    /// Removes it; says whether that freed anything.
    pub(in crate::db) fn let_go(&self) -> bool {
        std::fs::remove_file(&self.path).is_ok()
    }
}

/// Written and not only asked for: not every file system takes room that is merely reserved.
fn fill(mut file: File, bytes: u64) -> io::Result<()> {
    io::copy(&mut io::repeat(0).take(bytes), &mut file)?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ballast_is_laid_once_and_let_go_once() {
        let folder = tempfile::tempdir().unwrap();
        let ballast = Ballast::beside(&folder.path().join("dunghen.db"), 100_000);
        ballast.lay().unwrap();
        ballast.lay().unwrap();
        assert_eq!(folder.path().join("dunghen.db.ballast").metadata().unwrap().len(), 100_000);
        assert!(ballast.let_go());
        assert!(!ballast.let_go());
        Ballast::beside(&folder.path().join("dunghen.db"), 0).lay().unwrap();
        assert_eq!(folder.path().read_dir().unwrap().count(), 0);
    }

    #[test]
    fn ballast_that_has_no_place_leaves_nothing() {
        let nowhere = Ballast::beside(Path::new("/nonexistent/dunghen.db"), 1);
        assert!(nowhere.lay().is_err());
    }
}
