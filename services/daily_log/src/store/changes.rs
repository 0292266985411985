//! Which days something has happened to since a moment.

use domain::ids::OperatorId;
use domain::ledger::Step;
use domain::time::Instant;
use shell::on;
use shell::store::{Attempt, StoreError};

use super::{Store, unreadable};

/// A window, and a moment of the day that something happened to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Changed {
    pub(crate) window: String,
    pub(crate) within: Instant,
}

impl Store {
    /// Days of calls that began or ended, whose record was signed or amended, or whose referral or page
    /// went on.
    pub(crate) async fn changed(
        &self,
        operator: &OperatorId,
        since: Instant,
    ) -> Result<Vec<Changed>, StoreError> {
        let rows: Vec<(i64, String)> = on!(self.db.read(), pool => {
            sqlx::query_as(
                "SELECT at_us, body FROM call_event WHERE operator_id = $1 AND kind = 'begun' AND call_id IN (
                    SELECT r.call_id FROM record_revision v JOIN record r ON r.record_id = v.record_id
                    WHERE v.operator_id = $1 AND v.at_us >= $2 AND v.kind IN ('signed', 'amended')
                    UNION
                    SELECT r.call_id FROM referral_event v JOIN referral r ON r.referral_id = v.referral_id
                    WHERE v.operator_id = $1 AND v.at_us >= $2
                    UNION
                    SELECT call_id FROM call_event
                    WHERE operator_id = $1 AND at_us >= $2 AND kind IN ('begun', 'ended'))",
            )
            .bind(operator.as_str()).bind(since.micros()).fetch_all(pool).await
        })
        .attempt("find days that have changed")?;
        let mut changed = Vec::new();
        for (at, body) in rows {
            let Ok(Step::Begun(begun)) = serde_json::from_str(&body) else {
                return Err(unreadable("a call's begin"));
            };
            changed.push(Changed { window: begun.window.to_string(), within: Instant::from_micros(at) });
        }
        changed.extend(self.paged(operator, since).await?);
        Ok(changed)
    }

    async fn paged(&self, operator: &OperatorId, since: Instant) -> Result<Vec<Changed>, StoreError> {
        let rows: Vec<(String, i64)> = on!(self.db.read(), pool => {
            sqlx::query_as(
                "SELECT DISTINCT e.window_id, e.started_us
                 FROM escalation_event v JOIN escalation e ON e.escalation_id = v.escalation_id
                 WHERE v.operator_id = $1 AND v.at_us >= $2",
            )
            .bind(operator.as_str()).bind(since.micros()).fetch_all(pool).await
        })
        .attempt("find days whose pages have changed")?;
        let changed = |(window, at)| Changed { window, within: Instant::from_micros(at) };
        Ok(rows.into_iter().map(changed).collect())
    }
}
