//! Lists of records: codes, states and times.

use domain::ids::{AccountId, OperatorId};
use domain::time::Instant;
use shell::on;
use shell::store::{Attempt, StoreError};
use sqlx::QueryBuilder;

use super::Store;

#[derive(Clone, Debug, sqlx::FromRow)]
pub(crate) struct LineRow {
    pub(crate) record_id: String,
    pub(crate) call_id: String,
    pub(crate) window_id: String,
    pub(crate) state: String,
    pub(crate) revision: i64,
    pub(crate) author_staff: String,
    pub(crate) answered_us: i64,
    pub(crate) signed_us: Option<i64>,
    pub(crate) code: Option<String>,
    pub(crate) disposition: String,
    pub(crate) flags: String,
    pub(crate) service_date: String,
    pub(crate) number: i64,
}

/// Which records to list, newest first.
#[derive(Clone, Debug)]
pub(crate) struct Listing {
    pub(crate) operator: OperatorId,
    pub(crate) author: Option<String>,
    pub(crate) unsigned_only: bool,
    pub(crate) since: Instant,
    pub(crate) most: i64,
}

const COLUMNS: &str = "SELECT record_id, call_id, window_id, state, revision, author_staff, answered_us, signed_us, \
     code, disposition, flags, service_date, number FROM record";

impl Store {
    pub(crate) async fn lines(&self, of: &Listing) -> Result<Vec<LineRow>, StoreError> {
        let sql = format!(
            "{COLUMNS} WHERE operator_id = $1 AND answered_us >= $2 AND ($3 = '' OR author_staff = $3)
               AND ($4 = 0 OR state = 'draft') ORDER BY answered_us DESC, record_id DESC LIMIT $5"
        );
        on!(self.db.read(), pool => {
            sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(of.operator.as_str()).bind(of.since.micros())
                .bind(of.author.as_deref().unwrap_or_default()).bind(i64::from(of.unsigned_only)).bind(of.most)
                .fetch_all(pool).await
        })
        .attempt("list records")
    }

    /// From this number or about one of these people, without this call.
    pub(crate) async fn earlier(
        &self,
        operator: &OperatorId,
        index: Option<&str>,
        people: &[String],
        but: &str,
        most: i64,
    ) -> Result<Vec<LineRow>, StoreError> {
        on!(self.db.read(), pool => {
            let mut query = QueryBuilder::new(COLUMNS);
            query.push(" WHERE operator_id = ").push_bind(operator.as_str());
            query.push(" AND call_id <> ").push_bind(but);
            query.push(" AND (number_index = ").push_bind(index.unwrap_or_default()).push(" OR person_id IN (''");
            for id in people {
                query.push(", ").push_bind(id);
            }
            query.push(")) ORDER BY answered_us DESC LIMIT ").push_bind(most);
            query.build_query_as().fetch_all(pool).await
        })
        .attempt("find earlier records")
    }

    /// Whether this account writes a draft about one of these people, or talks with one.
    pub(crate) async fn writes_about(
        &self,
        people: &[String],
        account: AccountId,
    ) -> Result<bool, StoreError> {
        let many: i64 = on!(self.db.read(), pool => {
            let mut query = QueryBuilder::new("SELECT count(*) FROM record WHERE author_account = ");
            query.push_bind(account.to_string());
            query.push(" AND (state = 'draft' OR ended_us IS NULL) AND person_id IN (''");
            for id in people {
                query.push(", ").push_bind(id);
            }
            query.push(")");
            query.build_query_scalar().fetch_one(pool).await
        })
        .attempt("find drafts about a person")?;
        Ok(many > 0)
    }
}
