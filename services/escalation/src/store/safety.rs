//! People who wait for a doctor's call-back.

use domain::ids::{CallId, EscalationId, OperatorId};
use domain::time::Instant;
use shell::on;
use shell::store::{Attempt, StoreError, Tx};

use super::Store;

#[derive(Clone, Debug, sqlx::FromRow)]
pub(crate) struct SafetyRow {
    pub(crate) operator_id: String,
    pub(crate) call_id: String,
    pub(crate) escalation_id: String,
    pub(crate) window_id: String,
    pub(crate) since_us: i64,
    pub(crate) due_us: i64,
    pub(crate) asked: i64,
}

const COLUMNS: &str =
    "SELECT operator_id, call_id, escalation_id, window_id, since_us, due_us, asked FROM safety_caller";

impl Store {
    /// Those whose call is over while nobody has acted. Says how many are new.
    pub(crate) async fn watch_over(&self, now: Instant, due: Instant) -> Result<u64, StoreError> {
        on!(self.db.write(), pool => {
            sqlx::query(
                "INSERT INTO safety_caller (operator_id, call_id, escalation_id, window_id, since_us, due_us, asked, state)
                 SELECT e.operator_id, e.call_id, min(e.escalation_id), min(e.window_id), $1, $2, 0, 'waiting'
                 FROM escalation e
                 WHERE e.due_us IS NOT NULL AND e.call_id IS NOT NULL
                   AND EXISTS (SELECT 1 FROM call_event v WHERE v.call_id = e.call_id AND v.seq = 0)
                   AND NOT EXISTS (SELECT 1 FROM open_call o WHERE o.call_id = e.call_id)
                   AND NOT EXISTS (SELECT 1 FROM safety_caller s WHERE s.call_id = e.call_id)
                 GROUP BY e.operator_id, e.call_id
                 ON CONFLICT (call_id) DO NOTHING",
            )
            .bind(now.micros()).bind(due.micros()).execute(pool).await.map(|done| done.rows_affected())
        })
        .attempt("find callers who wait for a doctor")
    }

    /// Takes one that is due: a desk is asked now, and again after `again`.
    pub(crate) async fn take_safety(
        &self,
        now: Instant,
        again: Instant,
    ) -> Result<Option<SafetyRow>, StoreError> {
        let sql = format!("{COLUMNS} WHERE state = 'waiting' AND due_us <= $1 ORDER BY due_us LIMIT 1");
        let row: Option<SafetyRow> = on!(self.db.read(), pool => {
            sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(now.micros()).fetch_optional(pool).await
        })
        .attempt("find a caller who must be rung")?;
        let Some(mut row) = row else { return Ok(None) };
        let taken = on!(self.db.write(), pool => {
            sqlx::query(
                "UPDATE safety_caller SET due_us = $1, asked = asked + 1
                 WHERE call_id = $2 AND asked = $3 AND state = 'waiting'",
            )
            .bind(again.micros()).bind(&row.call_id).bind(row.asked)
            .execute(pool).await.map(|done| done.rows_affected())
        })
        .attempt("ask a desk to ring a caller")?;
        row.asked += 1;
        Ok((taken > 0).then_some(row))
    }

    pub(crate) async fn next_safety(&self, now: Instant) -> Result<Option<Instant>, StoreError> {
        let next: Option<i64> = on!(self.db.read(), pool => {
            sqlx::query_scalar("SELECT min(due_us) FROM safety_caller WHERE state = 'waiting' AND due_us > $1")
                .bind(now.micros()).fetch_one(pool).await
        })
        .attempt("find the next caller who must be rung")?;
        Ok(next.map(Instant::from_micros))
    }

    pub(crate) async fn safety_callers(&self, operator: &OperatorId) -> Result<Vec<SafetyRow>, StoreError> {
        let sql =
            format!("{COLUMNS} WHERE state = 'waiting' AND operator_id = $1 ORDER BY since_us LIMIT 500");
        on!(self.db.read(), pool => {
            sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(operator.as_str()).fetch_all(pool).await
        })
        .attempt("list callers who wait for a doctor")
    }

    /// Settled by a human or by telephony. False when it was settled before or is not known.
    pub(crate) async fn settle_safety(
        &self,
        operator: &OperatorId,
        call: CallId,
        how: &str,
        now: Instant,
    ) -> Result<bool, StoreError> {
        let done = on!(self.db.write(), pool => {
            sqlx::query(
                "UPDATE safety_caller SET state = 'settled', settled_us = $1, settled_how = $2
                 WHERE operator_id = $3 AND call_id = $4 AND state = 'waiting'",
            )
            .bind(now.micros()).bind(how).bind(operator.as_str()).bind(call.to_string())
            .execute(pool).await.map(|done| done.rows_affected())
        })
        .attempt("settle a caller who waits")?;
        Ok(done > 0)
    }

    /// The escalation is over: nobody need be rung for it.
    pub(crate) async fn settle_safety_of(
        tx: &mut Tx,
        escalation: EscalationId,
        how: &str,
        now: Instant,
    ) -> Result<(), StoreError> {
        on!(tx, t => {
            sqlx::query(
                "UPDATE safety_caller SET state = 'settled', settled_us = $1, settled_how = $2
                 WHERE escalation_id = $3 AND state = 'waiting'",
            )
            .bind(now.micros()).bind(how).bind(escalation.to_string())
            .execute(&mut **t).await.map(drop)
        })
        .attempt("settle a caller who waits")
    }
}
