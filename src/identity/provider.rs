//! The conversation with the provider: where to send people, and what their return proves.
//!
//! The library checks signature, issuer, audience, time and nonce; what it leaves to its caller is
//! decided here: which algorithms count, who the authorized party is, who has answered at all.

use std::fmt;
use std::sync::Mutex;

use chrono::DateTime;
use openidconnect::core::{
    CoreAuthDisplay, CoreAuthenticationFlow, CoreClaimName, CoreClaimType, CoreClient, CoreClientAuthMethod,
    CoreGrantType, CoreIdToken, CoreIdTokenClaims, CoreJsonWebKey, CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm, CoreJwsSigningAlgorithm, CoreResponseMode, CoreResponseType,
    CoreSubjectIdentifierType,
};
use openidconnect::{
    AdditionalProviderMetadata, AuthType, AuthorizationCode, ClientId, ClientSecret, CsrfToken,
    EndpointMaybeSet, EndpointNotSet, EndpointSet, IssuerUrl, Nonce, PkceCodeChallenge, PkceCodeVerifier,
    ProviderMetadata, RedirectUrl, TokenResponse,
};
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};

use super::transport::{Transport, is_loopback};
use super::{Identity, IdentityError, ProviderSettings, Question, Reply};

/// Signed by the provider with a key of its own: nothing that our own secret could sign, nothing unsigned.
const ALGORITHMS: [CoreJwsSigningAlgorithm; 5] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
    CoreJwsSigningAlgorithm::EdDsa,
];

/// The provider's document and keys are read anew after so many seconds.
const FRESH_S: i64 = 300;
/// A token that was issued longer ago, or is so far ahead of us, was not issued for this sign-in.
const OLDEST_TOKEN_S: i64 = 600;
const CLOCKS_APART_S: i64 = 120;

/// What of the discovery document the library does not read.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct More {
    /// RFC 9207: each answer names who gives it.
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
}

impl AdditionalProviderMetadata for More {}

type Metadata = ProviderMetadata<
    More,
    CoreAuthDisplay,
    CoreClientAuthMethod,
    CoreClaimName,
    CoreClaimType,
    CoreGrantType,
    CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm,
    CoreJsonWebKey,
    CoreResponseMode,
    CoreResponseType,
    CoreSubjectIdentifierType,
>;

type Client = CoreClient<
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// The province's identity provider.
pub struct Provider {
    issuer: IssuerUrl,
    client_id: ClientId,
    client_secret: ClientSecret,
    redirect_url: RedirectUrl,
    transport: Transport,
    /// What the provider last told of itself, and when.
    known: Mutex<Option<(i64, Metadata)>>,
}

/// Shows no secret.
impl fmt::Debug for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Provider({})", self.issuer.as_str())
    }
}

impl Provider {
    /// # Errors
    /// Where the settings are no addresses, or name a provider that is reached without TLS.
    pub fn new(settings: ProviderSettings) -> Result<Self, IdentityError> {
        let wrong =
            |what: &str, error: &dyn fmt::Display| IdentityError::Settings(format!("{what}: {error}"));
        let issuer = IssuerUrl::new(settings.issuer).map_err(|error| wrong("issuer", &error))?;
        let redirect_url =
            RedirectUrl::new(settings.redirect_url).map_err(|error| wrong("public_url", &error))?;
        let url = issuer.url();
        let is_here = url.scheme() == "http" && url.host_str().is_some_and(is_loopback);
        if url.scheme() != "https" && !is_here {
            return Err(wrong("issuer", &"it must begin with https://"));
        }
        Ok(Self {
            issuer,
            client_id: ClientId::new(settings.client_id),
            client_secret: ClientSecret::new(settings.client_secret.expose_secret().to_owned()),
            redirect_url,
            transport: Transport::new(settings.extra_roots.as_deref())?,
            known: Mutex::default(),
        })
    }

    #[must_use]
    pub fn issuer(&self) -> &str {
        self.issuer.as_str()
    }

    /// Where to send somebody, and what to remember until they are back.
    ///
    /// # Errors
    /// Where the provider can't be reached, or says of itself what can't be.
    pub async fn ask(&self, now_seconds: i64) -> Result<(String, Question), IdentityError> {
        let client = self.client(self.metadata(now_seconds, false).await?);
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let (url, state, nonce) = client
            .authorize_url(
                CoreAuthenticationFlow::AuthorizationCode,
                CsrfToken::new_random,
                Nonce::new_random,
            )
            .set_pkce_challenge(challenge)
            .url();
        let question = Question {
            state: state.into_secret(),
            nonce: nonce.secret().clone(),
            verifier: verifier.into_secret(),
        };
        Ok((url.to_string(), question))
    }

    /// Who has come back: changes the code for a token and believes what holds.
    ///
    /// # Errors
    /// Where the provider can't be reached; where anything about its answer is not as it must be.
    pub async fn hear(
        &self,
        question: &Question,
        reply: Reply,
        now_seconds: i64,
    ) -> Result<Identity, IdentityError> {
        let metadata = self.metadata(now_seconds, false).await?;
        self.check_speaker(&metadata, reply.issuer.as_deref())?;
        let client = self.client(metadata);
        let token = client
            .exchange_code(AuthorizationCode::new(reply.code))
            .map_err(|error| IdentityError::Refused(error.to_string()))?
            .set_pkce_verifier(PkceCodeVerifier::new(question.verifier.clone()))
            .request_async(&self.transport)
            .await
            .map_err(|error| IdentityError::Refused(told(&error)))?;
        let token = token.id_token().ok_or_else(|| IdentityError::Refused("no id_token".to_owned()))?;
        let nonce = Nonce::new(question.nonce.clone());
        let claims = match Self::claims(&client, token, &nonce, now_seconds) {
            Ok(claims) => claims.clone(),
            // Its keys may have changed since they were read.
            Err(_) => {
                let fresh = self.client(self.metadata(now_seconds, true).await?);
                Self::claims(&fresh, token, &nonce, now_seconds)?.clone()
            }
        };
        if claims.authorized_party().is_some_and(|party| party.as_str() != self.client_id.as_str()) {
            return Err(IdentityError::Refused("the token was made for another party".to_owned()));
        }
        Ok(Identity { issuer: self.issuer().to_owned(), subject: claims.subject().to_string() })
    }

    /// Whoever answers must be whom we have asked (mix-up).
    fn check_speaker(&self, metadata: &Metadata, speaker: Option<&str>) -> Result<(), IdentityError> {
        let must_say = metadata.additional_metadata().authorization_response_iss_parameter_supported;
        match speaker {
            Some(speaker) if speaker == self.issuer() => Ok(()),
            None if !must_say => Ok(()),
            other => Err(IdentityError::Refused(format!("{other:?} has answered"))),
        }
    }

    fn claims<'t>(
        client: &Client,
        token: &'t CoreIdToken,
        nonce: &Nonce,
        now_seconds: i64,
    ) -> Result<&'t CoreIdTokenClaims, IdentityError> {
        let now = DateTime::from_timestamp(now_seconds, 0).unwrap_or_default();
        let verifier = client
            .id_token_verifier()
            .set_allowed_algs(ALGORITHMS)
            .set_time_fn(move || now)
            .set_issue_time_verifier_fn(move |issued| {
                let age = now_seconds - issued.timestamp();
                let is_new = (-CLOCKS_APART_S..=OLDEST_TOKEN_S).contains(&age);
                if is_new { Ok(()) } else { Err(format!("issued {age} s ago")) }
            });
        token.claims(&verifier, nonce).map_err(|error| IdentityError::Refused(told(&error)))
    }

    fn client(&self, metadata: Metadata) -> Client {
        // Basic authentication is what must be supported where nothing is said.
        let by_form = metadata.token_endpoint_auth_methods_supported().is_some_and(|methods| {
            !methods.contains(&CoreClientAuthMethod::ClientSecretBasic)
                && methods.contains(&CoreClientAuthMethod::ClientSecretPost)
        });
        let auth_type = if by_form { AuthType::RequestBody } else { AuthType::BasicAuth };
        let secret = Some(self.client_secret.clone());
        CoreClient::from_provider_metadata(metadata, self.client_id.clone(), secret)
            .set_redirect_uri(self.redirect_url.clone())
            .set_auth_type(auth_type)
    }

    /// What the provider says of itself, read anew when it is old or must be fresh.
    async fn metadata(&self, now_seconds: i64, anew: bool) -> Result<Metadata, IdentityError> {
        let known = self.known.lock().ok().and_then(|known| known.clone());
        if let Some((read_at, metadata)) = known
            && !anew
            && (read_at..read_at + FRESH_S).contains(&now_seconds)
        {
            return Ok(metadata);
        }
        let metadata = Metadata::discover_async(self.issuer.clone(), &self.transport).await;
        let metadata = metadata.map_err(|error| IdentityError::Unreachable(told(&error)))?;
        if let Ok(mut known) = self.known.lock() {
            *known = Some((now_seconds, metadata.clone()));
        }
        Ok(metadata)
    }
}

/// An error with those below it; never what was sent.
fn told(error: &dyn std::error::Error) -> String {
    let below = std::iter::successors(error.source(), |error| error.source());
    std::iter::once(error.to_string()).chain(below.map(ToString::to_string)).collect::<Vec<_>>().join(": ")
}
