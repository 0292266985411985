//! Pages that codes demand: owed with the revision, paid by a worker.

use domain::time::Instant;
use shell::on;
use shell::store::{Attempt, StoreError, Tx};

use super::Store;

#[derive(Clone, Debug, sqlx::FromRow)]
pub(crate) struct DutyRow {
    pub(crate) operator_id: String,
    pub(crate) record_id: String,
    pub(crate) code: String,
    pub(crate) body: String,
    pub(crate) owed_us: i64,
    pub(crate) next_us: i64,
    pub(crate) attempts: i64,
}

impl Store {
    /// Once for each code.
    pub(crate) async fn owe(tx: &mut Tx, duty: &DutyRow) -> Result<(), StoreError> {
        on!(tx, t => {
            sqlx::query(
                "INSERT INTO record_duty (operator_id, record_id, code, body, owed_us, next_us, attempts)
                 VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (record_id, code) DO NOTHING",
            )
            .bind(&duty.operator_id).bind(&duty.record_id).bind(&duty.code).bind(&duty.body)
            .bind(duty.owed_us).bind(duty.next_us).bind(duty.attempts)
            .execute(&mut **t).await.map(drop)
        })
        .attempt("owe a page")
    }

    /// A signature owes the release of the record's referral. Referral pays it.
    pub(crate) async fn owe_release(
        tx: &mut Tx,
        operator: &str,
        record: &str,
        (by_staff, now): (&str, Instant),
    ) -> Result<(), StoreError> {
        on!(tx, t => {
            sqlx::query(
                "INSERT INTO record_release (operator_id, record_id, by_staff, owed_us, next_us, attempts)
                 VALUES ($1, $2, $3, $4, $4, 0) ON CONFLICT (record_id) DO NOTHING",
            )
            .bind(operator).bind(record).bind(by_staff).bind(now.micros()).execute(&mut **t).await.map(drop)
        })
        .attempt("owe a release")
    }

    pub(crate) async fn due_duties(&self, now: Instant, most: i64) -> Result<Vec<DutyRow>, StoreError> {
        on!(self.db.read(), pool => {
            sqlx::query_as(
                "SELECT operator_id, record_id, code, body, owed_us, next_us, attempts FROM record_duty
                 WHERE paid_us IS NULL AND next_us <= $1 ORDER BY next_us LIMIT $2",
            )
            .bind(now.micros()).bind(most).fetch_all(pool).await
        })
        .attempt("find pages that are owed")
    }

    /// How many are owed, since when, and when the next is due.
    pub(crate) async fn duties_left(&self) -> Result<(i64, Option<i64>, Option<i64>), StoreError> {
        on!(self.db.read(), pool => {
            sqlx::query_as(
                "SELECT count(*), min(owed_us), min(next_us) FROM record_duty WHERE paid_us IS NULL",
            )
            .fetch_one(pool).await
        })
        .attempt("count pages that are owed")
    }

    pub(crate) async fn pay(&self, duty: &DutyRow, escalation: &str, now: Instant) -> Result<(), StoreError> {
        on!(self.db.write(), pool => {
            sqlx::query(
                "UPDATE record_duty SET paid_us = $3, escalation_id = $4
                 WHERE record_id = $1 AND code = $2 AND paid_us IS NULL",
            )
            .bind(&duty.record_id).bind(&duty.code).bind(now.micros()).bind(escalation)
            .execute(pool).await.map(drop)
        })
        .attempt("note that a page was started")
    }

    pub(crate) async fn put_off(&self, duty: &DutyRow, next: Instant) -> Result<(), StoreError> {
        on!(self.db.write(), pool => {
            sqlx::query("UPDATE record_duty SET next_us = $3, attempts = attempts + 1 WHERE record_id = $1 AND code = $2")
                .bind(&duty.record_id).bind(&duty.code).bind(next.micros()).execute(pool).await.map(drop)
        })
        .attempt("put a page off")
    }

    /// Whether a page belongs to this code of the record, and which was started.
    pub(crate) async fn owes(&self, record: &str, code: &str) -> Result<Option<Option<String>>, StoreError> {
        on!(self.db.read(), pool => {
            sqlx::query_scalar("SELECT escalation_id FROM record_duty WHERE record_id = $1 AND code = $2")
                .bind(record).bind(code).fetch_optional(pool).await
        })
        .attempt("read which page was started")
    }

    /// The pages of a record, the latest last.
    pub(crate) async fn pages_of(&self, record: &str) -> Result<Vec<String>, StoreError> {
        on!(self.db.read(), pool => {
            sqlx::query_scalar(
                "SELECT escalation_id FROM record_duty WHERE record_id = $1 AND escalation_id IS NOT NULL
                 GROUP BY escalation_id ORDER BY min(owed_us)",
            )
            .bind(record).fetch_all(pool).await
        })
        .attempt("read which pages were started")
    }
}
