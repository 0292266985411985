//! Where certificates lie: the parts of [http], [services] and [sip] that are
//! about TLS, and [certificates].

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
    pub looks: Looks,
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
        let services = authorities.map(|authorities| Source { own, authorities: Some(authorities) });
        Self { http: http.own.is_some().then_some(http), services, looks: looks(settings) }
    }

    /// Whether services show certificates beside the token.
    pub(crate) fn are_wanted(&self) -> bool {
        self.http.as_ref().is_some_and(|http| http.authorities.is_some())
    }

    pub(crate) fn scheme(&self) -> &'static str {
        if self.http.is_some() { "https" } else { "http" }
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
pub(super) fn pair(
    settings: &Settings,
    certificate: &'static str,
    key: &'static str,
) -> Option<(Named, Named)> {
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
