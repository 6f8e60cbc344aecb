//! Where a request comes from: the socket's address, or what a trusted proxy tells of it (S17).
//!
//! Anyone can send `X-Forwarded-For`. It is believed only as far as it was written by peers
//! that the settings name: read from its right end, the first address that is none of theirs.

use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use axum::extract::{FromRef, FromRequestParts};
use axum::http::HeaderMap;
use axum::http::request::Parts;

use crate::app::App;
use crate::config::Networks;

const FORWARDED_FOR: &str = "x-forwarded-for";

/// The other end of the connection, as the accept loop saw it.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub SocketAddr);

/// The client's address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Client(pub IpAddr);

impl Client {
    /// The client behind `peer`, whose word is taken only if it is one of `trusted`.
    #[must_use]
    pub fn behind(peer: IpAddr, headers: &HeaderMap, trusted: &Networks) -> Self {
        let mut client = peer.to_canonical();
        let told: Vec<&str> = headers
            .get_all(FORWARDED_FOR)
            .iter()
            .flat_map(|value| value.to_str().unwrap_or("?").split(','))
            .collect();
        let mut hops = told.into_iter().rev();
        while trusted.hold(client) {
            match hops.next().and_then(address) {
                Some(before) => client = before,
                None => break,
            }
        }
        Self(client)
    }

    /// The network that shares a fate with it: /24 of IPv4, /56 of IPv6 (S5).
    #[must_use]
    pub fn network(self) -> String {
        match self.0 {
            IpAddr::V4(address) => {
                let [a, b, c, _] = address.octets();
                format!("{}/24", Ipv4Addr::new(a, b, c, 0))
            }
            IpAddr::V6(address) => {
                let [a, b, c, d, ..] = address.segments();
                format!("{}/56", Ipv6Addr::new(a, b, c, d & 0xff00, 0, 0, 0, 0))
            }
        }
    }
}

/// `10.0.0.1`, `10.0.0.1:4711`, `2001:db8::1` or `[2001:db8::1]:4711`.
fn address(hop: &str) -> Option<IpAddr> {
    let hop = hop.trim();
    let with_port = || hop.parse::<SocketAddr>().ok().map(|address| address.ip());
    let bare = hop.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>().ok();
    bare.or_else(with_port).map(|address| address.to_canonical())
}

impl<S: Send + Sync> FromRequestParts<S> for Client
where
    App: FromRef<S>,
{
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        let app = App::from_ref(state);
        let peer = parts.extensions.get::<Peer>().map(|peer| peer.0.ip());
        let peer = peer.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED));
        Ok(Self::behind(peer, &parts.headers, &app.settings.web.trusted_proxies))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(peer: &str, forwarded: &[&str], trusted: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for value in forwarded {
            headers.append(FORWARDED_FOR, value.parse().unwrap());
        }
        let trusted = trusted.join(",").parse().unwrap();
        Client::behind(peer.parse().unwrap(), &headers, &trusted).0.to_string()
    }

    /// S17.
    #[test]
    fn the_address_is_the_last_one_that_no_trusted_proxy_made_up() {
        let proxy = ["10.0.0.1", "10.0.0.2"];
        for (peer, forwarded, trusted, expected) in [
            ("203.0.113.9", &["1.2.3.4"][..], &[][..], "203.0.113.9"),
            ("203.0.113.9", &["1.2.3.4"], &proxy, "203.0.113.9"),
            ("10.0.0.1", &[], &proxy, "10.0.0.1"),
            ("10.0.0.1", &["1.2.3.4"], &proxy, "1.2.3.4"),
            ("10.0.0.1", &["6.6.6.6, 1.2.3.4"], &proxy, "1.2.3.4"),
            ("10.0.0.1", &["6.6.6.6", "1.2.3.4, 10.0.0.2"], &proxy, "1.2.3.4"),
            ("10.0.0.1", &["6.6.6.6, nonsense, 10.0.0.2"], &proxy, "10.0.0.2"),
            ("10.0.0.1", &["1.2.3.4:5678"], &proxy, "1.2.3.4"),
            ("10.0.0.1", &["[2001:db8::1]:443"], &proxy, "2001:db8::1"),
            ("::ffff:10.0.0.1", &["::ffff:1.2.3.4"], &proxy, "1.2.3.4"),
            ("10.0.0.1", &["6.6.6.6, 1.2.3.4, 10.9.9.9"], &["10.0.0.0/8"], "1.2.3.4"),
        ] {
            assert_eq!(client(peer, forwarded, trusted), expected, "{peer} {forwarded:?}");
        }
    }

    #[test]
    fn neighbours_are_one_network() {
        let network = |text: &str| Client(text.parse().unwrap()).network();
        assert_eq!(network("203.0.113.9"), "203.0.113.0/24");
        assert_eq!(network("2001:db8:1:12ff::1"), "2001:db8:1:1200::/56");
    }
}
