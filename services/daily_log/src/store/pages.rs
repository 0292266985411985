//! Pages of escalations that a window started in a stretch of time, with their story.

use domain::ids::WindowId;
use shell::on;
use shell::store::{Attempt, StoreError};

use super::{Asked, Store};

#[derive(Clone, Debug, sqlx::FromRow)]
pub(crate) struct PageRow {
    pub(crate) escalation_id: String,
    pub(crate) round: i64,
    pub(crate) rung: Option<i64>,
    pub(crate) staff_id: String,
    pub(crate) due_us: i64,
    pub(crate) out_us: Option<i64>,
}

#[derive(Clone, Debug, sqlx::FromRow)]
pub(crate) struct StoryRow {
    pub(crate) escalation_id: String,
    pub(crate) at_us: i64,
    pub(crate) body: String,
}

/// What a window's pages are told from.
#[derive(Debug, Default)]
pub(crate) struct PageFacts {
    pub(crate) pages: Vec<PageRow>,
    pub(crate) story: Vec<StoryRow>,
}

impl Store {
    pub(crate) async fn pages(&self, asked: Asked<'_>, window: &WindowId) -> Result<PageFacts, StoreError> {
        let pages = on!(self.db.read(), pool => {
            sqlx::query_as(
                "SELECT p.escalation_id, p.round, p.rung, p.staff_id, p.due_us, p.out_us
                 FROM page p JOIN escalation e ON e.escalation_id = p.escalation_id
                 WHERE e.operator_id = $1 AND e.window_id = $4 AND e.started_us >= $2 AND e.started_us < $3
                 ORDER BY e.started_us, p.escalation_id, p.number",
            )
            .bind(asked.operator.as_str()).bind(asked.span.from.micros()).bind(asked.span.until.micros())
            .bind(window.as_str()).fetch_all(pool).await
        })
        .attempt("read the pages of a day")?;
        let story = on!(self.db.read(), pool => {
            sqlx::query_as(
                "SELECT v.escalation_id, v.at_us, v.body
                 FROM escalation_event v JOIN escalation e ON e.escalation_id = v.escalation_id
                 WHERE e.operator_id = $1 AND e.window_id = $4 AND e.started_us >= $2 AND e.started_us < $3
                   AND v.at_us <= $5 AND v.kind IN ('started', 'priority_raised', 'accepted')
                 ORDER BY v.escalation_id, v.seq",
            )
            .bind(asked.operator.as_str()).bind(asked.span.from.micros()).bind(asked.span.until.micros())
            .bind(window.as_str()).bind(asked.as_of.micros()).fetch_all(pool).await
        })
        .attempt("read what became of the pages of a day")?;
        Ok(PageFacts { pages, story })
    }
}
