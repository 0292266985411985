//! Numbers of callers in the store: sealed, and found again without being opened.
//!
//! A sealed value is key id (4 bytes) + nonce (24) + XChaCha20-Poly1305 text
//! and tag. It is bound to its place: moved to another row or column it does not
//! open. A blind index (HMAC-SHA256 under a key of its own) answers "has this
//! number called before" and nothing else.

pub mod data_keys;
mod number;
mod ring;
mod word;

use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};

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
pub struct Sealer {
    ring: Arc<RwLock<Arc<KeyRing>>>,
    file: Option<Arc<Path>>,
}

impl Sealer {
    pub fn new(ring: KeyRing) -> Self {
        Self { ring: Arc::new(RwLock::new(Arc::new(ring))), file: None }
    }

    /// Reads the ring's file, and again when a value names a key that is not known yet: another
    /// process has rotated the ring.
    ///
    /// # Errors
    /// As `KeyRing::load`.
    pub fn at(file: &Path, create: bool) -> Result<Self, KeyRingFault> {
        Ok(Self { file: Some(file.into()), ..Self::new(KeyRing::load(file, create)?) })
    }

    fn ring(&self) -> Arc<KeyRing> {
        Arc::clone(&self.ring.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// A ring that has this key. Another ring's file (another index) is never taken over.
    fn ring_with(&self, id: u32) -> Result<Arc<KeyRing>, SealFault> {
        let known = self.ring();
        if known.key(id).is_some() {
            return Ok(known);
        }
        let read = self.file.as_deref().and_then(|file| KeyRing::load(file, false).ok());
        let newer = read.filter(|ring| ring.key(id).is_some() && ring.index_key() == known.index_key());
        let newer = Arc::new(newer.ok_or(SealFault::UnknownKey(id))?);
        *self.ring.write().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&newer);
        Ok(newer)
    }

    fn current_id(&self) -> u32 {
        self.ring().current().0
    }

    /// Seals under the ring's current key.
    ///
    /// # Errors
    /// When the value is longer than the cipher allows (256 GB).
    pub fn seal(&self, place: Place<'_>, value: &Private<String>) -> Result<Vec<u8>, SealFault> {
        let ring = self.ring();
        let (id, key) = ring.current();
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
        let ring = self.ring_with(id)?;
        let key = ring.key(id).ok_or(SealFault::UnknownKey(id))?;
        let bytes = XChaCha20Poly1305::new((&**key).into())
            .decrypt(&XNonce::from(*nonce), Payload { msg: text, aad: &place.aad() })
            .map_err(|_| SealFault::Forged)?;
        String::from_utf8(bytes).map(Private::new).map_err(|_| SealFault::Forged)
    }

    /// A key of its own for another purpose, the same after every rotation.
    pub(crate) fn derived(&self, purpose: &str) -> Zeroizing<[u8; 32]> {
        let mut mac = Hmac::<Sha256>::new(&hmac_key(self.ring().index_key()));
        mac.update(purpose.as_bytes());
        Zeroizing::new(mac.finalize().into_bytes().into())
    }

    /// The same for every way of writing one number, different for each operator.
    pub fn blind_index(&self, operator: &OperatorId, number: &Private<String>) -> String {
        let mut mac = Hmac::<Sha256>::new(&hmac_key(self.ring().index_key()));
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
    fn a_line_that_runs_on_opens_what_was_sealed_after_a_rotation_elsewhere() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("keys.toml");
        let running = Sealer::at(&file, true).unwrap();
        let before = running.seal(HERE, &number()).unwrap();

        KeyRing::rotate_file(&file).unwrap();
        let sealed = Sealer::at(&file, false).unwrap().seal(HERE, &number()).unwrap();

        assert_eq!(&sealed[..4], &[0, 0, 0, 2]);
        assert_eq!(running.open(HERE, &sealed).unwrap(), number());
        assert_eq!(running.open(HERE, &before).unwrap(), number());
    }

    #[test]
    fn another_lines_keys_are_never_taken_over() {
        let folder = tempfile::tempdir().unwrap();
        let (file, other) = (folder.path().join("keys.toml"), folder.path().join("other.toml"));
        let running = Sealer::at(&file, true).unwrap();
        KeyRing::load(&other, true).unwrap();
        KeyRing::rotate_file(&other).unwrap();
        let sealed = Sealer::at(&other, false).unwrap().seal(HERE, &number()).unwrap();

        std::fs::rename(&other, &file).unwrap();

        assert_eq!(running.open(HERE, &sealed), Err(SealFault::UnknownKey(2)));
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
