//! A network between the service and its database that can be made to misbehave.

use std::net::SocketAddr;
use std::sync::Mutex;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// What happens to the bytes on the way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Weather {
    Fair,
    /// Requests arrive, replies wait until it is fair again.
    RepliesHeld,
    /// Connections stay open, and nothing passes in either direction.
    Silence,
    /// Each reply is on its way for up to so long.
    Slow(Duration),
    /// From the next request on that holds this text, nothing passes any more.
    SilenceBefore(String),
    /// From the next request on that holds this text, replies wait.
    RepliesHeldAfter(String),
    /// The connection whose next request holds this text is cut before it arrives; once.
    CutBefore(&'static str),
    /// The connection whose next request holds this text is cut after the server has
    /// carried it out and before its reply arrives; once.
    CutAfter(&'static str),
}

/// A proxy in front of one server; it ends when dropped.
pub struct Proxy {
    pub address: SocketAddr,
    weather: watch::Sender<Weather>,
    /// How many requests and replies are held back.
    held: watch::Sender<u32>,
    ended: CancellationToken,
}

impl Proxy {
    pub async fn before(server: SocketAddr) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let (weather, _) = watch::channel(Weather::Fair);
        let (held, _) = watch::channel(0);
        let ended = CancellationToken::new();
        let (forecast, count, end) = (weather.clone(), held.clone(), ended.clone());
        TaskTracker::new().spawn(async move {
            let accept = async {
                while let Ok((client, _)) = listener.accept().await {
                    let (forecast, count, end) = (forecast.clone(), count.clone(), end.clone());
                    TaskTracker::new().spawn(async move {
                        tokio::select! {
                            () = carry(client, server, &forecast, &count) => {}
                            () = end.cancelled() => {}
                        }
                    });
                }
            };
            tokio::select! { () = accept => {} () = end.cancelled() => {} }
        });
        Self { address, weather, held, ended }
    }

    pub fn set(&self, weather: Weather) {
        self.weather.send_replace(weather);
    }

    /// Waits until something is held back.
    pub async fn held(&self) {
        self.held.subscribe().wait_for(|held| *held > 0).await.unwrap();
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.ended.cancel();
    }
}

async fn carry(
    client: TcpStream,
    server: SocketAddr,
    weather: &watch::Sender<Weather>,
    held: &watch::Sender<u32>,
) {
    let Ok(server) = TcpStream::connect(server).await else { return };
    let ((from_client, to_client), (from_server, to_server)) = (client.into_split(), server.into_split());
    let lose_reply = Mutex::new(false);
    tokio::select! {
        () = requests(from_client, to_server, weather, held, &lose_reply) => {}
        () = replies(from_server, to_client, weather, held, &lose_reply) => {}
    }
}

async fn requests(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    weather: &watch::Sender<Weather>,
    held: &watch::Sender<u32>,
    lose_reply: &Mutex<bool>,
) {
    let mut buffer = vec![0; 65_536];
    let mut seen = weather.subscribe();
    while let Ok(length @ 1..) = from.read(&mut buffer).await {
        _ = seen.wait_for(|weather| *weather != Weather::Silence).await;
        let request = &buffer[..length];
        let says = |text: &str| request.windows(text.len()).any(|part| part == text.as_bytes());
        let now = seen.borrow().clone();
        match now {
            Weather::CutBefore(text) if says(text) => {
                weather.send_replace(Weather::Fair);
                return;
            }
            Weather::CutAfter(text) if says(text) => *lose_reply.lock().unwrap() = true,
            Weather::SilenceBefore(text) if says(&text) => {
                weather.send_replace(Weather::Silence);
                held.send_modify(|held| *held += 1);
                _ = seen.wait_for(|weather| *weather != Weather::Silence).await;
                held.send_modify(|held| *held -= 1);
            }
            Weather::RepliesHeldAfter(text) if says(&text) => {
                weather.send_replace(Weather::RepliesHeld);
            }
            _ => {}
        }
        if to.write_all(request).await.is_err() {
            return;
        }
    }
}

async fn replies(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    weather: &watch::Sender<Weather>,
    held: &watch::Sender<u32>,
    lose_reply: &Mutex<bool>,
) {
    let mut buffer = vec![0; 65_536];
    let mut seen = weather.subscribe();
    while let Ok(length @ 1..) = from.read(&mut buffer).await {
        if *lose_reply.lock().unwrap() {
            weather.send_replace(Weather::Fair);
            return;
        }
        let longest = match *seen.borrow() {
            Weather::Slow(longest) => longest,
            _ => Duration::ZERO,
        };
        tokio::time::sleep(longest.mul_f64(rand::random())).await;
        let passes = |weather: &Weather| !matches!(weather, Weather::RepliesHeld | Weather::Silence);
        if !passes(&seen.borrow()) {
            held.send_modify(|held| *held += 1);
            _ = seen.wait_for(passes).await;
            held.send_modify(|held| *held -= 1);
        }
        if to.write_all(&buffer[..length]).await.is_err() {
            return;
        }
    }
}
