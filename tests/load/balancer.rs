//! Hands connections to several nodes in turn, and passes over one that is not there.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::{CancellationToken, DropGuard};
use tokio_util::task::TaskTracker;

pub struct Balancer {
    pub address: SocketAddr,
    nodes: Arc<Mutex<Vec<SocketAddr>>>,
    _ended: DropGuard,
}

impl Balancer {
    pub async fn before(nodes: Vec<SocketAddr>) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let (nodes, ended) = (Arc::new(Mutex::new(nodes)), CancellationToken::new());
        let (known, end) = (Arc::clone(&nodes), ended.clone());
        TaskTracker::new().spawn(async move {
            let turn = AtomicUsize::new(0);
            let accept = async {
                while let Ok((mut client, _)) = listener.accept().await {
                    let first = turn.fetch_add(1, Ordering::Relaxed);
                    let nodes = known.lock().unwrap().clone();
                    let end = end.clone();
                    TaskTracker::new().spawn(async move {
                        let Some(mut node) = reach(&nodes, first).await else { return };
                        tokio::select! {
                            _ = tokio::io::copy_bidirectional(&mut client, &mut node) => {}
                            () = end.cancelled() => {}
                        }
                    });
                }
            };
            tokio::select! { () = accept => {} () = end.cancelled() => {} }
        });
        Self { address, nodes, _ended: ended.drop_guard() }
    }

    /// The node at this place listens here from now on.
    pub fn set(&self, place: usize, address: SocketAddr) {
        self.nodes.lock().unwrap()[place] = address;
    }
}

/// The first node from `first` on that takes the connection.
async fn reach(nodes: &[SocketAddr], first: usize) -> Option<TcpStream> {
    for place in 0..nodes.len() {
        if let Ok(stream) = TcpStream::connect(nodes[(first + place) % nodes.len()]).await {
            return Some(stream);
        }
    }
    None
}
