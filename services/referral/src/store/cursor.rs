//! How far each centre is, and who pushes to it.

use domain::ids::{OperatorId, TargetId};
use domain::time::Instant;
use shell::on;
use shell::store::{Attempt, StoreError};

use super::Store;

#[derive(Clone, Copy, Debug, Default, sqlx::FromRow)]
pub(crate) struct CursorRow {
    pub(crate) received_seq: i64,
    pub(crate) failures: i64,
}

/// Whoever pushes to a centre, and until when nobody else does.
#[derive(Clone, Debug)]
pub(crate) struct Lease<'a> {
    pub(crate) owner: &'a str,
    pub(crate) until: Instant,
}

pub(super) const MOVE_RECEIVED: &str = "UPDATE centre_cursor SET received_seq = $3
     WHERE operator_id = $1 AND centre_id = $2 AND received_seq < $3";

impl Store {
    pub(crate) async fn cursor(
        &self,
        operator: &OperatorId,
        centre: &TargetId,
    ) -> Result<CursorRow, StoreError> {
        let row: Option<CursorRow> = on!(self.db.read(), pool => {
            sqlx::query_as(
                "SELECT received_seq, failures FROM centre_cursor WHERE operator_id = $1 AND centre_id = $2",
            )
            .bind(operator.as_str()).bind(centre.as_str()).fetch_optional(pool).await
        })
        .attempt("read a centre's cursor")?;
        Ok(row.unwrap_or_default())
    }

    pub(crate) async fn note_received(
        &self,
        operator: &OperatorId,
        centre: &TargetId,
        up_to: i64,
    ) -> Result<(), StoreError> {
        on!(self.db.write(), pool => {
            sqlx::query(MOVE_RECEIVED)
                .bind(operator.as_str()).bind(centre.as_str()).bind(up_to).execute(pool).await.map(drop)
        })
        .attempt("move a centre's cursor")
    }

    /// Centres with a webhook that have something to come, and the earliest moment of the next try.
    pub(crate) async fn to_be_pushed(&self) -> Result<Vec<(String, String, i64)>, StoreError> {
        on!(self.db.read(), pool => {
            sqlx::query_as(
                "SELECT t.operator_id, t.target_id, coalesce(c.next_us, 0) FROM referral_target t
                 LEFT JOIN centre_cursor c ON c.operator_id = t.operator_id AND c.centre_id = t.target_id
                 WHERE t.way = 'webhook' AND (EXISTS (SELECT 1 FROM delivery d
                     WHERE d.operator_id = t.operator_id AND d.centre_id = t.target_id AND d.state = 'numbered')
                   OR EXISTS (SELECT 1 FROM delivery d
                     WHERE d.operator_id = t.operator_id AND d.centre_id = t.target_id AND d.state = 'owed'))",
            )
            .fetch_all(pool).await
        })
        .attempt("find centres to push to")
    }

    /// False when another pushes to this centre, or its time has not come. The lease of a dead process is free.
    pub(crate) async fn take_centre(
        &self,
        operator: &OperatorId,
        centre: &TargetId,
        lease: &Lease<'_>,
        now: Instant,
    ) -> Result<bool, StoreError> {
        let taken = on!(self.db.write(), pool => {
            sqlx::query(
                "UPDATE centre_cursor SET lease_owner = $3, lease_until_us = $4
                 WHERE operator_id = $1 AND centre_id = $2 AND next_us <= $5
                   AND (lease_owner IS NULL OR lease_owner = $3 OR lease_until_us <= $5 OR NOT EXISTS (
                       SELECT 1 FROM process
                       WHERE process_id = centre_cursor.lease_owner AND process.lease_until_us > $5))",
            )
            .bind(operator.as_str()).bind(centre.as_str()).bind(lease.owner).bind(lease.until.micros())
            .bind(now.micros()).execute(pool).await.map(|done| done.rows_affected())
        })
        .attempt("take a centre")?;
        Ok(taken > 0)
    }

    /// Free again; the next try is not before `next`.
    pub(crate) async fn leave_centre(
        &self,
        operator: &OperatorId,
        centre: &TargetId,
        owner: &str,
        (next, failures): (Instant, i64),
    ) -> Result<(), StoreError> {
        on!(self.db.write(), pool => {
            sqlx::query(
                "UPDATE centre_cursor SET lease_owner = NULL, lease_until_us = NULL, next_us = $4, failures = $5
                 WHERE operator_id = $1 AND centre_id = $2 AND lease_owner = $3",
            )
            .bind(operator.as_str()).bind(centre.as_str()).bind(owner).bind(next.micros()).bind(failures)
            .execute(pool).await.map(drop)
        })
        .attempt("leave a centre")
    }
}
