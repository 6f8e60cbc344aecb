//! Who a provincial identity provider says that somebody is: OpenID Connect's code flow with PKCE,
//! state and nonce (S19).
//!
//! Knows the provider and its tokens; which account belongs to whom is not its affair. A build
//! without the feature `oidc` has no provider and says so.

use secrecy::SecretString;
use serde::{Deserialize, Serialize};

#[cfg(feature = "oidc")]
mod provider;
#[cfg(feature = "oidc")]
mod transport;

#[cfg(feature = "oidc")]
pub use provider::Provider;

/// How the provider is reached and what it calls this service.
#[derive(Clone, Debug)]
pub struct ProviderSettings {
    /// `https://dangnhap.example.vn`: what its tokens must name, and where its discovery document lies.
    pub issuer: String,
    pub client_id: String,
    pub client_secret: SecretString,
    /// Where it sends people back to.
    pub redirect_url: String,
    /// More certificates to believe, in PEM: a province may have an authority of its own.
    pub extra_roots: Option<Vec<u8>>,
}

/// What has to be remembered between sending somebody to the provider and their return.
#[derive(Clone, Serialize, Deserialize)]
pub struct Question {
    pub state: String,
    pub nonce: String,
    pub verifier: String,
}

/// What the provider's answer brings to our address.
#[derive(Clone, Debug)]
pub struct Reply {
    pub code: String,
    /// Who says so (RFC 9207), where the provider says it.
    pub issuer: Option<String>,
}

/// Somebody, as the provider knows them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    pub issuer: String,
    pub subject: String,
}

/// Why somebody could not be identified.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    #[error("this program was built without the feature `oidc`")]
    NotBuilt,
    #[error("identity provider: {0}")]
    Settings(String),
    #[error("the identity provider can't be reached: {0}")]
    Unreachable(String),
    /// It answered, and what it said is not to be believed.
    #[error("the identity provider's answer is refused: {0}")]
    Refused(String),
}

/// A provider that a build without OpenID Connect can't have.
#[cfg(not(feature = "oidc"))]
#[derive(Debug)]
pub enum Provider {}

#[cfg(not(feature = "oidc"))]
impl Provider {
    /// # Errors
    /// Always: the feature `oidc` is missing.
    pub fn new(_settings: ProviderSettings) -> Result<Self, IdentityError> {
        Err(IdentityError::NotBuilt)
    }

    #[must_use]
    pub fn issuer(&self) -> &str {
        match *self {}
    }

    /// # Errors
    /// Never: there is none.
    #[expect(clippy::unused_async, reason = "the provider of a build that has one asks over the network")]
    pub async fn ask(&self, _now_seconds: i64) -> Result<(String, Question), IdentityError> {
        match *self {}
    }

    /// # Errors
    /// Never: there is none.
    #[expect(clippy::unused_async, reason = "the provider of a build that has one asks over the network")]
    pub async fn hear(
        &self,
        _question: &Question,
        _reply: Reply,
        _now_seconds: i64,
    ) -> Result<Identity, IdentityError> {
        match *self {}
    }
}
