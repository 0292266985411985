//! Finding people: by words, by number, by what they were merged into.

use domain::ids::OperatorId;
use shell::on;
use shell::store::{Attempt, StoreError};
use sqlx::QueryBuilder;

use super::person::COLUMNS;
use super::{PersonRow, Store, big};

/// Of those that have every word, so many are looked at more closely.
const CLOSER: i64 = 200;

impl Store {
    /// Those that have all of these words.
    pub(crate) async fn people_by_tokens(
        &self,
        operator: &OperatorId,
        tokens: &[String],
    ) -> Result<Vec<PersonRow>, StoreError> {
        if tokens.is_empty() {
            return Ok(Vec::new());
        }
        on!(self.db.read(), pool => {
            let mut query = QueryBuilder::new(COLUMNS);
            query.push(" WHERE merged_into IS NULL AND person_id IN (SELECT person_id FROM person_name WHERE operator_id = ");
            query.push_bind(operator.as_str()).push(" AND token IN (");
            let mut listed = query.separated(", ");
            for token in tokens {
                listed.push_bind(token);
            }
            query.push(") GROUP BY person_id HAVING count(*) = ").push_bind(big(tokens.len()));
            query.push(") ORDER BY changed_us DESC LIMIT ").push_bind(CLOSER);
            query.build_query_as().fetch_all(pool).await
        })
        .attempt("find people")
    }

    /// Those whom calls from this number were about, the latest first.
    pub(crate) async fn people_by_number(
        &self,
        operator: &OperatorId,
        index: &str,
        most: i64,
    ) -> Result<Vec<String>, StoreError> {
        on!(self.db.read(), pool => {
            sqlx::query_scalar(
                "SELECT person_id FROM person_link
                 WHERE operator_id = $1 AND number_index = $2 AND unlinked_us IS NULL
                 GROUP BY person_id ORDER BY max(linked_us) DESC LIMIT $3",
            )
            .bind(operator.as_str()).bind(index).bind(most).fetch_all(pool).await
        })
        .attempt("find people by number")
    }

    /// This person and all that were merged into them.
    pub(crate) async fn family(&self, operator: &OperatorId, root: &str) -> Result<Vec<String>, StoreError> {
        on!(self.db.read(), pool => {
            sqlx::query_scalar(
                "WITH RECURSIVE family (person_id) AS (
                    SELECT person_id FROM person WHERE operator_id = $1 AND person_id = $2
                    UNION SELECT p.person_id FROM person p JOIN family f ON p.merged_into = f.person_id)
                 SELECT person_id FROM family",
            )
            .bind(operator.as_str()).bind(root).fetch_all(pool).await
        })
        .attempt("find who was merged")
    }

    /// Whom this entry stands for by now.
    pub(crate) async fn root(
        &self,
        operator: &OperatorId,
        id: &str,
    ) -> Result<Option<PersonRow>, StoreError> {
        let mut found = self.person(operator, id).await?;
        while let Some(next) = found.as_ref().and_then(|row| row.merged_into.clone()) {
            found = self.person(operator, &next).await?;
        }
        Ok(found)
    }

    /// Records about any of these.
    pub(crate) async fn records_about(&self, family: &[String]) -> Result<i64, StoreError> {
        on!(self.db.read(), pool => {
            let mut query = QueryBuilder::new("SELECT count(*) FROM record WHERE person_id IN (");
            let mut listed = query.separated(", ");
            for id in family {
                listed.push_bind(id);
            }
            query.push(")");
            query.build_query_scalar().fetch_one(pool).await
        })
        .attempt("count records about a person")
    }
}
