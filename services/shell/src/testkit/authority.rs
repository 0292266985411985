//! Certificates for tests, of an authority that is made on the spot.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use domain::time::Instant;
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    KeyUsagePurpose, SanType, date_time_ymd,
};

use crate::tls::{Named, Source};

/// Signs for whom the test likes.
pub struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    pub fn new(name: &str) -> Self {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::DigitalSignature];
        let key = KeyPair::generate().expect("a key");
        Self(CertifiedIssuer::self_signed(params, key).expect("an authority"))
    }

    pub fn pem(&self) -> String {
        self.0.pem()
    }

    /// For a server and a client of these names (DNS names, addresses, `sip:` URIs), until the year 2100.
    pub fn signs(&self, names: &[&str]) -> Signed {
        self.signs_until(names, Instant::from_micros(4_102_444_800_000_000))
    }

    pub fn signs_until(&self, names: &[&str], end: Instant) -> Signed {
        let (uris, hosts): (Vec<String>, Vec<String>) =
            names.iter().map(|&name| name.to_owned()).partition(|name| name.starts_with("sip:"));
        let mut params = CertificateParams::new(hosts).expect("names");
        let uris = uris.into_iter().map(|uri| SanType::URI(uri.try_into().expect("a URI")));
        params.subject_alt_names.extend(uris);
        params.extended_key_usages =
            vec![ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth];
        params.not_after = date_time_ymd(1970, 1, 1) + end.since(Instant::EPOCH);
        let key = KeyPair::generate().expect("a key");
        let certificate = params.signed_by(&key, &self.0).expect("a certificate");
        Signed { certificate: certificate.pem(), der: certificate.der().to_vec(), key: key.serialize_pem() }
    }
}

pub struct Signed {
    pub certificate: String,
    pub der: Vec<u8>,
    pub key: String,
}

/// A folder of certificate files, as an operator or Kubernetes keeps it.
pub struct TlsFolder {
    pub certificate: PathBuf,
    pub key: PathBuf,
    pub authority: PathBuf,
}

impl TlsFolder {
    pub fn new(folder: &Path, authority: &Authority, signed: &Signed) -> Self {
        fs::create_dir_all(folder).expect("a folder");
        let at = |name: &str| folder.join(name);
        let made = Self { certificate: at("tls.crt"), key: at("tls.key"), authority: at("ca.crt") };
        fs::write(&made.authority, authority.pem()).expect("a file");
        made.holds(signed);
        made
    }

    /// The files are replaced.
    pub fn holds(&self, signed: &Signed) {
        fs::write(&self.key, &signed.key).expect("a file");
        fs::set_permissions(&self.key, Permissions::from_mode(0o600)).expect("a mode");
        fs::write(&self.certificate, &signed.certificate).expect("a file");
    }

    pub fn source(&self) -> Source {
        let named = |setting, path: &Path| Named { setting, path: path.to_owned() };
        Source {
            own: Some((named("http.tls_certificate", &self.certificate), named("http.tls_key", &self.key))),
            authorities: Some(named("http.client_authorities", &self.authority)),
        }
    }
}
