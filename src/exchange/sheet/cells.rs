//! The rows of one worksheet, read in a thread of its own: the reading library lends its
//! cells only as long as it holds the workbook.

use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use calamine::{Cell, DataRef, ExcelDateTime, ExcelDateTimeType, Reader, SheetType, Xlsx};

use crate::domain::refusal::Said;
use crate::exchange::fault::Fault;
use crate::exchange::file::Extent;

/// As many as a worksheet has.
const MOST_COLUMNS: u32 = 16_384;
/// Rows handed over at once, and how often that may lie ready.
const ROWS: usize = 256;
const AHEAD: usize = 2;

/// A row with the cells that hold something, by column.
pub(super) struct SheetRow {
    /// Counted from 1, as people see it.
    pub(super) line: u64,
    pub(super) cells: Vec<(usize, Value)>,
}

pub(super) enum Value {
    Text(String),
    Number(f64),
    /// A number that is shown as a date.
    Date(f64),
    /// `#N/A`, `#REF!` and the like.
    Failed,
}

type Chunk = Result<Vec<SheetRow>, Fault>;

/// Whether the workbook counts its days from 1904.
#[derive(Clone, Copy, Debug)]
pub(super) struct Epoch(bool);

impl Epoch {
    /// `2026-11-23T08:30:00.000`, or the day alone at its very beginning; none where the number
    /// is no date.
    pub(super) fn date(self, serial: f64) -> Option<String> {
        if !(1.0..2_958_466.0).contains(&serial) {
            return None;
        }
        let date = ExcelDateTime::new(serial, ExcelDateTimeType::DateTime, self.0);
        let (year, month, day, hour, minute, second, milli) = date.to_ymd_hms_milli();
        let day = format!("{year:04}-{month:02}-{day:02}");
        let begins = (hour, minute, second, milli) == (0, 0, 0, 0);
        Some(if begins { day } else { format!("{day}T{hour:02}:{minute:02}:{second:02}.{milli:03}") })
    }
}

/// The first worksheet or the one of this name, beginning with the first row that holds something.
pub(super) fn rows(
    path: &Path,
    file: File,
    sheet: Option<&str>,
    extent: Extent,
) -> Result<(Receiver<Chunk>, Epoch), Fault> {
    let (opened, waiting) = sync_channel(1);
    let (sender, receiver) = sync_channel(AHEAD);
    let place = path.to_owned();
    let sheet = sheet.map(str::to_owned);
    let read = move || {
        let file = BufReader::new(Counted { file, extent });
        let told = Worksheet::open(&place, file, sheet.as_deref());
        let Ok(mut worksheet) = told.map_err(|fault| opened.send(Err(fault))) else { return };
        if opened.send(Ok(Epoch(worksheet.book.has_1904_epoch()))).is_ok() {
            worksheet.send(&sender);
        }
    };
    let started = std::thread::Builder::new().name("sheet".to_owned()).spawn(read);
    started.map_err(|error| Fault::unreadable(path, &error))?;
    // A thread that broke down has said nothing.
    let epoch = waiting.recv().unwrap_or_else(|_| Err(damaged(path, None, &"no answer")))?;
    Ok((receiver, epoch))
}

pub(super) fn damaged(path: &Path, line: Option<u64>, error: &dyn std::fmt::Display) -> Fault {
    let said = Said::new(
        format!(
            "Bảng tính bị hỏng ({error}). Mở bằng phần mềm bảng tính, lưu thành CSV UTF-8 rồi nhập tệp đó."
        ),
        format!(
            "The workbook is damaged ({error}). Open it in a spreadsheet, save it as CSV UTF-8 and import that."
        ),
    );
    Fault::new(path, line, "", said)
}

struct Worksheet<R: Read + Seek> {
    path: PathBuf,
    book: Xlsx<R>,
    name: String,
}

impl<R: Read + Seek> Worksheet<R> {
    fn open(path: &Path, file: R, sheet: Option<&str>) -> Result<Self, Fault> {
        let book = Xlsx::new(file).map_err(|error| damaged(path, None, &error))?;
        let names = book.sheets_metadata().iter();
        let names: Vec<&str> =
            names.filter(|one| one.typ == SheetType::WorkSheet).map(|one| one.name.as_str()).collect();
        let found = match sheet {
            Some(wanted) => names.iter().find(|name| **name == wanted),
            None => names.first(),
        };
        let name = found.map(ToString::to_string).ok_or_else(|| no_sheet(path, sheet, &names))?;
        Ok(Self { path: path.to_owned(), book, name })
    }

    /// Ends with what is wrong, with an empty chunk at the end, or when nobody listens any more.
    fn send(&mut self, to: &SyncSender<Chunk>) {
        let mut line = 0;
        if let Err(error) = self.read(to, &mut line) {
            _ = to.send(Err(damaged(&self.path, Some(line + 1), &error)));
        }
    }

    fn read(&mut self, to: &SyncSender<Chunk>, line: &mut u64) -> Result<(), String> {
        let text = |error: calamine::XlsxError| error.to_string();
        let mut cells = self.book.worksheet_cells_reader(&self.name).map_err(text)?;
        let mut rows: Vec<SheetRow> = Vec::with_capacity(ROWS);
        while let Some(cell) = cells.next_cell().map_err(text)? {
            let (row, column) = cell.get_position();
            if column >= MOST_COLUMNS {
                return Err(format!("column {column}"));
            }
            *line = u64::from(row) + 1;
            let Some(value) = value(cell) else { continue };
            if rows.last().is_none_or(|last| last.line != *line) {
                if rows.len() == ROWS && to.send(Ok(std::mem::take(&mut rows))).is_err() {
                    return Ok(());
                }
                rows.push(SheetRow { line: *line, cells: Vec::new() });
            }
            if let (Some(last), Ok(column)) = (rows.last_mut(), usize::try_from(column)) {
                last.cells.push((column, value));
            }
        }
        if !rows.is_empty() {
            _ = to.send(Ok(rows));
        }
        _ = to.send(Ok(Vec::new()));
        Ok(())
    }
}

/// None where a cell shows nothing. A formula counts as what it last came to.
fn value(cell: Cell<DataRef<'_>>) -> Option<Value> {
    let text = match cell.get_value() {
        DataRef::Empty => return None,
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(number) => return Some(Value::Number(*number)),
        DataRef::DateTime(date) => return Some(Value::Date(date.as_f64())),
        DataRef::Error(_) => return Some(Value::Failed),
        DataRef::Bool(yes) => if *yes { "TRUE" } else { "FALSE" }.to_owned(),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text.clone(),
        DataRef::SharedString(text) => (*text).to_owned(),
    };
    (!text.trim().is_empty()).then_some(Value::Text(text))
}

fn no_sheet(path: &Path, wanted: Option<&str>, names: &[&str]) -> Fault {
    let wanted = wanted.unwrap_or_default();
    let names = names.iter().take(20).map(|name| format!("“{name}”")).collect::<Vec<_>>().join(", ");
    let said = Said::new(
        format!("Không có trang tính “{wanted}”. Các trang tính: {names}. Sửa “sheet” trong tệp ánh xạ."),
        format!("There is no worksheet {wanted:?}; there are: {names}. Correct “sheet” in the mapping."),
    );
    Fault::new(path, None, "sheet", said)
}

struct Counted {
    file: File,
    extent: Extent,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let length = self.file.read(buffer)?;
        self.extent.add(length);
        Ok(length)
    }
}

impl Seek for Counted {
    fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
        self.file.seek(to)
    }
}
