//! The side that is connected to.

use std::io;
use std::sync::Arc;

use rustls::ServerConfig;
use rustls::server::danger::ClientCertVerifier;
use rustls::server::{NoClientAuth, WebPkiClientVerifier};
use rustls::sign::SingleCertAndKey;
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio_rustls::{TlsAcceptor, server};

use super::fault::{TlsFault, TlsWrong};
use super::material::{Material, Source};
use super::{in_time, provider};

/// Makes TLS connections of accepted ones, each with the certificate of that moment. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Acceptor(pub(super) watch::Receiver<Arc<ServerConfig>>);

impl Acceptor {
    /// # Errors
    /// When the peer shows a certificate of a foreign authority, speaks no TLS, or takes too long.
    pub async fn accept(&self, stream: TcpStream) -> io::Result<server::TlsStream<TcpStream>> {
        let config = Arc::clone(&self.0.borrow());
        in_time(TlsAcceptor::from(config).accept(stream)).await
    }
}

/// Whether the peer showed a certificate. Then it is one of our authorities': others fail the handshake.
pub fn is_certified(stream: &server::TlsStream<TcpStream>) -> bool {
    let (_, session) = stream.get_ref();
    session.peer_certificates().is_some_and(|chain| !chain.is_empty())
}

pub(super) fn config(
    source: &Source,
    material: &Material,
    speaks: &[&[u8]],
) -> Result<ServerConfig, TlsFault> {
    let unusable = |error: String| source.fault(TlsWrong::Unusable(error));
    let own = material.own.clone().ok_or_else(|| source.fault(TlsWrong::NoCertificate))?;
    let peers: Arc<dyn ClientCertVerifier> = match &material.authorities {
        // Browsers and probes come without one; who is a service must show one: `access::Gate`.
        Some(roots) => WebPkiClientVerifier::builder_with_provider(Arc::clone(roots), provider())
            .allow_unauthenticated()
            .build()
            .map_err(|error| unusable(error.to_string()))?,
        None => Arc::new(NoClientAuth),
    };
    let mut config = ServerConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .map_err(|error| unusable(error.to_string()))?
        .with_client_cert_verifier(peers)
        .with_cert_resolver(Arc::new(SingleCertAndKey::from(own)));
    config.alpn_protocols = speaks.iter().map(|protocol| protocol.to_vec()).collect();
    Ok(config)
}
