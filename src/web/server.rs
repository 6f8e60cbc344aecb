//! The accept loop: bounded in connections, in the time that a peer may take for anything, and
//! in the time that the last requests get when the service stops.
//!
//! A connection above a limit still gets an answer: it is marked as [`Crowded`], and the
//! [gate](super::gate) lets through only what must always get through.

mod seats;
pub mod tls;
mod wire;

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use futures_util::FutureExt;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt;

use super::address::Peer;
use super::plain::Encrypted;
use crate::config::{Networks, Web};
use crate::telemetry::traffic::Traffic;
pub use seats::Crowded;
use seats::{Seat, Seats};
use tls::Tls;
use wire::{Patience, Wire};

/// How long to wait after the system had no room for another connection.
const OUT_OF_FILES: Duration = Duration::from_millis(50);

/// What a connection may take.
#[derive(Clone, Debug)]
pub struct Limits {
    pub connections: usize,
    /// Of one client that is none of these.
    pub share: usize,
    pub proxies: Networks,
    /// For the whole head of a request, from its first byte or, at first, from the connection.
    pub header: Duration,
    /// Between two requests.
    pub idle: Duration,
    /// For the requests under way once the service stops.
    pub drain: Duration,
}

impl From<&Web> for Limits {
    fn from(web: &Web) -> Self {
        Self {
            connections: web.max_connections.size(),
            share: web.max_connections_per_client.size(),
            proxies: web.trusted_proxies.clone(),
            header: Duration::from_secs(web.header_timeout_s.get()),
            idle: Duration::from_secs(web.idle_timeout_s.get()),
            drain: Duration::from_secs(web.drain_s.get()),
        }
    }
}

/// Where clients come in, and whether they must speak TLS there.
pub struct Door {
    pub listener: TcpListener,
    pub tls: Option<Tls>,
}

impl From<TcpListener> for Door {
    /// In the clear, for this machine or a proxy before it.
    fn from(listener: TcpListener) -> Self {
        Self { listener, tls: None }
    }
}

/// Serves until `stop`, then lets the requests under way end within the drain time.
///
/// # Errors
/// Never by a connection; only where the listener itself is lost.
pub async fn serve(
    door: impl Into<Door>,
    router: Router,
    limits: Limits,
    traffic: Arc<Traffic>,
    stop: CancellationToken,
) -> std::io::Result<()> {
    let Door { listener, tls } = door.into();
    let Limits { connections, share, proxies, header, idle, drain } = limits;
    let hall = Hall {
        router,
        patience: Patience { header, idle },
        drain,
        tls,
        traffic,
        seats: Seats::new(connections, share, proxies),
        graceful: GracefulShutdown::new(),
        connections: TaskTracker::new(),
        cut: CancellationToken::new(),
    };
    if let Some(tls) = hall.tls.clone() {
        hall.connections.spawn(stop.clone().run_until_cancelled_owned(tls.keep_up()));
    }
    loop {
        tokio::select! {
            biased;
            () = stop.cancelled() => break,
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) => hall.welcome(stream, peer),
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(OUT_OF_FILES).await;
                }
            },
        }
    }
    // Who has connected already does not know that nobody would listen.
    while let Some(Ok((stream, peer))) = listener.accept().now_or_never() {
        hall.welcome(stream, peer);
    }
    drop(listener);
    hall.empty().await;
    Ok(())
}

/// The connections under way.
struct Hall {
    router: Router,
    patience: Patience,
    drain: Duration,
    tls: Option<Tls>,
    traffic: Arc<Traffic>,
    seats: Seats,
    graceful: GracefulShutdown,
    connections: TaskTracker,
    cut: CancellationToken,
}

impl Hall {
    fn welcome(&self, stream: TcpStream, peer: SocketAddr) {
        let Some(seat) = self.seats.take(peer.ip()) else {
            self.traffic.refused.add_one();
            return;
        };
        _ = stream.set_nodelay(true);
        let (router, patience) = (self.router.clone(), self.patience);
        let guest = Guest { router, patience, peer: Peer(peer), crowded: seat.crowded };
        let watcher = self.graceful.watcher();
        match self.tls.as_ref().map(Tls::acceptor) {
            None => self.hold(guest.converse(stream, false, watcher), seat),
            Some(tls) => self.hold(
                async move {
                    // A handshake takes no longer than a request's head may.
                    let shaken = tokio::time::timeout(guest.patience.header, tls.accept(stream)).await;
                    match shaken {
                        Ok(Ok(stream)) => guest.converse(stream, true, watcher).await,
                        Ok(Err(error)) => tracing::debug!(%error, "a TLS handshake failed"),
                        Err(_) => tracing::debug!("a TLS handshake took too long"),
                    }
                },
                seat,
            ),
        }
    }

    fn hold(&self, connection: impl Future<Output = ()> + Send + 'static, seat: Seat) {
        let (cut, inside) = (self.cut.clone(), self.traffic.connections.enter());
        self.connections.spawn(async move {
            tokio::select! {
                () = connection => {}
                () = cut.cancelled() => {}
            }
            drop((seat, inside));
        });
    }

    /// Lets everyone finish what they have begun, and sees off who does not in time.
    async fn empty(self) {
        self.connections.close();
        if tokio::time::timeout(self.drain, self.graceful.shutdown()).await.is_err() {
            tracing::warn!(connections = self.connections.len(), "not ended in time, these are cut");
            self.cut.cancel();
        }
        self.connections.wait().await;
    }
}

/// One connection's end of the conversation.
struct Guest {
    router: Router,
    patience: Patience,
    peer: Peer,
    crowded: Option<Crowded>,
}

impl Guest {
    async fn converse<S>(self, stream: S, encrypted: bool, watcher: Watcher)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let Self { router, patience, peer, crowded } = self;
        let (wire, phase) = Wire::new(stream, patience);
        let service = service_fn(move |mut request: hyper::Request<Incoming>| {
            phase.answering();
            request.extensions_mut().insert(peer);
            if let Some(crowded) = crowded {
                request.extensions_mut().insert(crowded);
            }
            if encrypted {
                request.extensions_mut().insert(Encrypted);
            }
            let (router, phase) = (router.clone(), phase.clone());
            async move {
                let response = answer(router, request.map(Body::new)).await;
                phase.waiting();
                Ok::<_, Infallible>(response)
            }
        });
        // The wire keeps the times: it knows an idle connection from a slow request.
        let connection = http1::Builder::new()
            .keep_alive(crowded.is_none())
            .header_read_timeout(None)
            .serve_connection(TokioIo::new(wire), service);
        if let Err(error) = watcher.watch(connection).await {
            tracing::debug!(%error, "a connection ended early");
        }
    }
}

async fn answer(router: Router, request: Request) -> Response {
    router.oneshot(request).await.unwrap_or_else(|never| match never {})
}
