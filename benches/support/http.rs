//! The least of an HTTP client: one connection that is kept, one request after the other.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use tokio::io::{AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

/// A connection to the service.
pub struct Client(BufReader<TcpStream>);

impl Client {
    pub async fn connect(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self(BufReader::new(stream)))
    }

    /// Sends a whole request and reads the whole answer, which must have this status; tells how long that took.
    pub async fn ask(&mut self, request: &str, status: &str) -> Result<(Vec<u8>, Duration)> {
        let sent = Instant::now();
        self.0.write_all(request.as_bytes()).await?;
        let body = self.answer(status).await?;
        Ok((body, sent.elapsed()))
    }

    async fn answer(&mut self, status: &str) -> Result<Vec<u8>> {
        let mut head = Vec::with_capacity(1024);
        while !head.ends_with(b"\r\n\r\n") {
            head.push(self.0.read_u8().await?);
        }
        let head = String::from_utf8(head)?;
        ensure!(head.starts_with(&format!("HTTP/1.1 {status}")), "{head}");
        let length = head
            .lines()
            .find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length:").map(str::to_owned))
            .context("no length")?;
        let mut body = vec![0; length.trim().parse()?];
        self.0.read_exact(&mut body).await?;
        Ok(body)
    }
}
