//! Which account is whose at the provider: an administrator says so.

use super::super::error::AccessError;
use super::super::house::House;
use super::super::roster::By;
use super::super::store::{Account, Store};

/// OpenID Connect Core 2: a subject has at most 255 ASCII letters.
const SUBJECT_LETTERS: usize = 255;

/// Ties an account to this subject, or to none. Its sessions end, and the audit says which account, never
/// which subject.
pub(crate) async fn link(
    house: &House,
    by: By<'_>,
    account: &Account,
    subject: &str,
) -> Result<(), AccessError> {
    let index = match subject {
        "" => None,
        subject => Some(house.subject_index(checked(subject)?)?),
    };
    let mut tx = house.deps.db.begin().await?;
    Store::set_oidc(&mut tx, account.id, index.as_deref(), house.deps.clock.now()).await?;
    let ended = house.deps.sessions.revoke_all(&mut tx, account.id).await?;
    let action = if index.is_some() { "account.linked" } else { "account.unlinked" };
    let entry = by.entry(&account.operator, action).about("account", account.id);
    house.commit(tx, entry.with("sessions_ended", ended)).await
}

impl House {
    pub(super) fn subject_index(&self, subject: &str) -> Result<String, AccessError> {
        let provider = self.provider.as_ref().ok_or(AccessError::NotNow(NO_PROVIDER))?;
        Ok(self.store.oidc_index(&self.home, &provider.settings.issuer, subject))
    }
}

pub(super) const NO_PROVIDER: &str = "there is no provider: set oidc.issuer first";

fn checked(subject: &str) -> Result<&str, AccessError> {
    let plain = |c: char| c.is_ascii_graphic() || c == ' ';
    match subject.len() <= SUBJECT_LETTERS && subject.trim() == subject && subject.chars().all(plain) {
        true => Ok(subject),
        false => Err(AccessError::invalid(
            "subject",
            "has 1 to 255 ASCII letters without blanks around them: the provider's `sub`, letter by letter",
        )),
    }
}
