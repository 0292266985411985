//! Call-backs owed: leased by whoever has a free desk, settled or withdrawn with a reason.

use domain::ids::{CallId, OperatorId, WindowId};
use domain::private::Private;
use domain::time::Instant;
use shell::on;
use shell::process::ProcessId;
use shell::seal::Sealer;
use shell::store::{Attempt, Db, Engine, StoreError};

use super::calls::unreadable;
use super::rows::number_at;

/// A debt. Named by the call that left it: a call owes at most one call-back.
#[derive(Clone, Debug)]
pub struct CallBack {
    pub call: CallId,
    pub window: WindowId,
    pub number: Private<String>,
    pub owed_since: Instant,
    /// How often it was leased, this time included.
    pub attempts: u32,
}

/// One operator's debts.
#[derive(Clone, Debug)]
pub struct CallBacks {
    db: Db,
    sealer: Sealer,
    operator: OperatorId,
}

#[derive(sqlx::FromRow)]
struct Row {
    call_id: String,
    window_id: String,
    number_sealed: Vec<u8>,
    owed_us: i64,
    attempts: i64,
}

/// The oldest that is due; a lease that ran out counts as owed again.
/// `SKIP LOCKED` lets two takers on PostgreSQL take two debts instead of waiting for one.
macro_rules! lease {
    ($lock:literal) => {
        concat!(
            "UPDATE callback SET state = 'leased', lease_owner = $1, lease_until_us = $2, attempts = attempts + 1
             WHERE callback_id = (
                 SELECT callback_id FROM callback
                 WHERE operator_id = $3 AND next_us <= $4
                   AND (state = 'owed' OR (state = 'leased' AND lease_until_us <= $4))
                   AND ($5 = '' OR window_id = $5)
                 ORDER BY next_us, owed_us, callback_id LIMIT 1 ",
            $lock,
            ") RETURNING call_id, window_id, number_sealed, owed_us, attempts"
        )
    };
}

impl CallBacks {
    pub fn of(operator: OperatorId, db: Db, sealer: Sealer) -> Self {
        Self { db, sealer, operator }
    }

    /// Owes a call from now on; one that is owed already stays as it is.
    ///
    /// # Errors
    /// The store's.
    pub async fn owe(
        &self,
        call: CallId,
        window: &WindowId,
        number: &Private<String>,
        reason: &'static str,
        now: Instant,
    ) -> Result<(), StoreError> {
        let id = call.to_string();
        let sealed = self.sealer.seal(number_at("callback", &id), number);
        let sealed = sealed.map_err(|fault| StoreError::lasting("seal the number of a call-back", fault))?;
        let index = self.sealer.blind_index(&self.operator, number);
        on!(self.db.write(), pool => {
            sqlx::query(
                "INSERT INTO callback (operator_id, callback_id, call_id, window_id, number_sealed, number_index,
                                       reason, state, owed_us, next_us, attempts)
                 VALUES ($1, $2, $2, $3, $4, $5, $6, 'owed', $7, $7, 0)
                 ON CONFLICT (callback_id) DO UPDATE
                 SET number_sealed = excluded.number_sealed, reason = excluded.reason, state = 'owed',
                     owed_us = excluded.owed_us, next_us = excluded.next_us, attempts = 0,
                     settled_us = NULL, settled_how = NULL
                 WHERE callback.state IN ('settled', 'withdrawn')",
            )
            .bind(self.operator.as_str()).bind(&id).bind(window.as_str()).bind(&sealed).bind(&index)
            .bind(reason).bind(now.micros())
            .execute(pool).await.map(drop)
        })
        .attempt("owe a call-back")
    }

    /// Takes the next debt that is due, for this owner alone until `until`.
    ///
    /// # Errors
    /// The store's.
    pub async fn lease(
        &self,
        window: Option<&WindowId>,
        owner: ProcessId,
        now: Instant,
        until: Instant,
    ) -> Result<Option<CallBack>, StoreError> {
        let sql = match self.db.write() {
            Engine::Sqlite(_) => lease!(""),
            Engine::Postgres(_) => lease!("FOR UPDATE SKIP LOCKED"),
        };
        let row: Option<Row> = on!(self.db.write(), pool => {
            sqlx::query_as(sql)
                .bind(owner.to_string()).bind(until.micros()).bind(self.operator.as_str()).bind(now.micros())
                .bind(window.map_or("", WindowId::as_str))
                .fetch_optional(pool).await
        })
        .attempt("lease a call-back")?;
        row.map(|row| self.call_back(row)).transpose()
    }

    /// The caller was not reached: owed again, not before `next`. False when the lease is not ours any more.
    ///
    /// # Errors
    /// The store's.
    pub async fn put_back(&self, call: CallId, owner: ProcessId, next: Instant) -> Result<bool, StoreError> {
        let done = on!(self.db.write(), pool => {
            sqlx::query(
                "UPDATE callback SET state = 'owed', next_us = $1, lease_owner = NULL, lease_until_us = NULL
                 WHERE operator_id = $2 AND callback_id = $3 AND state = 'leased' AND lease_owner = $4",
            )
            .bind(next.micros()).bind(self.operator.as_str()).bind(call.to_string()).bind(owner.to_string())
            .execute(pool).await.map(|done| done.rows_affected())
        })
        .attempt("put a call-back back")?;
        Ok(done > 0)
    }

    /// The debt is paid. False when it was settled or withdrawn before.
    ///
    /// # Errors
    /// The store's.
    pub async fn settle(&self, call: CallId, how: &'static str, now: Instant) -> Result<bool, StoreError> {
        let done = on!(self.db.write(), pool => {
            sqlx::query(
                "UPDATE callback SET state = 'settled', settled_us = $1, settled_how = $2,
                        lease_owner = NULL, lease_until_us = NULL
                 WHERE operator_id = $3 AND callback_id = $4 AND state IN ('owed', 'leased')",
            )
            .bind(now.micros()).bind(how).bind(self.operator.as_str()).bind(call.to_string())
            .execute(pool).await.map(|done| done.rows_affected())
        })
        .attempt("settle a call-back")?;
        Ok(done > 0)
    }

    /// The person has reached us by themselves: what is owed to this number is withdrawn. Says how many.
    ///
    /// # Errors
    /// The store's.
    pub async fn withdraw(
        &self,
        number: &Private<String>,
        why: &'static str,
        now: Instant,
    ) -> Result<u64, StoreError> {
        let index = self.sealer.blind_index(&self.operator, number);
        on!(self.db.write(), pool => {
            sqlx::query(
                "UPDATE callback SET state = 'withdrawn', settled_us = $1, settled_how = $2,
                        lease_owner = NULL, lease_until_us = NULL
                 WHERE operator_id = $3 AND number_index = $4 AND state IN ('owed', 'leased')",
            )
            .bind(now.micros()).bind(why).bind(self.operator.as_str()).bind(&index)
            .execute(pool).await.map(|done| done.rows_affected())
        })
        .attempt("withdraw call-backs")
    }

    /// Asked before the caller's telephone is rung: they may have rung us in the meantime.
    ///
    /// # Errors
    /// The store's.
    pub async fn is_owed(&self, call: CallId) -> Result<bool, StoreError> {
        let state: Option<String> = on!(self.db.read(), pool => {
            sqlx::query_scalar("SELECT state FROM callback WHERE operator_id = $1 AND callback_id = $2")
                .bind(self.operator.as_str()).bind(call.to_string()).fetch_optional(pool).await
        })
        .attempt("read a call-back")?;
        Ok(matches!(state.as_deref(), Some("owed" | "leased")))
    }

    /// Everything still owed, the oldest first.
    ///
    /// # Errors
    /// The store's.
    pub async fn owed(&self) -> Result<Vec<CallBack>, StoreError> {
        let rows: Vec<Row> = on!(self.db.read(), pool => {
            sqlx::query_as(
                "SELECT call_id, window_id, number_sealed, owed_us, attempts FROM callback
                 WHERE operator_id = $1 AND state IN ('owed', 'leased') ORDER BY owed_us, callback_id",
            )
            .bind(self.operator.as_str()).fetch_all(pool).await
        })
        .attempt("list call-backs")?;
        rows.into_iter().map(|row| self.call_back(row)).collect()
    }

    /// The earliest moment at which a debt is due, for whoever waits for one.
    ///
    /// # Errors
    /// The store's.
    pub async fn next_due(&self) -> Result<Option<Instant>, StoreError> {
        let due: Option<i64> = on!(self.db.read(), pool => {
            sqlx::query_scalar(
                "SELECT min(CASE WHEN state = 'owed' THEN next_us ELSE lease_until_us END) FROM callback
                 WHERE operator_id = $1 AND state IN ('owed', 'leased')",
            )
            .bind(self.operator.as_str()).fetch_one(pool).await
        })
        .attempt("find the next call-back")?;
        Ok(due.map(Instant::from_micros))
    }

    fn call_back(&self, row: Row) -> Result<CallBack, StoreError> {
        let number = self.sealer.open(number_at("callback", &row.call_id), &row.number_sealed);
        Ok(CallBack {
            call: row.call_id.parse().map_err(unreadable)?,
            window: row.window_id.parse().map_err(unreadable)?,
            number: number.map_err(|fault| StoreError::lasting("open the number of a call-back", fault))?,
            owed_since: Instant::from_micros(row.owed_us),
            attempts: u32::try_from(row.attempts).map_err(unreadable)?,
        })
    }
}
