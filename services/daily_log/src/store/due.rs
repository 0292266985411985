//! Days that may have to be sealed, and when each is looked at next.

use domain::ids::OperatorId;
use domain::time::Instant;
use shell::on;
use shell::store::{Attempt, StoreError, Tx};

use super::Store;

#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub(crate) struct DueRow {
    pub(crate) operator_id: String,
    pub(crate) window_id: String,
    pub(crate) service_date: String,
}

impl Store {
    /// The last day of each window of the operator, and up to when changes were seen.
    pub(crate) async fn last_days(
        &self,
        operator: &OperatorId,
    ) -> Result<Vec<(String, String, i64)>, StoreError> {
        on!(self.db.read(), pool => {
            sqlx::query_as(
                "SELECT window_id, max(service_date), max(seen_us) FROM daily_log_due
                 WHERE operator_id = $1 GROUP BY window_id",
            )
            .bind(operator.as_str()).fetch_all(pool).await
        })
        .attempt("find the last day of each window")
    }

    /// A day begins, unless it has. It is looked at when it is over.
    pub(crate) async fn begin_day(
        &self,
        day: &DueRow,
        over: Instant,
        seen: Instant,
    ) -> Result<(), StoreError> {
        on!(self.db.write(), pool => {
            sqlx::query(
                "INSERT INTO daily_log_due (operator_id, window_id, service_date, due_us, seen_us)
                 VALUES ($1, $2, $3, $4, $5) ON CONFLICT (operator_id, window_id, service_date) DO NOTHING",
            )
            .bind(&day.operator_id).bind(&day.window_id).bind(&day.service_date).bind(over.micros())
            .bind(seen.micros()).execute(pool).await.map(drop)
        })
        .attempt("begin a day")
    }

    /// Something has happened to it: it is looked at now.
    pub(crate) async fn look_again(&self, day: &DueRow, now: Instant) -> Result<(), StoreError> {
        on!(self.db.write(), pool => {
            sqlx::query(
                "UPDATE daily_log_due SET due_us = $4
                 WHERE operator_id = $1 AND window_id = $2 AND service_date = $3
                   AND (due_us IS NULL OR due_us > $4)",
            )
            .bind(&day.operator_id).bind(&day.window_id).bind(&day.service_date).bind(now.micros())
            .execute(pool).await.map(drop)
        })
        .attempt("have a day looked at again")
    }

    pub(crate) async fn due(&self, now: Instant, most: i64) -> Result<Vec<DueRow>, StoreError> {
        on!(self.db.read(), pool => {
            sqlx::query_as(
                "SELECT operator_id, window_id, service_date FROM daily_log_due WHERE due_us <= $1
                 ORDER BY due_us, service_date, window_id LIMIT $2",
            )
            .bind(now.micros()).bind(most).fetch_all(pool).await
        })
        .attempt("find days that may close")
    }

    pub(crate) async fn next_due(&self) -> Result<Option<Instant>, StoreError> {
        let next: Option<i64> = on!(self.db.read(), pool => {
            sqlx::query_scalar("SELECT min(due_us) FROM daily_log_due WHERE due_us IS NOT NULL")
                .fetch_one(pool).await
        })
        .attempt("find when the next day may close")?;
        Ok(next.map(Instant::from_micros))
    }

    /// The row is held until the transaction ends; false when it is not there.
    pub(crate) async fn looked(
        tx: &mut Tx,
        day: &DueRow,
        next: Option<Instant>,
        seen: Instant,
    ) -> Result<bool, StoreError> {
        let held = on!(tx, t => {
            sqlx::query(
                "UPDATE daily_log_due SET due_us = $4, seen_us = $5
                 WHERE operator_id = $1 AND window_id = $2 AND service_date = $3",
            )
            .bind(&day.operator_id).bind(&day.window_id).bind(&day.service_date)
            .bind(next.map(Instant::micros)).bind(seen.micros())
            .execute(&mut **t).await.map(|done| done.rows_affected())
        })
        .attempt("hold a day")?;
        Ok(held > 0)
    }

    /// The same without a change; false when there is no such day.
    pub(crate) async fn hold(tx: &mut Tx, day: &DueRow) -> Result<bool, StoreError> {
        let held = on!(tx, t => {
            sqlx::query(
                "UPDATE daily_log_due SET seen_us = seen_us
                 WHERE operator_id = $1 AND window_id = $2 AND service_date = $3",
            )
            .bind(&day.operator_id).bind(&day.window_id).bind(&day.service_date)
            .execute(&mut **t).await.map(|done| done.rows_affected())
        })
        .attempt("hold a day")?;
        Ok(held > 0)
    }

    /// Days without a sealed version, newest first.
    pub(crate) async fn open_days(
        &self,
        operator: &OperatorId,
        (window, from, to): (&str, &str, &str),
        most: i64,
    ) -> Result<Vec<DueRow>, StoreError> {
        on!(self.db.read(), pool => {
            sqlx::query_as(
                "SELECT operator_id, window_id, service_date FROM daily_log_due d
                 WHERE operator_id = $1 AND ($2 = '' OR window_id = $2) AND service_date >= $3
                   AND service_date <= $4 AND NOT EXISTS (
                     SELECT 1 FROM daily_log l WHERE l.operator_id = d.operator_id
                       AND l.window_id = d.window_id AND l.service_date = d.service_date)
                 ORDER BY service_date DESC, window_id LIMIT $5",
            )
            .bind(operator.as_str()).bind(window).bind(from).bind(to).bind(most).fetch_all(pool).await
        })
        .attempt("find open days")
    }
}
