//! What binds a sign-in to the browser that began it: a cookie of this host alone.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::private::Private;
use http::HeaderMap;
use http::header::COOKIE;
use sha2::{Digest, Sha256};

/// Browsers take a name with `__Host-` only over TLS or from this machine, and from no neighbouring host.
const NAME: &str = "__Host-tomoshibi_oidc";

/// 32 random bytes in base64url. Printed, it is a mask.
#[derive(Clone, Debug)]
pub(crate) struct BrowserSecret(Private<String>);

impl BrowserSecret {
    pub(super) fn fresh() -> Self {
        Self(Private::new(drawn()))
    }

    /// The one cookie of our name, if it could be ours.
    pub(crate) fn shown(headers: &HeaderMap) -> Option<Self> {
        let lines = headers.get_all(COOKIE).iter().filter_map(|line| line.to_str().ok());
        let pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
        let mut ours = pairs.filter(|(name, _)| *name == NAME).map(|(_, value)| value);
        match (ours.next(), ours.next()) {
            (Some(value), None) => is_drawn(value).then(|| Self(Private::new(value.to_owned()))),
            (Some(_), Some(_)) | (None, _) => None,
        }
    }

    pub(crate) fn hash(&self) -> String {
        hash(self.0.reveal())
    }

    /// The provider's page leads back to us, so `Lax` it is.
    pub(super) fn cookie(&self, lasts: Duration) -> String {
        format!(
            "{NAME}={}; Path=/; Max-Age={}; Secure; HttpOnly; SameSite=Lax",
            self.0.reveal(),
            lasts.as_secs()
        )
    }

    pub(crate) fn no_cookie() -> String {
        format!("{NAME}=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Lax")
    }
}

/// Nobody guesses it.
pub(super) fn drawn() -> String {
    URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>())
}

pub(super) fn is_drawn(text: &str) -> bool {
    URL_SAFE_NO_PAD.decode(text).is_ok_and(|bytes| bytes.len() == 32)
}

pub(super) fn hash(secret: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(secret))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(cookies: &str) -> HeaderMap {
        HeaderMap::from_iter([(COOKIE, cookies.parse().unwrap())])
    }

    #[test]
    fn a_browser_shows_what_it_was_given_and_two_of_a_name_are_none() {
        let secret = BrowserSecret::fresh();
        let pair = secret.cookie(Duration::from_secs(60));
        let pair = pair.split(';').next().unwrap();

        assert_eq!(BrowserSecret::shown(&headers(&format!("a=b; {pair}"))).unwrap().hash(), secret.hash());
        assert!(BrowserSecret::shown(&headers(&format!("{pair}; {pair}"))).is_none());
        assert!(BrowserSecret::shown(&headers(&format!("{NAME}=short"))).is_none());
        assert!(!format!("{secret:?}").contains(secret.0.reveal()));
    }

    #[test]
    fn the_cookie_is_of_this_host_alone_and_no_script_reads_it() {
        let cookie = BrowserSecret::fresh().cookie(Duration::from_secs(600));

        assert!(cookie.starts_with("__Host-"));
        assert!(cookie.ends_with("; Path=/; Max-Age=600; Secure; HttpOnly; SameSite=Lax"));
        assert!(BrowserSecret::no_cookie().starts_with("__Host-tomoshibi_oidc=; Path=/; Max-Age=0;"));
    }
}
