//! Speaking with the provider: what it says of itself, where people are sent, what a code is worth.
//!
//! Only over TLS or on this machine, without redirects, within a limit. What it says of itself, its keys among
//! it, is believed for a minute; that it is away, for some seconds.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use domain::time::Instant;
use openidconnect::core::{
    CoreAuthPrompt, CoreAuthenticationFlow, CoreClient, CoreClientAuthMethod, CoreIdTokenClaims,
    CoreJwsSigningAlgorithm as Alg, CoreProviderMetadata,
};
use openidconnect::{
    AuthType, AuthorizationCode, ClaimsVerificationError, ClientId, ClientSecret, CsrfToken, DiscoveryError,
    EndpointMaybeSet, EndpointNotSet, EndpointSet, HttpRequest, HttpResponse, IssuerUrl, Nonce,
    PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, RequestTokenError, Scope, TokenResponse,
};
use reqwest::redirect::Policy;
use reqwest::{Client, Url};
use shell::clock::Clock;
use tokio::sync::Mutex;

use super::attempt::Begun;
use super::fault::Turned;
use super::settings::{OidcSettings, is_safe};
use super::told::Told;

const BELIEVED_FOR: Duration = Duration::from_secs(60);
const AWAY_FOR: Duration = Duration::from_secs(5);
/// Keys and descriptions are some kilobytes.
const MOST: usize = 1024 * 1024;
/// Signed with a key of the provider's own: never `none`, never with our own secret.
const SIGNED: [Alg; 9] = [
    Alg::RsaSsaPkcs1V15Sha256,
    Alg::RsaSsaPkcs1V15Sha384,
    Alg::RsaSsaPkcs1V15Sha512,
    Alg::RsaSsaPssSha256,
    Alg::RsaSsaPssSha384,
    Alg::RsaSsaPssSha512,
    Alg::EcdsaP256Sha256,
    Alg::EcdsaP384Sha384,
    Alg::EdDsa,
];

type Asked = CoreClient<
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// Cheap to clone.
#[derive(Clone)]
pub(crate) struct Provider {
    pub(crate) settings: Arc<OidcSettings>,
    http: Client,
    clock: Clock,
    known: Arc<Mutex<Option<Known>>>,
}

struct Known {
    until: Instant,
    /// None: it is away.
    asked: Option<Arc<Asked>>,
}

impl fmt::Debug for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Provider").field("settings", &self.settings).finish_non_exhaustive()
    }
}

/// No answer, or none that is worth reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the provider cannot be reached")]
pub(super) struct Unreachable;

impl Provider {
    /// None when this machine cannot speak TLS.
    pub(crate) fn new(settings: OidcSettings, clock: Clock) -> Option<Self> {
        // Only the first in a process counts; the binary may have been faster.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = Client::builder().redirect(Policy::none()).referer(false).user_agent("tomoshibi");
        let http = http.timeout(settings.limit).build().ok()?;
        Some(Self { settings: Arc::new(settings), http, clock, known: Arc::default() })
    }

    pub(crate) async fn answers(&self) -> bool {
        self.asked().await.is_ok()
    }

    /// Where to send somebody. `again`: they are to show themselves anew, whoever the provider remembers.
    pub(super) async fn address(&self, begun: &Begun, again: bool) -> Result<Url, Turned> {
        let asked = self.asked().await?;
        let (state, nonce) = (CsrfToken::new(begun.state.clone()), Nonce::new(begun.nonce.clone()));
        let verifier = PkceCodeVerifier::new(begun.verifier.clone());
        let mut request = asked
            .authorize_url(CoreAuthenticationFlow::AuthorizationCode, || state, || nonce)
            .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier));
        if let Some(scope) = self.settings.claim.scope() {
            request = request.add_scope(Scope::new(scope.to_owned()));
        }
        if again {
            request = request.add_prompt(CoreAuthPrompt::Login).set_max_age(Duration::ZERO);
        }
        Ok(request.url().0)
    }

    /// What the provider tells for a code, if all of it can be believed.
    pub(super) async fn redeem(&self, code: String, begun: Begun) -> Result<Told, Turned> {
        let asked = self.asked().await?;
        let request = asked.exchange_code(AuthorizationCode::new(code)).map_err(|_| Turned::Away)?;
        let request = request.set_pkce_verifier(PkceCodeVerifier::new(begun.verifier));
        let http = |request| speak(self.http.clone(), request);
        let token = request.request_async(&http).await.map_err(|fault| match fault {
            RequestTokenError::Request(Unreachable) => Turned::Away,
            RequestTokenError::ServerResponse(_) => Turned::Refused("provider_code"),
            RequestTokenError::Parse(..) | RequestTokenError::Other(_) => Turned::Refused("provider_answer"),
        })?;
        let signed = token.id_token().ok_or(Turned::Refused("provider_answer"))?;
        let claims = signed.claims(&self.verifier(&asked), &Nonce::new(begun.nonce)).map_err(unbelievable)?;
        self.told(claims)
    }

    fn told(&self, claims: &CoreIdTokenClaims) -> Result<Told, Turned> {
        Told::of(claims, &self.settings).ok_or(Turned::Refused("provider_claim"))
    }

    fn verifier<'a>(&self, asked: &'a Asked) -> openidconnect::core::CoreIdTokenVerifier<'a> {
        let clock = self.clock.clone();
        let now = move || {
            let micros = clock.now().micros();
            chrono::DateTime::from_timestamp_micros(micros).unwrap_or_default()
        };
        asked.id_token_verifier().set_allowed_algs(SIGNED).set_time_fn(now)
    }

    /// As it was understood last; else it is asked, by one at a time.
    async fn asked(&self) -> Result<Arc<Asked>, Turned> {
        let mut known = self.known.lock().await;
        let now = self.clock.now();
        if let Some(Known { asked, .. }) = known.as_ref().filter(|known| known.until > now) {
            return asked.clone().ok_or(Turned::Away);
        }
        let asked = self.discovered().await.map(Arc::new);
        let lasts = if asked.is_some() { BELIEVED_FOR } else { AWAY_FOR };
        *known = Some(Known { until: self.clock.now() + lasts, asked: asked.clone() });
        asked.ok_or(Turned::Away)
    }

    async fn discovered(&self) -> Option<Asked> {
        let issuer = IssuerUrl::new(self.settings.issuer.clone()).ok()?;
        let http = |request| speak(self.http.clone(), request);
        let metadata = CoreProviderMetadata::discover_async(issuer, &http).await;
        let metadata = metadata
            .inspect_err(|fault| {
                tracing::warn!(why = why(fault), "the provider of oidc.issuer cannot be asked")
            })
            .ok()?;
        let how = auth_type(&metadata);
        let secret = ClientSecret::new(self.settings.client_secret.reveal().clone());
        let id = ClientId::new(self.settings.client_id.clone());
        let redirect = RedirectUrl::from_url(self.settings.redirect.clone());
        let client = CoreClient::from_provider_metadata(metadata, id, Some(secret));
        Some(client.set_redirect_uri(redirect).set_auth_type(how))
    }
}

/// Nothing of what it said: that may be anything.
fn why(fault: &DiscoveryError<Unreachable>) -> &'static str {
    match fault {
        DiscoveryError::Request(Unreachable) => "does not answer",
        DiscoveryError::Validation(_) => "calls itself by another name than the setting",
        DiscoveryError::Response(..) => "answers with an error",
        DiscoveryError::Parse(_) | DiscoveryError::UrlParse(_) | DiscoveryError::Other(_) | _ => {
            "does not describe itself as OpenID Connect Discovery has it"
        }
    }
}

/// In the header, as every provider must take it, unless it names only the other way.
fn auth_type(metadata: &CoreProviderMetadata) -> AuthType {
    let Some(ways) = metadata.token_endpoint_auth_methods_supported() else { return AuthType::BasicAuth };
    match ways.contains(&CoreClientAuthMethod::ClientSecretBasic) {
        true => AuthType::BasicAuth,
        false => AuthType::RequestBody,
    }
}

fn unbelievable(fault: ClaimsVerificationError) -> Turned {
    use ClaimsVerificationError as Fault;
    Turned::Refused(match fault {
        Fault::Expired(_) => "token_expired",
        Fault::InvalidAudience(_) => "token_audience",
        Fault::InvalidIssuer(_) => "token_issuer",
        Fault::InvalidNonce(_) => "token_nonce",
        Fault::SignatureVerification(_) => "token_signature",
        Fault::InvalidAuthContext(_)
        | Fault::InvalidAuthTime(_)
        | Fault::InvalidSubject(_)
        | Fault::Unsupported(_)
        | Fault::Other(_)
        | _ => "token",
    })
}

/// One request, one answer.
async fn speak(http: Client, request: HttpRequest) -> Result<HttpResponse, Unreachable> {
    let request = reqwest::Request::try_from(request).map_err(|_| Unreachable)?;
    if !is_safe(request.url()) {
        return Err(Unreachable);
    }
    let mut answer = http.execute(request).await.map_err(|_| Unreachable)?;
    let (status, headers) = (answer.status(), answer.headers().clone());
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(|_| Unreachable)? {
        if body.len() + chunk.len() > MOST {
            return Err(Unreachable);
        }
        body.extend_from_slice(&chunk);
    }
    let mut response = HttpResponse::new(body);
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    // An error of theirs is their being away, not a refusal of this code.
    match status.is_server_error() {
        true => Err(Unreachable),
        false => Ok(response),
    }
}
