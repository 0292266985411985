//! Services trust each other by one token, near and far alike.
//!
//! `access::Gate` stands before every server and asks for it.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::HeaderValue;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::folder::{SecretFault, create_secret, read_secret};

/// Printed, it is a mask.
#[derive(Clone)]
pub struct Token(Arc<HeaderValue>);

impl Token {
    /// A fresh one, for a process that talks only to itself and for tests.
    pub fn generate() -> Self {
        loop {
            // Base64 is always a header value: the first turn is the last.
            if let Some(token) = Self::of(&fresh_word()) {
                return token;
            }
        }
    }

    /// Reads the token from its file; `create` makes it first when it is missing (the embedded default).
    ///
    /// # Errors
    /// When it is missing, others may read it, or it is shorter than 32 characters or has blanks inside.
    pub fn load(path: &Path, create: bool) -> Result<Self, SecretFault> {
        if create && !path.exists() {
            create_secret(path, &fresh_word())?;
        }
        let text = Zeroizing::new(read_secret(path)?);
        Self::of(text.trim()).ok_or_else(|| SecretFault::Malformed {
            path: path.display().to_string(),
            reason: "right is one word of at least 32 letters and digits",
        })
    }

    fn of(word: &str) -> Option<Self> {
        let fits = word.len() >= 32 && word.bytes().all(|byte| byte.is_ascii_graphic());
        let mut header = HeaderValue::from_str(&format!("Bearer {word}")).ok().filter(|_| fits)?;
        header.set_sensitive(true);
        Some(Self(Arc::new(header)))
    }

    pub(super) fn header(&self) -> HeaderValue {
        HeaderValue::clone(&self.0)
    }

    pub(crate) fn admits(&self, shown: Option<&HeaderValue>) -> bool {
        // Takes the same time wherever the difference lies.
        shown.is_some_and(|shown| bool::from(shown.as_bytes().ct_eq(self.0.as_bytes())))
    }
}

fn fresh_word() -> Zeroizing<String> {
    Zeroizing::new(URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>()))
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("▇▇▇")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_made_once_and_never_printed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("service.token");

        let made = Token::load(&path, true).unwrap();
        let read = Token::load(&path, true).unwrap();

        assert!(made.admits(Some(&read.header())));
        assert!(!made.admits(Some(&Token::generate().header())) && !made.admits(None));
        assert_eq!(format!("{made:?} {:?}", made.header()), "▇▇▇ Sensitive");
    }

    #[test]
    fn a_short_token_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("service.token");
        create_secret(&path, "hunter2\n").unwrap();

        let said = Token::load(&path, false).unwrap_err().to_string();

        assert!(said.contains("at least 32") && !said.contains("hunter2"), "{said}");
    }
}
