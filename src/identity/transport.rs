//! One request to the identity provider: over TLS, or in the clear to this machine alone; bounded in
//! time and size, and following no redirect.

use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use http_body_util::{BodyExt, Full, Limited};
use hyper::client::conn::http1;
use hyper::header::{HOST, HeaderValue};
use hyper_util::rt::TokioIo;
use openidconnect::http::{Request, Response};
use openidconnect::{AsyncHttpClient, HttpRequest, HttpResponse};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{self, ClientConfig, RootCertStore};

use super::IdentityError;

const LIMIT: Duration = Duration::from_secs(10);
/// More than any discovery document, key set or token.
const LONGEST: usize = 256 * 1024;

/// A request that got no answer.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct Unanswered(String);

#[derive(Clone)]
pub(super) struct Transport {
    tls: TlsConnector,
}

impl Transport {
    pub(super) fn new(extra_roots: Option<&[u8]>) -> Result<Self, IdentityError> {
        let unusable = |detail: String| IdentityError::Settings(format!("certificates: {detail}"));
        let mut roots = webpki_roots::TLS_SERVER_ROOTS.iter().cloned().collect::<RootCertStore>();
        for certificate in CertificateDer::pem_slice_iter(extra_roots.unwrap_or_default()) {
            let certificate = certificate.map_err(|error| unusable(error.to_string()))?;
            roots.add(certificate).map_err(|error| unusable(error.to_string()))?;
        }
        let config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|error| unusable(error.to_string()))?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Self { tls: TlsConnector::from(Arc::new(config)) })
    }

    async fn send(self, request: HttpRequest) -> Result<HttpResponse, Unanswered> {
        let answer = tokio::time::timeout(LIMIT, self.exchange(request));
        answer.await.map_err(|_| Unanswered("no answer in time".to_owned()))?
    }

    async fn exchange(&self, request: HttpRequest) -> Result<HttpResponse, Unanswered> {
        let uri = request.uri().clone();
        let host = uri.host().ok_or_else(|| Unanswered("an address without a host".to_owned()))?;
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        let is_tls = uri.scheme_str() == Some("https");
        if !is_tls && !is_loopback(bare) {
            return Err(Unanswered(format!("{host} is not asked without TLS")));
        }
        let port = uri.port_u16().unwrap_or(if is_tls { 443 } else { 80 });
        let failed = |error: &dyn std::fmt::Display| Unanswered(format!("{host}:{port}: {error}"));
        let stream = TcpStream::connect((bare, port)).await.map_err(|error| failed(&error))?;
        if !is_tls {
            return speak(stream, request).await;
        }
        let name = ServerName::try_from(bare.to_owned()).map_err(|error| failed(&error))?;
        speak(self.tls.connect(name, stream).await.map_err(|error| failed(&error))?, request).await
    }
}

impl<'c> AsyncHttpClient<'c> for Transport {
    type Error = Unanswered;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, Unanswered>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.clone().send(request))
    }
}

/// An address of this machine, written out: names may lead elsewhere.
pub(super) fn is_loopback(host: &str) -> bool {
    host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

async fn speak(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    request: HttpRequest,
) -> Result<HttpResponse, Unanswered> {
    let failed = |error: hyper::Error| Unanswered(error.to_string());
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(failed)?;
    let (mut parts, body) = request.into_parts();
    let authority = parts.uri.authority().map(|authority| authority.as_str().to_owned());
    let host = HeaderValue::from_str(&authority.unwrap_or_default());
    parts.headers.insert(HOST, host.map_err(|error| Unanswered(error.to_string()))?);
    let path = parts.uri.path_and_query().map_or("/", |path| path.as_str()).parse();
    parts.uri = path.map_err(|_| Unanswered("an address without a path".to_owned()))?;
    let request = Request::from_parts(parts, Full::new(bytes::Bytes::from(body)));
    let answer = async {
        let (parts, body) = sender.send_request(request).await.map_err(failed)?.into_parts();
        let body = Limited::new(body, LONGEST).collect().await;
        let body = body.map_err(|error| Unanswered(error.to_string()))?.to_bytes().to_vec();
        Ok(Response::from_parts(parts, body))
    };
    // The connection is driven for as long as its one answer takes, and dropped with it.
    tokio::pin!(answer);
    tokio::select! {
        answer = &mut answer => answer,
        ended = connection => match ended {
            Ok(()) => answer.await,
            Err(error) => Err(failed(error)),
        },
    }
}
