//! The second way in: a provider says who somebody is (OpenID Connect, authorization code with PKCE).
//!
//! State, nonce and verifier stay here, each is used once, and only by the browser that began. Nobody gets an
//! account by coming this way: who is not known is refused in the words of a wrong password. Where the provider
//! does not vouch for a second factor, ours is asked for.

mod arrival;
mod attempt;
mod browser;
mod fault;
mod link;
mod provider;
mod routes;
mod settings;
mod told;

pub(crate) use browser::BrowserSecret;
pub(crate) use link::link;
pub(crate) use provider::Provider;
pub(crate) use routes::routes;
pub use settings::{Claim, OidcFault, OidcSettings, OidcWritten};
