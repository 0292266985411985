//! The sessions of an account.

use domain::ids::{AccountId, OperatorId, SessionId};
use domain::time::Instant;
use shell::on;
use shell::store::{Attempt, StoreError, Tx};

use super::Store;

#[derive(Clone, Debug, sqlx::FromRow)]
pub(crate) struct SessionRow {
    pub(crate) session_id: String,
    pub(crate) created_us: i64,
    pub(crate) last_us: i64,
    pub(crate) idle_until_us: i64,
    pub(crate) until_us: i64,
    pub(crate) fresh_until_us: i64,
    pub(crate) device: String,
    pub(crate) kind: String,
}

impl Store {
    /// Those that stand, the latest first.
    pub(crate) async fn sessions(
        &self,
        account: AccountId,
        now: Instant,
    ) -> Result<Vec<SessionRow>, StoreError> {
        on!(self.db.read(), pool => {
            sqlx::query_as(
                "SELECT session_id, created_us, last_us, idle_until_us, until_us, fresh_until_us, device, kind
                 FROM session WHERE account_id = $1 AND revoked_us IS NULL AND idle_until_us > $2 AND until_us > $2
                 ORDER BY created_us DESC, session_id DESC",
            )
            .bind(account.to_string()).bind(now.micros()).fetch_all(pool).await
        })
        .attempt("list sessions")
    }

    /// Ends one session, only if it is of this account; false when it is not, or had ended.
    pub(crate) async fn revoke_own(
        tx: &mut Tx,
        account: AccountId,
        session: SessionId,
        now: Instant,
    ) -> Result<bool, StoreError> {
        on!(tx, t => {
            sqlx::query(
                "UPDATE session SET revoked_us = $3
                 WHERE account_id = $1 AND session_id = $2 AND revoked_us IS NULL",
            )
            .bind(account.to_string()).bind(session.to_string()).bind(now.micros())
            .execute(&mut **t).await.map(|done| done.rows_affected() == 1)
        })
        .attempt("end a session")
    }

    /// Ends the others of this account.
    pub(crate) async fn revoke_others(
        tx: &mut Tx,
        account: AccountId,
        but: SessionId,
        now: Instant,
    ) -> Result<u64, StoreError> {
        on!(tx, t => {
            sqlx::query(
                "UPDATE session SET revoked_us = $3
                 WHERE account_id = $1 AND session_id <> $2 AND revoked_us IS NULL",
            )
            .bind(account.to_string()).bind(but.to_string()).bind(now.micros())
            .execute(&mut **t).await.map(|done| done.rows_affected())
        })
        .attempt("end other sessions")
    }

    /// Whether somebody is in by the emergency way.
    pub(crate) async fn is_glass_broken(
        &self,
        operator: &OperatorId,
        now: Instant,
    ) -> Result<bool, StoreError> {
        let standing: i64 = on!(self.db.read(), pool => {
            sqlx::query_scalar(
                "SELECT count(*) FROM session WHERE operator_id = $1 AND kind = 'break_glass'
                 AND revoked_us IS NULL AND until_us > $2",
            )
            .bind(operator.as_str()).bind(now.micros()).fetch_one(pool).await
        })
        .attempt("look for emergency sessions")?;
        Ok(standing > 0)
    }
}
