//! Alarms that stood in a stretch of time, of a window or of the whole house.

use domain::daily_log::Incident;
use domain::ids::WindowId;
use domain::time::Instant;
use shell::on;
use shell::store::{Attempt, StoreError};

use super::{Asked, Store};
use crate::closer::STAYS_OPEN;

impl Store {
    /// An alarm that was over only after the day is one that stood to its end: whatever becomes of it
    /// later does not change the day.
    pub(crate) async fn incidents(
        &self,
        asked: Asked<'_>,
        window: &WindowId,
    ) -> Result<Vec<Incident>, StoreError> {
        let rows: Vec<(String, i64, Option<i64>)> = on!(self.db.read(), pool => {
            sqlx::query_as(
                "SELECT kind, raised_us, cleared_us FROM alarm
                 WHERE operator_id IN ($1, '') AND (window_id IS NULL OR window_id = $4) AND kind <> $5
                   AND raised_us < $3 AND raised_us <= $6 AND (cleared_us IS NULL OR cleared_us >= $2)
                 ORDER BY raised_us, kind, alarm_id",
            )
            .bind(asked.operator.as_str()).bind(asked.span.from.micros()).bind(asked.span.until.micros())
            .bind(window.as_str()).bind(STAYS_OPEN).bind(asked.as_of.micros()).fetch_all(pool).await
        })
        .attempt("read the alarms of a day")?;
        let end = asked.span.until.min(asked.as_of);
        let incident = |(kind, raised, cleared): (String, i64, Option<i64>)| Incident {
            kind,
            raised: Instant::from_micros(raised),
            cleared: cleared.map(Instant::from_micros).filter(|at| *at <= end),
        };
        Ok(rows.into_iter().map(incident).collect())
    }
}
