//! The accounts of an operator: made, changed, reset, disabled.

use domain::access::{Principal, Role, Roles};
use domain::ids::{AccountId, OperatorId, StaffId};
use domain::private::Private;
use on_call_rota::Rota;
use shell::audit::Entry;
use shell::store::Tx;

use super::error::AccessError;
use super::factor::TotpSecret;
use super::house::House;
use super::password::Password;
use super::store::{Account, NewAccount, Post, Store};

const NAME_LETTERS: usize = 100;
const LOGIN_LETTERS: std::ops::RangeInclusive<usize> = 3..=64;

/// On whose behalf.
#[derive(Clone, Copy, Debug)]
pub(crate) enum By<'a> {
    Request(&'a Principal),
    /// Somebody at the machine itself.
    Command,
}

impl By<'_> {
    pub(crate) fn entry(self, operator: &OperatorId, action: &'static str) -> Entry {
        match self {
            Self::Request(who) => Entry::of(who, operator, action),
            Self::Command => Entry::of_system(operator, action),
        }
    }

    fn is(self, account: AccountId) -> bool {
        match self {
            Self::Request(who) => who.person().is_some_and(|person| person.account == account),
            Self::Command => false,
        }
    }
}

/// What is asked for, as it was written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wanted<'a> {
    pub(crate) login: &'a str,
    pub(crate) name: &'a str,
    pub(crate) staff: &'a str,
    pub(crate) roles: &'a [String],
}

/// A person of the rota, or one of those who answer for a centre or a hospital.
enum Staff {
    Person(StaffId),
    Centre(StaffId),
}

impl Staff {
    fn post(&self) -> Post<'_> {
        match self {
            Self::Person(id) => Post { staff: Some(id), of_centre: false },
            Self::Centre(id) => Post { staff: Some(id), of_centre: true },
        }
    }
}

/// Secrets that were agreed elsewhere. Without a password a one-time password is drawn.
#[derive(Debug, Default)]
pub(crate) struct Given {
    pub(crate) password: Option<Password>,
    pub(crate) totp: Option<TotpSecret>,
}

impl House {
    /// The account, and the one-time password when one was drawn.
    pub(crate) async fn create(
        &self,
        by: By<'_>,
        operator: &OperatorId,
        wanted: Wanted<'_>,
        given: Given,
    ) -> Result<(AccountId, Option<Password>), AccessError> {
        let login = login(wanted.login)?;
        let (name, roles) = (name(wanted.name)?, roles(wanted.roles)?);
        let staff = self.staff(operator, wanted.staff, roles)?;
        let drawn = given.password.is_none().then(Password::one_time);
        let password = given.password.as_ref().or(drawn.as_ref()).ok_or(AccessError::Hash)?;
        let hash = self.hasher.hash(&self.hasher.place().await?, password).await?;
        let id = AccountId(self.deps.ids.draw());
        let new = NewAccount {
            id,
            operator,
            post: staff.as_ref().map_or_else(Post::default, Staff::post),
            login: &login,
            name: &name,
            roles,
            password_hash: Private::new(hash),
            totp_sealed: self.sealed(id, given.totp.as_ref())?,
            must_change: drawn.is_some(),
        };
        let mut tx = self.deps.db.begin().await?;
        self.store.insert(&mut tx, &new, self.deps.clock.now()).await?;
        let entry = by.entry(operator, "account.created").with("roles", codes(roles));
        self.commit(tx, entry.about("account", id)).await?;
        Ok((id, drawn))
    }

    fn sealed(
        &self,
        id: AccountId,
        totp: Option<&TotpSecret>,
    ) -> Result<Option<Private<Vec<u8>>>, AccessError> {
        let sealed = totp.map(|secret| self.store.seal_totp(id, &secret.base32())).transpose()?;
        Ok(sealed.map(Private::new))
    }

    /// One of this operator's; another's is not known here.
    pub(crate) async fn theirs(&self, operator: &OperatorId, id: &str) -> Result<Account, AccessError> {
        let id: AccountId =
            id.parse().map_err(|_| AccessError::invalid("account_id", "is a UUID of ListAccounts"))?;
        let account = self.store.by_id(id).await?;
        account.filter(|account| account.operator == *operator).ok_or(AccessError::NotFound("account_id"))
    }

    pub(crate) async fn change(
        &self,
        by: By<'_>,
        before: &Account,
        wanted: Wanted<'_>,
    ) -> Result<(), AccessError> {
        let (name, roles) = (name(wanted.name)?, roles(wanted.roles)?);
        let staff = self.staff(&before.operator, wanted.staff, roles)?;
        let post = staff.as_ref().map_or_else(Post::default, Staff::post);
        let mut tx = self.deps.db.begin().await?;
        if !roles.has(Role::OperatorAdmin) {
            self.keep_an_administrator(&mut tx, before).await?;
        }
        self.store.describe(&mut tx, before.id, &name, post, self.deps.clock.now()).await?;
        let entry = by.entry(&before.operator, "account.changed");
        let mut entry = entry.about("account", before.id).with("roles", codes(roles));
        if roles != before.roles {
            Store::set_roles(&mut tx, before.id, roles).await?;
            let ended = self.deps.sessions.revoke_all(&mut tx, before.id).await?;
            entry = entry.with("roles_before", codes(before.roles)).with("sessions_ended", ended);
        }
        self.commit(tx, entry).await
    }

    /// A one-time password, no second factor, no sessions, no wait.
    pub(crate) async fn reset(&self, by: By<'_>, account: &Account) -> Result<Password, AccessError> {
        let password = Password::one_time();
        let hash = self.hasher.hash(&self.hasher.place().await?, &password).await?;
        let now = self.deps.clock.now();
        let mut tx = self.deps.db.begin().await?;
        Store::set_password(&mut tx, account.id, &hash, true, now).await?;
        Store::set_totp(&mut tx, account.id, None, 0, now).await?;
        Store::forgive(&mut tx, &self.store.login_index(&self.home, &account.login)).await?;
        let ended = self.deps.sessions.revoke_all(&mut tx, account.id).await?;
        let entry = by.entry(&account.operator, "account.reset").with("sessions_ended", ended);
        self.commit(tx, entry.about("account", account.id)).await?;
        Ok(password)
    }

    pub(crate) async fn disable(
        &self,
        by: By<'_>,
        account: &Account,
        disabled: bool,
    ) -> Result<(), AccessError> {
        if disabled && by.is(account.id) {
            return Err(AccessError::NotNow("nobody disables themselves: ask another administrator"));
        }
        let mut tx = self.deps.db.begin().await?;
        if disabled {
            self.keep_an_administrator(&mut tx, account).await?;
        }
        Store::set_disabled(&mut tx, account.id, disabled, self.deps.clock.now()).await?;
        let action = if disabled { "account.disabled" } else { "account.enabled" };
        let mut entry = by.entry(&account.operator, action).about("account", account.id);
        if disabled {
            entry = entry.with("sessions_ended", self.deps.sessions.revoke_all(&mut tx, account.id).await?);
        }
        self.commit(tx, entry).await
    }

    /// Two who take each other's place away at the same moment do it one after the other.
    async fn keep_an_administrator(&self, tx: &mut Tx, going: &Account) -> Result<(), AccessError> {
        let others = Store::administrators(tx, &going.operator).await?;
        match others.as_slice() {
            [last] if *last == going.id.to_string() => {
                Err(AccessError::NotNow("this is the last administrator: make another one first"))
            }
            _ => Ok(()),
        }
    }

    fn staff(&self, operator: &OperatorId, staff: &str, roles: Roles) -> Result<Option<Staff>, AccessError> {
        if staff.is_empty() {
            return Ok(None);
        }
        let rota = self.deps.rota.borrow();
        let id: Option<StaffId> = staff.parse().ok();
        let is_ours = |id: &StaffId| rota.person(id).is_some_and(|person| person.operator == *operator);
        let may_answer = roles.has(Role::Centre);
        match id {
            Some(id) if is_ours(&id) => Ok(Some(Staff::Person(id))),
            Some(id) if may_answer && is_receiver(&rota, operator, id.as_str()) => {
                Ok(Some(Staff::Centre(id)))
            }
            Some(_) | None => Err(AccessError::invalid(
                "staff_id",
                "is a person of the operator's rota, for the role centre a centre or hospital of it, or empty",
            )),
        }
    }

    pub(crate) async fn commit(&self, mut tx: Tx, entry: Entry) -> Result<(), AccessError> {
        self.deps.audit.append(&mut tx, &entry).await?;
        Ok(tx.commit().await?)
    }
}

fn login(text: &str) -> Result<String, AccessError> {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '_' | '-' | '@');
    match LOGIN_LETTERS.contains(&text.len()) && text.chars().all(plain) {
        true => Ok(text.to_owned()),
        false => Err(AccessError::invalid("login", "has 3 to 64 of a-z 0-9 . _ - @")),
    }
}

fn name(text: &str) -> Result<Private<String>, AccessError> {
    let text = text.trim();
    let letters = text.chars().count();
    match (1..=NAME_LETTERS).contains(&letters) && !text.chars().any(char::is_control) {
        true => Ok(Private::new(text.to_owned())),
        false => Err(AccessError::invalid("name", "has 1 to 100 letters on one line")),
    }
}

fn roles(codes: &[String]) -> Result<Roles, AccessError> {
    let roles: Result<Roles, _> = codes.iter().map(|code| code.parse::<Role>()).collect();
    match roles {
        Ok(roles) if !roles.is_empty() => Ok(roles),
        Ok(_) => Err(AccessError::invalid("roles", "names at least one role")),
        Err(fault) => Err(AccessError::invalid("roles", fault.to_string())),
    }
}

/// A centre or a hospital of the operator: whoever answers for it has its id.
fn is_receiver(rota: &Rota, operator: &OperatorId, id: &str) -> bool {
    let centre = rota.centres().iter().any(|one| one.operator == *operator && one.id.as_str() == id);
    centre || rota.hospitals().iter().any(|one| one.operator == *operator && one.id.as_str() == id)
}

fn codes(roles: Roles) -> String {
    roles.iter().map(Role::code).collect::<Vec<_>>().join(" ")
}
