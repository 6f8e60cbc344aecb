//! A client that sends what it likes, byte by byte if it has to.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};

use crate::house::PATIENCE;

pub struct Line {
    stream: TcpStream,
    /// Received and not looked at yet.
    left: Vec<u8>,
}

/// One answer.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    /// In lower case, the status line before them.
    pub head: String,
    pub body: String,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }
}

impl Line {
    pub async fn to(address: SocketAddr) -> Self {
        Self { stream: TcpStream::connect(address).await.unwrap(), left: Vec::new() }
    }

    /// From another address of this machine.
    pub async fn from(own: [u8; 4], address: SocketAddr) -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind((own, 0).into()).unwrap();
        Self { stream: socket.connect(address).await.unwrap(), left: Vec::new() }
    }

    /// With as little room for answers as the system allows.
    pub async fn with_small_ear(address: SocketAddr) -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(1024).unwrap();
        Self { stream: socket.connect(address).await.unwrap(), left: Vec::new() }
    }

    /// Sends, or says that nobody listens any more.
    pub async fn send(&mut self, text: &str) -> bool {
        self.send_bytes(text.as_bytes()).await
    }

    pub async fn send_bytes(&mut self, bytes: &[u8]) -> bool {
        self.stream.write_all(bytes).await.is_ok()
    }

    pub async fn get(&mut self, path: &str) -> Answer {
        self.ask(&format!("GET {path} HTTP/1.1\r\nHost: here\r\n\r\n")).await
    }

    pub async fn post(&mut self, path: &str) -> Answer {
        self.ask(&format!("POST {path} HTTP/1.1\r\nHost: here\r\nContent-Length: 0\r\n\r\n")).await
    }

    pub async fn ask(&mut self, request: &str) -> Answer {
        assert!(self.send(request).await, "nobody listens");
        self.answer().await
    }

    /// The next answer.
    pub async fn answer(&mut self) -> Answer {
        tokio::time::timeout(PATIENCE, self.read_answer()).await.expect("no answer in time")
    }

    async fn read_answer(&mut self) -> Answer {
        let end = loop {
            if let Some(end) = self.left.windows(4).position(|four| four == b"\r\n\r\n") {
                break end + 4;
            }
            assert!(self.read().await, "closed without an answer");
        };
        let head = String::from_utf8(self.left.drain(..end).collect()).unwrap().to_lowercase();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        let answer = Answer { status, head, body: String::new() };
        let length = answer.header("content-length").map_or(0, |length| length.parse().unwrap());
        while self.left.len() < length {
            assert!(self.read().await, "closed in the middle of an answer");
        }
        let body = String::from_utf8(self.left.drain(..length).collect()).unwrap();
        Answer { body, ..answer }
    }

    async fn read(&mut self) -> bool {
        self.stream.read_buf(&mut self.left).await.is_ok_and(|length| length > 0)
    }

    /// Takes one byte from the line.
    pub async fn take_one_byte(&mut self) {
        _ = self.stream.read_u8().await;
    }

    /// Waits until the other side has closed, dropping what it still said.
    pub async fn closed(&mut self) {
        tokio::time::timeout(PATIENCE, async { while self.read().await {} }).await.expect("it is still open");
    }

    /// Whether nothing is said and nothing closed for this long.
    pub async fn is_quiet_for(&mut self, length: Duration) -> bool {
        tokio::time::timeout(length, self.read()).await.is_err()
    }
}
