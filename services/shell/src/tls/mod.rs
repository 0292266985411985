//! TLS for whatever listens or dials.
//!
//! Certificates are files that are replaced while the line is up: a `Keeper`
//! looks at them again and again, and who listens (`Acceptor`) or dials
//! (`Dialler`) takes what it holds at that moment for each new connection.
//! Connections that are up stay as they are. A faulty new file changes nothing
//! but an alarm. rustls on ring, TLS 1.2 and 1.3.

mod accept;
mod dial;
mod domain;
mod door;
mod fault;
mod keeper;
mod material;
mod way;

use std::io;
use std::sync::Arc;
use std::time::Duration;

use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, ServerName};
use x509_cert::Certificate;
use x509_cert::der::Decode;
use x509_cert::ext::pkix::SubjectAltName;
use x509_cert::ext::pkix::name::GeneralName;

pub use accept::{Acceptor, is_certified};
pub use dial::{Dialler, TlsStream};
pub use door::{Door, DoorStream, Visitor};
pub use fault::{TlsFault, TlsWrong};
pub use keeper::{Keeper, Looks};
pub use material::{Named, Source};
pub(crate) use way::Connector;

/// Who has not come to terms by then is let go.
const HANDSHAKE: Duration = Duration::from_secs(5);

/// Whom a certificate is to name: a host name or an address, also one in brackets.
pub fn server_name(host: &str) -> Option<ServerName<'static>> {
    ServerName::try_from(bare(host).to_owned()).ok()
}

/// Without the brackets of an IPv6 address.
fn bare(host: &str) -> &str {
    host.trim_start_matches('[').trim_end_matches(']')
}

async fn in_time<T>(handshake: impl Future<Output = io::Result<T>>) -> io::Result<T> {
    let done = tokio::time::timeout(HANDSHAKE, handshake).await;
    done.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
}

/// Whom a certificate names; nobody where it cannot be read.
fn subject_names(certificate: &CertificateDer<'_>) -> Vec<GeneralName> {
    let Ok(parsed) = Certificate::from_der(certificate) else { return Vec::new() };
    let found = parsed.tbs_certificate().get_extension::<SubjectAltName>();
    found.ok().flatten().map_or_else(Vec::new, |(_, names)| names.0)
}

/// The one provider of the line.
fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}
