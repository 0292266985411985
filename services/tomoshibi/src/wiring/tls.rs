//! Certificates of this process, for those who come and those it goes to.

use shell::tls::{Acceptor, Dialler, Keeper, TlsFault};

use telephony::sip::{SipTls, Transport};

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

/// SIP over TLS, as far as somebody wants it.
///
/// # Errors
/// When a file cannot be used.
pub(crate) fn sip(settings: &LineSettings, keeper: &mut Keeper) -> Result<SipTls, TlsFault> {
    let certificates = &settings.certificates.sip;
    let listen = match &certificates.listen {
        Some((addresses, source)) => Some((addresses.clone(), keeper.accept(source.clone(), &[])?)),
        None => None,
    };
    let outs = settings.sip.trunks.iter().filter_map(|trunk| trunk.out.as_ref());
    let dialler = match outs.into_iter().any(|out| out.transport == Transport::Tls) {
        true => Some(keeper.dial_carriers(certificates.trunks.clone())?),
        false => None,
    };
    Ok(SipTls { listen, dialler })
}
