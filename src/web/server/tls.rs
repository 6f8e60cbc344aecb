//! TLS for our own door (S30): nothing older than 1.2, with the certificate that the settings name.
//!
//! A certificate is renewed by others, in its place. The two files are read again now and then, and what
//! is new and whole is what the next client sees; a pair that can't be used is told and not taken.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use sha2::{Digest, Sha256};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::{CryptoProvider, ring};
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::{ClientHello, ResolvesServerCert};
use tokio_rustls::rustls::sign::CertifiedKey;
use tokio_rustls::rustls::{self, ServerConfig};

/// How often the files are looked at.
const EVERY: Duration = Duration::from_secs(30);

/// Why the service can't speak TLS.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    #[error("{}: {detail}", file.display())]
    Unreadable { file: PathBuf, detail: String },
    #[error("certificate and key do not go together: {0}")]
    Unusable(rustls::Error),
}

/// What a look at the files has found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// What was there the last time.
    Same,
    /// Another pair, which is shown to clients from now on.
    Renewed,
    /// Something else that is of no use; clients see what they saw before.
    Refused,
}

/// Speaks TLS with the certificates of one PEM file, our own first, and the key of another.
#[derive(Clone)]
pub struct Tls {
    acceptor: TlsAcceptor,
    pair: Arc<Pair>,
    every: Duration,
}

impl Tls {
    /// # Errors
    /// Where a file can't be read or is no PEM; where the key is not the certificate's.
    pub fn open(certificate: &Path, key: &Path) -> Result<Self, TlsError> {
        let pair = Arc::new(Pair::read(certificate, key)?);
        // 1.2 and 1.3: the library knows nothing older.
        let mut config = ServerConfig::builder_with_provider(provider())
            .with_safe_default_protocol_versions()
            .map_err(TlsError::Unusable)?
            .with_no_client_auth()
            .with_cert_resolver(Arc::clone(&pair) as Arc<dyn ResolvesServerCert>);
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        // Each client gets the strongest that it has, and not what it names first.
        config.ignore_client_order = true;
        Ok(Self { acceptor: TlsAcceptor::from(Arc::new(config)), pair, every: EVERY })
    }

    /// The same, which looks at its files so often.
    #[must_use]
    pub fn looking_every(self, every: Duration) -> Self {
        Self { every, ..self }
    }

    /// Looks whether the files are others by now, and says so in the log.
    #[must_use]
    pub fn look_again(&self) -> Look {
        self.pair.look_again()
    }

    pub(super) fn acceptor(&self) -> TlsAcceptor {
        self.acceptor.clone()
    }

    /// Looks again and again, for as long as it is asked.
    pub(super) async fn keep_up(self) {
        let mut beat = tokio::time::interval(self.every);
        loop {
            beat.tick().await;
            let pair = Arc::clone(&self.pair);
            // A disk that hangs holds no connection up.
            _ = tokio::task::spawn_blocking(move || pair.look_again()).await;
        }
    }
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(ring::default_provider())
}

/// The two files, and what of them is in use.
#[derive(Debug)]
struct Pair {
    certificate: PathBuf,
    key: PathBuf,
    in_use: Mutex<Arc<CertifiedKey>>,
    /// Of what was found the last time, used or not, so that it is told once.
    seen: Mutex<[u8; 32]>,
}

impl Pair {
    fn read(certificate: &Path, key: &Path) -> Result<Self, TlsError> {
        let found = Found::at(certificate, key);
        let (in_use, seen) = (Mutex::new(Arc::new(found.pair()?)), Mutex::new(found.mark()));
        Ok(Self { certificate: certificate.to_owned(), key: key.to_owned(), in_use, seen })
    }

    fn look_again(&self) -> Look {
        let found = Found::at(&self.certificate, &self.key);
        let mark = found.mark();
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if *seen == mark {
            return Look::Same;
        }
        *seen = mark;
        match found.pair() {
            Ok(pair) => {
                *self.in_use.lock().unwrap_or_else(PoisonError::into_inner) = Arc::new(pair);
                tracing::info!(certificate = %self.certificate.display(), "a renewed certificate is in use");
                Look::Renewed
            }
            Err(error) => {
                tracing::error!(
                    %error,
                    "the renewed certificate can't be used; the one before is shown until this is mended"
                );
                Look::Refused
            }
        }
    }
}

impl ResolvesServerCert for Pair {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.in_use.lock().unwrap_or_else(PoisonError::into_inner)))
    }
}

/// What two files hold at one moment.
struct Found<'p> {
    certificate: (&'p Path, std::io::Result<Vec<u8>>),
    key: (&'p Path, std::io::Result<Vec<u8>>),
}

impl<'p> Found<'p> {
    fn at(certificate: &'p Path, key: &'p Path) -> Self {
        Self { certificate: (certificate, std::fs::read(certificate)), key: (key, std::fs::read(key)) }
    }

    /// The same for the same content, and for the same fault.
    fn mark(&self) -> [u8; 32] {
        let mut mark = Sha256::new();
        for (_, content) in [&self.certificate, &self.key] {
            let digest = match content {
                Ok(bytes) => Sha256::digest(bytes),
                Err(error) => Sha256::digest(error.to_string()),
            };
            mark.update(digest);
        }
        mark.finalize().into()
    }

    fn pair(&self) -> Result<CertifiedKey, TlsError> {
        let chain = CertificateDer::pem_slice_iter(bytes(&self.certificate)?).collect::<Result<Vec<_>, _>>();
        let chain = chain.map_err(|error| unreadable(self.certificate.0, error))?;
        if chain.is_empty() {
            return Err(unreadable(self.certificate.0, "there is no certificate in it"));
        }
        let key = PrivateKeyDer::from_pem_slice(bytes(&self.key)?);
        let key = key.map_err(|error| unreadable(self.key.0, error))?;
        CertifiedKey::from_der(chain, key, &provider()).map_err(TlsError::Unusable)
    }
}

fn bytes<'f>((file, content): &'f (&Path, std::io::Result<Vec<u8>>)) -> Result<&'f [u8], TlsError> {
    content.as_deref().map_err(|error| unreadable(file, error))
}

fn unreadable(file: &Path, detail: impl ToString) -> TlsError {
    TlsError::Unreadable { file: file.to_owned(), detail: detail.to_string() }
}
