//! Protocols as they were published.

use domain::ids::OperatorId;
use domain::triage::ProtocolId;
use shell::on;
use shell::store::{Attempt, StoreError, Tx};

use super::Store;

#[derive(Clone, Debug, sqlx::FromRow)]
pub(crate) struct ProtocolRow {
    pub(crate) operator_id: String,
    pub(crate) protocol_id: String,
    pub(crate) version: String,
    pub(crate) toml: String,
    pub(crate) published_us: i64,
    pub(crate) published_by: Option<String>,
    pub(crate) from_us: i64,
}

const COLUMNS: &str = "SELECT operator_id, protocol_id, version, toml, published_us, published_by, from_us \
     FROM protocol_version WHERE operator_id = $1";

/// What people published goes before what came with the line; then the latest.
const ORDER: &str =
    "ORDER BY CASE WHEN published_by IS NULL THEN 1 ELSE 0 END, from_us DESC, protocol_id DESC, version DESC";

impl Store {
    /// The first is in force.
    pub(crate) async fn protocols(&self, operator: &OperatorId) -> Result<Vec<ProtocolRow>, StoreError> {
        let sql = format!("{COLUMNS} {ORDER}");
        on!(self.db.read(), pool => {
            sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(operator.as_str()).fetch_all(pool).await
        })
        .attempt("list protocols")
    }

    pub(crate) async fn protocol_in_force(
        &self,
        operator: &OperatorId,
    ) -> Result<Option<ProtocolRow>, StoreError> {
        let sql = format!("{COLUMNS} {ORDER} LIMIT 1");
        on!(self.db.read(), pool => {
            sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(operator.as_str()).fetch_optional(pool).await
        })
        .attempt("read the protocol in force")
    }

    pub(crate) async fn protocol(
        &self,
        operator: &OperatorId,
        of: &ProtocolId,
    ) -> Result<Option<ProtocolRow>, StoreError> {
        let sql = format!("{COLUMNS} AND protocol_id = $2 AND version = $3");
        on!(self.db.read(), pool => {
            sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(operator.as_str()).bind(&of.id).bind(&of.version)
                .fetch_optional(pool).await
        })
        .attempt("read a protocol")
    }

    /// The latest of those with this version, whatever they are called.
    pub(crate) async fn protocol_called(
        &self,
        operator: &OperatorId,
        version: &str,
    ) -> Result<Option<ProtocolRow>, StoreError> {
        let sql = format!("{COLUMNS} AND version = $2 {ORDER} LIMIT 1");
        on!(self.db.read(), pool => {
            sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(operator.as_str()).bind(version).fetch_optional(pool).await
        })
        .attempt("find a protocol")
    }

    /// Taken when there is one of this name and version.
    pub(crate) async fn add_protocol(tx: &mut Tx, row: &ProtocolRow) -> Result<(), StoreError> {
        on!(tx, t => {
            sqlx::query(
                "INSERT INTO protocol_version (operator_id, protocol_id, version, toml, published_us, published_by,
                                               from_us)
                 VALUES ($1, $2, $3, $4, $5, $6, $7)",
            )
            .bind(&row.operator_id).bind(&row.protocol_id).bind(&row.version).bind(&row.toml)
            .bind(row.published_us).bind(&row.published_by).bind(row.from_us)
            .execute(&mut **t).await.map(drop)
        })
        .attempt("publish a protocol")
    }
}
