//! Streams an event log in XES (IEEE 1849), plain or compressed: each trace is one record.
//!
//! A trace's own attributes are the mapping's columns, the attributes of its events those
//! of the step. What stands nested in an attribute is passed over.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use csv::ByteRecord;

use super::columns::Places;
use super::dates::Reading;
use super::digest::Parts;
use super::fault::Fault;
use super::file::Extent;
use super::mapping::{Mapping, StepColumns};
use super::row::Reader;
use crate::domain::refusal::Said;
use crate::work::import::record::{Reason, Record, Rejected, Step};

mod tokens;

use tokens::{Kind, Token, Tokens};

/// Steps that one dossier can have had; more would not fit into one short deed.
const MOST_STEPS: usize = 20_000;
/// Text of one trace that is kept.
const LONGEST_TRACE_BYTES: usize = 8 << 20;

/// An open log, somewhere between its traces.
pub struct Log {
    path: PathBuf,
    tokens: Tokens,
    mapping: Arc<Mapping>,
    places: Places,
    /// The line on which `<log>` began.
    begun: Option<u64>,
}

impl Log {
    /// # Errors
    /// Where the file can't be read.
    pub fn open(path: &Path, mapping: Arc<Mapping>) -> Result<Self, Fault> {
        let tokens = Tokens::open(path)?;
        let places = Places::of_log(path, &mapping)?;
        Ok(Self { path: path.to_owned(), tokens, mapping, places, begun: None })
    }

    /// How far the reading has come.
    #[must_use]
    pub fn extent(&self) -> Extent {
        self.tokens.extent()
    }

    /// The next trace; none at the end.
    ///
    /// # Errors
    /// Where the file is no XES, is not well-formed, has no end, or could do harm.
    pub fn next_record(&mut self) -> Result<Option<Record>, Fault> {
        loop {
            let token = self.tokens.next()?;
            match token {
                Token::Open(Kind::Log) | Token::Whole(Kind::Log) if self.begun.is_none() => {
                    self.begun = Some(self.tokens.line);
                }
                Token::Open(_) | Token::Whole(_) if self.begun.is_none() => {
                    return Err(self.no_log(self.tokens.line));
                }
                Token::End if self.begun.is_none() => return Err(self.no_log(1)),
                // Directly below the log; a nested attribute may be called as it likes.
                Token::Open(Kind::Trace) if self.tokens.depth() == 2 => return self.trace().map(Some),
                Token::Whole(Kind::Trace) if self.tokens.depth() == 1 => {
                    let trace = Trace::new(self);
                    return Ok(Some(trace.record(self)));
                }
                Token::End if self.tokens.depth() > 0 => {
                    return Err(self.cut_off(self.begun.unwrap_or(1)));
                }
                Token::End => return Ok(None),
                Token::Open(_) | Token::Whole(_) | Token::Close => {}
            }
        }
    }

    fn trace(&mut self) -> Result<Record, Fault> {
        let mut trace = Trace::new(self);
        let ground = self.tokens.depth();
        loop {
            let token = self.tokens.next()?;
            trace.parts.add(&[mark(token)]);
            trace.parts.add(self.tokens.key.as_bytes());
            trace.parts.add(self.tokens.value.as_bytes());
            let depth = self.tokens.depth();
            match token {
                Token::End => return Err(self.cut_off(trace.line)),
                Token::Close if depth < ground => return Ok(trace.record(self)),
                Token::Close if depth == ground => trace.end_event(self),
                Token::Close => {}
                Token::Open(Kind::Event) if depth == ground + 1 => trace.event = Some(Happened::default()),
                Token::Whole(Kind::Event) if depth == ground => {}
                Token::Open(_) if depth == ground + 1 => trace.attribute(self),
                Token::Whole(_) if depth == ground => trace.attribute(self),
                Token::Open(_) if depth == ground + 2 => trace.of_event(self),
                Token::Whole(_) if depth == ground + 1 => trace.of_event(self),
                Token::Open(_) | Token::Whole(_) => {}
            }
        }
    }

    fn no_log(&self, line: u64) -> Fault {
        let said = Said::new(
            "Đây không phải tệp XES: phần tử đầu tiên phải là <log>. Kiểm tra tệp và --format.",
            "This is no XES file: its first element must be <log>. Check the file and --format.",
        );
        Fault::new(&self.path, Some(line), "", said)
    }

    /// The file ends although something that began on `line` has not.
    fn cut_off(&self, line: u64) -> Fault {
        let said = Said::new(
            "Tệp hết giữa chừng: phần tử mở ở dòng này chưa được đóng. Tệp có lẽ bị cắt; xuất lại rồi nhập lại.",
            "The file ends too early: what begins on this line is not closed. It was probably cut off; \
             export and import it again.",
        );
        Fault::new(&self.path, Some(line), "", said)
    }
}

fn mark(token: Token) -> u8 {
    match token {
        Token::Open(Kind::Event) | Token::Whole(Kind::Event) => b'e',
        Token::Open(_) | Token::Whole(_) => b'a',
        Token::Close | Token::End => b'/',
    }
}

/// A trace as far as it has been read.
struct Trace {
    line: u64,
    parts: Parts,
    /// Its attributes in the order of the header, empty where it has none.
    fields: Vec<String>,
    steps: Vec<Step>,
    unreadable: Vec<String>,
    event: Option<Happened>,
    bytes: usize,
}

/// An event as far as it has been read.
#[derive(Default)]
struct Happened {
    name: String,
    at: String,
    officer: String,
}

impl Trace {
    fn new(log: &Log) -> Self {
        Self {
            line: log.tokens.line,
            parts: Parts::of(&log.mapping),
            fields: vec![String::new(); log.places.header.len()],
            steps: Vec::new(),
            unreadable: Vec::new(),
            event: None,
            bytes: 0,
        }
    }

    fn is_too_large(&self) -> bool {
        self.steps.len() > MOST_STEPS || self.bytes > LONGEST_TRACE_BYTES
    }

    fn attribute(&mut self, log: &Log) {
        let tokens = &log.tokens;
        if self.is_too_large() {
            return;
        }
        if let Ok(at) = log.places.header.binary_search(&tokens.key)
            && let Some(field) = self.fields.get_mut(at)
        {
            field.clone_from(&tokens.value);
            self.bytes += tokens.value.len();
        }
    }

    fn of_event(&mut self, log: &Log) {
        let tokens = &log.tokens;
        if self.is_too_large() {
            return;
        }
        let (Some(event), Some(columns)) = (&mut self.event, &log.mapping.step) else { return };
        let StepColumns { name, at, officer } = columns;
        let wanted = [(name, &mut event.name), (at, &mut event.at)].into_iter();
        let officer = officer.as_ref().map(|officer| (officer, &mut event.officer));
        for (_, text) in wanted.chain(officer).filter(|(key, _)| **key == tokens.key) {
            text.clone_from(&tokens.value);
            self.bytes += tokens.value.len();
        }
    }

    fn end_event(&mut self, log: &Log) {
        let (Some(event), Some(columns)) = (self.event.take(), &log.mapping.step) else { return };
        if self.is_too_large() {
            return;
        }
        let dates = &log.mapping.dates;
        let told = |text: &str| (!dates.is_missing(text)).then(|| text.trim().to_owned());
        let Some(name) = told(&event.name) else { return };
        match dates.read(&event.at) {
            Reading::Stamp(stamp) => {
                self.steps.push(Step { name, at: stamp.at, officer: told(&event.officer) });
            }
            Reading::Missing => {}
            Reading::Unreadable if self.unreadable.is_empty() => self.unreadable.push(columns.at.clone()),
            Reading::Unreadable => {}
        }
    }

    fn record(self, log: &Log) -> Record {
        let row = ByteRecord::from(self.fields.iter().map(String::as_str).collect::<Vec<_>>());
        let reader = Reader { mapping: &log.mapping, places: &log.places };
        let said = if self.is_too_large() {
            Err(Rejected { field: None, reason: Reason::TooLarge })
        } else {
            reader.told(&row).map(|mut told| {
                told.steps = self.steps;
                told.unreadable.extend(self.unreadable);
                told
            })
        };
        let digest = match &log.places.key {
            Some(_) => super::table::digest(&log.mapping, &log.places, &row),
            None => self.parts.digest(),
        };
        Record { line: self.line, digest, said }
    }
}
