//! Keeps passwords, codes and tokens off lines that others can listen at (S30).
//!
//! Whoever signs in or shows a bearer token must come over TLS, from this machine, or through a proxy
//! of ours that does not say that it was asked in the clear.

use std::net::IpAddr;

use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::address::Peer;
use super::failure::Failure;
use crate::app::App;
use crate::config::Networks;
use crate::domain::refusal::{Kind, Refusal};

const FORWARDED_PROTO: &str = "x-forwarded-proto";

/// The request came over TLS that ended here.
#[derive(Clone, Copy, Debug)]
pub struct Encrypted;

/// Refuses what is secret and came in the clear.
pub async fn refuse(State(app): State<App>, request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<Peer>().map(|peer| peer.0.ip().to_canonical());
    let encrypted = request.extensions().get::<Encrypted>().is_some();
    let headers = request.headers();
    let exposed =
        peer.is_some_and(|peer| is_exposed(peer, encrypted, headers, &app.settings.web.trusted_proxies));
    if exposed && !app.settings.development && is_secret(&request) {
        return Failure::from(in_the_clear()).into_response();
    }
    next.run(request).await
}

fn is_exposed(peer: IpAddr, encrypted: bool, headers: &HeaderMap, proxies: &Networks) -> bool {
    if encrypted {
        return false;
    }
    if proxies.hold(peer) {
        let told = headers.get(FORWARDED_PROTO).and_then(|value| value.to_str().ok());
        return told.is_some_and(|scheme| !scheme.trim().eq_ignore_ascii_case("https"));
    }
    !peer.is_loopback()
}

fn is_secret(request: &Request) -> bool {
    let path = request.uri().path();
    let entrance = ["/sign-in", "/activate", "/api/v1/sign-in"];
    let enters = entrance
        .iter()
        .any(|one| path.strip_prefix(one).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')));
    enters || path.starts_with("/account") || request.headers().contains_key(AUTHORIZATION)
}

fn in_the_clear() -> Refusal {
    Refusal::new(
        Kind::NotAllowed,
        "Không đăng nhập qua kết nối không mã hóa. Mở lại địa chỉ bắt đầu bằng https://.",
        "Nobody signs in over a connection in the clear. Open the address that begins with https://.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_tls_this_machine_and_our_proxies_are_no_open_line() {
        let proxies: Networks = "10.0.0.1".parse().unwrap();
        for (peer, encrypted, told, expected) in [
            ("203.0.113.9", false, None, true),
            ("203.0.113.9", true, None, false),
            ("203.0.113.9", false, Some("https"), true),
            ("127.0.0.1", false, None, false),
            ("::1", false, None, false),
            ("127.0.0.1", false, Some("http"), false),
            ("10.0.0.1", false, None, false),
            ("10.0.0.1", false, Some("https"), false),
            ("10.0.0.1", false, Some("http"), true),
            ("10.0.0.2", false, Some("https"), true),
        ] {
            let mut headers = HeaderMap::new();
            if let Some(told) = told {
                headers.insert(FORWARDED_PROTO, told.parse().unwrap());
            }
            let exposed = is_exposed(peer.parse().unwrap(), encrypted, &headers, &proxies);
            assert_eq!(exposed, expected, "{peer} {encrypted} {told:?}");
        }
    }
}
