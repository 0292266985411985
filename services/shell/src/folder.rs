//! Folders and files that only this account may open.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;

/// A file that others can read holds no secret.
#[derive(Debug, thiserror::Error)]
pub enum SecretFault {
    #[error("{path} can be read by others (mode {mode:03o}); right is: chmod 600 {path}")]
    Exposed { path: String, mode: u32 },
    #[error("{path} cannot be read")]
    Unreadable { path: String, source: io::Error },
    #[error("{path} cannot be created")]
    Uncreatable { path: String, source: io::Error },
    #[error("{path} is not what is expected: {reason}")]
    Malformed { path: String, reason: &'static str },
}

/// Makes the folder (0700) and those above it when missing; an existing one stays as it is.
///
/// # Errors
/// The system's.
pub fn private(folder: &Path) -> io::Result<()> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

/// Reads a secret.
///
/// # Errors
/// When it is missing, or group or others may read or write it.
pub fn read_secret(path: &Path) -> Result<String, SecretFault> {
    let name = || path.display().to_string();
    let unreadable = |source| SecretFault::Unreadable { path: name(), source };
    let mode = fs::metadata(path).map_err(unreadable)?.permissions().mode() & 0o777;
    match mode & 0o077 {
        0 => fs::read_to_string(path).map_err(unreadable),
        _ => Err(SecretFault::Exposed { path: name(), mode }),
    }
}

/// Creates a secret (0600) that is not there yet, durable before it is used.
///
/// # Errors
/// When it exists already or cannot be written.
pub fn create_secret(path: &Path, content: &str) -> Result<(), SecretFault> {
    let write = || {
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            private(folder)?;
        }
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
        // The umask may have taken more than we like, never less.
        file.set_permissions(Permissions::from_mode(0o600))?;
        file.write_all(content.as_bytes())?;
        file.sync_all()?;
        sync_folder_of(path)
    };
    write().map_err(|source| SecretFault::Uncreatable { path: path.display().to_string(), source })
}

/// Puts a secret in the place of an older one: whoever reads finds one of the two, whole.
///
/// # Errors
/// When it cannot be written beside the old one or take its name. Then the old one stands.
pub fn replace_secret(path: &Path, content: &str) -> Result<(), SecretFault> {
    let beside = path.with_extension("new");
    // Left by somebody who was interrupted; its content was never used.
    let _ = fs::remove_file(&beside);
    create_secret(&beside, content)?;
    fs::rename(&beside, path)
        .and_then(|()| sync_folder_of(path))
        .map_err(|source| SecretFault::Uncreatable { path: path.display().to_string(), source })
}

/// Makes the name of a new file as durable as its content.
///
/// # Errors
/// The system's.
pub fn sync_folder_of(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder)?.sync_all()
}
