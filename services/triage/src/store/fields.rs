//! Personal fields: one row for each revision in which a field changed, sealed by itself.

use shell::on;
use shell::seal::Place;
use shell::store::{Attempt, StoreError, Tx};

use super::Store;

#[derive(Clone, Debug, sqlx::FromRow)]
pub(crate) struct FieldRow {
    pub(crate) revision: i64,
    pub(crate) name: String,
    pub(crate) sealed: Vec<u8>,
}

impl FieldRow {
    /// The row's name in the seal.
    pub(crate) fn row(record: &str, revision: i64) -> String {
        format!("{record}/{revision}")
    }

    pub(crate) fn place<'a>(row: &'a str, name: &'a str) -> Place<'a> {
        Place { table: "record_field", row, column: name }
    }
}

impl Store {
    pub(crate) async fn add_field(tx: &mut Tx, record: &str, row: &FieldRow) -> Result<(), StoreError> {
        on!(tx, t => {
            sqlx::query("INSERT INTO record_field (record_id, revision, name, sealed) VALUES ($1, $2, $3, $4)")
                .bind(record).bind(row.revision).bind(&row.name).bind(&row.sealed).execute(&mut **t).await.map(drop)
        })
        .attempt("keep a field")
    }

    /// All there ever were, by name and then by revision.
    pub(crate) async fn fields(&self, record: &str) -> Result<Vec<FieldRow>, StoreError> {
        on!(self.db.read(), pool => {
            sqlx::query_as(
                "SELECT revision, name, sealed FROM record_field WHERE record_id = $1 ORDER BY name, revision",
            )
            .bind(record).fetch_all(pool).await
        })
        .attempt("read fields")
    }

    /// The same, within the transaction that holds the record.
    pub(crate) async fn fields_in(tx: &mut Tx, record: &str) -> Result<Vec<FieldRow>, StoreError> {
        on!(tx, t => {
            sqlx::query_as(
                "SELECT revision, name, sealed FROM record_field WHERE record_id = $1 ORDER BY name, revision",
            )
            .bind(record).fetch_all(&mut **t).await
        })
        .attempt("read fields")
    }

    pub(crate) async fn reseal_field(tx: &mut Tx, record: &str, row: &FieldRow) -> Result<(), StoreError> {
        on!(tx, t => {
            sqlx::query("UPDATE record_field SET sealed = $4 WHERE record_id = $1 AND revision = $2 AND name = $3")
                .bind(record).bind(row.revision).bind(&row.name).bind(&row.sealed).execute(&mut **t).await.map(drop)
        })
        .attempt("seal a field anew")
    }
}
