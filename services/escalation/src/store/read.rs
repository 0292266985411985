//! Reading for those who look: escalations with all that belongs to them.

use std::time::Duration;

use domain::ids::{CallId, EscalationId, OperatorId};
use domain::ledger::Step;
use domain::time::Instant;
use on_call_rota::WindowId;
use shell::on;
use shell::store::{Attempt, StoreError, Tx};

use super::escalation::{self, Kept};
use super::page::{self, PageRow};
use super::{AdviceRow, Store};
use crate::error::EscalationError;

#[derive(Clone, Debug, sqlx::FromRow)]
pub(crate) struct EventRow {
    pub(crate) seq: i64,
    pub(crate) at_us: i64,
    pub(crate) kind: String,
    pub(crate) body: String,
}

#[derive(Clone, Debug, sqlx::FromRow)]
pub(crate) struct AttemptRow {
    pub(crate) page_id: String,
    pub(crate) attempt: i64,
    pub(crate) at_us: i64,
    pub(crate) delivered_us: Option<i64>,
    pub(crate) ended_us: Option<i64>,
    pub(crate) outcome: Option<String>,
    pub(crate) detail: Option<String>,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct KnownCall {
    pub(crate) window: Option<WindowId>,
    pub(crate) process: Option<String>,
}

/// All that is to be seen of one.
#[derive(Clone, Debug)]
pub(crate) struct Shown {
    pub(crate) kept: Kept,
    pub(crate) pages: Vec<PageRow>,
    pub(crate) attempts: Vec<AttemptRow>,
    pub(crate) events: Vec<EventRow>,
    pub(crate) advice: Vec<AdviceRow>,
}

impl Store {
    pub(crate) async fn show(&self, id: EscalationId) -> Result<Option<Shown>, EscalationError> {
        let Some(kept) = self.read(id).await? else { return Ok(None) };
        let (pages, attempts) = (self.pages(id).await?, self.attempts(id).await?);
        let (events, advice) = (self.events(id).await?, self.advice(id).await?);
        Ok(Some(Shown { kept, pages, attempts, events, advice }))
    }

    async fn pages(&self, id: EscalationId) -> Result<Vec<PageRow>, StoreError> {
        let sql = format!("{} WHERE escalation_id = $1 ORDER BY number", page::COLUMNS);
        on!(self.db.read(), pool => {
            sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(id.to_string()).fetch_all(pool).await
        })
        .attempt("read pages")
    }

    async fn attempts(&self, id: EscalationId) -> Result<Vec<AttemptRow>, StoreError> {
        on!(self.db.read(), pool => {
            sqlx::query_as(
                "SELECT a.page_id, a.attempt, a.at_us, a.delivered_us, a.ended_us, a.outcome, a.detail
                 FROM page_attempt a JOIN page p ON p.page_id = a.page_id
                 WHERE p.escalation_id = $1 ORDER BY a.page_id, a.attempt",
            )
            .bind(id.to_string()).fetch_all(pool).await
        })
        .attempt("read attempts")
    }

    async fn events(&self, id: EscalationId) -> Result<Vec<EventRow>, StoreError> {
        on!(self.db.read(), pool => {
            sqlx::query_as(
                "SELECT seq, at_us, kind, body FROM escalation_event WHERE escalation_id = $1 ORDER BY seq",
            )
            .bind(id.to_string()).fetch_all(pool).await
        })
        .attempt("read the story of an escalation")
    }

    /// Newest first.
    pub(crate) async fn list(
        &self,
        operator: &OperatorId,
        call: Option<CallId>,
        open_only: bool,
        most: u32,
    ) -> Result<Vec<EscalationId>, StoreError> {
        let ids: Vec<String> = on!(self.db.read(), pool => {
            sqlx::query_scalar(
                "SELECT escalation_id FROM escalation
                 WHERE operator_id = $1 AND ($2 = '' OR call_id = $2)
                   AND ($3 = 0 OR state IN ('climbing', 'accepted'))
                 ORDER BY started_us DESC, escalation_id DESC LIMIT $4",
            )
            .bind(operator.as_str()).bind(call.map(|call| call.to_string()).unwrap_or_default())
            .bind(i64::from(open_only)).bind(i64::from(most)).fetch_all(pool).await
        })
        .attempt("list escalations")?;
        ids.iter().map(|id| id.parse().map_err(|_| escalation::unreadable("id"))).collect()
    }

    /// How many drills have ended since, and when the last of them did: whether `drills` is worth reading.
    pub(crate) async fn drills_seen(
        &self,
        operator: &OperatorId,
        since: Instant,
    ) -> Result<(i64, i64), StoreError> {
        on!(self.db.read(), pool => {
            sqlx::query_as(
                "SELECT count(*), coalesce(max(ended_us), 0) FROM escalation
                 WHERE operator_id = $1 AND started_us > $2 AND call_id IS NULL AND state IN ('acted', 'unreached')",
            )
            .bind(operator.as_str()).bind(since.micros()).fetch_one(pool).await
        })
        .attempt("look for drills")
    }

    /// Those without a call that have ended, in the order in which they did.
    pub(crate) async fn drills(
        &self,
        operator: &OperatorId,
        since: Instant,
    ) -> Result<Vec<Kept>, StoreError> {
        let sql = format!(
            "{} WHERE operator_id = $1 AND started_us > $2 AND call_id IS NULL
             AND state IN ('acted', 'unreached') ORDER BY ended_us",
            escalation::COLUMNS
        );
        let rows: Vec<escalation::Row> = on!(self.db.read(), pool => {
            sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(operator.as_str()).bind(since.micros())
                .fetch_all(pool).await
        })
        .attempt("read drills")?;
        rows.into_iter().map(escalation::Row::kept).collect()
    }

    /// Escalations whose ladder goes on, or whose acceptance lapses, by now.
    pub(crate) async fn due(&self, now: Instant, most: u32) -> Result<Vec<EscalationId>, StoreError> {
        let ids: Vec<String> = on!(self.db.read(), pool => {
            sqlx::query_scalar(
                "SELECT escalation_id FROM escalation WHERE due_us IS NOT NULL AND due_us <= $1
                 ORDER BY due_us LIMIT $2",
            )
            .bind(now.micros()).bind(i64::from(most)).fetch_all(pool).await
        })
        .attempt("find escalations that go on")?;
        ids.iter().map(|id| id.parse().map_err(|_| escalation::unreadable("id"))).collect()
    }

    pub(crate) async fn next_wake(&self, now: Instant) -> Result<Option<Instant>, StoreError> {
        let next: Option<i64> = on!(self.db.read(), pool => {
            sqlx::query_scalar("SELECT min(due_us) FROM escalation WHERE due_us > $1")
                .bind(now.micros()).fetch_one(pool).await
        })
        .attempt("find the next escalation")?;
        Ok(next.map(Instant::from_micros))
    }

    /// What is known of a call: its window, and the telephony process that has it while it is open.
    pub(crate) async fn call(&self, operator: &OperatorId, call: CallId) -> Result<KnownCall, StoreError> {
        let (begun, process): (Option<String>, Option<String>) = on!(self.db.read(), pool => {
            sqlx::query_as(
                "SELECT (SELECT body FROM call_event WHERE operator_id = $1 AND call_id = $2 AND seq = 0),
                        (SELECT process_id FROM open_call WHERE operator_id = $1 AND call_id = $2)",
            )
            .bind(operator.as_str()).bind(call.to_string()).fetch_one(pool).await
        })
        .attempt("find the window of a call")?;
        let window = begun.and_then(|body| match serde_json::from_str(&body) {
            Ok(Step::Begun(begun)) => Some(begun.window),
            Ok(_) | Err(_) => None,
        });
        Ok(KnownCall { window, process })
    }

    /// Whether something of this kind is in the story of an open escalation of this window.
    pub(crate) async fn stands(
        &self,
        operator: &OperatorId,
        window: &WindowId,
        happened: &'static str,
    ) -> Result<bool, StoreError> {
        let standing: i64 = on!(self.db.read(), pool => {
            sqlx::query_scalar(
                "SELECT count(*) FROM escalation e
                 WHERE e.operator_id = $1 AND e.window_id = $2 AND e.due_us IS NOT NULL
                   AND EXISTS (SELECT 1 FROM escalation_event v
                               WHERE v.escalation_id = e.escalation_id AND v.kind = $3)",
            )
            .bind(operator.as_str()).bind(window.as_str()).bind(happened).fetch_one(pool).await
        })
        .attempt("count the escalations that an alarm is about")?;
        Ok(standing > 0)
    }

    /// Whether a page of an open escalation of this window went out later than this after it was due.
    pub(crate) async fn late_stands(
        &self,
        operator: &OperatorId,
        window: &WindowId,
        late_after: Duration,
    ) -> Result<bool, StoreError> {
        let late_after = i64::try_from(late_after.as_micros()).unwrap_or(i64::MAX);
        let standing: i64 = on!(self.db.read(), pool => {
            sqlx::query_scalar(
                "SELECT count(*) FROM escalation e
                 WHERE e.operator_id = $1 AND e.window_id = $2 AND e.due_us IS NOT NULL
                   AND EXISTS (SELECT 1 FROM page p
                               WHERE p.escalation_id = e.escalation_id AND p.out_us - p.due_us > $3)",
            )
            .bind(operator.as_str()).bind(window.as_str()).bind(late_after).fetch_one(pool).await
        })
        .attempt("count the escalations with a late page")?;
        Ok(standing > 0)
    }

    /// The telephony process that has a call; none when it is over.
    pub(crate) async fn process_of(tx: &mut Tx, call: CallId) -> Result<Option<String>, StoreError> {
        on!(tx, t => {
            sqlx::query_scalar("SELECT process_id FROM open_call WHERE call_id = $1")
                .bind(call.to_string()).fetch_optional(&mut **t).await
        })
        .attempt("find where a call is")
    }
}
