//! A file as a stream of bytes, plain or compressed with gzip, and how much of it has been read.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use flate2::bufread::MultiGzDecoder;

use super::fault::Fault;

const BUFFER_BYTES: usize = 1 << 17;
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// How far the reading of a file has come; clones watch the same file.
#[derive(Clone, Debug, Default)]
pub struct Extent {
    length: Option<u64>,
    read: Arc<AtomicU64>,
}

impl Extent {
    pub(crate) fn of(length: Option<u64>) -> Self {
        Self { length, read: Arc::default() }
    }

    /// Its bytes on the disk, where that is known.
    #[must_use]
    pub fn length(&self) -> Option<u64> {
        self.length
    }

    /// How many of them have been read.
    #[must_use]
    pub fn read(&self) -> u64 {
        self.read.load(Ordering::Relaxed)
    }

    pub(crate) fn add(&self, bytes: usize) {
        self.read.fetch_add(u64::try_from(bytes).unwrap_or(u64::MAX), Ordering::Relaxed);
    }
}

/// What a file holds, unpacked while it is read.
pub(super) type Bytes = Box<dyn Read + Send>;

/// Opens a file; that it is compressed is seen by how it begins, whatever its name.
///
/// # Errors
/// Where it can't be read, or is a folder.
pub(super) fn open(path: &Path) -> Result<(Bytes, Extent), Fault> {
    let (file, extent) = open_plain(path)?;
    let mut counted = BufReader::with_capacity(BUFFER_BYTES, Counted { file, extent: extent.clone() });
    let begins = counted.fill_buf().map_err(|error| Fault::unreadable(path, &error))?;
    let packed = begins.starts_with(&GZIP);
    let bytes: Bytes = if packed { Box::new(MultiGzDecoder::new(counted)) } else { Box::new(counted) };
    Ok((bytes, extent))
}

/// The file itself and its length, where it has one.
pub(super) fn open_plain(path: &Path) -> Result<(File, Extent), Fault> {
    let unreadable = |error: io::Error| Fault::unreadable(path, &error);
    let file = File::open(path).map_err(unreadable)?;
    let about = file.metadata().map_err(unreadable)?;
    if about.is_dir() {
        return Err(unreadable(io::ErrorKind::IsADirectory.into()));
    }
    Ok((file, Extent::of(about.is_file().then_some(about.len()))))
}

struct Counted {
    file: File,
    extent: Extent,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.file.read(buffer)?;
        self.extent.add(length);
        Ok(length)
    }
}
