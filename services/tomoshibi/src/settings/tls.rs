//! Where certificates lie: the parts of [http], [services] and [sip] that are
//! about TLS, and [certificates].

use std::net::SocketAddr;

use shell::config::Settings;
use shell::tls::{Looks, Named, Source};

use super::{HOUR, MILLI, SECOND};

/// What is not said is done without TLS.
#[derive(Clone, Debug)]
pub(crate) struct Certificates {
    /// What the public port shows, and whose certificates it asks of services.
    pub http: Option<Source>,
    /// What this process shows to services elsewhere, and whom it believes to be one.
    pub services: Option<Source>,
    pub sip: SipCertificates,
    pub looks: Looks,
}

/// What telephony shows, and whom it believes.
#[derive(Clone, Debug)]
pub(crate) struct SipCertificates {
    /// Where SIP is listened to over TLS, and what is shown there; none where it is not.
    pub listen: Option<(Vec<SocketAddr>, Source)>,
    /// For trunks over TLS.
    pub trunks: Source,
}

impl Certificates {
    pub(super) fn read(settings: &Settings) -> Self {
        let http = Source {
            own: pair(settings, "http.tls_certificate", "http.tls_key"),
            authorities: named(settings, "http.client_authorities"),
        };
        if http.own.is_none() && http.authorities.is_some() {
            let what = "asks for certificates over TLS: set http.tls_certificate and http.tls_key too";
            settings.fault("http.client_authorities", what);
        }
        let own = pair(settings, "services.certificate", "services.key").or(http.own.clone());
        let authorities = named(settings, "services.authorities").or(http.authorities.clone());
        for key in ["routing.at", "escalation.at", "telephony.at", "triage.at", "referral.at", "daily_log.at"]
        {
            if authorities.is_none() && settings.text(key).starts_with("https:") {
                settings
                    .fault(key, "begins with https: set services.authorities to the authority's file (PEM)");
            }
        }
        let sip = sip(settings, http.own.clone());
        let services = authorities.map(|authorities| Source { own, authorities: Some(authorities) });
        Self { http: http.own.is_some().then_some(http), services, sip, looks: looks(settings) }
    }

    /// Whether services show certificates beside the token.
    pub(crate) fn are_wanted(&self) -> bool {
        self.http.as_ref().is_some_and(|http| http.authorities.is_some())
    }

    pub(crate) fn scheme(&self) -> &'static str {
        if self.http.is_some() { "https" } else { "http" }
    }
}

/// Phones show no certificate: they prove a password. Trunks may want to see ours.
fn sip(settings: &Settings, usual: Option<(Named, Named)>) -> SipCertificates {
    let own = pair(settings, "sip.tls_certificate", "sip.tls_key").or(usual);
    let listen: Vec<SocketAddr> = settings.list("sip.tls_listen", "\"0.0.0.0:5061\"");
    if !listen.is_empty() && own.is_none() {
        settings.fault("sip.tls_listen", "needs a certificate: set sip.tls_certificate and sip.tls_key");
    }
    let shown = Source { own: own.clone(), authorities: None };
    SipCertificates {
        listen: (!listen.is_empty()).then_some((listen, shown)),
        trunks: Source { own, authorities: named(settings, "sip.tls_authorities") },
    }
}

fn looks(settings: &Settings) -> Looks {
    Looks {
        every: settings.duration("certificates.look_every", MILLI * 100..=HOUR),
        warn_before: settings.duration("certificates.warn_before", SECOND..=HOUR * 24 * 365),
    }
}

fn named(settings: &Settings, setting: &'static str) -> Option<Named> {
    settings.path(setting).map(|path| Named { setting, path })
}

/// Certificate and key, both or none.
fn pair(settings: &Settings, certificate: &'static str, key: &'static str) -> Option<(Named, Named)> {
    match (named(settings, certificate), named(settings, key)) {
        (Some(certificate), Some(key)) => Some((certificate, key)),
        (Some(_), None) => {
            settings.fault(key, format!("is empty: name the private key of {certificate}"));
            None
        }
        (None, Some(_)) => {
            settings.fault(certificate, format!("is empty: name the certificate that {key} is the key of"));
            None
        }
        (None, None) => None,
    }
}
