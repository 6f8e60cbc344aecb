//! An SMTP relay on loopback that behaves as badly as a test wants.
//!
//! A script answers each step of each conversation; the relay records every byte that it
//! was told and every mail whose final dot it has seen, with the answer that it gave.

#![allow(dead_code, reason = "each test file uses its own part of it")]
#![allow(clippy::disallowed_methods, reason = "the relay lives as long as its test, nobody waits for it")]

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

/// Where a conversation stands when the relay has to react.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    Connected,
    Hello,
    StartTls,
    Auth,
    /// The sender's address.
    Mail(String),
    /// The recipient's address.
    Rcpt(String),
    Data,
    /// The whole content, dots undoubled.
    Dot(Vec<u8>),
    Rset,
    Quit,
    Other(String),
}

/// What the relay does then.
#[derive(Clone, Debug)]
pub enum Act {
    /// Says these bytes in one packet.
    Say(&'static str),
    /// Says them and closes.
    SayAndClose(&'static str),
    Close,
    /// Says nothing and waits until the other side is gone.
    Stall,
    /// Says one byte every few milliseconds, without end.
    Drip,
    /// Says the bytes once the test calls [`Relay::release`].
    SayWhenReleased(&'static str),
}

/// How the relay speaks when it does as it should.
#[must_use]
pub fn well_behaved(step: &Step) -> Act {
    Act::Say(match step {
        Step::Connected => "220 relay.test ESMTP\r\n",
        Step::Hello => "250-relay.test\r\n250-8BITMIME\r\n250-AUTH PLAIN LOGIN\r\n250 STARTTLS\r\n",
        Step::StartTls => "220 go ahead\r\n",
        Step::Auth => "235 welcome\r\n",
        Step::Mail(_) | Step::Rcpt(_) | Step::Rset => "250 ok\r\n",
        Step::Data => "354 go on\r\n",
        Step::Dot(_) => "250 accepted\r\n",
        Step::Quit => return Act::SayAndClose("221 bye\r\n"),
        Step::Other(_) => "500 what?\r\n",
    })
}

/// A mail whose final dot was seen, and what was answered to it.
#[derive(Clone, Debug)]
pub struct Seen {
    pub to: String,
    pub content: Vec<u8>,
    pub answer: String,
}

#[derive(Default)]
struct Record {
    said: Vec<u8>,
    mails: Vec<Seen>,
    connections: usize,
    open: usize,
    most_open: usize,
}

type Script = dyn Fn(usize, &Step) -> Act + Send + Sync;

pub struct Relay {
    pub address: SocketAddr,
    record: Arc<Mutex<Record>>,
    release: Arc<Notify>,
    accepting: JoinHandle<()>,
}

/// When a relay begins TLS.
#[derive(Clone, Default)]
pub enum Encryption {
    #[default]
    Never,
    FromTheStart(TlsAcceptor),
    /// After answering STARTTLS with 220.
    WhenAsked(TlsAcceptor),
}

impl Relay {
    /// The script is given the number of the connection (from 0) and the step.
    pub async fn start(script: impl Fn(usize, &Step) -> Act + Send + Sync + 'static) -> Self {
        Self::start_encrypted(Encryption::Never, script).await
    }

    pub async fn start_encrypted(
        encryption: Encryption,
        script: impl Fn(usize, &Step) -> Act + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (record, release) = (Arc::new(Mutex::new(Record::default())), Arc::new(Notify::new()));
        let talk = Talk { script: Arc::new(script), record: record.clone(), release: release.clone() };
        let accepting = tokio::spawn(async move {
            while let Ok((tcp, _)) = listener.accept().await {
                tokio::spawn(talk.clone().meet(tcp, encryption.clone()));
            }
        });
        Self { address, record, release, accepting }
    }

    /// Everything that was said to the relay and could be read by it, TLS or not.
    #[must_use]
    pub fn said(&self) -> String {
        String::from_utf8_lossy(&self.record.lock().unwrap().said).into_owned()
    }

    #[must_use]
    pub fn mails(&self) -> Vec<Seen> {
        self.record.lock().unwrap().mails.clone()
    }

    #[must_use]
    pub fn connections(&self) -> usize {
        self.record.lock().unwrap().connections
    }

    #[must_use]
    pub fn most_open_at_once(&self) -> usize {
        self.record.lock().unwrap().most_open
    }

    /// Lets one [`Act::SayWhenReleased`] speak.
    pub fn release(&self) {
        self.release.notify_one();
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

#[derive(Clone)]
struct Talk {
    script: Arc<Script>,
    record: Arc<Mutex<Record>>,
    release: Arc<Notify>,
}

impl Talk {
    async fn meet(self, tcp: TcpStream, encryption: Encryption) {
        let number = {
            let mut record = self.record.lock().unwrap();
            record.connections += 1;
            record.open += 1;
            record.most_open = record.most_open.max(record.open);
            record.connections - 1
        };
        match encryption {
            Encryption::Never => {
                self.converse(number, BufReader::new(tcp), true).await;
            }
            Encryption::FromTheStart(acceptor) => {
                if let Ok(stream) = acceptor.accept(tcp).await {
                    self.converse(number, BufReader::new(stream), true).await;
                }
            }
            Encryption::WhenAsked(acceptor) => {
                if let Some(plain) = self.converse(number, BufReader::new(tcp), true).await
                    && let Ok(stream) = acceptor.accept(plain.into_inner()).await
                {
                    self.converse(number, BufReader::new(stream), false).await;
                }
            }
        }
        self.record.lock().unwrap().open -= 1;
    }

    /// Gives the stream back after STARTTLS was answered with 220.
    async fn converse<S>(&self, number: usize, mut stream: BufReader<S>, greet: bool) -> Option<BufReader<S>>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        if greet {
            self.react(number, &Step::Connected, &mut stream).await?;
        }
        let (mut line, mut to) = (Vec::new(), String::new());
        loop {
            line.clear();
            if stream.read_until(b'\n', &mut line).await.ok()? == 0 {
                return None;
            }
            self.record.lock().unwrap().said.extend_from_slice(&line);
            let step = step_of(String::from_utf8_lossy(&line).trim_end());
            if let Step::Rcpt(address) = &step {
                to.clone_from(address);
            }
            let answer = self.react(number, &step, &mut stream).await?;
            if step == Step::StartTls && answer.starts_with("220") {
                return Some(stream);
            }
            if step == Step::Data && answer.starts_with("354") {
                let content = self.content(&mut stream).await?;
                let dot = Step::Dot(content.clone());
                let answer = (self.script)(number, &dot).words();
                // Noted before it is said: what the client reports may be compared at once.
                self.record.lock().unwrap().mails.push(Seen { to: to.clone(), content, answer });
                self.react(number, &dot, &mut stream).await?;
            }
        }
    }

    async fn content<S: AsyncRead + Unpin>(&self, stream: &mut BufReader<S>) -> Option<Vec<u8>> {
        let (mut content, mut line) = (Vec::new(), Vec::new());
        loop {
            line.clear();
            if stream.read_until(b'\n', &mut line).await.ok()? == 0 {
                return None;
            }
            self.record.lock().unwrap().said.extend_from_slice(&line);
            if line == b".\r\n" {
                return Some(content);
            }
            content.extend_from_slice(line.strip_prefix(b".").unwrap_or(&line));
        }
    }

    /// `None` ends the conversation.
    async fn react<S>(&self, number: usize, step: &Step, stream: &mut BufReader<S>) -> Option<String>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let act = (self.script)(number, step);
        let words = act.words();
        match act {
            Act::Say(_) => say(stream, words.as_bytes()).await?,
            Act::SayAndClose(_) => {
                say(stream, words.as_bytes()).await?;
                return None;
            }
            Act::Close => return None,
            Act::Stall => {
                let mut rest = Vec::new();
                while stream.read_until(b'\n', &mut rest).await.ok()? > 0 {
                    self.record.lock().unwrap().said.append(&mut rest);
                }
                return None;
            }
            Act::Drip => loop {
                say(stream, b"2").await?;
                tokio::time::sleep(std::time::Duration::from_millis(5)).await;
            },
            Act::SayWhenReleased(_) => {
                self.release.notified().await;
                say(stream, words.as_bytes()).await?;
            }
        }
        Some(words)
    }
}

impl Act {
    fn words(&self) -> String {
        match self {
            Self::Say(words) | Self::SayAndClose(words) | Self::SayWhenReleased(words) => (*words).to_owned(),
            Self::Close | Self::Stall | Self::Drip => String::new(),
        }
    }
}

async fn say<S: AsyncRead + AsyncWrite + Unpin>(stream: &mut BufReader<S>, words: &[u8]) -> Option<()> {
    stream.write_all(words).await.ok()?;
    stream.flush().await.ok()
}

fn step_of(line: &str) -> Step {
    let word = line.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase();
    let address = || line.split(['<', '>']).nth(1).unwrap_or_default().to_owned();
    match word.as_str() {
        "EHLO" | "HELO" => Step::Hello,
        "STARTTLS" => Step::StartTls,
        "AUTH" => Step::Auth,
        "MAIL" => Step::Mail(address()),
        "RCPT" => Step::Rcpt(address()),
        "DATA" => Step::Data,
        "RSET" => Step::Rset,
        "QUIT" => Step::Quit,
        _ => Step::Other(line.to_owned()),
    }
}
