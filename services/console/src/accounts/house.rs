//! What both servers and the command line work with.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use domain::access::{Person, Principal};
use domain::ids::OperatorId;
use shell::access::{Limits, Sessions, principal};
use tonic::Request;

use super::access_server::AccessServer;
use super::admin_server::AdminServer;
use super::deps::AccountsDeps;
use super::error::AccessError;
use super::hashing::Hasher;
use super::oidc::{self, Provider};
use super::settings::{AccountsSettings, SourceLimit};
use super::source::Sources;
use super::store::Store;

/// Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct House {
    pub(crate) settings: Arc<AccountsSettings>,
    pub(crate) deps: AccountsDeps,
    pub(crate) store: Store,
    pub(crate) hasher: Hasher,
    pub(crate) sources: Sources,
    /// Of emergencies: shorter, and never fresh, because the second factor was not shown.
    pub(crate) emergency: Sessions,
    pub(crate) provider: Option<Provider>,
    /// Sign-ins that left for the provider and did not come back.
    pub(crate) starts: Sources,
    /// Guesses at logins that nobody has are in its audit.
    pub(crate) home: OperatorId,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AccountsFault {
    #[error(
        "access.hashing is not possible: argon2id needs 8 KiB of memory for each lane, and one pass or more"
    )]
    Hashing,
    #[error("oidc.issuer cannot be asked: this machine has no certificates to trust (ca-certificates)")]
    NoTls,
    #[error("the rota names no operator: add [[operator]]")]
    NoOperator,
}

/// Both servers, to be put behind the gate, and the pages of the second way in.
#[derive(Clone, Debug)]
pub struct Accounts {
    pub access: AccessServer,
    pub admin: AdminServer,
    pub oidc: Router,
}

/// # Errors
/// When the hashing that the settings ask for is not possible, a provider is named and this machine has no
/// certificates, or the rota has no operator.
pub fn start(settings: AccountsSettings, deps: AccountsDeps) -> Result<Accounts, AccountsFault> {
    let house = House::new(settings, deps)?;
    if let Some(provider) = house.provider.clone() {
        // What is wrong with it is in the log before somebody needs it.
        tokio::spawn(async move { provider.answers().await });
    }
    let oidc = oidc::routes(house.clone());
    Ok(Accounts { access: AccessServer { house: house.clone() }, admin: AdminServer { house }, oidc })
}

impl House {
    pub(crate) fn new(settings: AccountsSettings, deps: AccountsDeps) -> Result<Self, AccountsFault> {
        let home = deps.rota.borrow().operators().first().map(|operator| operator.id.clone());
        let provider = settings.oidc.clone().map(|oidc| Provider::new(oidc, deps.clock.clone()));
        let hasher = Hasher::new(settings.hashing).map_err(|_| AccountsFault::Hashing)?;
        Ok(Self {
            store: Store::new(deps.db.clone(), deps.sealer.clone()),
            sources: Sources::new(settings.per_source),
            starts: Sources::new(starts(settings.per_source)),
            emergency: emergency(&settings, &deps),
            home: home.ok_or(AccountsFault::NoOperator)?,
            provider: provider.map(|made| made.ok_or(AccountsFault::NoTls)).transpose()?,
            settings: Arc::new(settings),
            hasher,
            deps,
        })
    }
}

/// Who only begins has guessed nothing; a house full of people has one address.
fn starts(per_source: SourceLimit) -> SourceLimit {
    SourceLimit { failures: per_source.failures.saturating_mul(10), ..per_source }
}

fn emergency(settings: &AccountsSettings, deps: &AccountsDeps) -> Sessions {
    let absolute = settings.break_glass_lasts;
    let idle = deps.sessions.limits().idle.min(absolute);
    let limits = Limits { idle, absolute, fresh: Duration::ZERO };
    Sessions::new(deps.db.clone(), deps.clock.clone(), deps.ids.clone(), limits)
}

/// Whose own account it is about.
pub(crate) fn oneself<T>(request: &Request<T>) -> Result<Person, AccessError> {
    match principal(request) {
        Principal::Person(person) => Ok(person),
        Principal::Service | Principal::Stranger => Err(AccessError::NotSignedIn),
    }
}

/// Who acts on which operator's accounts.
pub(crate) fn acting<T>(
    request: &Request<T>,
    operator_id: &str,
) -> Result<(Principal, OperatorId), AccessError> {
    let who = principal(request);
    let named: OperatorId = operator_id
        .parse()
        .map_err(|_| AccessError::invalid("operator_id", "right is your operator's id"))?;
    match &who {
        Principal::Person(person) if person.operator != named => Err(AccessError::Foreign),
        Principal::Person(_) | Principal::Service => Ok((who, named)),
        Principal::Stranger => Err(AccessError::NotSignedIn),
    }
}
