//! Whom a carrier's certificate must name (RFC 5922): the SIP domain itself,
//! as `sip:` URI or, where there is none, as DNS name. No wildcards.

use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{verify_server_cert_signed_by_trust_anchor, verify_server_name};
use rustls::crypto::{WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};
use x509_cert::ext::pkix::name::GeneralName;

use super::{provider, subject_names};

#[derive(Debug)]
pub(super) struct SipDomain {
    roots: Arc<RootCertStore>,
    algorithms: WebPkiSupportedAlgorithms,
}

impl SipDomain {
    pub(super) fn new(roots: Arc<RootCertStore>) -> Self {
        Self { roots, algorithms: provider().signature_verification_algorithms }
    }
}

impl ServerCertVerifier for SipDomain {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        above: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        _ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let parsed = ParsedCertificate::try_from(certificate)?;
        verify_server_cert_signed_by_trust_anchor(&parsed, &self.roots, above, now, self.algorithms.all)?;
        match name {
            ServerName::DnsName(domain) if names(certificate, domain.as_ref()) => {}
            ServerName::DnsName(_) => return Err(CertificateError::NotValidForName.into()),
            // A carrier that is known by its address only.
            ServerName::IpAddress(_) => verify_server_name(&parsed, name)?,
            // What rustls may name in a later release.
            _ => return Err(CertificateError::NotValidForName.into()),
        }
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signature, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signature, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}

fn names(certificate: &CertificateDer<'_>, domain: &str) -> bool {
    let names = subject_names(certificate);
    let uris: Vec<&str> = names.iter().filter_map(sip_domain).collect();
    if uris.is_empty() {
        let dns =
            |name: &GeneralName| matches!(name, GeneralName::DnsName(dns) if is_same(dns.as_str(), domain));
        return names.iter().any(dns);
    }
    uris.iter().any(|uri| is_same(uri, domain))
}

/// The domain of `sip:carrier.example`; an address of a person is none.
fn sip_domain(name: &GeneralName) -> Option<&str> {
    let GeneralName::UniformResourceIdentifier(uri) = name else { return None };
    let (scheme, domain) = uri.as_str().split_once(':')?;
    (scheme.eq_ignore_ascii_case("sip") && !domain.contains('@')).then_some(domain)
}

fn is_same(named: &str, domain: &str) -> bool {
    named.trim_end_matches('.').eq_ignore_ascii_case(domain.trim_end_matches('.'))
}
