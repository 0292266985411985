//! The keys: numbered ones that seal, one that indexes.
//!
//! A file of mode 0600: made beside the embedded store when missing, mounted as
//! a secret in production. Whoever loses it loses the numbers, so it belongs in
//! the backup, apart from the store's.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use zeroize::Zeroizing;

use crate::folder::{SecretFault, create_secret, read_secret, replace_secret};

pub(super) type Key = Zeroizing<[u8; 32]>;

#[derive(Debug, thiserror::Error)]
pub enum KeyRingFault {
    #[error("key ring: {0}")]
    File(#[from] SecretFault),
    #[error("key ring {path}: {reason}")]
    Malformed { path: String, reason: String },
}

/// Printed, it shows the ids of its keys and nothing of the keys.
#[derive(Clone)]
pub struct KeyRing {
    current: (u32, Key),
    /// Older keys, which still open what they sealed.
    older: BTreeMap<u32, Key>,
    index: Key,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    current: u32,
    index: Zeroizing<String>,
    seal: BTreeMap<String, Zeroizing<String>>,
}

impl KeyRing {
    pub fn generate() -> Self {
        Self { current: (1, fresh()), older: BTreeMap::new(), index: fresh() }
    }

    /// Reads the file; `create` makes it first when it is missing (the embedded default).
    ///
    /// # Errors
    /// When it is missing and may not be made, others may read it, or it holds anything but keys.
    pub fn load(path: &Path, create: bool) -> Result<Self, KeyRingFault> {
        if create && !path.exists() {
            create_secret(path, &Self::generate().to_file())?;
        }
        let text = Zeroizing::new(read_secret(path)?);
        Self::parse(&text)
            .map_err(|reason| KeyRingFault::Malformed { path: path.display().to_string(), reason })
    }

    /// A new current key; the old ones still open. The index key stays, or earlier calls would be lost to sight.
    #[must_use]
    pub fn rotated(&self) -> Self {
        let mut older = self.older.clone();
        older.insert(self.current.0, self.current.1.clone());
        Self { current: (self.current.0 + 1, fresh()), older, index: self.index.clone() }
    }

    /// Puts a rotated ring in the place of the one in the file, durable before it is used; its current id.
    ///
    /// # Errors
    /// When the file cannot be read or replaced. Then the old ring stands.
    pub fn rotate_file(path: &Path) -> Result<u32, KeyRingFault> {
        let rotated = Self::load(path, false)?.rotated();
        replace_secret(path, &rotated.to_file())?;
        Ok(rotated.current.0)
    }

    /// As `load` reads it.
    pub fn to_file(&self) -> String {
        let mut text = format!(
            "# Keys that seal callers' numbers. Keep a copy apart from the store's backup.\n\
             current = {}\nindex = \"{}\"\n\n[seal]\n",
            self.current.0,
            STANDARD.encode(self.index.as_slice())
        );
        for (id, key) in self.older.iter().chain([(&self.current.0, &self.current.1)]) {
            // Writing to a String cannot fail.
            let _ = writeln!(text, "{id} = \"{}\"", STANDARD.encode(key.as_slice()));
        }
        text
    }

    pub(super) fn current(&self) -> (u32, &Key) {
        (self.current.0, &self.current.1)
    }

    pub(super) fn key(&self, id: u32) -> Option<&Key> {
        match id == self.current.0 {
            true => Some(&self.current.1),
            false => self.older.get(&id),
        }
    }

    pub(super) fn index_key(&self) -> &Key {
        &self.index
    }

    fn parse(text: &str) -> Result<Self, String> {
        // toml's own message would quote the line, and with it a key.
        let file: File = toml::from_str(text).map_err(|_| {
            "right is: current = NUMBER, index = \"KEY\" and a table [seal] with NUMBER = \"KEY\"".to_owned()
        })?;
        let mut older = BTreeMap::new();
        for (id, key) in &file.seal {
            let id = id.parse::<u32>().map_err(|_| format!("seal.{id} is not numbered"))?;
            older.insert(id, decode(key).ok_or(format!("seal.{id} is not 32 bytes in base64"))?);
        }
        let current = older
            .remove(&file.current)
            .ok_or(format!("current names {}, which is not in [seal]", file.current))?;
        let index = decode(&file.index).ok_or("index is not 32 bytes in base64")?;
        Ok(Self { current: (file.current, current), older, index })
    }
}

fn fresh() -> Key {
    Zeroizing::new(rand::random())
}

fn decode(text: &str) -> Option<Key> {
    let bytes = Zeroizing::new(STANDARD.decode(text).ok()?);
    <[u8; 32]>::try_from(bytes.as_slice()).ok().map(Zeroizing::new)
}

impl fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ids: Vec<u32> = self.older.keys().copied().chain([self.current.0]).collect();
        write!(f, "KeyRing {{ current: {}, keys: {ids:?} ▇▇▇ }}", self.current.0)
    }
}

#[cfg(test)]
mod tests {
    use std::fs::{self, Permissions};
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_missing_ring_is_made_for_this_account_only_and_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys.toml");

        let made = KeyRing::load(&path, true).unwrap();
        let read = KeyRing::load(&path, false).unwrap();

        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!((made.current.1, made.index), (read.current.1, read.index));
    }

    #[test]
    fn a_rotated_ring_reads_back_with_its_old_keys() {
        let ring = KeyRing::generate().rotated().rotated();

        let read = KeyRing::parse(&ring.to_file()).unwrap();

        assert_eq!((read.current, read.older), (ring.current, ring.older));
    }

    #[test]
    fn a_ring_that_others_can_read_is_refused_with_the_command_that_helps() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys.toml");
        KeyRing::load(&path, true).unwrap();
        fs::set_permissions(&path, Permissions::from_mode(0o640)).unwrap();

        let said = KeyRing::load(&path, false).unwrap_err().to_string();

        assert!(said.contains("mode 640") && said.contains("chmod 600"), "{said}");
    }

    #[test]
    fn in_production_a_missing_ring_is_a_fault_and_never_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys.toml");

        assert!(KeyRing::load(&path, false).is_err());

        assert!(!path.exists());
    }

    #[test]
    fn a_malformed_ring_is_told_without_quoting_a_key() {
        let key = STANDARD.encode([7; 31]);

        let said = KeyRing::parse(&format!("current = 1\nindex = \"x\"\n[seal]\n1 = \"{key}\"")).unwrap_err();

        assert_eq!(said, "seal.1 is not 32 bytes in base64");
    }
}
