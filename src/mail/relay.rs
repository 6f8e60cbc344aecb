//! Where mail is handed over, and how: checked once, before the first word is spoken.
//!
//! Encryption is never weakened: a plain connection exists only towards this machine
//! itself, and there is no "TLS if offered".

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use lettre::transport::smtp::extension::ClientId;
use secrecy::SecretString;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{self, ClientConfig, RootCertStore};

use crate::domain::refusal::Said;

/// How the connection is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Security {
    /// TLS from the first byte (port 465).
    Implicit,
    /// TLS after STARTTLS, which the relay must offer (port 587).
    StartTls,
    /// No TLS, and therefore only towards a loopback address.
    PlainLoopbackOnly,
}

/// How long each part of the conversation may take.
#[derive(Clone, Copy, Debug)]
pub struct Timeouts {
    pub connect: Duration,
    /// Each command with its reply; TLS handshake and greeting too.
    pub command: Duration,
    /// The message itself and the reply to its final dot.
    pub final_dot: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            command: Duration::from_secs(30),
            final_dot: Duration::from_secs(300),
        }
    }
}

/// A relay as it is written in the configuration, not yet checked.
#[derive(Clone, Debug)]
pub struct RelaySettings {
    pub host: String,
    pub port: u16,
    pub security: Security,
    pub credentials: Option<(String, SecretString)>,
    /// The name that this machine gives itself in EHLO.
    pub hello: String,
    pub timeouts: Timeouts,
    /// Certificates (PEM) trusted beside the public ones, for an office's own authority.
    pub extra_roots: Option<Vec<u8>>,
}

/// A relay that may be spoken to.
#[derive(Clone)]
pub struct Relay {
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) protection: Protection,
    pub(super) credentials: Option<(String, SecretString)>,
    pub(super) hello: ClientId,
    pub(super) timeouts: Timeouts,
}

#[derive(Clone)]
pub(super) enum Protection {
    Implicit(Tls),
    StartTls(Tls),
    Loopback,
}

/// What a handshake needs: whom to expect, and whom to believe.
#[derive(Clone)]
pub(super) struct Tls {
    pub(super) name: ServerName<'static>,
    pub(super) config: Arc<ClientConfig>,
}

/// A relay that can't be used as it is configured.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RelayError {
    #[error(
        "mail relay {host:?}: a connection without TLS is allowed to this machine only; set TLS or use 127.0.0.1"
    )]
    NotLoopback { host: String },
    #[error("mail relay: {host:?} is neither a host name nor an address")]
    BadHost { host: String },
    #[error("mail relay: {hello:?} can't be said in EHLO; give this machine's full host name")]
    BadHello { hello: String },
    #[error("mail relay: the name or password contains a control character")]
    BadCredentials,
    #[error("mail relay: the extra certificates can't be read ({detail}); give a PEM file")]
    BadCertificates { detail: String },
    #[error("mail relay: TLS can't be set up ({detail})")]
    NoTls { detail: String },
}

impl RelayError {
    /// The same in both languages.
    #[must_use]
    pub fn said(&self) -> Said {
        let vietnamese = match self {
            Self::NotLoopback { host } => format!(
                "Máy chủ thư {host:?}: chỉ được kết nối không mã hóa tới chính máy này. Bật TLS hoặc dùng 127.0.0.1."
            ),
            Self::BadHost { host } => format!("Máy chủ thư: {host:?} không phải tên máy hay địa chỉ hợp lệ."),
            Self::BadHello { hello } => {
                format!("Máy chủ thư: không dùng được {hello:?} trong lệnh EHLO. Ghi tên máy đầy đủ.")
            }
            Self::BadCredentials => "Máy chủ thư: tên hoặc mật khẩu có ký tự điều khiển.".to_owned(),
            Self::BadCertificates { detail } => {
                format!("Máy chủ thư: không đọc được chứng thư bổ sung ({detail}). Cần tệp PEM.")
            }
            Self::NoTls { detail } => format!("Máy chủ thư: không thiết lập được TLS ({detail})."),
        };
        Said::new(vietnamese, self.to_string())
    }
}

impl Relay {
    /// # Errors
    /// Where the settings would send words in the clear beyond this machine, or can't be spoken at all.
    pub fn new(settings: RelaySettings) -> Result<Self, RelayError> {
        let RelaySettings { host, port, security, credentials, hello, timeouts, extra_roots } = settings;
        let protection = match security {
            Security::Implicit => Protection::Implicit(Tls::to(&host, extra_roots.as_deref())?),
            Security::StartTls => Protection::StartTls(Tls::to(&host, extra_roots.as_deref())?),
            Security::PlainLoopbackOnly if names_loopback(&host) => Protection::Loopback,
            Security::PlainLoopbackOnly => return Err(RelayError::NotLoopback { host }),
        };
        let unspeakable = |(name, password): &(String, SecretString)| {
            let password = secrecy::ExposeSecret::expose_secret(password);
            name.chars().chain(password.chars()).any(char::is_control)
        };
        if credentials.as_ref().is_some_and(unspeakable) {
            return Err(RelayError::BadCredentials);
        }
        Ok(Self { host, port, protection, credentials, hello: hello_name(hello)?, timeouts })
    }
}

/// Shows no password.
impl fmt::Debug for Relay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Relay({}:{})", self.host, self.port)
    }
}

impl Tls {
    fn to(host: &str, extra_roots: Option<&[u8]>) -> Result<Self, RelayError> {
        let name = ServerName::try_from(host.to_owned())
            .map_err(|_| RelayError::BadHost { host: host.to_owned() })?;
        let mut roots = webpki_roots::TLS_SERVER_ROOTS.iter().cloned().collect::<RootCertStore>();
        for certificate in CertificateDer::pem_slice_iter(extra_roots.unwrap_or_default()) {
            let unreadable = |detail: String| RelayError::BadCertificates { detail };
            let certificate = certificate.map_err(|error| unreadable(error.to_string()))?;
            roots.add(certificate).map_err(|error| unreadable(error.to_string()))?;
        }
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| RelayError::NoTls { detail: error.to_string() })?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Self { name, config: Arc::new(config) })
    }
}

/// `localhost` is believed here and checked again against the address it leads to.
fn names_loopback(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

fn hello_name(hello: String) -> Result<ClientId, RelayError> {
    match hello.parse() {
        Ok(IpAddr::V4(address)) => Ok(ClientId::Ipv4(address)),
        Ok(IpAddr::V6(address)) => Ok(ClientId::Ipv6(address)),
        Err(_) => {
            let host = |c: char| c.is_ascii_alphanumeric() || c == '.' || c == '-';
            let speakable = !hello.is_empty() && hello.len() <= 255 && hello.chars().all(host);
            if speakable { Ok(ClientId::Domain(hello)) } else { Err(RelayError::BadHello { hello }) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(host: &str, security: Security) -> RelaySettings {
        RelaySettings {
            host: host.to_owned(),
            port: 587,
            security,
            credentials: Some(("svc".to_owned(), SecretString::from("S3cret"))),
            hello: "motcua.laichau.gov.vn".to_owned(),
            timeouts: Timeouts::default(),
            extra_roots: None,
        }
    }

    #[test]
    fn words_in_the_clear_never_leave_this_machine() {
        for host in ["mail.laichau.gov.vn", "10.0.0.5", "localhost.evil.vn", "0.0.0.0", ""] {
            let refused = Relay::new(settings(host, Security::PlainLoopbackOnly));
            assert_eq!(refused.unwrap_err(), RelayError::NotLoopback { host: host.to_owned() });
        }
        for host in ["127.0.0.1", "127.8.9.1", "::1", "localhost"] {
            assert!(Relay::new(settings(host, Security::PlainLoopbackOnly)).is_ok(), "{host}");
        }
    }

    #[test]
    fn a_relay_that_cannot_be_spoken_to_is_refused_before_the_first_word() {
        let hello = RelaySettings { hello: "a\r\nMAIL".to_owned(), ..settings("m.vn", Security::Implicit) };
        assert!(matches!(Relay::new(hello).unwrap_err(), RelayError::BadHello { .. }));
        let pem = Some(b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n".to_vec());
        let roots = RelaySettings { extra_roots: pem, ..settings("m.vn", Security::StartTls) };
        assert!(matches!(Relay::new(roots).unwrap_err(), RelayError::BadCertificates { .. }));
        let secret = Some(("svc".to_owned(), SecretString::from("a\0b")));
        let secret = RelaySettings { credentials: secret, ..settings("m.vn", Security::StartTls) };
        assert_eq!(Relay::new(secret).unwrap_err(), RelayError::BadCredentials);
        assert!(matches!(
            Relay::new(settings("a b", Security::Implicit)).unwrap_err(),
            RelayError::BadHost { .. }
        ));
    }

    #[test]
    fn a_relay_shows_no_password() {
        let settings = settings("m.vn", Security::Implicit);
        assert!(!format!("{settings:?}").contains("S3cret"));
        assert!(!format!("{:?}", Relay::new(settings).unwrap()).contains("S3cret"));
    }
}
