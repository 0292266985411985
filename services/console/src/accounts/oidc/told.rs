//! What the provider tells of somebody, once it is believed.

use domain::private::Private;
use domain::time::Instant;
use openidconnect::core::CoreIdTokenClaims;

use super::settings::{Claim, OidcSettings};

/// Whose account it is.
#[derive(Clone, Debug)]
pub(super) enum Named {
    Subject(Private<String>),
    Login(Private<String>),
}

#[derive(Clone, Debug)]
pub(super) struct Told {
    pub(super) named: Named,
    /// The provider asked for a second factor itself.
    pub(super) second_factor: bool,
    /// When they showed themselves to the provider, if it says so.
    pub(super) shown_at: Option<Instant>,
}

impl Told {
    /// None when the claim that names the account is missing, or nobody has verified it.
    pub(super) fn of(claims: &CoreIdTokenClaims, settings: &OidcSettings) -> Option<Self> {
        Some(Self {
            named: named(claims, settings.claim)?,
            second_factor: has_second_factor(claims, settings),
            shown_at: claims.auth_time().map(|at| Instant::from_micros(at.timestamp_micros())),
        })
    }
}

fn named(claims: &CoreIdTokenClaims, claim: Claim) -> Option<Named> {
    match claim {
        Claim::Subject => Some(Named::Subject(Private::new(claims.subject().as_str().to_owned()))),
        Claim::Email => {
            let mail = claims.email().filter(|_| claims.email_verified() == Some(true))?;
            Some(Named::Login(Private::new(mail.as_str().to_owned())))
        }
        Claim::PreferredUsername => {
            let name = claims.preferred_username()?;
            Some(Named::Login(Private::new(name.as_str().to_owned())))
        }
    }
}

fn has_second_factor(claims: &CoreIdTokenClaims, settings: &OidcSettings) -> bool {
    let accepts = |accepted: &[String], said: &str| accepted.iter().any(|one| one == said);
    let level = claims.auth_context_ref().is_some_and(|acr| accepts(&settings.accepted_acr, acr.as_str()));
    let methods = claims.auth_method_refs().into_iter().flatten();
    level || methods.into_iter().any(|amr| accepts(&settings.accepted_amr, amr.as_str()))
}
