//! Releases that signatures owe: added by triage with the signature, paid here.

use domain::time::Instant;
use shell::on;
use shell::store::{Attempt, StoreError};

use super::Store;

#[derive(Clone, Debug, sqlx::FromRow)]
pub(crate) struct ReleaseRow {
    pub(crate) operator_id: String,
    pub(crate) record_id: String,
    /// Who signed.
    pub(crate) by_staff: String,
}

impl Store {
    pub(crate) async fn releases_due(&self, now: Instant, most: i64) -> Result<Vec<ReleaseRow>, StoreError> {
        on!(self.db.read(), pool => {
            sqlx::query_as(
                "SELECT operator_id, record_id, by_staff FROM record_release
                 WHERE paid_us IS NULL AND next_us <= $1 ORDER BY next_us, record_id LIMIT $2",
            )
            .bind(now.micros()).bind(most).fetch_all(pool).await
        })
        .attempt("find releases that signatures owe")
    }

    /// How many, since when the oldest, and when the next is due.
    pub(crate) async fn releases_left(&self) -> Result<(i64, Option<i64>, Option<i64>), StoreError> {
        on!(self.db.read(), pool => {
            sqlx::query_as(
                "SELECT count(*), min(owed_us), min(next_us) FROM record_release WHERE paid_us IS NULL",
            )
            .fetch_one(pool).await
        })
        .attempt("count releases that signatures owe")
    }

    pub(crate) async fn pay_release(&self, of: &ReleaseRow, now: Instant) -> Result<(), StoreError> {
        on!(self.db.write(), pool => {
            sqlx::query("UPDATE record_release SET paid_us = $2 WHERE record_id = $1 AND paid_us IS NULL")
                .bind(&of.record_id).bind(now.micros()).execute(pool).await.map(drop)
        })
        .attempt("note that a signature's release is paid")
    }

    pub(crate) async fn put_off_release(&self, of: &ReleaseRow, next: Instant) -> Result<(), StoreError> {
        on!(self.db.write(), pool => {
            sqlx::query("UPDATE record_release SET next_us = $2, attempts = attempts + 1 WHERE record_id = $1")
                .bind(&of.record_id).bind(next.micros()).execute(pool).await.map(drop)
        })
        .attempt("put off a signature's release")
    }
}
