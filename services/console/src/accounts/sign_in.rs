//! Who somebody is: password and second factor, judged together.

use domain::access::{Principal, Role, SessionKind};
use domain::ids::{AccountId, OperatorId, SessionId};
use domain::private::Private;
use shell::access::{Opened, Opening, Sessions};
use shell::alarms::Alarm;
use shell::audit::Entry;
use shell::store::{StoreError, Tx};

use super::error::AccessError;
use super::factor::{TotpSecret, is_among, recovery_hash};
use super::house::House;
use super::password::Password;
use super::source::Origin;
use super::store::{Account, Store};

/// Whatever was typed as a login beyond this is not a login.
const LOGIN_BYTES: usize = 256;
/// Roles that cannot wait until somebody takes the second factor off.
const EMERGENCY_ROLES: [Role; 2] = [Role::Counsellor, Role::Supervisor];

/// What somebody shows of themselves.
pub(crate) struct Shown<'a> {
    pub(crate) login: &'a str,
    pub(crate) password: Password,
    pub(crate) second: Second<'a>,
    pub(crate) from: Origin,
}

/// Besides the password.
#[derive(Clone, Copy)]
pub(crate) enum Second<'a> {
    /// A code, where the account has a second factor.
    Code(&'a str),
    /// The second factor is not asked for: one's own session stands beside the password.
    NotAsked,
    /// It is lost, and the account is one of those that may come in without it.
    Lost,
}

/// A second factor that fits, still to be taken.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Factor {
    None,
    Step(i64),
    Recovery(String),
}

/// Somebody who is who they say.
pub(crate) struct Proven {
    pub(crate) account: Account,
    pub(crate) factor: Factor,
    pub(crate) index: String,
    pub(crate) from: Origin,
}

impl Factor {
    /// As the audit has it: the first proof and this one.
    fn beside(&self, kind: SessionKind) -> &'static str {
        match (kind, self) {
            (SessionKind::Password | SessionKind::BreakGlass, Self::None) => "password",
            (SessionKind::Password | SessionKind::BreakGlass, Self::Step(_)) => "password_totp",
            (SessionKind::Password | SessionKind::BreakGlass, Self::Recovery(_)) => "password_recovery_code",
            (SessionKind::Oidc, Self::None) => "provider",
            (SessionKind::Oidc, Self::Step(_)) => "provider_totp",
            (SessionKind::Oidc, Self::Recovery(_)) => "provider_recovery_code",
        }
    }
}

/// How a session begins.
pub(crate) struct Way<'a> {
    pub(crate) kind: SessionKind,
    pub(crate) device: &'a str,
    /// Of an emergency.
    pub(crate) reason: Option<&'a Private<String>>,
}

impl House {
    /// Judges everything before it answers, and answers every failure alike.
    pub(crate) async fn prove(&self, shown: &Shown<'_>) -> Result<Proven, AccessError> {
        let now = self.deps.clock.now();
        let login = normal(shown.login);
        let index = self.store.login_index(&self.home, &login);
        self.sources.count(shown.from, now)?;
        let place = self.hasher.place().await?;
        self.count_guess(&index, now).await?;
        let account = self.store.by_login(&login).await?;
        let hash = account.as_ref().and_then(|account| account.password_hash.as_ref());
        let right =
            self.hasher.check(&place, hash.map(|hash| hash.reveal().as_str()), &shown.password).await?;
        drop(place);
        let factor = self.factor(account.as_ref(), shown.second)?;
        match (account, right, factor) {
            (Some(account), true, Some(factor)) if !account.disabled => {
                Ok(Proven { account, factor, index, from: shown.from })
            }
            (account, right, _) => Err(self.refuse(account.as_ref(), right, shown).await),
        }
    }

    /// Takes what was proven: a code counts once, and the guess was none. False when another was faster.
    pub(crate) async fn take(&self, tx: &mut Tx, proven: &Proven) -> Result<bool, StoreError> {
        let (id, now) = (proven.account.id, self.deps.clock.now());
        let taken = match &proven.factor {
            Factor::None => true,
            Factor::Step(step) => Store::take_step(tx, id, *step).await?,
            Factor::Recovery(hash) => Store::take_recovery(tx, id, hash, now).await?,
        };
        if taken {
            Store::forgive(tx, &proven.index).await?;
            self.sources.was_right(proven.from);
        }
        Ok(taken)
    }

    /// Proves, then opens a session of this kind.
    pub(crate) async fn come_in(
        &self,
        shown: &Shown<'_>,
        kind: SessionKind,
        device: &str,
        reason: Option<&Private<String>>,
    ) -> Result<(AccountId, Opened), AccessError> {
        let proven = self.prove(shown).await?;
        let account = &proven.account;
        let hash = self.newer_hash(account, &shown.password).await?;
        let mut tx = self.deps.db.begin().await?;
        if !self.take(&mut tx, &proven).await? {
            drop(tx);
            return Err(self.refuse(Some(account), true, shown).await);
        }
        if let Some(hash) = hash {
            Store::set_password(&mut tx, account.id, &hash, account.must_change, self.deps.clock.now())
                .await?;
        }
        let way = Way { kind, device, reason };
        let opened = self.open(tx, self.sessions(kind), account, &proven.factor, &way).await?;
        Ok((account.id, opened))
    }

    /// Opens the session and writes it down, as the last of a transaction.
    pub(crate) async fn open(
        &self,
        mut tx: Tx,
        sessions: &Sessions,
        account: &Account,
        factor: &Factor,
        way: &Way<'_>,
    ) -> Result<Opened, AccessError> {
        let Way { kind, device, .. } = *way;
        let opening = Opening { account: account.id, operator: &account.operator, kind, device };
        let opened = sessions.open(&mut tx, &opening).await?;
        let entry = self.entry(account, &opened, factor, way)?;
        self.deps.audit.append(&mut tx, &entry).await?;
        tx.commit().await?;
        metrics::counter!("tomoshibi_sign_ins_total", "kind" => kind.code()).increment(1);
        self.alarm(account, kind).await;
        Ok(opened)
    }

    fn sessions(&self, kind: SessionKind) -> &Sessions {
        match kind {
            SessionKind::Password | SessionKind::Oidc => &self.deps.sessions,
            SessionKind::BreakGlass => &self.emergency,
        }
    }

    /// The settings of hashing have changed since: only now is the password at hand.
    async fn newer_hash(
        &self,
        account: &Account,
        password: &Password,
    ) -> Result<Option<String>, AccessError> {
        let outdated = |hash: &Private<String>| self.hasher.is_outdated(hash.reveal());
        match account.password_hash.as_ref().is_some_and(outdated) {
            true => Ok(Some(self.hasher.hash(&self.hasher.place().await?, password).await?)),
            false => Ok(None),
        }
    }

    /// None: it does not fit.
    pub(crate) fn factor(
        &self,
        account: Option<&Account>,
        second: Second<'_>,
    ) -> Result<Option<Factor>, AccessError> {
        let Some(account) = account else { return Ok(None) };
        match (second, &account.totp_sealed) {
            (Second::Code(code), Some(sealed)) => {
                let secret = TotpSecret::read(self.store.open_totp(account.id, sealed)?.reveal())?;
                let step = secret.step_of(code.trim(), self.deps.clock.now()).map(Factor::Step);
                Ok(step.or_else(|| recovery(account, code)))
            }
            (Second::Lost, Some(_)) => {
                let may = account.roles.has_any(&EMERGENCY_ROLES) && !account.must_change;
                Ok(may.then_some(Factor::None))
            }
            // Without a second factor there is none to be lost.
            (Second::Lost, None) => Ok(None),
            (Second::Code(_), None) | (Second::NotAsked, _) => Ok(Some(Factor::None)),
        }
    }

    /// The one answer, with the one amount of work: an entry in somebody's audit.
    async fn refuse(&self, account: Option<&Account>, right: bool, shown: &Shown<'_>) -> AccessError {
        let why = match (account, right) {
            (None, _) => "unknown",
            (Some(account), _) if account.disabled => "disabled",
            (Some(_), false) => "password",
            (Some(_), true) => "second_factor",
        };
        self.turn_away(account, why, shown.from).await
    }

    /// Into the audit, and wrong.
    pub(crate) async fn turn_away(
        &self,
        account: Option<&Account>,
        why: &'static str,
        from: Origin,
    ) -> AccessError {
        metrics::counter!("tomoshibi_sign_in_refused_total", "why" => "wrong").increment(1);
        let operator = account.map_or(&self.home, |account| &account.operator);
        let mut entry = Entry::of(&Principal::Stranger, operator, "access.sign_in_failed").with("why", why);
        if let Some(account) = account {
            entry = entry.about("account", account.id);
        }
        if let Origin::Address(from) = from {
            entry = entry.with("from", from.to_string());
        }
        match self.deps.audit.note(&entry).await {
            Ok(_) => AccessError::Wrong,
            Err(error) => error.into(),
        }
    }

    fn entry(
        &self,
        account: &Account,
        opened: &Opened,
        factor: &Factor,
        way: &Way<'_>,
    ) -> Result<Entry, AccessError> {
        let action = match way.kind {
            SessionKind::Password | SessionKind::Oidc => "access.signed_in",
            SessionKind::BreakGlass => "access.glass_broken",
        };
        let entry = Entry::of(&Principal::Stranger, &account.operator, action)
            .for_account(account.id, Some(opened.session))
            .about("session", opened.session)
            .with("by", factor.beside(way.kind));
        match way.reason {
            Some(reason) => Ok(entry.with("reason_sealed", self.store.seal_reason(opened.session, reason)?)),
            None => Ok(entry),
        }
    }

    /// An emergency alarms; the alarm is over when no such session stands and somebody comes in properly.
    async fn alarm(&self, account: &Account, kind: SessionKind) {
        match kind {
            SessionKind::BreakGlass => {
                self.deps.alarms.raise(glass_broken(&account.operator), Some(account.id.to_string()));
            }
            SessionKind::Password | SessionKind::Oidc => self.calm(&account.operator).await,
        }
    }

    pub(crate) async fn calm(&self, operator: &OperatorId) {
        match self.store.is_glass_broken(operator, self.deps.clock.now()).await {
            Ok(false) => self.deps.alarms.clear(&glass_broken(operator)),
            Ok(true) => {}
            Err(error) => tracing::warn!(%error, "whether an emergency sign-in is over is not known"),
        }
    }

    pub(crate) async fn end(&self, tx: &mut Tx, session: SessionId) -> Result<bool, StoreError> {
        self.deps.sessions.revoke(tx, session).await
    }
}

fn glass_broken(operator: &OperatorId) -> Alarm {
    Alarm { kind: "break_glass", operator: Some(operator.clone()), window: None }
}

/// One way of writing a login.
pub(crate) fn normal(login: &str) -> String {
    let cut = login.trim().char_indices().take_while(|(at, _)| *at < LOGIN_BYTES);
    cut.map(|(_, letter)| letter).collect::<String>().to_lowercase()
}

fn recovery(account: &Account, code: &str) -> Option<Factor> {
    let hash = recovery_hash(account.id, code);
    is_among(account.recovery.reveal(), &hash).then_some(Factor::Recovery(hash))
}
