//! The secret that proves a session. The store knows its hash only.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// 32 random bytes in base64url. Printed, it is a mask.
#[derive(Clone)]
pub struct SessionToken(Zeroizing<String>);

impl SessionToken {
    pub(super) fn fresh() -> Self {
        Self(Zeroizing::new(URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>())))
    }

    /// As a browser or a client sent it; nothing that could not be ours is looked up.
    pub fn read(text: &str) -> Option<Self> {
        let ours = URL_SAFE_NO_PAD.decode(text).is_ok_and(|bytes| bytes.len() == 32);
        ours.then(|| Self(Zeroizing::new(text.to_owned())))
    }

    /// For the one answer that hands it over.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    pub(super) fn hash(&self) -> String {
        URL_SAFE_NO_PAD.encode(Sha256::digest(self.0.as_bytes()))
    }
}

impl fmt::Debug for SessionToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("▇▇▇")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_reads_back_hides_itself_and_its_hash_is_not_a_token_of_the_session() {
        let token = SessionToken::fresh();

        let again = SessionToken::read(token.reveal()).unwrap();

        assert_eq!(again.hash(), token.hash());
        assert_eq!(format!("{token:?}"), "▇▇▇");
        assert_ne!(SessionToken::read(&token.hash()).unwrap().hash(), token.hash());
    }

    #[test]
    fn what_could_not_be_ours_is_no_token() {
        for text in ["", "abc", &"A".repeat(44), "'; DROP TABLE session; --"] {
            assert!(SessionToken::read(text).is_none(), "{text}");
        }
    }
}
