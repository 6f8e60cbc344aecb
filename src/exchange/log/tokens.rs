//! The elements of an XES file one after the other, however long or hostile it is.
//!
//! Nothing is expanded but the five entities of XML itself, and one tag, text or comment
//! takes a few megabytes of memory at most. Knows elements and their `key` and `value`,
//! not what they mean.

use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;

use crate::domain::refusal::Said;
use crate::exchange::fault::Fault;
use crate::exchange::file::{self, Bytes, Extent};

/// A tag or text longer than this belongs to no log.
const LONGEST_PIECE_BYTES: usize = 4 << 20;
/// Attributes that an element of a log may have; it needs two.
const MOST_ATTRIBUTES: usize = 32;
/// Elements within each other.
const DEEPEST: usize = 64;
const BUFFER_BYTES: usize = 1 << 16;

/// What came next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token {
    Open(Kind),
    /// An element without content.
    Whole(Kind),
    Close,
    End,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Log,
    Trace,
    Event,
    Other,
}

pub(super) struct Tokens {
    path: PathBuf,
    xml: Reader<Watched>,
    buffer: Vec<u8>,
    depth: usize,
    extent: Extent,
    /// Of the element that was read last.
    pub(super) key: String,
    pub(super) value: String,
    /// Where it began, counted from 1.
    pub(super) line: u64,
}

impl Tokens {
    pub(super) fn open(path: &Path) -> Result<Self, Fault> {
        let (bytes, extent) = file::open(path)?;
        let mut xml = Reader::from_reader(Watched::new(bytes));
        xml.config_mut().check_comments = false;
        Ok(Self {
            path: path.to_owned(),
            xml,
            buffer: Vec::new(),
            depth: 0,
            extent,
            key: String::new(),
            value: String::new(),
            line: 1,
        })
    }

    pub(super) fn extent(&self) -> Extent {
        self.extent.clone()
    }

    /// How many elements are open.
    pub(super) fn depth(&self) -> usize {
        self.depth
    }

    pub(super) fn next(&mut self) -> Result<Token, Fault> {
        let mut buffer = std::mem::take(&mut self.buffer);
        let token = loop {
            buffer.clear();
            self.line = self.xml.get_ref().line;
            self.xml.get_mut().piece = 0;
            let next = match self.xml.read_event_into(&mut buffer) {
                Ok(Event::Start(element)) => self.element(&element).map(|kind| Some(Token::Open(kind))),
                Ok(Event::Empty(element)) => self.element(&element).map(|kind| Some(Token::Whole(kind))),
                Ok(Event::End(_)) => Ok(Some(Token::Close)),
                Ok(Event::Eof) => Ok(Some(Token::End)),
                Ok(Event::DocType(_)) => Err(self.fault(Said::new(
                    "Tệp có khai báo DTD (<!DOCTYPE>); vì an toàn, khai báo này không được đọc. Xóa khai báo rồi nhập lại.",
                    "The file declares a DTD (<!DOCTYPE>), which is not read, for safety. Remove it and import again.",
                ))),
                Ok(_) => Ok(None),
                Err(error) => Err(self.broken(&error)),
            };
            match next {
                Ok(None) => {}
                Ok(Some(token)) => break Ok(token),
                Err(fault) => break Err(fault),
            }
        };
        self.buffer = buffer;
        let token = token?;
        self.count(token)?;
        Ok(token)
    }

    fn count(&mut self, token: Token) -> Result<(), Fault> {
        match token {
            Token::Open(_) if self.depth == DEEPEST => Err(self.fault(Said::new(
                format!("Các phần tử lồng nhau quá {DEEPEST} cấp. Đây không phải tệp XES dùng được."),
                format!("Elements stand more than {DEEPEST} deep in each other. This is no usable XES file."),
            ))),
            Token::Open(_) => {
                self.depth += 1;
                Ok(())
            }
            Token::Close => {
                self.depth = self.depth.saturating_sub(1);
                Ok(())
            }
            Token::Whole(_) | Token::End => Ok(()),
        }
    }

    fn element(&mut self, element: &BytesStart<'_>) -> Result<Kind, Fault> {
        self.key.clear();
        self.value.clear();
        // Repetitions are not looked for: that costs more than it tells.
        for (count, attribute) in element.attributes().with_checks(false).enumerate() {
            if count == MOST_ATTRIBUTES {
                return Err(self.fault(Said::new(
                    format!("Phần tử có quá {MOST_ATTRIBUTES} thuộc tính. Đây không phải tệp XES dùng được."),
                    format!(
                        "An element has more than {MOST_ATTRIBUTES} attributes. This is no usable XES file."
                    ),
                )));
            }
            let attribute = attribute.map_err(|error| self.broken(&error))?;
            let wanted = match attribute.key.as_ref() {
                "key" => &mut self.key,
                "value" => &mut self.value,
                _ => continue,
            };
            match attribute.normalized_value(XmlVersion::Implicit1_0) {
                Ok(text) => wanted.push_str(&text),
                Err(error) => return Err(self.broken(&error)),
            }
        }
        Ok(match element.local_name().as_ref() {
            "log" => Kind::Log,
            "trace" => Kind::Trace,
            "event" => Kind::Event,
            _ => Kind::Other,
        })
    }

    fn broken(&self, error: &dyn std::fmt::Display) -> Fault {
        if self.xml.get_ref().piece > LONGEST_PIECE_BYTES {
            let most = LONGEST_PIECE_BYTES >> 20;
            return self.fault(Said::new(
                format!("Một thẻ hoặc giá trị dài quá {most} MB bắt đầu ở đây. Sửa ở hệ thống nguồn rồi xuất lại."),
                format!("A tag or value of more than {most} MB begins here. Correct it in the source and export again."),
            ));
        }
        Fault::broken_off(&self.path, self.line, error)
    }

    /// Something is wrong with the element that was read last.
    pub(super) fn fault(&self, said: Said) -> Fault {
        Fault::new(&self.path, Some(self.line), "", said)
    }
}

/// Counts lines and bytes as the parser takes them, and stops at a piece without end.
struct Watched {
    bytes: BufReader<Bytes>,
    /// Where the parser stands, counted from 1.
    line: u64,
    /// Bytes since the piece at hand began.
    piece: usize,
}

impl Watched {
    fn new(bytes: Bytes) -> Self {
        Self { bytes: BufReader::with_capacity(BUFFER_BYTES, bytes), line: 1, piece: 0 }
    }
}

impl Read for Watched {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut available = self.fill_buf()?;
        let length = available.read(buffer)?;
        self.consume(length);
        Ok(length)
    }
}

impl BufRead for Watched {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.piece > LONGEST_PIECE_BYTES {
            return Err(io::Error::other("a tag or text without end"));
        }
        self.bytes.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        let taken = self.bytes.buffer().get(..amount).unwrap_or_default();
        self.line += taken.iter().map(|byte| u64::from(*byte == b'\n')).sum::<u64>();
        self.piece += amount;
        self.bytes.consume(amount);
    }
}
