//! A sum over a whole dump, laid behind its end.
//!
//! The rows of a dump are packed and carry sums of their own; the text of its schema does not, and
//! a changed byte in a trigger would come back as another trigger. PostgreSQL's tools read a dump by
//! the places that its table of contents names and never look behind its end. A dump without a
//! sum, made by them alone, is looked through all the same, if it ends as they end one: what ends
//! in neither way has lost a part of its sum.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;

use sha2::{Digest, Sha256};

use super::fault::{Fault, Result};
use super::mark::{absorb, on_file};

/// Says that a sum follows, and of which kind.
const NAME: [u8; 8] = *b"dunghen1";
const LENGTH: u64 = 8 + 32;
/// Ends the last block of rows of every dump: a length of nothing, with its sign.
const LAST_BLOCK: [u8; 5] = [0; 5];

/// How a dump ends.
enum End {
    Sum([u8; 32]),
    Bare,
    Neither,
}

/// Lays the sum behind a dump that is finished.
pub(super) async fn put(file: &Path) -> Result<()> {
    on_file(file, |path| {
        let sum = sum(path, path.metadata()?.len())?;
        let mut end = File::options().append(true).open(path)?;
        end.write_all(&NAME)?;
        end.write_all(&sum)
    })
    .await
}

/// Compares a dump with its sum, if it has one.
///
/// # Errors
/// [`Fault::Damaged`] where it is not as it was made.
pub(super) async fn check(file: &Path) -> Result<()> {
    let same = on_file(file, |path| match end(path)? {
        End::Sum(found) => Ok(found == sum(path, path.metadata()?.len() - LENGTH)?),
        End::Bare => Ok(true),
        End::Neither => Ok(false),
    });
    if same.await? {
        return Ok(());
    }
    Err(Fault::other_sum(file.display()))
}

fn end(path: &Path) -> std::io::Result<End> {
    let mut file = File::open(path)?;
    let Some(start) = file.metadata()?.len().checked_sub(LENGTH) else { return Ok(End::Neither) };
    file.seek(SeekFrom::Start(start))?;
    let (mut name, mut sum) = ([0; 8], [0; 32]);
    file.read_exact(&mut name)?;
    file.read_exact(&mut sum)?;
    Ok(match name == NAME {
        true => End::Sum(sum),
        false if sum.ends_with(&LAST_BLOCK) => End::Bare,
        false => End::Neither,
    })
}

/// The sum over the first `length` bytes.
fn sum(path: &Path, length: u64) -> std::io::Result<[u8; 32]> {
    let mut hasher = Sha256::new();
    absorb(&mut hasher, File::open(path)?.take(length))?;
    Ok(hasher.finalize().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_changed_or_missing_byte_anywhere_in_the_dump_or_its_sum_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("dump");
        let mut whole: Vec<u8> = (0..200_000_u32).map(|number| (number % 251) as u8).collect();
        whole.extend(LAST_BLOCK);
        std::fs::write(&file, &whole).unwrap();
        check(&file).await.unwrap();
        put(&file).await.unwrap();
        let with_sum = std::fs::read(&file).unwrap();
        assert_eq!(with_sum[..whole.len()], whole);
        check(&file).await.unwrap();
        let changed = [0, 100_000, whole.len() - 1, whole.len(), with_sum.len() - 1].map(|place| {
            let mut bytes = with_sum.clone();
            bytes[place] ^= 0x40;
            bytes
        });
        let cut = (1..LENGTH as usize).map(|lost| with_sum[..with_sum.len() - lost].to_vec());
        for (case, bytes) in changed.into_iter().chain(cut).enumerate() {
            std::fs::write(&file, bytes).unwrap();
            let fault = check(&file).await.unwrap_err();
            assert!(matches!(fault, Fault::Damaged { .. }), "case {case}: {fault}");
        }
    }
}
