//! Guesses at a login.

use domain::time::Instant;
use shell::on;
use shell::store::{Attempt, StoreError, Tx};

use super::Store;
use crate::accounts::settings::Locking;

impl Store {
    /// Counts one more guess, unless the login rests. Answers the number, and until when it rests already.
    pub(crate) async fn count_guess(
        tx: &mut Tx,
        index: &str,
        locking: &Locking,
        now: Instant,
    ) -> Result<(i64, Option<Instant>), StoreError> {
        let forget = now - locking.forget;
        let (failed, until): (i64, Option<i64>) = on!(tx, t => {
            sqlx::query_as(
                "INSERT INTO sign_in_failure (login_index, failed, last_us) VALUES ($1, 1, $2)
                 ON CONFLICT (login_index) DO UPDATE SET
                     failed = CASE WHEN coalesce(sign_in_failure.locked_until_us, 0) > $2 THEN sign_in_failure.failed
                                   WHEN sign_in_failure.last_us < $3 THEN 1
                                   ELSE sign_in_failure.failed + 1 END,
                     last_us = CASE WHEN coalesce(sign_in_failure.locked_until_us, 0) > $2
                                    THEN sign_in_failure.last_us ELSE $2 END
                 RETURNING failed, locked_until_us",
            )
            .bind(index).bind(now.micros()).bind(forget.micros()).fetch_one(&mut **t).await
        })
        .attempt("count a guess")?;
        Ok((failed, until.map(Instant::from_micros).filter(|until| *until > now)))
    }

    pub(crate) async fn rest(tx: &mut Tx, index: &str, until: Instant) -> Result<(), StoreError> {
        on!(tx, t => {
            sqlx::query("UPDATE sign_in_failure SET locked_until_us = $2 WHERE login_index = $1")
                .bind(index).bind(until.micros()).execute(&mut **t).await.map(drop)
        })
        .attempt("let a login rest")
    }

    /// It was no guess, or an administrator vouches for it.
    pub(crate) async fn forgive(tx: &mut Tx, index: &str) -> Result<(), StoreError> {
        on!(tx, t => {
            sqlx::query("DELETE FROM sign_in_failure WHERE login_index = $1")
                .bind(index).execute(&mut **t).await.map(drop)
        })
        .attempt("forgive guesses")
    }

    /// What is old enough to be forgotten goes, a little at a time.
    pub(crate) async fn forget_guesses(tx: &mut Tx, before: Instant) -> Result<(), StoreError> {
        on!(tx, t => {
            sqlx::query(
                "DELETE FROM sign_in_failure WHERE login_index IN
                     (SELECT login_index FROM sign_in_failure WHERE last_us < $1 ORDER BY last_us LIMIT 10)",
            )
            .bind(before.micros()).execute(&mut **t).await.map(drop)
        })
        .attempt("forget old guesses")
    }
}
