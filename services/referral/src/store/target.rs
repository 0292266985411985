//! The directory of targets, and the places that hospitals report.

use domain::ids::OperatorId;
use domain::time::Instant;
use shell::on;
use shell::store::{Attempt, StoreError, Tx};

use super::Store;

#[derive(Clone, Debug, Default, PartialEq, Eq, sqlx::FromRow)]
pub(crate) struct TargetRow {
    pub(crate) target_id: String,
    pub(crate) name: String,
    pub(crate) kind: String,
    pub(crate) hours: String,
    pub(crate) number: String,
    pub(crate) catchment: String,
    pub(crate) last_checked: String,
    /// none, grpc, webhook.
    pub(crate) way: String,
    pub(crate) url: String,
}

#[derive(Clone, Debug, sqlx::FromRow)]
pub(crate) struct PlacesRow {
    pub(crate) hospital_id: String,
    pub(crate) free_places: i64,
    pub(crate) reported_us: i64,
}

impl Store {
    pub(crate) async fn targets(&self, operator: &OperatorId) -> Result<Vec<TargetRow>, StoreError> {
        on!(self.db.read(), pool => {
            sqlx::query_as(
                "SELECT target_id, name, kind, hours, number, catchment, last_checked, way, url
                 FROM referral_target WHERE operator_id = $1 ORDER BY kind, target_id",
            )
            .bind(operator.as_str()).fetch_all(pool).await
        })
        .attempt("list targets")
    }

    pub(crate) async fn save_target(
        tx: &mut Tx,
        operator: &OperatorId,
        row: &TargetRow,
        now: Instant,
    ) -> Result<(), StoreError> {
        on!(tx, t => {
            sqlx::query(
                "INSERT INTO referral_target (operator_id, target_id, name, kind, hours, number, catchment,
                    last_checked, way, url, changed_us)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
                 ON CONFLICT (operator_id, target_id) DO UPDATE SET name = excluded.name, kind = excluded.kind,
                    hours = excluded.hours, number = excluded.number, catchment = excluded.catchment,
                    last_checked = excluded.last_checked, way = excluded.way, url = excluded.url,
                    changed_us = excluded.changed_us",
            )
            .bind(operator.as_str()).bind(&row.target_id).bind(&row.name).bind(&row.kind).bind(&row.hours)
            .bind(&row.number).bind(&row.catchment).bind(&row.last_checked).bind(&row.way).bind(&row.url)
            .bind(now.micros()).execute(&mut **t).await.map(drop)
        })
        .attempt("keep a target")
    }

    pub(crate) async fn places(&self, operator: &OperatorId) -> Result<Vec<PlacesRow>, StoreError> {
        on!(self.db.read(), pool => {
            sqlx::query_as(
                "SELECT hospital_id, free_places, reported_us FROM hospital_places WHERE operator_id = $1",
            )
            .bind(operator.as_str()).fetch_all(pool).await
        })
        .attempt("read free places")
    }

    pub(crate) async fn report_places(
        &self,
        operator: &OperatorId,
        row: &PlacesRow,
        by: Option<String>,
    ) -> Result<(), StoreError> {
        on!(self.db.write(), pool => {
            sqlx::query(
                "INSERT INTO hospital_places (operator_id, hospital_id, free_places, reported_us, by_account)
                 VALUES ($1, $2, $3, $4, $5)
                 ON CONFLICT (operator_id, hospital_id) DO UPDATE SET free_places = excluded.free_places,
                    reported_us = excluded.reported_us, by_account = excluded.by_account",
            )
            .bind(operator.as_str()).bind(&row.hospital_id).bind(row.free_places).bind(row.reported_us)
            .bind(by).execute(pool).await.map(drop)
        })
        .attempt("keep free places")
    }
}
