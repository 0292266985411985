//! Accounts, their codes and sessions in the store. SQL only, no rules.

mod account;
mod audit;
mod change;
mod guess;
mod oidc;
mod session;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::access::Roles;
use domain::ids::{AccountId, OperatorId, SessionId, StaffId};
use domain::private::Private;
use domain::time::Instant;
use shell::seal::{Place, SealFault, Sealer};
use shell::store::{Db, StoreError};

pub(crate) use audit::{AuditRow, Wanted};
pub(crate) use change::{NewAccount, Post};
pub(crate) use oidc::{AttemptRow, Stage};
pub(crate) use session::SessionRow;

/// Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Store {
    pub(crate) db: Db,
    sealer: Sealer,
}

/// An account with all that signing in asks for. Secrets are masked or still sealed.
#[derive(Clone, Debug)]
pub(crate) struct Account {
    pub(crate) id: AccountId,
    pub(crate) operator: OperatorId,
    pub(crate) staff: Option<StaffId>,
    pub(crate) login: String,
    pub(crate) name: Private<String>,
    pub(crate) roles: Roles,
    pub(crate) password_hash: Option<Private<String>>,
    pub(crate) totp_sealed: Option<Private<Vec<u8>>>,
    pub(crate) totp_next_sealed: Option<Private<Vec<u8>>>,
    pub(crate) must_change: bool,
    pub(crate) disabled: bool,
    /// Linked to a subject of the provider.
    pub(crate) has_oidc: bool,
    /// Hashes of those that were not used.
    pub(crate) recovery: Private<Vec<String>>,
    pub(crate) last_sign_in: Option<Instant>,
}

impl Account {
    pub(crate) fn has_totp(&self) -> bool {
        self.totp_sealed.is_some()
    }
}

impl Store {
    pub(crate) fn new(db: Db, sealer: Sealer) -> Self {
        Self { db, sealer }
    }

    pub(crate) fn seal_name(&self, id: AccountId, name: &Private<String>) -> Result<Vec<u8>, SealFault> {
        self.sealer.seal(place(&id.to_string(), "name_sealed"), name)
    }

    fn open_name(&self, id: &str, sealed: &[u8]) -> Result<Private<String>, SealFault> {
        self.sealer.open(place(id, "name_sealed"), sealed)
    }

    /// A secret in force and one that waits are sealed alike, so that the one can become the other.
    pub(crate) fn seal_totp(&self, id: AccountId, secret: &Private<String>) -> Result<Vec<u8>, SealFault> {
        self.sealer.seal(place(&id.to_string(), "totp_sealed"), secret)
    }

    pub(crate) fn open_totp(
        &self,
        id: AccountId,
        sealed: &Private<Vec<u8>>,
    ) -> Result<Private<String>, SealFault> {
        self.sealer.open(place(&id.to_string(), "totp_sealed"), sealed.reveal())
    }

    /// People write of callers in it; the audit itself holds codes only.
    pub(crate) fn seal_reason(
        &self,
        session: SessionId,
        reason: &Private<String>,
    ) -> Result<String, SealFault> {
        let session = session.to_string();
        Ok(STANDARD.encode(self.sealer.seal(reason_of(&session), reason)?))
    }

    /// None when it is not one of ours.
    pub(crate) fn open_reason(&self, session: &str, sealed: &str) -> Option<Private<String>> {
        self.sealer.open(reason_of(session), &STANDARD.decode(sealed).ok()?).ok()
    }

    /// Nonce and verifier of a sign-in under way, or whose it is.
    pub(crate) fn seal_attempt(&self, hash: &str, what: &Private<String>) -> Result<Vec<u8>, SealFault> {
        self.sealer.seal(attempt_of(hash), what)
    }

    pub(crate) fn open_attempt(&self, hash: &str, sealed: &[u8]) -> Result<Private<String>, SealFault> {
        self.sealer.open(attempt_of(hash), sealed)
    }

    /// What a subject of a provider is known by.
    pub(crate) fn oidc_index(&self, home: &OperatorId, issuer: &str, subject: &str) -> String {
        self.sealer.blind_word(home, "oidc subject", &format!("{issuer}\n{subject}"))
    }

    /// What a login that somebody typed is counted under.
    pub(crate) fn login_index(&self, home: &OperatorId, login: &str) -> String {
        self.sealer.blind_word(home, "sign in", login)
    }
}

fn place<'a>(row: &'a str, column: &'a str) -> Place<'a> {
    Place { table: "account", row, column }
}

fn reason_of(session: &str) -> Place<'_> {
    Place { table: "audit_event", row: session, column: "reason" }
}

fn attempt_of(hash: &str) -> Place<'_> {
    Place { table: "oidc_attempt", row: hash, column: "sealed" }
}

fn unreadable(error: impl std::error::Error + Send + Sync + 'static) -> StoreError {
    StoreError::lasting("read an account", error)
}
