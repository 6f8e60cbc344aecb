//! Where people sign in who have an account of the province's own.

use std::path::PathBuf;

use secrecy::SecretString;
use serde::Deserialize;

/// The province's identity provider (OpenID Connect), where people may sign in instead.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct IdentityProvider {
    /// Empty: there is none.
    pub issuer: String,
    /// What the provider calls this service, and the secret between the two.
    pub client_id: String,
    #[serde(deserialize_with = "super::secret")]
    pub client_secret: Option<SecretString>,
    /// Read at the start where `client_secret` is not given.
    pub client_secret_file: Option<PathBuf>,
    /// Certificates, in PEM, that are believed beside the public ones.
    pub certificates: Option<PathBuf>,
    /// What stands on the button.
    pub label: String,
}

impl Default for IdentityProvider {
    fn default() -> Self {
        Self {
            issuer: String::new(),
            client_id: String::new(),
            client_secret: None,
            client_secret_file: None,
            certificates: None,
            label: "Đăng nhập bằng tài khoản của tỉnh".to_owned(),
        }
    }
}

impl IdentityProvider {
    /// Whether people may sign in there.
    #[must_use]
    pub fn is_set_up(&self) -> bool {
        !self.issuer.is_empty()
    }
}
