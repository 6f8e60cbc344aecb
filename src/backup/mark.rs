//! A sum over a whole SQLite copy, kept in the copy itself.
//!
//! SQLite has no sums over its pages: a changed byte in a name, or in the text of the schema,
//! would come back unnoticed. Its header has room for a number that an application may choose;
//! a copy carries its sum there, and loses it when it comes back. A copy without one, made by
//! other tools, is looked through all the same.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;

use sha2::{Digest, Sha256};

use super::fault::{Fault, Result};

/// Where the header keeps the application's number, four bytes long.
const PLACE: usize = 68;
const END: usize = PLACE + 4;
const NONE: [u8; 4] = [0; 4];

/// Puts the sum into a copy that is finished.
pub(super) async fn put(file: &Path) -> Result<()> {
    on_file(file, |path| write(path, sum(path)?.0)).await
}

/// Takes the sum out of a copy again, after comparing it.
///
/// # Errors
/// [`Fault::Damaged`] where the copy, told as `name`, is not as it was made.
pub(super) async fn take(file: &Path, name: &str) -> Result<()> {
    let same = on_file(file, |path| {
        let (sum, found) = sum(path)?;
        let same = found == NONE || found == sum;
        if same {
            write(path, NONE)?;
        }
        Ok(same)
    });
    if same.await? {
        return Ok(());
    }
    Err(Fault::other_sum(name))
}

pub(super) async fn on_file<T: Send + 'static>(
    file: &Path,
    work: impl FnOnce(&Path) -> std::io::Result<T> + Send + 'static,
) -> Result<T> {
    let path = file.to_owned();
    let done = tokio::task::spawn_blocking(move || work(&path)).await;
    done.map_err(std::io::Error::other).flatten().map_err(Fault::file(file))
}

/// The sum of a file as if it had none, and the one it has.
fn sum(path: &Path) -> std::io::Result<([u8; 4], [u8; 4])> {
    let mut file = File::open(path)?;
    let mut head = [0; END];
    file.read_exact(&mut head)?;
    let mut found = NONE;
    found.copy_from_slice(&head[PLACE..]);
    head[PLACE..].fill(0);
    let mut hasher = Sha256::new();
    hasher.update(head);
    absorb(&mut hasher, file)?;
    let mut sum = NONE;
    sum.copy_from_slice(&hasher.finalize()[..4]);
    // Nothing but the absence of a sum is written as zero.
    Ok((if sum == NONE { [1; 4] } else { sum }, found))
}

/// Adds all that comes `from` there to a sum.
pub(super) fn absorb(hasher: &mut Sha256, mut from: impl Read) -> std::io::Result<()> {
    let mut page = vec![0; 1 << 16];
    loop {
        match from.read(&mut page)? {
            0 => return Ok(()),
            length => hasher.update(&page[..length]),
        }
    }
}

fn write(path: &Path, sum: [u8; 4]) -> std::io::Result<()> {
    let mut file = File::options().write(true).open(path)?;
    file.seek(SeekFrom::Start(PLACE as u64))?;
    file.write_all(&sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_sum_is_put_in_and_taken_out_and_leaves_the_file_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("copy");
        let mut whole: Vec<u8> = (0..200_000_u32).map(|number| (number % 251) as u8).collect();
        whole[PLACE..END].fill(0);
        std::fs::write(&file, &whole).unwrap();
        put(&file).await.unwrap();
        let marked = std::fs::read(&file).unwrap();
        assert_ne!(marked, whole);
        for place in [0, PLACE, END, 100_000, whole.len() - 1] {
            let mut bytes = marked.clone();
            bytes[place] ^= 0x40;
            std::fs::write(&file, bytes).unwrap();
            let fault = take(&file, "copy").await.unwrap_err();
            assert!(matches!(fault, Fault::Damaged { .. }), "{place}: {fault}");
        }
        std::fs::write(&file, &marked).unwrap();
        take(&file, "copy").await.unwrap();
        assert_eq!(std::fs::read(&file).unwrap(), whole);
        take(&file, "copy").await.unwrap();
    }
}
