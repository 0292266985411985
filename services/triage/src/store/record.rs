//! The record's own row.

use domain::ids::{CallId, OperatorId};
use domain::time::Instant;
use shell::on;
use shell::store::{Attempt, StoreError, Tx};

use super::Store;
use crate::records::Day;

#[derive(Clone, Debug, sqlx::FromRow)]
pub(crate) struct RecordRow {
    pub(crate) operator_id: String,
    pub(crate) record_id: String,
    pub(crate) call_id: String,
    pub(crate) window_id: String,
    pub(crate) state: String,
    pub(crate) revision: i64,
    pub(crate) body: String,
    pub(crate) author_account: Option<String>,
    pub(crate) author_staff: String,
    pub(crate) person_id: Option<String>,
    pub(crate) protocol_id: String,
    pub(crate) protocol_version: String,
    pub(crate) code: Option<String>,
    pub(crate) disposition: String,
    pub(crate) flags: String,
    pub(crate) number_index: Option<String>,
    pub(crate) service_date: String,
    pub(crate) number: i64,
    pub(crate) answered_us: i64,
    pub(crate) ended_us: Option<i64>,
    pub(crate) opened_us: i64,
    pub(crate) signed_us: Option<i64>,
    pub(crate) legal_hold: i64,
    pub(crate) retention_until: String,
    pub(crate) seal_year: i64,
}

/// A record that begins; its running number is given by the store.
#[derive(Debug)]
pub(crate) struct NewRecord<'a> {
    pub(crate) row: &'a RecordRow,
    pub(crate) offered: Option<Instant>,
    pub(crate) day: &'a Day,
}

/// A record that does not know yet what its call did: it ended, or went to another desk.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(crate) struct Concerned {
    pub(crate) operator_id: String,
    pub(crate) record_id: String,
    pub(crate) call_id: String,
}

pub(super) const COLUMNS: &str = "operator_id, record_id, call_id, window_id, state, revision, body, \
     author_account, author_staff, person_id, protocol_id, protocol_version, code, disposition, flags, number_index, \
     service_date, number, answered_us, ended_us, opened_us, signed_us, legal_hold, retention_until, seal_year";

impl Store {
    pub(crate) async fn record(
        &self,
        operator: &OperatorId,
        id: &str,
    ) -> Result<Option<RecordRow>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM record WHERE operator_id = $1 AND record_id = $2");
        on!(self.db.read(), pool => {
            sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(operator.as_str()).bind(id).fetch_optional(pool).await
        })
        .attempt("read a record")
    }

    pub(crate) async fn record_of(
        &self,
        operator: &OperatorId,
        call: CallId,
    ) -> Result<Option<RecordRow>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM record WHERE operator_id = $1 AND call_id = $2");
        on!(self.db.read(), pool => {
            sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(operator.as_str()).bind(call.to_string())
                .fetch_optional(pool).await
        })
        .attempt("read the record of a call")
    }

    /// The row is held until the transaction ends.
    pub(crate) async fn record_in(
        tx: &mut Tx,
        operator: &OperatorId,
        id: &str,
    ) -> Result<Option<RecordRow>, StoreError> {
        // A change that changes nothing holds the row on both engines.
        let sql = format!(
            "UPDATE record SET revision = revision WHERE operator_id = $1 AND record_id = $2 RETURNING {COLUMNS}"
        );
        on!(tx, t => {
            sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(operator.as_str()).bind(id).fetch_optional(&mut **t).await
        })
        .attempt("hold a record")
    }

    /// Numbered after those of its service date, and the number is answered. Taken when the call has a record
    /// already, or another took the number.
    pub(crate) async fn insert_record(tx: &mut Tx, new: &NewRecord<'_>) -> Result<i64, StoreError> {
        let (row, day) = (new.row, new.day);
        on!(tx, t => {
            sqlx::query_scalar(
                "INSERT INTO record (operator_id, record_id, call_id, window_id, state, revision, body,
                    author_account, author_staff, protocol_id, protocol_version, code, disposition, flags,
                    number_index, service_date, number, offered_us, answered_us, ended_us, opened_us,
                    retention_until, seal_year, calendar_date, time_band, day_kind, responder_qual,
                    psychiatric_experience)
                 SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16,
                    coalesce(max(number), 0) + 1, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27
                 FROM record WHERE operator_id = $1 AND service_date = $16 RETURNING number",
            )
            .bind(&row.operator_id).bind(&row.record_id).bind(&row.call_id).bind(&row.window_id).bind(&row.state)
            .bind(row.revision).bind(&row.body).bind(&row.author_account).bind(&row.author_staff)
            .bind(&row.protocol_id).bind(&row.protocol_version).bind(&row.code).bind(&row.disposition)
            .bind(&row.flags).bind(&row.number_index).bind(&row.service_date)
            .bind(new.offered.map(Instant::micros)).bind(row.answered_us).bind(row.ended_us).bind(row.opened_us)
            .bind(&row.retention_until).bind(row.seal_year).bind(&day.calendar_date).bind(&day.time_band)
            .bind(&day.day_kind).bind(&day.responder_qual).bind(day.experienced)
            .fetch_one(&mut **t).await
        })
        .attempt("open a record")
    }

    /// The row must be held by this transaction.
    pub(crate) async fn update_record(tx: &mut Tx, row: &RecordRow) -> Result<(), StoreError> {
        on!(tx, t => {
            sqlx::query(
                "UPDATE record SET state = $2, revision = $3, body = $4, author_account = $5, author_staff = $6,
                    person_id = $7, code = $8, disposition = $9, flags = $10, signed_us = $11, legal_hold = $12,
                    retention_until = $13, seal_year = $14, ended_us = $15
                 WHERE record_id = $1",
            )
            .bind(&row.record_id).bind(&row.state).bind(row.revision).bind(&row.body).bind(&row.author_account)
            .bind(&row.author_staff).bind(&row.person_id).bind(&row.code).bind(&row.disposition).bind(&row.flags)
            .bind(row.signed_us).bind(row.legal_hold).bind(&row.retention_until).bind(row.seal_year)
            .bind(row.ended_us)
            .execute(&mut **t).await.map(drop)
        })
        .attempt("change a record")
    }

    /// Records whose call is over by now.
    pub(crate) async fn ended(&self, most: i64) -> Result<Vec<Concerned>, StoreError> {
        on!(self.db.read(), pool => {
            sqlx::query_as(
                "SELECT r.operator_id, r.record_id, r.call_id FROM record r
                 WHERE r.ended_us IS NULL AND r.seal_year > 0
                   AND EXISTS (SELECT 1 FROM call_event e WHERE e.call_id = r.call_id AND e.kind = 'ended')
                 ORDER BY r.answered_us LIMIT $1",
            )
            .bind(most).fetch_all(pool).await
        })
        .attempt("find records of calls that ended")
    }

    /// Drafts whose call went to another desk after they were last handed over.
    pub(crate) async fn moved(&self, most: i64) -> Result<Vec<Concerned>, StoreError> {
        on!(self.db.read(), pool => {
            sqlx::query_as(
                "SELECT r.operator_id, r.record_id, r.call_id FROM record r
                 WHERE r.state = 'draft' AND r.seal_year > 0
                   AND (SELECT max(e.at_us) FROM call_event e
                        WHERE e.call_id = r.call_id AND e.kind IN ('transferred', 'taken_over'))
                     > coalesce((SELECT max(v.at_us) FROM record_revision v
                                 WHERE v.record_id = r.record_id AND v.kind = 'handed_over'), 0)
                 ORDER BY r.answered_us LIMIT $1",
            )
            .bind(most).fetch_all(pool).await
        })
        .attempt("find records of calls that went on to another desk")
    }
}
