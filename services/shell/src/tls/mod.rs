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

use std::sync::Arc;

use rustls::crypto::CryptoProvider;
use rustls::pki_types::ServerName;

pub use accept::{Acceptor, is_certified};
pub use dial::{Dialler, TlsStream};
pub use door::{Door, DoorStream, Visitor};
pub use fault::{TlsFault, TlsWrong};
pub use keeper::{Keeper, Looks};
pub use material::{Named, Source};
pub(crate) use way::Connector;

/// Whom a certificate is to name: a host name or an address, also one in brackets.
pub fn server_name(host: &str) -> Option<ServerName<'static>> {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    ServerName::try_from(bare.to_owned()).ok()
}

/// The one provider of the line.
fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}
