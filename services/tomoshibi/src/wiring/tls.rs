//! Certificates of this process, for those who come and those it goes to.

use shell::tls::{Acceptor, Dialler, Keeper, TlsFault};

use crate::settings::LineSettings;

/// gRPC is HTTP/2; browsers that cannot, and probes, come over HTTP/1.1.
const BOTH: &[&[u8]] = &[b"h2", b"http/1.1"];
const GRPC: &[&[u8]] = &[b"h2"];

/// None where the public port is plain.
///
/// # Errors
/// When a file cannot be used.
pub(crate) fn acceptor(settings: &LineSettings, keeper: &mut Keeper) -> Result<Option<Acceptor>, TlsFault> {
    let source = settings.certificates.http.clone();
    source.map(|source| keeper.accept(source, BOTH)).transpose()
}

/// None where no authority is known: then services elsewhere are reached without TLS.
///
/// # Errors
/// When a file cannot be used.
pub(crate) fn dialler(settings: &LineSettings, keeper: &mut Keeper) -> Result<Option<Dialler>, TlsFault> {
    let source = settings.certificates.services.clone();
    source.map(|source| keeper.dial(source, GRPC)).transpose()
}
