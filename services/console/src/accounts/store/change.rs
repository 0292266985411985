//! Changing accounts, within a transaction of the caller's.

use domain::access::Roles;
use domain::ids::{AccountId, OperatorId, StaffId};
use domain::private::Private;
use domain::time::Instant;
use shell::on;
use shell::store::{Attempt, StoreError, Tx};

use super::Store;
use crate::accounts::error::AccessError;

/// Whose place somebody holds: a person's of the rota, who is one, or a centre's, for which several answer.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Post<'a> {
    pub(crate) staff: Option<&'a StaffId>,
    pub(crate) of_centre: bool,
}

/// An account to be.
#[derive(Debug)]
pub(crate) struct NewAccount<'a> {
    pub(crate) id: AccountId,
    pub(crate) operator: &'a OperatorId,
    pub(crate) post: Post<'a>,
    pub(crate) login: &'a str,
    pub(crate) name: &'a Private<String>,
    pub(crate) roles: Roles,
    pub(crate) password_hash: Private<String>,
    pub(crate) totp_sealed: Option<Private<Vec<u8>>>,
    pub(crate) must_change: bool,
}

impl Store {
    pub(crate) async fn insert(
        &self,
        tx: &mut Tx,
        new: &NewAccount<'_>,
        now: Instant,
    ) -> Result<(), AccessError> {
        let name = self.seal_name(new.id, new.name)?;
        on!(&mut *tx, t => {
            sqlx::query(
                "INSERT INTO account (account_id, operator_id, staff_id, login, name_sealed, password_hash,
                                      totp_sealed, must_change, created_us, changed_us, of_centre)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9, $10)",
            )
            .bind(new.id.to_string()).bind(new.operator.as_str()).bind(new.post.staff.map(StaffId::as_str))
            .bind(new.login).bind(name).bind(new.password_hash.reveal())
            .bind(new.totp_sealed.as_ref().map(|sealed| sealed.reveal().clone()))
            .bind(i64::from(new.must_change)).bind(now.micros()).bind(i64::from(new.post.of_centre))
            .execute(&mut **t).await.map(drop)
        })
        .attempt("add an account")
        .map_err(taken)?;
        Ok(add_roles(tx, new.id, new.roles).await?)
    }

    pub(crate) async fn describe(
        &self,
        tx: &mut Tx,
        id: AccountId,
        name: &Private<String>,
        post: Post<'_>,
        now: Instant,
    ) -> Result<(), AccessError> {
        let name = self.seal_name(id, name)?;
        on!(tx, t => {
            sqlx::query(
                "UPDATE account SET name_sealed = $2, staff_id = $3, changed_us = $4, of_centre = $5
                 WHERE account_id = $1",
            )
            .bind(id.to_string()).bind(name).bind(post.staff.map(StaffId::as_str)).bind(now.micros())
            .bind(i64::from(post.of_centre))
            .execute(&mut **t).await.map(drop)
        })
        .attempt("change an account")
        .map_err(taken)
    }

    pub(crate) async fn set_roles(tx: &mut Tx, id: AccountId, roles: Roles) -> Result<(), StoreError> {
        on!(&mut *tx, t => {
            sqlx::query("DELETE FROM account_role WHERE account_id = $1")
                .bind(id.to_string()).execute(&mut **t).await.map(drop)
        })
        .attempt("take roles")?;
        add_roles(tx, id, roles).await
    }

    pub(crate) async fn set_disabled(
        tx: &mut Tx,
        id: AccountId,
        disabled: bool,
        now: Instant,
    ) -> Result<(), StoreError> {
        on!(tx, t => {
            sqlx::query("UPDATE account SET disabled_us = $2, changed_us = $3 WHERE account_id = $1")
                .bind(id.to_string()).bind(disabled.then_some(now.micros())).bind(now.micros())
                .execute(&mut **t).await.map(drop)
        })
        .attempt("disable an account")
    }

    pub(crate) async fn set_password(
        tx: &mut Tx,
        id: AccountId,
        hash: &str,
        must_change: bool,
        now: Instant,
    ) -> Result<(), StoreError> {
        on!(tx, t => {
            sqlx::query(
                "UPDATE account SET password_hash = $2, must_change = $3, changed_us = $4 WHERE account_id = $1",
            )
            .bind(id.to_string()).bind(hash).bind(i64::from(must_change)).bind(now.micros())
            .execute(&mut **t).await.map(drop)
        })
        .attempt("change a password")
    }

    /// Puts a secret in force, or takes the second factor off; the codes on paper go with the old one.
    pub(crate) async fn set_totp(
        tx: &mut Tx,
        id: AccountId,
        sealed: Option<&Private<Vec<u8>>>,
        step: i64,
        now: Instant,
    ) -> Result<(), StoreError> {
        on!(&mut *tx, t => {
            sqlx::query(
                "UPDATE account SET totp_sealed = $2, totp_next_sealed = NULL, totp_last_step = $3, changed_us = $4
                 WHERE account_id = $1",
            )
            .bind(id.to_string()).bind(sealed.map(|sealed| sealed.reveal().clone())).bind(step)
            .bind(now.micros()).execute(&mut **t).await.map(drop)
        })
        .attempt("change a second factor")?;
        on!(tx, t => {
            sqlx::query("DELETE FROM recovery_code WHERE account_id = $1")
                .bind(id.to_string()).execute(&mut **t).await.map(drop)
        })
        .attempt("take recovery codes")
    }

    /// A secret that waits for its first code.
    pub(crate) async fn propose_totp(&self, id: AccountId, sealed: Vec<u8>) -> Result<(), StoreError> {
        on!(self.db.write(), pool => {
            sqlx::query("UPDATE account SET totp_next_sealed = $2 WHERE account_id = $1")
                .bind(id.to_string()).bind(sealed).execute(pool).await.map(drop)
        })
        .attempt("propose a second factor")
    }

    pub(crate) async fn add_recovery(
        tx: &mut Tx,
        id: AccountId,
        hashes: &[String],
    ) -> Result<(), StoreError> {
        for hash in hashes {
            on!(&mut *tx, t => {
                sqlx::query("INSERT INTO recovery_code (account_id, hash) VALUES ($1, $2)")
                    .bind(id.to_string()).bind(hash).execute(&mut **t).await.map(drop)
            })
            .attempt("add a recovery code")?;
        }
        Ok(())
    }

    /// False when this step or a later one was taken before.
    pub(crate) async fn take_step(tx: &mut Tx, id: AccountId, step: i64) -> Result<bool, StoreError> {
        on!(tx, t => {
            sqlx::query("UPDATE account SET totp_last_step = $2 WHERE account_id = $1 AND totp_last_step < $2")
                .bind(id.to_string()).bind(step).execute(&mut **t).await.map(|done| done.rows_affected() == 1)
        })
        .attempt("take a code")
    }

    /// False when it was used before.
    pub(crate) async fn take_recovery(
        tx: &mut Tx,
        id: AccountId,
        hash: &str,
        now: Instant,
    ) -> Result<bool, StoreError> {
        on!(tx, t => {
            sqlx::query(
                "UPDATE recovery_code SET used_us = $3 WHERE account_id = $1 AND hash = $2 AND used_us IS NULL",
            )
            .bind(id.to_string()).bind(hash).bind(now.micros())
            .execute(&mut **t).await.map(|done| done.rows_affected() == 1)
        })
        .attempt("take a recovery code")
    }
}

async fn add_roles(tx: &mut Tx, id: AccountId, roles: Roles) -> Result<(), StoreError> {
    for role in roles.iter() {
        on!(&mut *tx, t => {
            sqlx::query("INSERT INTO account_role (account_id, role) VALUES ($1, $2)")
                .bind(id.to_string()).bind(role.code()).execute(&mut **t).await.map(drop)
        })
        .attempt("give a role")?;
    }
    Ok(())
}

fn taken(error: StoreError) -> AccessError {
    match error.is_taken() {
        true => AccessError::Taken(
            "login or staff_id has an account already: one login and one account a person (several for a centre)",
        ),
        false => error.into(),
    }
}
