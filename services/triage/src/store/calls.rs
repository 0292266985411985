//! What the ledger and the desks know of calls. Read only: they belong to others.

use domain::ids::{AccountId, CallId, DeskId, OperatorId, StaffId, WindowId};
use domain::ledger::{AnsweredBy, EndReason, Step};
use domain::private::Private;
use domain::time::Instant;
use shell::on;
use shell::seal::Place;
use shell::store::{Attempt, StoreError};

use super::{Store, small, unreadable};

/// An answered call without a record.
#[derive(Clone, Debug)]
pub(crate) struct Answered {
    pub(crate) operator: OperatorId,
    pub(crate) call: CallId,
}

/// A call as its record needs it.
#[derive(Clone, Debug)]
pub(crate) struct CallFacts {
    pub(crate) operator: OperatorId,
    pub(crate) call: CallId,
    pub(crate) window: WindowId,
    pub(crate) withheld: bool,
    pub(crate) number: Option<Private<String>>,
    pub(crate) number_index: Option<String>,
    pub(crate) offered: Option<Instant>,
    pub(crate) answered: Option<Instant>,
    pub(crate) by: Option<AnsweredBy>,
    pub(crate) ended: Option<(Instant, EndReason)>,
    /// Psychiatrists who were in the call.
    pub(crate) joined: Vec<StaffId>,
}

#[derive(sqlx::FromRow)]
struct EventRow {
    seq: i64,
    at_us: i64,
    body: String,
    number_sealed: Option<Vec<u8>>,
    number_index: Option<String>,
}

impl Store {
    /// Answered since `from` and without a record, the oldest first.
    pub(crate) async fn undrafted(
        &self,
        operator: &OperatorId,
        from: Instant,
        most: i64,
    ) -> Result<Vec<Answered>, StoreError> {
        let rows: Vec<String> = on!(self.db.read(), pool => {
            sqlx::query_scalar(
                "SELECT e.call_id FROM call_event e
                 WHERE e.operator_id = $1 AND e.kind = 'answered' AND e.at_us >= $2
                   AND NOT EXISTS (SELECT 1 FROM record r WHERE r.call_id = e.call_id)
                 GROUP BY e.call_id ORDER BY min(e.at_us) LIMIT $3",
            )
            .bind(operator.as_str()).bind(from.micros()).bind(most).fetch_all(pool).await
        })
        .attempt("find calls without a record")?;
        let answered = |call: String| {
            Ok(Answered { operator: operator.clone(), call: call.parse().map_err(|_| unreadable("call"))? })
        };
        rows.into_iter().map(answered).collect()
    }

    /// None for a call of another operator, or of none.
    pub(crate) async fn call(
        &self,
        operator: &OperatorId,
        call: CallId,
    ) -> Result<Option<CallFacts>, StoreError> {
        let rows: Vec<EventRow> = on!(self.db.read(), pool => {
            sqlx::query_as(
                "SELECT seq, at_us, body, number_sealed, number_index FROM call_event
                 WHERE operator_id = $1 AND call_id = $2
                   AND kind IN ('begun', 'offered', 'answered', 'transferred', 'taken_over', 'joined', 'ended')
                 ORDER BY seq",
            )
            .bind(operator.as_str()).bind(call.to_string()).fetch_all(pool).await
        })
        .attempt("read a call")?;
        self.facts(operator, call, rows)
    }

    fn facts(
        &self,
        operator: &OperatorId,
        call: CallId,
        rows: Vec<EventRow>,
    ) -> Result<Option<CallFacts>, StoreError> {
        let mut facts: Option<CallFacts> = None;
        for row in rows {
            let step: Step = serde_json::from_str(&row.body).map_err(|_| unreadable("a call's step"))?;
            match (&mut facts, step) {
                (None, Step::Begun(begun)) => {
                    facts = Some(CallFacts {
                        operator: operator.clone(),
                        call,
                        window: begun.window,
                        withheld: begun.withheld,
                        number: self.number(call, &row),
                        number_index: row.number_index,
                        offered: None,
                        answered: None,
                        by: None,
                        ended: None,
                        joined: Vec::new(),
                    });
                }
                (Some(facts), step) => facts.add(Instant::from_micros(row.at_us), step),
                (None, _) => {}
            }
        }
        Ok(facts)
    }

    /// A number whose key is lost does not hide the call.
    fn number(&self, call: CallId, row: &EventRow) -> Option<Private<String>> {
        let place = format!("{call}/{}", row.seq);
        let place = Place { table: "call_event", row: &place, column: "number_sealed" };
        match self.sealer.open(place, row.number_sealed.as_ref()?) {
            Ok(number) => Some(number),
            Err(error) => {
                tracing::warn!(%call, %error, "a caller's number does not open");
                None
            }
        }
    }

    /// Calls from this number since a moment.
    pub(crate) async fn calls_since(
        &self,
        operator: &OperatorId,
        index: &str,
        from: Instant,
    ) -> Result<u32, StoreError> {
        let many: i64 = on!(self.db.read(), pool => {
            sqlx::query_scalar(
                "SELECT count(*) FROM call_event
                 WHERE operator_id = $1 AND number_index = $2 AND at_us >= $3 AND kind = 'begun'",
            )
            .bind(operator.as_str()).bind(index).bind(from.micros()).fetch_one(pool).await
        })
        .attempt("count calls from a number")?;
        Ok(small(many))
    }

    /// Who sits at this desk.
    pub(crate) async fn staff_at(
        &self,
        operator: &OperatorId,
        desk: &DeskId,
    ) -> Result<Option<String>, StoreError> {
        let staff: Option<Option<String>> = on!(self.db.read(), pool => {
            sqlx::query_scalar("SELECT staff_id FROM desk WHERE operator_id = $1 AND desk_id = $2")
                .bind(operator.as_str()).bind(desk.as_str()).fetch_optional(pool).await
        })
        .attempt("read who sits at a desk")?;
        Ok(staff.flatten())
    }

    /// Whether this person's desk is in the call now.
    pub(crate) async fn talks(
        &self,
        operator: &OperatorId,
        call: CallId,
        staff: &StaffId,
    ) -> Result<bool, StoreError> {
        let found: Option<i64> = on!(self.db.read(), pool => {
            sqlx::query_scalar(
                "SELECT since_us FROM desk
                 WHERE operator_id = $1 AND call_id = $2 AND staff_id = $3 AND presence = 'in_call'",
            )
            .bind(operator.as_str()).bind(call.to_string()).bind(staff.as_str()).fetch_optional(pool).await
        })
        .attempt("read who talks in a call")?;
        Ok(found.is_some())
    }

    pub(crate) async fn account_of(
        &self,
        operator: &OperatorId,
        staff: &str,
    ) -> Result<Option<AccountId>, StoreError> {
        let account: Option<String> = on!(self.db.read(), pool => {
            sqlx::query_scalar("SELECT account_id FROM account WHERE operator_id = $1 AND staff_id = $2")
                .bind(operator.as_str()).bind(staff).fetch_optional(pool).await
        })
        .attempt("read whose account it is")?;
        account.map(|id| id.parse().map_err(|_| unreadable("account"))).transpose()
    }
}

impl CallFacts {
    #[expect(clippy::wildcard_enum_match_arm, reason = "of the ledger's steps a record needs seven")]
    fn add(&mut self, at: Instant, step: Step) {
        match step {
            Step::Offered { .. } => self.offered = self.offered.or(Some(at)),
            Step::Answered { by, .. } => {
                self.answered = self.answered.or(Some(at));
                // Of a call that was answered again, the one who has it now.
                self.by = Some(by);
            }
            Step::Transferred { desk, .. } | Step::TakenOver { desk, .. } => {
                self.by = Some(AnsweredBy::Desk(desk));
            }
            Step::Joined { staff, .. } => self.joined.push(staff),
            Step::Ended { reason, .. } => self.ended = Some((at, reason)),
            _ => {}
        }
    }
}
