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

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use shell::store::Db;
    use shell::testkit::{both_stores, sealer};

    use super::*;

    const NOW: Instant = Instant::from_micros(1_800_000_000_000_000);
    const MINUTE: Duration = Duration::from_secs(60);

    async fn begun(db: &Db, hash: &str, stage: Stage) -> Store {
        let row = AttemptRow {
            hash: hash.to_owned(),
            browser: "browser".to_owned(),
            stage,
            sealed: vec![7],
            until: NOW + MINUTE,
        };
        let mut tx = db.begin().await.unwrap();
        Store::add_attempt(&mut tx, &row).await.unwrap();
        tx.commit().await.unwrap();
        Store::new(db.clone(), sealer())
    }

    #[tokio::test]
    async fn a_sign_in_under_way_is_taken_once_in_its_stage_and_in_time() {
        both_stores(|db| async move {
            let store = begun(&db, "one", Stage::Away).await;
            let take = async |hash, stage, now| store.take_attempt(hash, stage, now).await.unwrap();

            assert_eq!(take("another", Stage::Away, NOW).await, None);
            assert_eq!(take("one", Stage::SecondFactor, NOW).await, None);
            assert_eq!(take("one", Stage::Away, NOW).await, Some(("browser".to_owned(), vec![7])));
            assert_eq!(take("one", Stage::Away, NOW).await, None, "once");

            begun(&db, "late", Stage::Away).await;
            assert_eq!(take("late", Stage::Away, NOW + MINUTE).await, None, "too late");
        })
        .await;
    }

    #[tokio::test]
    async fn a_second_factor_is_awaited_until_it_is_shown_or_time_is_over() {
        both_stores(|db| async move {
            let store = begun(&db, "half", Stage::SecondFactor).await;
            let awaited =
                async |now| store.attempt("half", Stage::SecondFactor, now).await.unwrap().is_some();

            assert!(awaited(NOW).await && awaited(NOW).await, "a code may be mistyped");
            assert!(!awaited(NOW + MINUTE).await);

            let mut tx = db.begin().await.unwrap();
            assert!(Store::end_attempt(&mut tx, "half").await.unwrap());
            assert!(!Store::end_attempt(&mut tx, "half").await.unwrap(), "once");
        })
        .await;
    }

    #[tokio::test]
    async fn what_nobody_came_back_from_is_forgotten() {
        both_stores(|db| async move {
            let store = begun(&db, "old", Stage::SecondFactor).await;
            let mut tx = db.begin().await.unwrap();
            Store::forget_attempts(&mut tx, NOW + MINUTE).await.unwrap();
            tx.commit().await.unwrap();

            assert_eq!(store.attempt("old", Stage::SecondFactor, NOW).await.unwrap(), None);
        })
        .await;
    }
}
