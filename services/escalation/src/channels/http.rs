//! How we speak HTTP: no redirects, TLS by rustls on ring with the machine's own roots.

use reqwest::redirect::Policy;
use reqwest::{Client, Url};

use super::ChannelFault;

/// A receiver is who the settings say, never whom it points at.
pub(crate) fn http_client() -> Result<Client, ChannelFault> {
    // Only the first in a process counts; the binary may have been faster.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = Client::builder().redirect(Policy::none()).referer(false).user_agent("tomoshibi").build();
    client
        .map_err(|_| ChannelFault(vec!["this machine has no certificates to trust (ca-certificates)".into()]))
}

pub(crate) fn web_address(text: &str) -> Option<Url> {
    let is_usable = |url: &Url| matches!(url.scheme(), "http" | "https") && url.has_host();
    Url::parse(text).ok().filter(is_usable)
}
