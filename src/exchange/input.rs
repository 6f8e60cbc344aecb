//! An input file of any format as one stream of records.

use std::path::Path;
use std::sync::Arc;

use super::fault::Fault;
use super::file::Extent;
use super::log::Log;
use super::mapping::Mapping;
use super::sheet::Sheet;
use super::table::Table;
use crate::work::import::record::Record;

/// How a file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// A delimited table, also compressed with gzip.
    Csv,
    /// An event log (IEEE 1849), also compressed with gzip.
    Xes,
    /// A worksheet of a workbook that unpacks to so many bytes at most.
    Xlsx { most_bytes: u64 },
}

/// An open file, somewhere between its records.
pub struct Input {
    kind: Kind,
    /// What ended the reading, told once the records before it have been taken.
    fault: Option<Fault>,
}

enum Kind {
    Table(Box<Table>),
    Log(Box<Log>),
    Sheet(Box<Sheet>),
}

impl Input {
    /// # Errors
    /// Where the file can't be read, or lacks what the mapping names.
    pub fn open(path: &Path, format: Format, mapping: &Arc<Mapping>) -> Result<Self, Fault> {
        let kind = match format {
            Format::Csv => Kind::Table(Box::new(Table::open(path, Arc::clone(mapping))?)),
            Format::Xes => Kind::Log(Box::new(Log::open(path, Arc::clone(mapping))?)),
            Format::Xlsx { most_bytes } => Kind::Sheet(Box::new(Sheet::open(path, mapping, most_bytes)?)),
        };
        Ok(Self { kind, fault: None })
    }

    /// How far the reading has come.
    #[must_use]
    pub fn extent(&self) -> Extent {
        match &self.kind {
            Kind::Table(table) => table.extent(),
            Kind::Log(log) => log.extent(),
            Kind::Sheet(sheet) => sheet.extent(),
        }
    }

    /// The next records of about this [weight](Record::weight) together; none at the end.
    ///
    /// # Errors
    /// Where the file breaks off; the records before that have been given.
    pub fn next_batch(&mut self, weight: usize) -> Result<Vec<Record>, Fault> {
        if let Some(fault) = self.fault.take() {
            return Err(fault);
        }
        let (mut batch, mut sum) = (Vec::new(), 0);
        while sum < weight {
            match self.next_record() {
                Ok(Some(record)) => {
                    sum += record.weight();
                    batch.push(record);
                }
                Ok(None) => break,
                Err(fault) if batch.is_empty() => return Err(fault),
                Err(fault) => {
                    self.fault = Some(fault);
                    break;
                }
            }
        }
        Ok(batch)
    }

    fn next_record(&mut self) -> Result<Option<Record>, Fault> {
        match &mut self.kind {
            Kind::Table(table) => table.next_record(),
            Kind::Log(log) => log.next_record(),
            Kind::Sheet(sheet) => sheet.next_record(),
        }
    }
}
