//! Sealed versions. They are only ever added.

use domain::ids::OperatorId;
use domain::time::Instant;
use shell::on;
use shell::store::{Attempt, StoreError, Tx};

use super::{DueRow, Store};

#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub(crate) struct VersionRow {
    pub(crate) window_id: String,
    pub(crate) service_date: String,
    pub(crate) version: i64,
    pub(crate) body: String,
    pub(crate) hash: String,
    pub(crate) sealed_us: i64,
}

macro_rules! versions_where {
    ($which:literal) => {
        concat!(
            "SELECT window_id, service_date, version, body, hash, sealed_us FROM daily_log l
             WHERE operator_id = $1 AND ",
            $which
        )
    };
}

const OF_A_DAY: &str = versions_where!("window_id = $2 AND service_date = $3 ORDER BY version");

impl Store {
    /// All versions of a day, oldest first.
    pub(crate) async fn versions(
        &self,
        operator: &OperatorId,
        window: &str,
        date: &str,
    ) -> Result<Vec<VersionRow>, StoreError> {
        on!(self.db.read(), pool => {
            sqlx::query_as(OF_A_DAY).bind(operator.as_str()).bind(window).bind(date).fetch_all(pool).await
        })
        .attempt("read the versions of a day")
    }

    /// The same while the day is held.
    pub(crate) async fn versions_in(tx: &mut Tx, day: &DueRow) -> Result<Vec<VersionRow>, StoreError> {
        on!(tx, t => {
            sqlx::query_as(OF_A_DAY).bind(&day.operator_id).bind(&day.window_id).bind(&day.service_date)
                .fetch_all(&mut **t).await
        })
        .attempt("read the versions of a day")
    }

    /// The latest of each day, newest day first. An empty window: all.
    pub(crate) async fn latest_between(
        &self,
        operator: &OperatorId,
        (window, from, to): (&str, &str, &str),
        most: i64,
    ) -> Result<Vec<VersionRow>, StoreError> {
        const SQL: &str = versions_where!(
            "($2 = '' OR window_id = $2) AND service_date >= $3 AND service_date <= $4
             AND version = (SELECT max(version) FROM daily_log m WHERE m.operator_id = l.operator_id
                            AND m.window_id = l.window_id AND m.service_date = l.service_date)
             ORDER BY service_date DESC, window_id LIMIT $5"
        );
        on!(self.db.read(), pool => {
            sqlx::query_as(SQL).bind(operator.as_str()).bind(window).bind(from).bind(to).bind(most)
                .fetch_all(pool).await
        })
        .attempt("read sealed days")
    }

    /// Taken when the version is there.
    pub(crate) async fn seal(tx: &mut Tx, operator: &OperatorId, row: &VersionRow) -> Result<(), StoreError> {
        on!(tx, t => {
            sqlx::query(
                "INSERT INTO daily_log (operator_id, window_id, service_date, version, body, hash, sealed_us)
                 VALUES ($1, $2, $3, $4, $5, $6, $7)",
            )
            .bind(operator.as_str()).bind(&row.window_id).bind(&row.service_date).bind(row.version)
            .bind(&row.body).bind(&row.hash).bind(row.sealed_us).execute(&mut **t).await.map(drop)
        })
        .attempt("seal a day")
    }
}

impl Store {
    /// What the audit says of the sealings of a day: details as JSON.
    pub(crate) async fn sealings(&self, operator: &OperatorId, day: &str) -> Result<Vec<String>, StoreError> {
        on!(self.db.read(), pool => {
            sqlx::query_scalar(
                "SELECT detail FROM audit_event WHERE operator_id = $1 AND subject_kind = 'day'
                   AND subject_id = $2 AND action = 'daily_log.sealed' ORDER BY seq",
            )
            .bind(operator.as_str()).bind(day).fetch_all(pool).await
        })
        .attempt("read when a day was sealed")
    }
}

impl VersionRow {
    pub(crate) fn sealed(&self) -> Instant {
        Instant::from_micros(self.sealed_us)
    }
}
