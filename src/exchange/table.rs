//! Streams a delimited table: a batch of records at a time, however long the file.

use std::cell::Cell;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use csv::ByteRecord;
use sha2::{Digest as _, Sha256};

use super::fault::Fault;
use super::mapping::{Duplicate, Mapping};
use super::row::{Places, Reader};
use crate::domain::refusal::Said;
use crate::work::import::record::{Digest, Record};

/// A row longer than this is a quotation mark that nobody closed.
const LONGEST_ROW_BYTES: u64 = 4 << 20;

/// An open table; the header has been read.
pub struct Table {
    path: PathBuf,
    rows: csv::Reader<Fused>,
    mapping: Arc<Mapping>,
    places: Places,
    /// Columns that tell records apart; none for all of them.
    key: Option<Vec<usize>>,
    row: ByteRecord,
    fuse: Arc<AtomicU64>,
    length: Option<u64>,
}

impl Table {
    /// Opens a file. Where the mapping names no delimiter, `.tsv` and `.tab` are tabbed.
    ///
    /// # Errors
    /// Where it can't be read, or its header lacks what the mapping names.
    pub fn open(path: &Path, mapping: Arc<Mapping>) -> Result<Self, Fault> {
        let file = File::open(path).map_err(|error| Fault::unreadable(path, &error))?;
        let about = file.metadata().map_err(|error| Fault::unreadable(path, &error))?;
        if about.is_dir() {
            return Err(Fault::unreadable(path, &io::Error::from(io::ErrorKind::IsADirectory)));
        }
        let length = about.is_file().then_some(about.len());
        let fuse = Arc::new(AtomicU64::new(0));
        let rows = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(mapping.delimiter.unwrap_or_else(|| delimiter_of(path)))
            .from_reader(Fused { file, read: Arc::clone(&fuse), broken: Cell::new(false) });
        let places = Places::none();
        let row = ByteRecord::new();
        let mut table = Self { path: path.to_owned(), rows, mapping, places, key: None, row, fuse, length };
        table.read_header()?;
        Ok(table)
    }

    /// How many bytes there are, where that is known, and how many have been read.
    #[must_use]
    pub fn progress(&self) -> (Option<u64>, u64) {
        (self.length, self.rows.position().byte())
    }

    /// The next records, `most` at most; none at the end.
    ///
    /// # Errors
    /// Where the file breaks off or a row has no end.
    pub fn next_batch(&mut self, most: usize) -> Result<Vec<Record>, Fault> {
        let mut batch = Vec::with_capacity(most);
        while batch.len() < most && self.next_row()? {
            batch.push(self.record());
        }
        Ok(batch)
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
        let said = Said::new(format!("Không đọc tiếp được: {error}."), format!("Can't be read on: {error}."));
        Fault::new(&self.path, Some(line), "", said)
    }

    fn record(&self) -> Record {
        let reader = Reader { mapping: &self.mapping, places: &self.places };
        let line = self.row.position().map_or(0, csv::Position::line);
        Record { line, digest: self.digest(), said: reader.told(&self.row) }
    }

    fn digest(&self) -> Digest {
        let mut hash = Sha256::new_with_prefix(self.mapping.fingerprint);
        let mut take = |field: &[u8]| {
            hash.update(field.len().to_le_bytes());
            hash.update(field);
        };
        match &self.key {
            Some(key) if self.row.len() == self.places.header.len() => {
                key.iter().filter_map(|&at| self.row.get(at)).for_each(&mut take);
            }
            _ => self.row.iter().for_each(&mut take),
        }
        let mut digest = Digest::default();
        digest.copy_from_slice(&hash.finalize()[..16]);
        digest
    }

    fn read_header(&mut self) -> Result<(), Fault> {
        if !self.next_row()? {
            let said = Said::new(
                "Tệp rỗng. Dòng đầu phải là tên các cột.",
                "The file is empty. Its first line must name the columns.",
            );
            return Err(Fault::new(&self.path, Some(1), "", said));
        }
        let header: Vec<String> =
            self.row.iter().map(|name| String::from_utf8_lossy(name).trim().to_owned()).collect();
        let find = Finder { path: &self.path, header: &header };
        let mapping = Arc::clone(&self.mapping);
        self.key = match &mapping.duplicate {
            Duplicate::Word(_) => None,
            Duplicate::Columns(columns) => {
                let places = columns.iter().map(|column| find.place("duplicate", column));
                Some(places.collect::<Result<_, _>>()?)
            }
        };
        self.places = find.places(&mapping)?;
        Ok(())
    }
}

fn delimiter_of(path: &Path) -> u8 {
    let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    if ["tsv", "tab"].iter().any(|tabbed| extension.eq_ignore_ascii_case(tabbed)) { b'\t' } else { b',' }
}

/// Finds the mapping's columns in a header.
struct Finder<'a> {
    path: &'a Path,
    header: &'a [String],
}

impl Finder<'_> {
    fn place(&self, key: &str, column: &str) -> Result<usize, Fault> {
        let mut found = self.header.iter().enumerate().filter(|(_, name)| *name == column);
        let said = match (found.next(), found.next()) {
            (Some((at, _)), None) => return Ok(at),
            (Some(_), Some(_)) => Said::new(
                format!("Cột “{column}” ({key}) có hai lần trong dòng tiêu đề. Đổi tên một cột."),
                format!("Column {column:?} ({key}) stands twice in the header. Rename one of them."),
            ),
            (None, _) => Said::new(
                format!(
                    "Không có cột “{column}” ({key}) trong dòng tiêu đề. Sửa tệp ánh xạ hoặc dấu phân cách."
                ),
                format!("The header has no column {column:?} ({key}). Correct the mapping or the delimiter."),
            ),
        };
        Err(Fault::new(self.path, Some(1), column, said))
    }

    fn maybe(&self, key: &str, column: Option<&String>) -> Result<Option<usize>, Fault> {
        column.map(|column| self.place(key, column)).transpose()
    }

    fn places(&self, mapping: &Mapping) -> Result<Places, Fault> {
        let columns = &mapping.columns;
        let mut places = Places {
            code: self.place("columns.code", &columns.code)?,
            intake: self.place("columns.intake", &columns.intake)?,
            planned: self.maybe("columns.planned", columns.planned.as_ref())?,
            settled: self.maybe("columns.settled", columns.settled.as_ref())?,
            returned: self.maybe("columns.returned", columns.returned.as_ref())?,
            unit: self.maybe("columns.unit", columns.unit.as_ref())?,
            field: self.maybe("columns.field", columns.field.as_ref())?,
            procedure: self.maybe("columns.procedure", columns.procedure.as_ref())?,
            channel: self.maybe("columns.channel", columns.channel.as_ref())?,
            officer: self.maybe("columns.officer", columns.officer.as_ref())?,
            step: None,
            header: self.header.to_vec(),
        };
        if let Some(step) = &mapping.step {
            let (name, at) = (self.place("step.name", &step.name)?, self.place("step.at", &step.at)?);
            places.step = Some((name, at, self.maybe("step.officer", step.officer.as_ref())?));
        }
        Ok(places)
    }
}

impl Places {
    fn none() -> Self {
        Self {
            code: 0,
            intake: 0,
            planned: None,
            settled: None,
            returned: None,
            unit: None,
            field: None,
            procedure: None,
            channel: None,
            officer: None,
            step: None,
            header: Vec::new(),
        }
    }
}

/// A file that is not read on once a single row has taken too much of it.
struct Fused {
    file: File,
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
        let length = self.file.read(buffer)?;
        self.read.fetch_add(u64::try_from(length).unwrap_or(u64::MAX), Ordering::Relaxed);
        Ok(length)
    }
}
