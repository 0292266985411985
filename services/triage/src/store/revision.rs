//! Who changed a record, when, and what.

use shell::on;
use shell::store::{Attempt, StoreError, Tx};

use super::Store;

#[derive(Clone, Debug, sqlx::FromRow)]
pub(crate) struct RevisionRow {
    pub(crate) operator_id: String,
    pub(crate) record_id: String,
    pub(crate) revision: i64,
    pub(crate) at_us: i64,
    pub(crate) account_id: Option<String>,
    pub(crate) staff_id: Option<String>,
    pub(crate) kind: String,
    /// Names of fields, as a JSON list.
    pub(crate) changed: String,
    /// Those of them that are not personal, as they are from now on, as JSON.
    pub(crate) codes: String,
    pub(crate) code: Option<String>,
}

impl Store {
    /// The record's row must be held by this transaction. Answers its place in the history.
    pub(crate) async fn add_revision(tx: &mut Tx, row: &RevisionRow) -> Result<i64, StoreError> {
        on!(tx, t => {
            sqlx::query_scalar(
                "INSERT INTO record_revision (operator_id, record_id, seq, revision, at_us, account_id, staff_id,
                                              kind, changed, codes, code)
                 SELECT $1, $2, coalesce(max(seq), 0) + 1, $3, $4, $5, $6, $7, $8, $9, $10
                 FROM record_revision WHERE record_id = $2 RETURNING seq",
            )
            .bind(&row.operator_id).bind(&row.record_id).bind(row.revision).bind(row.at_us).bind(&row.account_id)
            .bind(&row.staff_id).bind(&row.kind).bind(&row.changed).bind(&row.codes).bind(&row.code)
            .fetch_one(&mut **t).await
        })
        .attempt("add a revision")
    }

    pub(crate) async fn revisions(&self, record: &str) -> Result<Vec<RevisionRow>, StoreError> {
        on!(self.db.read(), pool => {
            sqlx::query_as(
                "SELECT operator_id, record_id, revision, at_us, account_id, staff_id, kind, changed, codes, code
                 FROM record_revision WHERE record_id = $1 ORDER BY seq",
            )
            .bind(record).fetch_all(pool).await
        })
        .attempt("read revisions")
    }

    /// The same save twice is one revision: the one it made.
    pub(crate) async fn saved(tx: &mut Tx, record: &str, save: &str) -> Result<Option<i64>, StoreError> {
        on!(tx, t => {
            sqlx::query_scalar("SELECT revision FROM record_save WHERE record_id = $1 AND save_id = $2")
                .bind(record).bind(save).fetch_optional(&mut **t).await
        })
        .attempt("find a save")
    }

    pub(crate) async fn add_save(
        tx: &mut Tx,
        record: &str,
        save: &str,
        revision: i64,
    ) -> Result<(), StoreError> {
        on!(tx, t => {
            sqlx::query("INSERT INTO record_save (record_id, save_id, revision) VALUES ($1, $2, $3)")
                .bind(record).bind(save).bind(revision).execute(&mut **t).await.map(drop)
        })
        .attempt("note a save")
    }
}
