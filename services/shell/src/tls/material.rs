//! What the files of one purpose hold: a certificate with its key, the
//! authorities that are believed, or both.

use std::fmt;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::sync::Arc;

use domain::time::Instant;
use rustls::RootCertStore;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;
use sha2::{Digest, Sha256};
use x509_cert::Certificate;
use x509_cert::der::Decode;
use x509_cert::ext::pkix::name::GeneralName;
use zeroize::Zeroizing;

use super::fault::{TlsFault, TlsWrong};
use super::{provider, subject_names};

/// A file, with the setting that names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    pub setting: &'static str,
    pub path: PathBuf,
}

/// Where the certificates of one purpose lie.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Source {
    /// Certificate and key.
    pub own: Option<(Named, Named)>,
    /// Whom we believe.
    pub authorities: Option<Named>,
}

#[derive(Clone, Debug)]
pub(super) struct Material {
    pub(super) own: Option<Arc<CertifiedKey>>,
    pub(super) authorities: Option<Arc<RootCertStore>>,
    /// When the first of our own ends; which setting names it.
    pub(super) ends: Option<(Instant, &'static str)>,
}

/// The bytes of the files, as they were at one look.
pub(super) struct Seen {
    own: Option<(Vec<u8>, Zeroizing<Vec<u8>>)>,
    authorities: Option<Vec<u8>>,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let named =
            self.own.iter().flat_map(|(certificate, key)| [certificate, key]).chain(&self.authorities);
        let settings: Vec<&str> = named.map(|named| named.setting).collect();
        f.write_str(&settings.join(", "))
    }
}

impl Source {
    /// A fault of its first file.
    pub(super) fn fault(&self, wrong: TlsWrong) -> TlsFault {
        let first = self.own.as_ref().map(|(certificate, _)| certificate).or(self.authorities.as_ref());
        let (setting, path) = first.map_or(("", PathBuf::new()), |named| (named.setting, named.path.clone()));
        TlsFault { setting, path, wrong }
    }

    /// The first name in our certificate: what a peer that knows an address only may check.
    ///
    /// # Errors
    /// When the certificate cannot be read.
    pub fn own_name(&self) -> Result<Option<String>, TlsFault> {
        let Some((named, _)) = &self.own else { return Ok(None) };
        let chain = chain(named, &read(named)?)?;
        Ok(chain.first().and_then(first_name))
    }

    pub(super) fn look(&self) -> Result<Seen, TlsFault> {
        let own = match &self.own {
            Some((certificate, key)) => Some((read(certificate)?, read_key(key)?)),
            None => None,
        };
        let authorities = self.authorities.as_ref().map(read).transpose()?;
        Ok(Seen { own, authorities })
    }

    /// Whether the files can be used together, and what they hold.
    pub(super) fn understand(&self, seen: &Seen) -> Result<Material, TlsFault> {
        let own = match (&self.own, &seen.own) {
            (Some((named, key)), Some((chain_text, key_text))) => {
                let chain = chain(named, chain_text)?;
                let ends = first_end(named, &chain)?;
                Some((certified(named, key, chain, key_text)?, (ends, named.setting)))
            }
            (Some(_) | None, _) => None,
        };
        let authorities = match (&self.authorities, &seen.authorities) {
            (Some(named), Some(text)) => Some(roots(named, text)?),
            (Some(_) | None, _) => None,
        };
        let (own, ends) = own.unzip();
        Ok(Material { own, authorities, ends })
    }
}

impl Seen {
    pub(super) fn mark(&self) -> [u8; 32] {
        let mut mark = Sha256::new();
        if let Some((certificate, key)) = &self.own {
            mark.update(certificate);
            mark.update(key.as_slice());
        }
        mark.update(self.authorities.as_deref().unwrap_or_default());
        mark.finalize().into()
    }
}

impl Named {
    pub(super) fn fault(&self, wrong: TlsWrong) -> TlsFault {
        TlsFault { setting: self.setting, path: self.path.clone(), wrong }
    }
}

fn read(named: &Named) -> Result<Vec<u8>, TlsFault> {
    fs::read(&named.path).map_err(|error| named.fault(TlsWrong::Unreadable(error.kind())))
}

/// Kubernetes mounts a Secret for the pod's group, so the group may read it.
fn read_key(named: &Named) -> Result<Zeroizing<Vec<u8>>, TlsFault> {
    let unreadable = |error: std::io::Error| named.fault(TlsWrong::Unreadable(error.kind()));
    let mode = fs::metadata(&named.path).map_err(unreadable)?.permissions().mode() & 0o777;
    match mode & 0o027 {
        0 => read(named).map(Zeroizing::new),
        _ => Err(named.fault(TlsWrong::Exposed(mode))),
    }
}

fn chain(named: &Named, text: &[u8]) -> Result<Vec<CertificateDer<'static>>, TlsFault> {
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(text).collect();
    match chain {
        Ok(chain) if !chain.is_empty() => Ok(chain),
        Ok(_) | Err(_) => Err(named.fault(TlsWrong::NoCertificate)),
    }
}

fn certified(
    named: &Named,
    key: &Named,
    chain: Vec<CertificateDer<'static>>,
    key_text: &[u8],
) -> Result<Arc<CertifiedKey>, TlsFault> {
    let der = PrivateKeyDer::from_pem_slice(key_text).map_err(|_| key.fault(TlsWrong::NoKey))?;
    CertifiedKey::from_der(chain, der, &provider()).map(Arc::new).map_err(|error| {
        if matches!(error, rustls::Error::InconsistentKeys(_)) {
            key.fault(TlsWrong::OtherKey)
        } else {
            named.fault(TlsWrong::Unusable(error.to_string()))
        }
    })
}

fn roots(named: &Named, text: &[u8]) -> Result<Arc<RootCertStore>, TlsFault> {
    let mut roots = RootCertStore::empty();
    for authority in chain(named, text)? {
        roots.add(authority).map_err(|error| named.fault(TlsWrong::Unusable(error.to_string())))?;
    }
    Ok(Arc::new(roots))
}

/// A chain holds as long as its shortest link.
fn first_end(named: &Named, chain: &[CertificateDer<'_>]) -> Result<Instant, TlsFault> {
    let ends = chain.iter().map(|link| {
        let parsed = Certificate::from_der(link)
            .map_err(|error| named.fault(TlsWrong::Unusable(error.to_string())))?;
        let end = parsed.tbs_certificate().validity().not_after.to_unix_duration();
        Ok(Instant::EPOCH + end)
    });
    let ends: Result<Vec<Instant>, TlsFault> = ends.collect();
    ends?.into_iter().min().ok_or_else(|| named.fault(TlsWrong::NoCertificate))
}

fn first_name(certificate: &CertificateDer<'_>) -> Option<String> {
    subject_names(certificate)
        .iter()
        .find_map(|name| if let GeneralName::DnsName(dns) = name { Some(dns.to_string()) } else { None })
}
