//! Streams a delimited table, a record at a time, however long the file.

use std::cell::Cell;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use csv::ByteRecord;

use super::columns::Places;
use super::digest::Parts;
use super::fault::Fault;
use super::file::{self, Bytes, Extent};
use super::mapping::Mapping;
use super::row::Reader;
use crate::domain::refusal::Said;
use crate::work::import::record::{Digest, Record};

/// A row longer than this is a quotation mark that nobody closed.
const LONGEST_ROW_BYTES: u64 = 4 << 20;
const BUFFER_BYTES: usize = 1 << 16;

/// An open table; the header has been read.
pub struct Table {
    path: PathBuf,
    rows: csv::Reader<Fused>,
    mapping: Arc<Mapping>,
    places: Places,
    row: ByteRecord,
    fuse: Arc<AtomicU64>,
    extent: Extent,
}

impl Table {
    /// Opens a file. Where the mapping names no delimiter, `.tsv` and `.tab` are tabbed.
    ///
    /// # Errors
    /// Where it can't be read, or its header lacks what the mapping names.
    pub fn open(path: &Path, mapping: Arc<Mapping>) -> Result<Self, Fault> {
        let (bytes, extent) = file::open(path)?;
        let fuse = Arc::new(AtomicU64::new(0));
        let rows = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .buffer_capacity(BUFFER_BYTES)
            .delimiter(mapping.delimiter.unwrap_or_else(|| delimiter_of(path)))
            .from_reader(Fused { bytes, read: Arc::clone(&fuse), broken: Cell::new(false) });
        let (places, row) = (Places::default(), ByteRecord::new());
        let mut table = Self { path: path.to_owned(), rows, mapping, places, row, fuse, extent };
        table.read_header()?;
        Ok(table)
    }

    /// How far the reading has come.
    #[must_use]
    pub fn extent(&self) -> Extent {
        self.extent.clone()
    }

    /// The next record; none at the end.
    ///
    /// # Errors
    /// Where the file breaks off or a row has no end.
    pub fn next_record(&mut self) -> Result<Option<Record>, Fault> {
        Ok(self.next_row()?.then(|| self.record()))
    }

    fn next_row(&mut self) -> Result<bool, Fault> {
        let began = self.rows.position().line();
        self.fuse.store(0, Ordering::Relaxed);
        self.rows.read_byte_record(&mut self.row).map_err(|error| self.broken(began, &error))
    }

    fn broken(&self, line: u64, error: &csv::Error) -> Fault {
        if self.rows.get_ref().broken.get() {
            let said = Said::new(
                "Dòng này không có chỗ kết thúc. Có lẽ một dấu nháy kép chưa được đóng; sửa rồi nhập lại.",
                "This row has no end. A quotation mark was probably not closed; correct it and import again.",
            );
            return Fault::new(&self.path, Some(line), "", said);
        }
        Fault::broken_off(&self.path, line, error)
    }

    fn record(&self) -> Record {
        let reader = Reader { mapping: &self.mapping, places: &self.places };
        let line = self.row.position().map_or(0, csv::Position::line);
        Record { line, digest: digest(&self.mapping, &self.places, &self.row), said: reader.told(&self.row) }
    }

    fn read_header(&mut self) -> Result<(), Fault> {
        if !self.next_row()? {
            return Err(no_header(&self.path));
        }
        let header = self.row.iter().map(|name| String::from_utf8_lossy(name).trim().to_owned()).collect();
        self.places = Places::of_table(&self.path, 1, header, &self.mapping)?;
        Ok(())
    }
}

/// What is said of a table without any row.
pub(super) fn no_header(path: &Path) -> Fault {
    let said = Said::new(
        "Tệp rỗng. Dòng đầu phải là tên các cột.",
        "The file is empty. Its first line must name the columns.",
    );
    Fault::new(path, Some(1), "", said)
}

/// What tells a row from others: the mapping's columns, or all that it has.
pub(super) fn digest(mapping: &Mapping, places: &Places, row: &ByteRecord) -> Digest {
    let mut parts = Parts::of(mapping);
    match &places.key {
        Some(key) if row.len() == places.header.len() => {
            key.iter().filter_map(|&at| row.get(at)).for_each(|field| parts.add(field));
        }
        _ => row.iter().for_each(|field| parts.add(field)),
    }
    parts.digest()
}

fn delimiter_of(path: &Path) -> u8 {
    let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    if ["tsv", "tab"].iter().any(|tabbed| extension.eq_ignore_ascii_case(tabbed)) { b'\t' } else { b',' }
}

/// A file that is not read on once a single row has taken too much of it.
struct Fused {
    bytes: Bytes,
    /// Bytes since the row began, to the accuracy of a buffer.
    read: Arc<AtomicU64>,
    broken: Cell<bool>,
}

impl Read for Fused {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.read.load(Ordering::Relaxed) > LONGEST_ROW_BYTES {
            self.broken.set(true);
            return Err(io::Error::other("a row without end"));
        }
        let length = self.bytes.read(buffer)?;
        self.read.fetch_add(u64::try_from(length).unwrap_or(u64::MAX), Ordering::Relaxed);
        Ok(length)
    }
}
