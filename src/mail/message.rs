//! From words to the bytes of a mail: one sender, one recipient, text and HTML.
//!
//! The same draft gives the same bytes, so that a mail tried twice is one mail. Whatever
//! enters a header is one line by its type: lettre panics at a line break in a name.

use std::fmt;
use std::str::FromStr;
use std::time::{Duration, SystemTime};

use lettre::Address;
use lettre::message::header::{Header, HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message, MultiPart, SinglePart};

use crate::domain::time::Moment;
use crate::domain::words::{Subject, one_line};

/// Words that can't become a mail.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MailError {
    #[error("{0:?} is no mail address that can be written to; expected name@domain in plain letters")]
    Address(String),
    #[error("{0:?} is no Message-ID; expected <id@domain>")]
    MessageId(String),
    #[error("a mail can't be dated {0}")]
    Date(Moment),
    #[error("the mail can't be built: {0}")]
    Build(String),
}

/// An address that a relay can be told: ASCII, no quoting, no line breaks.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct MailAddress(Address);

impl MailAddress {
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_ref()
    }
}

impl FromStr for MailAddress {
    type Err = MailError;

    fn from_str(text: &str) -> Result<Self, MailError> {
        let plain = |c: char| c.is_ascii_graphic() && !r#"<>()[]\",;:"#.contains(c);
        let wrong = || MailError::Address(text.to_owned());
        if text.len() > 254 || !text.chars().all(plain) {
            return Err(wrong());
        }
        text.parse().map(Self).map_err(|_| wrong())
    }
}

impl fmt::Display for MailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Shows the domain alone: an address is personal data.
impl fmt::Debug for MailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "…@{}", self.0.domain())
    }
}

/// A name and the address under which it is reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Correspondent {
    name: Option<String>,
    address: MailAddress,
}

impl Correspondent {
    const MAX_NAME: usize = 150;

    /// Takes the name as one line of at most 150 characters; an empty one is left out.
    #[must_use]
    pub fn new(name: &str, address: MailAddress) -> Self {
        let name: String = one_line(name).chars().take(Self::MAX_NAME).collect();
        Self { name: (!name.is_empty()).then_some(name), address }
    }

    fn mailbox(&self) -> Mailbox {
        Mailbox::new(self.name.clone(), self.address.0.clone())
    }
}

/// `<id@domain>`, made when a mail is put into the outbox and kept for every try.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct MessageId(String);

impl MessageId {
    /// `id` is a ULID or anything else that is never given twice.
    ///
    /// # Errors
    /// Where either half has characters that a Message-ID can't have.
    pub fn new(id: &str, domain: &str) -> Result<Self, MailError> {
        format!("<{id}@{domain}>").parse()
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A boundary between the parts that no encoded line can equal: `=_` occurs in neither
    /// quoted-printable nor Base64.
    fn boundary(&self) -> String {
        let letters = self.0.chars().filter(char::is_ascii_alphanumeric).take(60);
        format!("=_{}", letters.collect::<String>())
    }
}

impl FromStr for MessageId {
    type Err = MailError;

    fn from_str(text: &str) -> Result<Self, MailError> {
        let half = |half: &str| {
            !half.is_empty() && half.chars().all(|c| c.is_ascii_alphanumeric() || ".-_+".contains(c))
        };
        let inner = text.strip_prefix('<').and_then(|rest| rest.strip_suffix('>'));
        let whole = inner.and_then(|inner| inner.split_once('@')).is_some_and(|(a, b)| half(a) && half(b));
        if whole && text.len() <= 250 {
            Ok(Self(text.to_owned()))
        } else {
            Err(MailError::MessageId(text.to_owned()))
        }
    }
}

impl fmt::Display for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Everything that a mail is made of.
#[derive(Clone, Copy, Debug)]
pub struct Draft<'a> {
    pub id: &'a MessageId,
    /// When it was put into the outbox; stays the same over all tries.
    pub date: Moment,
    pub from: &'a Correspondent,
    pub to: &'a Correspondent,
    pub subject: &'a Subject,
    pub text: &'a str,
    pub html: &'a str,
}

/// A mail ready to be spoken: its envelope and its bytes.
#[derive(Clone)]
pub struct Mail {
    pub(super) from: Address,
    pub(super) to: Address,
    bytes: Vec<u8>,
}

impl Mail {
    /// # Errors
    /// Where the date lies before 1970, or lettre refuses what it is given.
    pub fn build(draft: &Draft<'_>) -> Result<Self, MailError> {
        let alternatives = MultiPart::alternative()
            .boundary(draft.id.boundary())
            .singlepart(SinglePart::plain(draft.text.to_owned()))
            .singlepart(SinglePart::html(draft.html.to_owned()));
        let message = Message::builder()
            .message_id(Some(draft.id.to_string()))
            .date(date(draft.date)?)
            .from(draft.from.mailbox())
            .to(draft.to.mailbox())
            .subject(draft.subject.as_str())
            .header(AutoSubmitted)
            .multipart(alternatives)
            .map_err(|error| MailError::Build(error.to_string()))?;
        let (from, to) = (draft.from.address.0.clone(), draft.to.address.0.clone());
        Ok(Self { from, to, bytes: message.formatted() })
    }

    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

/// Shows no content.
impl fmt::Debug for Mail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Mail({} bytes)", self.bytes.len())
    }
}

/// lettre's date knows the years 1970 to 9999 and panics outside of them.
fn date(moment: Moment) -> Result<SystemTime, MailError> {
    const YEAR_10000: u64 = 253_402_300_800;
    let seconds = u64::try_from(moment.seconds()).ok().filter(|seconds| *seconds < YEAR_10000);
    let date = seconds.and_then(|seconds| SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(seconds)));
    date.ok_or(MailError::Date(moment))
}

/// `Auto-Submitted: auto-generated` (RFC 3834): no out-of-office note need answer.
#[derive(Clone)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}
