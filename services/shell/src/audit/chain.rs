//! What binds a row to the one before it.

use std::fmt;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::seal::{Sealer, hmac_key};

/// As it lies in the store, in the order of its columns.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub(super) struct Row {
    pub operator_id: String,
    pub seq: i64,
    pub at_us: i64,
    pub account_id: Option<String>,
    pub session_id: Option<String>,
    pub actor: String,
    pub action: String,
    pub subject_kind: String,
    pub subject_id: String,
    pub detail: String,
    pub prev_hash: String,
    pub hash: String,
}

#[derive(Clone)]
pub(super) struct Chain(Arc<Zeroizing<[u8; 32]>>);

impl Chain {
    pub(super) fn new(sealer: &Sealer) -> Self {
        Self(Arc::new(sealer.derived("tomoshibi audit chain 1")))
    }

    /// The row with its hash.
    pub(super) fn close(&self, row: Row) -> Row {
        Row { hash: self.hash(&row), ..row }
    }

    pub(super) fn is_ours(&self, row: &Row) -> bool {
        same(&self.hash(row), &row.hash)
    }

    /// The mark of the head: nobody without the key can tell what it was one row earlier.
    pub(super) fn seal(&self, operator: &str, seq: i64, hash: &str) -> String {
        self.mac(&[Some("head"), Some(operator), Some(&seq.to_string()), Some(hash)])
    }

    /// Before the first row there is nothing to be sealed.
    pub(super) fn sealed(&self, operator: &str, seq: i64, hash: &str, seal: &str) -> bool {
        match seq {
            0 => hash.is_empty() && seal.is_empty(),
            _ => same(&self.seal(operator, seq, hash), seal),
        }
    }

    fn hash(&self, row: &Row) -> String {
        self.mac(&[
            Some("row"),
            Some(&row.prev_hash),
            Some(&row.operator_id),
            Some(&row.seq.to_string()),
            Some(&row.at_us.to_string()),
            row.account_id.as_deref(),
            row.session_id.as_deref(),
            Some(&row.actor),
            Some(&row.action),
            Some(&row.subject_kind),
            Some(&row.subject_id),
            Some(&row.detail),
        ])
    }

    /// The length before each part keeps `a|bc` and `ab|c` apart, its absence no value and an empty one.
    fn mac(&self, parts: &[Option<&str>]) -> String {
        let mut mac = Hmac::<Sha256>::new(&hmac_key(&self.0));
        for part in parts {
            match part {
                Some(text) => {
                    mac.update(&[1]);
                    mac.update(&(text.len() as u64).to_be_bytes());
                    mac.update(text.as_bytes());
                }
                None => mac.update(&[0]),
            }
        }
        URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes())
    }
}

fn same(ours: &str, theirs: &str) -> bool {
    bool::from(ours.as_bytes().ct_eq(theirs.as_bytes()))
}

impl fmt::Debug for Chain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("▇▇▇")
    }
}
