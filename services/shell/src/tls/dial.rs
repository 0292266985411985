//! The side that connects.

use std::io;
use std::sync::Arc;

use rustls::pki_types::ServerName;
use rustls::sign::SingleCertAndKey;
use rustls::{ClientConfig, RootCertStore};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio_rustls::{TlsConnector, client};

use super::domain::SipDomain;
use super::fault::{TlsFault, TlsWrong};
use super::material::{Material, Source};
use super::{in_time, provider};

pub type TlsStream = client::TlsStream<TcpStream>;

/// Makes TLS connections of dialled ones, each with the certificate of that moment. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Dialler(pub(super) watch::Receiver<Arc<ClientConfig>>);

impl Dialler {
    /// `name` is whom the certificate at the other end must name.
    ///
    /// # Errors
    /// When it names somebody else, is of no authority that we believe, or the peer takes too long.
    pub async fn dial(&self, name: ServerName<'static>, stream: TcpStream) -> io::Result<TlsStream> {
        let config = Arc::clone(&self.0.borrow());
        in_time(TlsConnector::from(config).connect(name, stream)).await
    }
}

pub(super) fn config(
    source: &Source,
    material: &Material,
    speaks: &[&[u8]],
) -> Result<ClientConfig, TlsFault> {
    let mut config = configured(source, material)?;
    config.alpn_protocols = speaks.iter().map(|protocol| protocol.to_vec()).collect();
    Ok(config)
}

/// For who dials carriers: they are known by their SIP domain.
pub(super) fn carriers(source: &Source, material: &Material) -> Result<ClientConfig, TlsFault> {
    let mut config = configured(source, material)?;
    config.dangerous().set_certificate_verifier(Arc::new(SipDomain::new(believed(material))));
    Ok(config)
}

fn configured(source: &Source, material: &Material) -> Result<ClientConfig, TlsFault> {
    let builder = ClientConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .map_err(|error| source.fault(TlsWrong::Unusable(error.to_string())))?
        .with_root_certificates(believed(material));
    Ok(match &material.own {
        Some(own) => builder.with_client_cert_resolver(Arc::new(SingleCertAndKey::from(Arc::clone(own)))),
        None => builder.with_no_client_auth(),
    })
}

fn believed(material: &Material) -> Arc<RootCertStore> {
    material.authorities.clone().unwrap_or_else(|| Arc::new(system()))
}

/// The authorities that this machine believes.
fn system() -> RootCertStore {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    roots
}
