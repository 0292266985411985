//! What a supervisor is to be told: owed with the change, paid by a worker.

use domain::time::Instant;
use shell::on;
use shell::store::{Attempt, Batch, StoreError};

use super::Store;

#[derive(Clone, Debug, sqlx::FromRow)]
pub(crate) struct DutyRow {
    pub(crate) referral_id: String,
    pub(crate) seq: i64,
    pub(crate) alarm: String,
    pub(crate) operator_id: String,
    pub(crate) window_id: String,
    pub(crate) call_id: String,
    pub(crate) code: String,
}

impl Store {
    /// Numbered in the story: so many places after what is there. Put it before the events that go with it.
    pub(crate) fn owe_duty(
        batch: &mut Batch,
        operator: &str,
        referral: &str,
        (place, alarm): (i64, &str),
        now: Instant,
    ) {
        batch.add(
            "INSERT INTO referral_duty (operator_id, referral_id, seq, alarm, owed_us, next_us, attempts)
             SELECT $1, $2, coalesce(max(seq), -1) + $3, $4, $5, $5, 0 FROM referral_event WHERE referral_id = $2",
            [operator.into(), referral.into(), place.into(), alarm.into(), now.micros().into()],
        );
    }

    pub(crate) async fn due_duties(&self, now: Instant, most: i64) -> Result<Vec<DutyRow>, StoreError> {
        on!(self.db.read(), pool => {
            sqlx::query_as(
                "SELECT d.referral_id, d.seq, d.alarm, r.operator_id, r.window_id, r.call_id, r.code
                 FROM referral_duty d JOIN referral r ON r.referral_id = d.referral_id
                 WHERE d.paid_us IS NULL AND d.next_us <= $1 ORDER BY d.next_us, d.seq LIMIT $2",
            )
            .bind(now.micros()).bind(most).fetch_all(pool).await
        })
        .attempt("find what supervisors are owed")
    }

    pub(crate) async fn duties_left(&self) -> Result<(i64, Option<i64>, Option<i64>), StoreError> {
        on!(self.db.read(), pool => {
            sqlx::query_as(
                "SELECT count(*), min(owed_us), min(next_us) FROM referral_duty WHERE paid_us IS NULL",
            )
            .fetch_one(pool).await
        })
        .attempt("count what supervisors are owed")
    }

    pub(crate) async fn pay(
        &self,
        duty: &DutyRow,
        escalation: Option<&str>,
        now: Instant,
    ) -> Result<(), StoreError> {
        on!(self.db.write(), pool => {
            sqlx::query(
                "UPDATE referral_duty SET paid_us = $3, escalation_id = $4
                 WHERE referral_id = $1 AND seq = $2 AND paid_us IS NULL",
            )
            .bind(&duty.referral_id).bind(duty.seq).bind(now.micros()).bind(escalation)
            .execute(pool).await.map(drop)
        })
        .attempt("note that a supervisor is told")
    }

    pub(crate) async fn put_off(&self, duty: &DutyRow, next: Instant) -> Result<(), StoreError> {
        on!(self.db.write(), pool => {
            sqlx::query(
                "UPDATE referral_duty SET next_us = $3, attempts = attempts + 1 WHERE referral_id = $1 AND seq = $2",
            )
            .bind(&duty.referral_id).bind(duty.seq).bind(next.micros()).execute(pool).await.map(drop)
        })
        .attempt("put off telling a supervisor")
    }

    /// The escalation that was started last for a referral.
    pub(crate) async fn escalation_of(&self, referral: &str) -> Result<Option<String>, StoreError> {
        on!(self.db.read(), pool => {
            sqlx::query_scalar(
                "SELECT escalation_id FROM referral_duty WHERE referral_id = $1 AND escalation_id IS NOT NULL
                 ORDER BY seq DESC LIMIT 1",
            )
            .bind(referral).fetch_optional(pool).await
        })
        .attempt("read which escalation was started")
    }
}
