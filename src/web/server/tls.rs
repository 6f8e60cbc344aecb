//! TLS for our own door (S30): nothing older than 1.2, with the certificate that the settings name.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{self, ServerConfig};

/// Why the service can't speak TLS.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    #[error("{}: {detail}", file.display())]
    Unreadable { file: PathBuf, detail: String },
    #[error("certificate and key do not go together: {0}")]
    Unusable(rustls::Error),
}

/// Speaks TLS with the certificates of one PEM file, our own first, and the key of another.
///
/// # Errors
/// Where a file can't be read or is no PEM; where the key is not the certificate's.
pub fn acceptor(certificate: &Path, key: &Path) -> Result<TlsAcceptor, TlsError> {
    let unreadable = |file: &Path, detail: String| TlsError::Unreadable { file: file.to_owned(), detail };
    let chain = CertificateDer::pem_file_iter(certificate)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|error| unreadable(certificate, error.to_string()))?;
    if chain.is_empty() {
        return Err(unreadable(certificate, "there is no certificate in it".to_owned()));
    }
    let own_key = PrivateKeyDer::from_pem_file(key).map_err(|error| unreadable(key, error.to_string()))?;
    // 1.2 and 1.3: the library knows nothing older.
    let mut config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(TlsError::Unusable)?
        .with_no_client_auth()
        .with_single_cert(chain, own_key)
        .map_err(TlsError::Unusable)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}
