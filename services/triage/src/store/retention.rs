//! What each data key still holds, and taking leave of it.

use domain::ids::OperatorId;
use domain::time::Instant;
use shell::on;
use shell::store::{Attempt, StoreError, Tx};

use super::sealing::OWN_KEYS;
use super::{PersonRow, PlanRow, Store};

/// The records under one key.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(crate) struct YearRow {
    /// Of the key.
    pub(crate) seal_year: i64,
    /// Of the records; none when there are none.
    pub(crate) service_year: Option<String>,
    pub(crate) records: i64,
    pub(crate) on_hold: i64,
    /// Whose retention is not over, held or not.
    pub(crate) young: i64,
}

impl Store {
    /// Keys that stand, without this year's.
    pub(crate) async fn years(
        &self,
        operator: &OperatorId,
        today: &str,
        this_year: i64,
    ) -> Result<Vec<YearRow>, StoreError> {
        on!(self.db.read(), pool => {
            sqlx::query_as(
                "SELECT k.year AS seal_year, min(substr(r.service_date, 1, 4)) AS service_year,
                        count(r.record_id) AS records,
                        count(CASE WHEN r.legal_hold <> 0 THEN 1 END) AS on_hold,
                        count(CASE WHEN r.retention_until >= $2 THEN 1 END) AS young
                 FROM data_key k LEFT JOIN record r ON r.operator_id = k.operator_id AND r.seal_year = k.year
                 WHERE k.operator_id = $1 AND k.destroyed_us IS NULL AND k.year <> $3
                 GROUP BY k.year ORDER BY k.year",
            )
            .bind(operator.as_str()).bind(today).bind(this_year).fetch_all(pool).await
        })
        .attempt("count what keys hold")
    }

    pub(crate) async fn held_of(&self, operator: &OperatorId, year: i64) -> Result<Vec<String>, StoreError> {
        on!(self.db.read(), pool => {
            sqlx::query_scalar(
                "SELECT record_id FROM record WHERE operator_id = $1 AND seal_year = $2 AND legal_hold <> 0",
            )
            .bind(operator.as_str()).bind(year).fetch_all(pool).await
        })
        .attempt("find records on hold")
    }

    /// For a record of its own.
    pub(crate) async fn next_own_key(&self, operator: &OperatorId) -> Result<i64, StoreError> {
        let last: Option<i64> = on!(self.db.read(), pool => {
            sqlx::query_scalar("SELECT max(year) FROM data_key WHERE operator_id = $1 AND year >= $2")
                .bind(operator.as_str()).bind(OWN_KEYS).fetch_one(pool).await
        })
        .attempt("number a key")?;
        Ok(last.map_or(OWN_KEYS, |last| last + 1))
    }

    pub(crate) async fn people_of(
        &self,
        operator: &OperatorId,
        year: i64,
    ) -> Result<Vec<PersonRow>, StoreError> {
        let sql = format!("{} WHERE operator_id = $1 AND seal_year = $2", super::person::COLUMNS);
        on!(self.db.read(), pool => {
            sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(operator.as_str()).bind(year).fetch_all(pool).await
        })
        .attempt("find people of a year")
    }

    pub(crate) async fn plans_of(
        &self,
        operator: &OperatorId,
        year: i64,
    ) -> Result<Vec<PlanRow>, StoreError> {
        let sql = format!("{} WHERE operator_id = $1 AND seal_year = $2", super::plan::COLUMNS);
        on!(self.db.read(), pool => {
            sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(operator.as_str()).bind(year).fetch_all(pool).await
        })
        .attempt("find plans of a year")
    }

    /// Whether any of these entries is about a record that is not deleted, or was changed since.
    pub(crate) async fn is_needed(&self, people: &[String], since: Instant) -> Result<bool, StoreError> {
        let many: i64 = on!(self.db.read(), pool => {
            let mut query = sqlx::QueryBuilder::new("SELECT count(*) FROM person p WHERE p.person_id IN (''");
            for id in people {
                query.push(", ").push_bind(id);
            }
            query.push(") AND (p.changed_us >= ").push_bind(since.micros());
            query.push(" OR EXISTS (SELECT 1 FROM record r WHERE r.person_id = p.person_id AND r.seal_year > 0))");
            query.build_query_scalar().fetch_one(pool).await
        })
        .attempt("see whether a person is needed")?;
        Ok(many > 0)
    }

    /// What was done with the entry stays: ids and moments.
    pub(crate) async fn forget_person(tx: &mut Tx, id: &str) -> Result<(), StoreError> {
        for sql in [
            "DELETE FROM person_name WHERE person_id = $1",
            "DELETE FROM person_link WHERE person_id = $1",
            "DELETE FROM plan WHERE person_id = $1",
            "DELETE FROM person WHERE person_id = $1",
        ] {
            on!(&mut *tx, t => sqlx::query(sql).bind(id).execute(&mut **t).await.map(drop))
                .attempt("forget a person")?;
        }
        Ok(())
    }

    pub(crate) async fn reseal_person(
        &self,
        row: &PersonRow,
        sealed: &[u8],
        year: i64,
    ) -> Result<(), StoreError> {
        on!(self.db.write(), pool => {
            sqlx::query(
                "UPDATE person SET details_sealed = $2, seal_year = $3 WHERE person_id = $1 AND revision = $4",
            )
            .bind(&row.person_id).bind(sealed).bind(year).bind(row.revision).execute(pool).await.map(drop)
        })
        .attempt("seal a person anew")
    }

    pub(crate) async fn reseal_plan(
        &self,
        row: &PlanRow,
        sealed: &[u8],
        year: i64,
    ) -> Result<(), StoreError> {
        on!(self.db.write(), pool => {
            sqlx::query("UPDATE plan SET sealed = $3, seal_year = $4 WHERE person_id = $1 AND revision = $2")
                .bind(&row.person_id).bind(row.revision).bind(sealed).bind(year).execute(pool).await.map(drop)
        })
        .attempt("seal a plan anew")
    }

    /// Codes, states and times stay, without a way back to a caller. What was put on hold meanwhile stays whole.
    pub(crate) async fn forget_records(
        tx: &mut Tx,
        operator: &OperatorId,
        year: i64,
        today: &str,
    ) -> Result<(), StoreError> {
        const OF: &str =
            "(SELECT record_id FROM record WHERE operator_id = $1 AND seal_year = $2 AND legal_hold = 0
             AND retention_until < $3)";
        let all = [
            format!("DELETE FROM record_field WHERE record_id IN {OF}"),
            format!("UPDATE person_link SET number_index = NULL WHERE record_id IN {OF}"),
            "UPDATE record SET seal_year = 0, body = '{}', person_id = NULL, number_index = NULL
             WHERE operator_id = $1 AND seal_year = $2 AND legal_hold = 0 AND retention_until < $3"
                .to_owned(),
        ];
        for sql in all {
            on!(&mut *tx, t => {
                sqlx::query(sqlx::AssertSqlSafe(sql)).bind(operator.as_str()).bind(year).bind(today)
                    .execute(&mut **t).await.map(drop)
            })
            .attempt("forget records")?;
        }
        Ok(())
    }

    pub(crate) async fn is_empty(&self, operator: &OperatorId, year: i64) -> Result<bool, StoreError> {
        let many: i64 = on!(self.db.write(), pool => {
            sqlx::query_scalar(
                "SELECT (SELECT count(*) FROM record WHERE operator_id = $1 AND seal_year = $2)
                      + (SELECT count(*) FROM person WHERE operator_id = $1 AND seal_year = $2)
                      + (SELECT count(*) FROM plan WHERE operator_id = $1 AND seal_year = $2)",
            )
            .bind(operator.as_str()).bind(year).fetch_one(pool).await
        })
        .attempt("see whether a key is still needed")?;
        Ok(many == 0)
    }
}
