//! Referrals of calls that began in a stretch of time, with their story.

use std::collections::BTreeMap;

use domain::ids::OperatorId;
use domain::time::Instant;
use shell::on;
use shell::store::{Attempt, StoreError};

use super::{Asked, Store, begun_then};

#[derive(Clone, Debug, sqlx::FromRow)]
pub(crate) struct ReferralRow {
    pub(crate) referral_id: String,
    pub(crate) record_id: String,
    pub(crate) window_id: String,
    pub(crate) body: String,
    pub(crate) released_us: i64,
    pub(crate) ended_us: Option<i64>,
}

#[derive(Clone, Debug, sqlx::FromRow)]
pub(crate) struct ReferralEvent {
    pub(crate) referral_id: String,
    pub(crate) at_us: i64,
    pub(crate) body: String,
}

impl Store {
    /// Those that went out.
    pub(crate) async fn referrals(&self, asked: Asked<'_>) -> Result<Vec<ReferralRow>, StoreError> {
        const SQL: &str = concat!(
            "SELECT referral_id, record_id, window_id, body, released_us, ended_us FROM referral
             WHERE operator_id = $1 AND released_us <= $4 AND call_id IN ",
            begun_then!(),
            " ORDER BY released_us, referral_id"
        );
        on!(self.db.read(), pool => {
            sqlx::query_as(SQL).bind(asked.operator.as_str()).bind(asked.span.from.micros())
                .bind(asked.span.until.micros()).bind(asked.as_of.micros()).fetch_all(pool).await
        })
        .attempt("read the referrals of a day")
    }

    pub(crate) async fn referral_events(&self, asked: Asked<'_>) -> Result<Vec<ReferralEvent>, StoreError> {
        const SQL: &str = concat!(
            "SELECT e.referral_id, e.at_us, e.body FROM referral_event e
             JOIN referral r ON r.referral_id = e.referral_id
             WHERE r.operator_id = $1 AND e.at_us <= $4
               AND e.kind IN ('offered', 'accepted', 'declined', 'given_back', 'exhausted')
               AND r.call_id IN ",
            begun_then!(),
            " ORDER BY e.referral_id, e.seq"
        );
        on!(self.db.read(), pool => {
            sqlx::query_as(SQL).bind(asked.operator.as_str()).bind(asked.span.from.micros())
                .bind(asked.span.until.micros()).bind(asked.as_of.micros()).fetch_all(pool).await
        })
        .attempt("read what became of the referrals of a day")
    }
}

impl Store {
    /// The area that each target of the directory serves.
    pub(crate) async fn areas(&self, operator: &OperatorId) -> Result<BTreeMap<String, String>, StoreError> {
        let rows: Vec<(String, String)> = on!(self.db.read(), pool => {
            sqlx::query_as("SELECT target_id, catchment FROM referral_target WHERE operator_id = $1 AND catchment <> ''")
                .bind(operator.as_str()).fetch_all(pool).await
        })
        .attempt("read the areas of targets")?;
        Ok(rows.into_iter().collect())
    }
}

impl ReferralEvent {
    pub(crate) fn at(&self) -> Instant {
        Instant::from_micros(self.at_us)
    }
}
