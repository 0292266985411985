//! The provider as the settings name it: section [oidc].

use std::time::Duration;

use domain::private::Private;
use reqwest::Url;

/// Where the provider sends people back to.
pub(crate) const CALLBACK: &str = "/oidc/callback";

/// As it was written. `client_secret` is what the file holds.
#[derive(Clone, Debug, Default)]
pub struct OidcWritten {
    pub issuer: String,
    pub client_id: String,
    pub client_secret: Option<Private<String>>,
    pub redirect: String,
    pub claim: String,
    pub name_ja: String,
    pub name_en: String,
    pub accepted_acr: Vec<String>,
    pub accepted_amr: Vec<String>,
    pub limit: Duration,
}

/// A provider that can be asked.
#[derive(Clone, Debug)]
pub struct OidcSettings {
    /// Letter by letter as the provider calls itself.
    pub(crate) issuer: String,
    pub(crate) client_id: String,
    pub(crate) client_secret: Private<String>,
    pub(crate) redirect: Url,
    pub(crate) claim: Claim,
    pub(crate) name_ja: String,
    pub(crate) name_en: String,
    /// Any of these says that the provider asked for a second factor itself.
    pub(crate) accepted_acr: Vec<String>,
    pub(crate) accepted_amr: Vec<String>,
    /// One request to the provider takes no longer.
    pub(crate) limit: Duration,
}

impl OidcSettings {
    /// Whether browsers know the line by the address that the provider sends them to.
    pub fn comes_back_to(&self, public_url: &str) -> bool {
        Url::parse(public_url).is_ok_and(|public| public.origin() == self.redirect.origin())
    }
}

/// What names the account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claim {
    /// The provider's own name for a person, linked to an account by an administrator.
    Subject,
    /// A verified mail address that is the login.
    Email,
    /// A user name that is the login.
    PreferredUsername,
}

impl Claim {
    const ALL: [Self; 3] = [Self::Subject, Self::Email, Self::PreferredUsername];

    const fn code(self) -> &'static str {
        match self {
            Self::Subject => "sub",
            Self::Email => "email",
            Self::PreferredUsername => "preferred_username",
        }
    }

    /// What is asked for besides `openid`.
    pub(crate) const fn scope(self) -> Option<&'static str> {
        match self {
            Self::Subject => None,
            Self::Email => Some("email"),
            Self::PreferredUsername => Some("profile"),
        }
    }
}

/// A setting of `oidc`, and what is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OidcFault {
    pub key: &'static str,
    pub what: String,
}

impl OidcWritten {
    /// None where nothing is named: the password is the only way in.
    ///
    /// # Errors
    /// Everything that is wrong.
    pub fn read(self) -> Result<Option<OidcSettings>, Vec<OidcFault>> {
        if self.issuer.is_empty() {
            return self.nothing_else().map(|()| None);
        }
        let faults = self.faults();
        let claim = Claim::ALL.into_iter().find(|claim| claim.code() == self.claim);
        match (self.client_secret, Url::parse(&self.redirect), claim) {
            (Some(client_secret), Ok(redirect), Some(claim)) if faults.is_empty() => Ok(Some(OidcSettings {
                issuer: self.issuer,
                client_id: self.client_id,
                client_secret,
                redirect,
                claim,
                name_ja: self.name_ja,
                name_en: self.name_en,
                accepted_acr: self.accepted_acr,
                accepted_amr: self.accepted_amr,
                limit: self.limit,
            })),
            _ => Err(faults),
        }
    }

    fn nothing_else(&self) -> Result<(), Vec<OidcFault>> {
        let given = !self.client_id.is_empty() || self.client_secret.is_some() || !self.redirect.is_empty();
        match given {
            true => {
                Err(vec![fault("oidc.issuer", "is empty, but other settings of [oidc] are given: name it")])
            }
            false => Ok(()),
        }
    }

    fn faults(&self) -> Vec<OidcFault> {
        let is_claim = Claim::ALL.iter().any(|claim| claim.code() == self.claim);
        let issuer = is_issuer(&self.issuer);
        let checks = [
            (issuer, "oidc.issuer", ISSUER),
            (!self.client_id.is_empty(), "oidc.client_id", "is empty: the provider gave it to you"),
            (self.has_secret(), "oidc.client_secret_file", "gives no secret: name a file with the client's"),
            (is_redirect(&self.redirect), "oidc.redirect", REDIRECT),
            (is_claim, "oidc.claim", "is not one of \"sub\", \"email\", \"preferred_username\""),
            (!self.name_ja.trim().is_empty(), "oidc.name_ja", "is empty: the button says it"),
            (!self.name_en.trim().is_empty(), "oidc.name_en", "is empty: the button says it"),
        ];
        checks.into_iter().filter(|(holds, ..)| !holds).map(|(_, key, what)| fault(key, what)).collect()
    }

    fn has_secret(&self) -> bool {
        self.client_secret.as_ref().is_some_and(|secret| !secret.reveal().is_empty())
    }
}

const ISSUER: &str = "is not an https address such as \"https://id.example.jp\" (http only on this machine)";
const REDIRECT: &str = "is not this line's own address and /oidc/callback, such as \
     \"https://line.example.jp/oidc/callback\" (http only on this machine)";

fn fault(key: &'static str, what: &str) -> OidcFault {
    OidcFault { key, what: what.to_owned() }
}

fn is_issuer(text: &str) -> bool {
    Url::parse(text).is_ok_and(|url| is_safe(&url) && url.query().is_none() && url.fragment().is_none())
}

fn is_redirect(text: &str) -> bool {
    let plain = |url: &Url| url.query().is_none() && url.fragment().is_none() && url.username().is_empty();
    Url::parse(text).is_ok_and(|url| is_safe(&url) && url.path() == CALLBACK && plain(&url))
}

/// Secrets go over TLS, or stay on this machine.
pub(crate) fn is_safe(url: &Url) -> bool {
    match url.scheme() {
        "https" => url.has_host(),
        "http" => matches!(url.host_str(), Some("127.0.0.1" | "localhost" | "[::1]")),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written() -> OidcWritten {
        OidcWritten {
            issuer: "https://id.example.jp/realms/line".to_owned(),
            client_id: "tomoshibi".to_owned(),
            client_secret: Some(Private::new("known to two".to_owned())),
            redirect: "https://line.example.jp/oidc/callback".to_owned(),
            claim: "sub".to_owned(),
            name_ja: "県の ID".to_owned(),
            name_en: "prefecture".to_owned(),
            ..OidcWritten::default()
        }
    }

    fn wrong(written: OidcWritten) -> Vec<&'static str> {
        written.read().unwrap_err().into_iter().map(|fault| fault.key).collect()
    }

    #[test]
    fn without_an_issuer_there_is_no_second_way_in_and_half_of_one_is_a_fault() {
        assert!(OidcWritten::default().read().unwrap().is_none());
        assert!(written().read().unwrap().is_some());
        assert_eq!(wrong(OidcWritten { issuer: String::new(), ..written() }), ["oidc.issuer"]);
    }

    #[test]
    fn every_fault_is_told_at_once_by_the_settings_name() {
        let issuer = "https://id.example.jp".to_owned();
        let all = OidcWritten { issuer, claim: "phone_number".to_owned(), ..OidcWritten::default() };

        let keys = ["client_id", "client_secret_file", "redirect", "claim", "name_ja", "name_en"];
        assert_eq!(wrong(all), keys.map(|key| format!("oidc.{key}")));
    }

    #[test]
    fn a_secret_goes_over_tls_or_stays_on_this_machine() {
        for issuer in ["http://id.example.jp", "id.example.jp", "ftp://id.example.jp", "https://id/?a=b"] {
            assert_eq!(wrong(OidcWritten { issuer: issuer.to_owned(), ..written() }), ["oidc.issuer"]);
        }
        for redirect in ["https://line.example.jp/", "http://line.example.jp/oidc/callback", "/oidc/callback"]
        {
            assert_eq!(wrong(OidcWritten { redirect: redirect.to_owned(), ..written() }), ["oidc.redirect"]);
        }
        let here = OidcWritten {
            issuer: "http://127.0.0.1:3000".to_owned(),
            redirect: "http://localhost:8080/oidc/callback".to_owned(),
            ..written()
        };
        assert!(here.read().is_ok());
    }
}
