//! Sign-ins under way at the provider, and whom it knows.

use domain::ids::AccountId;
use domain::time::Instant;
use shell::on;
use shell::store::{Attempt, StoreError, Tx};

use super::Store;
use crate::accounts::error::AccessError;

/// Where a sign-in by the provider stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// At the provider.
    Away,
    /// Back, and our second factor is awaited.
    SecondFactor,
}

impl Stage {
    const fn code(self) -> &'static str {
        match self {
            Self::Away => "away",
            Self::SecondFactor => "second_factor",
        }
    }
}

#[derive(Clone, Debug)]
pub(crate) struct AttemptRow {
    pub(crate) hash: String,
    pub(crate) browser: String,
    pub(crate) stage: Stage,
    pub(crate) sealed: Vec<u8>,
    pub(crate) until: Instant,
}

type Found = (String, Vec<u8>);

impl Store {
    pub(crate) async fn add_attempt(tx: &mut Tx, row: &AttemptRow) -> Result<(), StoreError> {
        on!(tx, t => {
            sqlx::query(
                "INSERT INTO oidc_attempt (attempt_hash, browser_hash, stage, sealed, until_us)
                 VALUES ($1, $2, $3, $4, $5)",
            )
            .bind(&row.hash).bind(&row.browser).bind(row.stage.code()).bind(&row.sealed)
            .bind(row.until.micros()).execute(&mut **t).await.map(drop)
        })
        .attempt("begin a sign-in by the provider")
    }

    /// Takes it out, so that it counts once: the browser's hash and what is sealed. None when it is not there,
    /// was taken, or came too late.
    pub(crate) async fn take_attempt(
        &self,
        hash: &str,
        stage: Stage,
        now: Instant,
    ) -> Result<Option<Found>, StoreError> {
        let found: Option<(String, Vec<u8>, i64)> = on!(self.db.write(), pool => {
            sqlx::query_as(
                "DELETE FROM oidc_attempt WHERE attempt_hash = $1 AND stage = $2
                 RETURNING browser_hash, sealed, until_us",
            )
            .bind(hash).bind(stage.code()).fetch_optional(pool).await
        })
        .attempt("take a sign-in by the provider")?;
        Ok(found.filter(|(.., until)| *until > now.micros()).map(|(browser, sealed, _)| (browser, sealed)))
    }

    /// Looks, and leaves it: a second factor may be mistyped.
    pub(crate) async fn attempt(
        &self,
        hash: &str,
        stage: Stage,
        now: Instant,
    ) -> Result<Option<Vec<u8>>, StoreError> {
        on!(self.db.read(), pool => {
            sqlx::query_scalar(
                "SELECT sealed FROM oidc_attempt WHERE attempt_hash = $1 AND stage = $2 AND until_us > $3",
            )
            .bind(hash).bind(stage.code()).bind(now.micros()).fetch_optional(pool).await
        })
        .attempt("look for a sign-in by the provider")
    }

    /// False when another was faster.
    pub(crate) async fn end_attempt(tx: &mut Tx, hash: &str) -> Result<bool, StoreError> {
        on!(tx, t => {
            sqlx::query("DELETE FROM oidc_attempt WHERE attempt_hash = $1")
                .bind(hash).execute(&mut **t).await.map(|done| done.rows_affected() == 1)
        })
        .attempt("end a sign-in by the provider")
    }

    pub(crate) async fn forget_attempts(tx: &mut Tx, now: Instant) -> Result<(), StoreError> {
        on!(tx, t => {
            sqlx::query("DELETE FROM oidc_attempt WHERE until_us <= $1")
                .bind(now.micros()).execute(&mut **t).await.map(drop)
        })
        .attempt("forget old sign-ins by the provider")
    }

    /// Ties an account to a subject of the provider, or to none.
    pub(crate) async fn set_oidc(
        tx: &mut Tx,
        id: AccountId,
        index: Option<&str>,
        now: Instant,
    ) -> Result<(), AccessError> {
        let set: Result<(), StoreError> = on!(tx, t => {
            sqlx::query("UPDATE account SET oidc_index = $2, changed_us = $3 WHERE account_id = $1")
                .bind(id.to_string()).bind(index).bind(now.micros()).execute(&mut **t).await.map(drop)
        })
        .attempt("link an account");
        set.map_err(|error| match error.is_taken() {
            true => AccessError::Taken("subject is linked to another account: one account a person"),
            false => error.into(),
        })
    }
}
