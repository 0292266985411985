//! One's own account: password, second factor, sessions.

use domain::access::{Person, Principal};
use domain::ids::{AccountId, SessionId};
use domain::private::Private;
use proto::console::v1 as pb;
use shell::audit::Entry;
use shell::store::Tx;

use super::error::AccessError;
use super::factor::{TotpSecret, qr, recovery_codes, recovery_hash};
use super::house::House;
use super::password::Password;
use super::sign_in::{Proven, Second, Shown};
use super::source::Origin;
use super::store::{Account, Store};
use super::wire;

const EMERGENCY: &str =
    "this session is an emergency's: ask an administrator to reset your account, then sign in as usual";

impl House {
    pub(crate) async fn me(&self, account: AccountId, session: SessionId) -> Result<pb::Me, AccessError> {
        let account = self.store.by_id(account).await?.ok_or(AccessError::NotSignedIn)?;
        let standing = self.store.sessions(account.id, self.deps.clock.now()).await?;
        let id = session.to_string();
        let session = standing.iter().find(|row| row.session_id == id).ok_or(AccessError::NotSignedIn)?;
        let name = self.deps.rota.borrow().operator(&account.operator).map(|operator| operator.name.clone());
        Ok(wire::me(&account, session, name.unwrap_or_default()))
    }

    pub(crate) async fn my_account(&self, person: &Person) -> Result<Account, AccessError> {
        self.store.by_id(person.account).await?.ok_or(AccessError::NotSignedIn)
    }

    /// The password again, from whoever holds the session.
    async fn prove_again(
        &self,
        account: &Account,
        password: &str,
        field: &'static str,
        second: Second<'_>,
    ) -> Result<Proven, AccessError> {
        let password = Password::read(password, field)?;
        self.prove(&Shown { login: &account.login, password, second, from: Origin::Session }).await
    }

    pub(crate) async fn change_password(
        &self,
        person: &Person,
        asked: &pb::ChangePasswordRequest,
    ) -> Result<(), AccessError> {
        let account = self.my_account(person).await?;
        not_in_an_emergency(person)?;
        let least = self.settings.password_letters;
        let new = Password::chosen(&asked.new_password, "new_password", &account.login, least)?;
        let proven =
            self.prove_again(&account, &asked.old_password, "old_password", Second::NotAsked).await?;
        if new.reveal() == Password::read(&asked.old_password, "old_password")?.reveal() {
            return Err(AccessError::invalid("new_password", "is not the old one"));
        }
        let hash = self.hasher.hash(&self.hasher.place().await?, &new).await?;
        let now = self.deps.clock.now();
        let mut tx = self.deps.db.begin().await?;
        self.take(&mut tx, &proven).await?;
        Store::set_password(&mut tx, account.id, &hash, false, now).await?;
        let ended = Store::revoke_others(&mut tx, account.id, person.session, now).await?;
        self.note(tx, person, "access.password_changed", ended).await
    }

    /// Where a second factor stands, a session alone must not replace it.
    pub(crate) async fn begin_totp(
        &self,
        person: &Person,
        password: &str,
    ) -> Result<pb::BeginTotpResponse, AccessError> {
        not_in_an_emergency(person)?;
        let account = self.my_account(person).await?;
        if account.has_totp() && person.fresh_until <= self.deps.clock.now() {
            return Err(AccessError::NotFresh);
        }
        let proven = self.prove_again(&account, password, "password", Second::NotAsked).await?;
        let mut tx = self.deps.db.begin().await?;
        self.take(&mut tx, &proven).await?;
        tx.commit().await?;
        let secret = TotpSecret::fresh();
        let sealed = self.store.seal_totp(account.id, &secret.base32())?;
        self.store.propose_totp(account.id, sealed).await?;
        let url = secret.url(&account.login);
        let qr_svg = qr(&url)?;
        Ok(pb::BeginTotpResponse { url: url.into_inner(), secret: secret.base32().into_inner(), qr_svg })
    }

    /// Ten codes for paper, once the authenticator has shown that it knows the secret.
    pub(crate) async fn confirm_totp(
        &self,
        person: &Person,
        code: &str,
    ) -> Result<Vec<Private<String>>, AccessError> {
        not_in_an_emergency(person)?;
        let account = self.my_account(person).await?;
        let Some(sealed) = &account.totp_next_sealed else {
            return Err(AccessError::NotNow("no second factor was begun: call BeginTotp first"));
        };
        let secret = TotpSecret::read(self.store.open_totp(account.id, sealed)?.reveal())?;
        let now = self.deps.clock.now();
        let step = secret.step_of(code.trim(), now).ok_or_else(|| {
            AccessError::invalid("code", "is not the six digits of now: is the telephone's clock right?")
        })?;
        let codes = recovery_codes();
        let hashes = codes.each_ref().map(|code| recovery_hash(account.id, code.reveal()));
        let mut tx = self.deps.db.begin().await?;
        Store::set_totp(&mut tx, account.id, Some(sealed), step, now).await?;
        Store::add_recovery(&mut tx, account.id, &hashes).await?;
        let ended = Store::revoke_others(&mut tx, account.id, person.session, now).await?;
        self.note(tx, person, "access.second_factor_set", ended).await?;
        Ok(codes.to_vec())
    }

    pub(crate) async fn reauthenticate(
        &self,
        person: &Person,
        asked: &pb::ReauthenticateRequest,
    ) -> Result<(), AccessError> {
        let account = self.my_account(person).await?;
        if !account.has_totp() {
            return Err(AccessError::NotNow("set up your second factor first"));
        }
        let proven =
            self.prove_again(&account, &asked.password, "password", Second::Code(&asked.code)).await?;
        let mut tx = self.deps.db.begin().await?;
        if !self.take(&mut tx, &proven).await? {
            return Err(AccessError::Wrong);
        }
        if !self.deps.sessions.mark_fresh(&mut tx, person.session).await? {
            return Err(AccessError::NotSignedIn);
        }
        self.note(tx, person, "access.proven_again", 0).await
    }

    pub(crate) async fn sign_out(&self, person: &Person) -> Result<(), AccessError> {
        let mut tx = self.deps.db.begin().await?;
        let ended = self.end(&mut tx, person.session).await?;
        self.note(tx, person, "access.signed_out", ended.into()).await?;
        self.calm(&person.operator).await;
        Ok(())
    }

    /// One, or all but this one. Somebody else's is not known here.
    pub(crate) async fn revoke(&self, person: &Person, session: &str) -> Result<(), AccessError> {
        let now = self.deps.clock.now();
        let mut tx = self.deps.db.begin().await?;
        let ended = match session {
            "" => Store::revoke_others(&mut tx, person.account, person.session, now).await?,
            one => {
                let one: SessionId = one.parse().map_err(|_| {
                    AccessError::invalid("session_id", "is a UUID of ListSessions, or empty for all others")
                })?;
                match Store::revoke_own(&mut tx, person.account, one, now).await? {
                    true => 1,
                    false => return Err(AccessError::NotFound("session_id")),
                }
            }
        };
        self.note(tx, person, "access.sessions_ended", ended).await?;
        self.calm(&person.operator).await;
        Ok(())
    }

    pub(crate) async fn my_sessions(&self, person: &Person) -> Result<Vec<pb::Session>, AccessError> {
        let rows = self.store.sessions(person.account, self.deps.clock.now()).await?;
        Ok(rows.iter().map(|row| wire::session(row, person.session)).collect())
    }

    /// Into the audit, and done.
    async fn note(
        &self,
        mut tx: Tx,
        person: &Person,
        action: &'static str,
        ended: u64,
    ) -> Result<(), AccessError> {
        let entry = Entry::of(&Principal::Person(person.clone()), &person.operator, action)
            .about("account", person.account)
            .with("sessions_ended", ended);
        self.deps.audit.append(&mut tx, &entry).await?;
        Ok(tx.commit().await?)
    }
}

fn not_in_an_emergency(person: &Person) -> Result<(), AccessError> {
    match person.break_glass {
        true => Err(AccessError::NotNow(EMERGENCY)),
        false => Ok(()),
    }
}
