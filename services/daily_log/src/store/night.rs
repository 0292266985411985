//! Signed records about people who have a support contract.

use domain::ids::OperatorId;
use domain::time::Instant;
use shell::on;
use shell::store::{Attempt, StoreError};

use super::Store;

#[derive(Clone, Debug, sqlx::FromRow)]
pub(crate) struct NightRow {
    /// Of the entry that stands for the human.
    pub(crate) person_id: String,
    pub(crate) record_id: String,
    pub(crate) answered_us: i64,
    pub(crate) ended_us: Option<i64>,
    pub(crate) disposition: String,
    pub(crate) author_staff: String,
    pub(crate) support_from: String,
    pub(crate) support_until: Option<String>,
}

impl Store {
    pub(crate) async fn supported(
        &self,
        operator: &OperatorId,
        (from, until): (Instant, Instant),
    ) -> Result<Vec<NightRow>, StoreError> {
        on!(self.db.read(), pool => {
            sqlx::query_as(
                "SELECT w.person_id, r.record_id, r.answered_us, r.ended_us, r.disposition, r.author_staff,
                        w.support_from, w.support_until
                 FROM record r JOIN person p ON p.person_id = r.person_id
                 JOIN person w ON w.person_id = coalesce(p.merged_into, p.person_id)
                 WHERE r.operator_id = $1 AND r.answered_us >= $2 AND r.answered_us < $3
                   AND r.state <> 'draft' AND w.support_from IS NOT NULL
                 ORDER BY r.answered_us, r.record_id",
            )
            .bind(operator.as_str()).bind(from.micros()).bind(until.micros()).fetch_all(pool).await
        })
        .attempt("find support at night")
    }
}
