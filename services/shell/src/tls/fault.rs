//! What can be wrong with a certificate file.

use std::path::PathBuf;

/// A file that cannot be used, with the setting that names it.
#[derive(Debug, thiserror::Error)]
#[error("{setting}: {file} {wrong}", file = .path.display())]
pub struct TlsFault {
    pub setting: &'static str,
    pub path: PathBuf,
    pub wrong: TlsWrong,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TlsWrong {
    #[error("cannot be read ({0}): right is a PEM file that this program may read")]
    Unreadable(std::io::ErrorKind),
    #[error(
        "holds no certificate: right is PEM with BEGIN CERTIFICATE, the own one first, then those above it"
    )]
    NoCertificate,
    #[error("holds no private key: right is PEM with BEGIN PRIVATE KEY (or EC, or RSA), without a password")]
    NoKey,
    #[error("can be read by everybody (mode {0:03o}): right is chmod 600, or 640 with a group of its own")]
    Exposed(u32),
    #[error("does not belong to the certificate: right is the key that it was made for")]
    OtherKey,
    #[error("holds a certificate that cannot be used: {0}")]
    Unusable(String),
    #[error("ended at {0}: right is one that holds today")]
    Ended(String),
}
