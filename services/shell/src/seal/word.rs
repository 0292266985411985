//! Words that can be found again without being readable: parts of names, dates.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::ids::OperatorId;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::{Sealer, hmac_key};

impl Sealer {
    /// The same for one word and purpose of an operator; who calls writes the word in one way only.
    pub fn blind_word(&self, operator: &OperatorId, purpose: &str, word: &str) -> String {
        let mut mac = Hmac::<Sha256>::new(&hmac_key(self.ring().index_key()));
        for part in ["word", operator.as_str(), purpose] {
            mac.update(part.as_bytes());
            mac.update(&[0]);
        }
        mac.update(word.as_bytes());
        URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::super::KeyRing;
    use super::*;

    #[test]
    fn a_word_is_found_by_its_operator_for_its_purpose_and_by_nobody_else() {
        let sealer = Sealer::new(KeyRing::generate());
        let (ken, shi): (OperatorId, OperatorId) = ("ken".parse().unwrap(), "shi".parse().unwrap());
        let word = sealer.blind_word(&ken, "name", "やま");

        assert_eq!(word, sealer.blind_word(&ken, "name", "やま"));
        assert_ne!(word, sealer.blind_word(&shi, "name", "やま"));
        assert_ne!(word, sealer.blind_word(&ken, "birth", "やま"));
        assert!(!word.contains("やま"));
    }
}
