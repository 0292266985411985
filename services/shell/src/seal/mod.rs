//! Numbers of callers in the store: sealed, and found again without being opened.
//!
//! A sealed value is key id (4 bytes) + nonce (24) + XChaCha20-Poly1305 text
//! and tag. It is bound to its place: moved to another row or column it does not
//! open. A blind index (HMAC-SHA256 under a key of its own) answers "has this
//! number called before" and nothing else.

mod number;
mod ring;
mod word;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use domain::ids::OperatorId;
use domain::private::Private;
use hmac::{Hmac, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

pub use ring::{KeyRing, KeyRingFault};

const ID: usize = 4;
const NONCE: usize = 24;

/// Where a sealed value lives; part of what is authenticated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place<'a> {
    pub table: &'a str,
    pub row: &'a str,
    pub column: &'a str,
}

impl Place<'_> {
    /// The length before each part keeps `a|bc` and `ab|c` apart.
    fn aad(&self) -> Vec<u8> {
        let mut aad = Vec::new();
        for part in [self.table, self.row, self.column] {
            aad.extend((part.len() as u64).to_be_bytes());
            aad.extend(part.as_bytes());
        }
        aad
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SealFault {
    #[error("sealed value names key {0}, which the key ring does not hold")]
    UnknownKey(u32),
    #[error("sealed value was changed, moved to another place, or sealed under another key of this id")]
    Forged,
    #[error("sealed value is cut short")]
    Short,
    #[error("value is too long to be sealed")]
    TooLong,
}

/// Seals and opens. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Sealer(std::sync::Arc<KeyRing>);

impl Sealer {
    pub fn new(ring: KeyRing) -> Self {
        Self(std::sync::Arc::new(ring))
    }

    /// Seals under the ring's current key.
    ///
    /// # Errors
    /// When the value is longer than the cipher allows (256 GB).
    pub fn seal(&self, place: Place<'_>, value: &Private<String>) -> Result<Vec<u8>, SealFault> {
        let (id, key) = self.0.current();
        let nonce: [u8; NONCE] = rand::random();
        let payload = Payload { msg: value.reveal().as_bytes(), aad: &place.aad() };
        let text = XChaCha20Poly1305::new((&**key).into())
            .encrypt(&XNonce::from(nonce), payload)
            .map_err(|_| SealFault::TooLong)?;
        Ok([&id.to_be_bytes()[..], &nonce, &text].concat())
    }

    /// # Errors
    /// When the value was changed or moved, or its key is gone.
    pub fn open(&self, place: Place<'_>, sealed: &[u8]) -> Result<Private<String>, SealFault> {
        let (id, rest) = sealed.split_first_chunk::<ID>().ok_or(SealFault::Short)?;
        let (nonce, text) = rest.split_first_chunk::<NONCE>().ok_or(SealFault::Short)?;
        let id = u32::from_be_bytes(*id);
        let key = self.0.key(id).ok_or(SealFault::UnknownKey(id))?;
        let bytes = XChaCha20Poly1305::new((&**key).into())
            .decrypt(&XNonce::from(*nonce), Payload { msg: text, aad: &place.aad() })
            .map_err(|_| SealFault::Forged)?;
        String::from_utf8(bytes).map(Private::new).map_err(|_| SealFault::Forged)
    }

    /// A key of its own for another purpose, the same after every rotation.
    pub(crate) fn derived(&self, purpose: &str) -> Zeroizing<[u8; 32]> {
        let mut mac = Hmac::<Sha256>::new(&hmac_key(self.0.index_key()));
        mac.update(purpose.as_bytes());
        Zeroizing::new(mac.finalize().into_bytes().into())
    }

    /// The same for every way of writing one number, different for each operator.
    pub fn blind_index(&self, operator: &OperatorId, number: &Private<String>) -> String {
        let mut mac = Hmac::<Sha256>::new(&hmac_key(self.0.index_key()));
        mac.update(operator.as_str().as_bytes());
        mac.update(&[0]);
        mac.update(number::normal(number.reveal()).as_bytes());
        URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes())
    }
}

/// HMAC's block is 64 bytes; a shorter key is followed by zeros (RFC 2104 section 2).
pub(crate) fn hmac_key(key: &ring::Key) -> hmac::digest::Key<Hmac<Sha256>> {
    let mut block = hmac::digest::Key::<Hmac<Sha256>>::default();
    block[..key.len()].copy_from_slice(&**key);
    block
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: Place<'static> = Place { table: "call_event", row: "c1/0", column: "number_sealed" };

    fn number() -> Private<String> {
        Private::new("+819012345678".to_owned())
    }

    fn sealer() -> Sealer {
        Sealer::new(KeyRing::generate())
    }

    #[test]
    fn a_sealed_number_opens_in_its_own_place_and_in_no_other() {
        let sealer = sealer();
        let sealed = sealer.seal(HERE, &number()).unwrap();

        assert_eq!(sealer.open(HERE, &sealed).unwrap(), number());
        for moved in [
            Place { table: "callback", ..HERE },
            Place { row: "c1/1", ..HERE },
            Place { column: "number_index", ..HERE },
            Place { table: "call_eventc", row: "1/0", ..HERE },
        ] {
            assert_eq!(sealer.open(moved, &sealed), Err(SealFault::Forged));
        }
    }

    #[test]
    fn a_changed_or_cut_value_does_not_open() {
        let sealer = sealer();
        let mut sealed = sealer.seal(HERE, &number()).unwrap();
        assert_eq!(sealer.open(HERE, &sealed[..27]), Err(SealFault::Short));

        *sealed.last_mut().unwrap() ^= 1;

        assert_eq!(sealer.open(HERE, &sealed), Err(SealFault::Forged));
    }

    #[test]
    fn after_a_rotation_new_rows_use_the_new_key_and_old_rows_still_open() {
        let before = KeyRing::generate();
        let old = Sealer::new(before.clone()).seal(HERE, &number()).unwrap();

        let sealer = Sealer::new(before.rotated());
        let new = sealer.seal(HERE, &number()).unwrap();

        assert_eq!((&old[..4], &new[..4]), (&[0, 0, 0, 1][..], &[0, 0, 0, 2][..]));
        assert_eq!(sealer.open(HERE, &old).unwrap(), sealer.open(HERE, &new).unwrap());
        assert_eq!(Sealer::new(before).open(HERE, &new), Err(SealFault::UnknownKey(2)));
    }

    #[test]
    fn one_number_written_in_many_ways_has_one_index_for_each_operator() {
        let sealer = sealer();
        let ken: OperatorId = "ken".parse().unwrap();
        let index = |text: &str| sealer.blind_index(&ken, &Private::new(text.to_owned()));

        for same in ["+81 90-1234-5678", "090-1234-5678", "０９０１２３４５６７８", "010819012345678"]
        {
            assert_eq!(index(same), index("+819012345678"), "{same}");
        }
        assert_ne!(index("+819012345679"), index("+819012345678"));
        assert_ne!(sealer.blind_index(&"shi".parse().unwrap(), &number()), index("+819012345678"));
    }

    #[test]
    fn neither_keys_nor_numbers_are_printed() {
        let ring = KeyRing::generate();
        let written = ring.to_file();
        let printed = format!("{ring:?} {:?}", Sealer::new(ring.clone()));

        for secret in written.split('"').filter(|part| part.len() > 40) {
            assert!(!printed.contains(secret));
        }
        assert!(printed.contains("▇"), "{printed}");
    }
}
