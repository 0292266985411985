//! Which record was about whom, from when to when.

use domain::time::Instant;
use shell::on;
use shell::store::{Attempt, StoreError, Tx};

use super::{RecordRow, Store};

impl Store {
    /// `seq` is the record's revision row that says so.
    pub(crate) async fn add_link(
        tx: &mut Tx,
        record: &RecordRow,
        seq: i64,
        person: &str,
        now: Instant,
    ) -> Result<(), StoreError> {
        on!(tx, t => {
            sqlx::query(
                "INSERT INTO person_link (operator_id, record_id, seq, person_id, number_index, linked_us)
                 VALUES ($1, $2, $3, $4, $5, $6)",
            )
            .bind(&record.operator_id).bind(&record.record_id).bind(seq).bind(person).bind(&record.number_index)
            .bind(now.micros()).execute(&mut **t).await.map(drop)
        })
        .attempt("link a record")
    }

    pub(crate) async fn end_link(tx: &mut Tx, record: &str, now: Instant) -> Result<(), StoreError> {
        on!(tx, t => {
            sqlx::query("UPDATE person_link SET unlinked_us = $2 WHERE record_id = $1 AND unlinked_us IS NULL")
                .bind(record).bind(now.micros()).execute(&mut **t).await.map(drop)
        })
        .attempt("unlink a record")
    }
}
