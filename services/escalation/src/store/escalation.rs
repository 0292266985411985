//! The escalation's own row: the machine, and its story.

use domain::escalation::{Effect, Escalation, Happened};
use domain::ids::{EscalationId, OperatorId};
use domain::time::Instant;
use on_call_rota::ContactPoint;
use shell::on;
use shell::seal::Place;
use shell::store::{Attempt, StoreError, Tx};

use super::{Store, big};
use crate::error::EscalationError;
use domain::private::Private;

/// An escalation as it is kept.
#[derive(Clone, Debug)]
pub(crate) struct Kept {
    pub(crate) operator: OperatorId,
    pub(crate) id: EscalationId,
    pub(crate) machine: Escalation,
    pub(crate) revision: i64,
    pub(crate) started: Instant,
    pub(crate) ended: Option<Instant>,
}

/// What is inserted when one begins.
#[derive(Debug)]
pub(crate) struct NewEscalation<'a> {
    pub(crate) kept: &'a Kept,
    pub(crate) request: &'a str,
    pub(crate) contacts: &'a [ContactPoint],
}

#[derive(sqlx::FromRow)]
pub(super) struct Row {
    operator_id: String,
    escalation_id: String,
    body: String,
    revision: i64,
    started_us: i64,
    ended_us: Option<i64>,
}

pub(super) const COLUMNS: &str =
    "SELECT operator_id, escalation_id, body, revision, started_us, ended_us FROM escalation";

impl Row {
    pub(super) fn kept(self) -> Result<Kept, StoreError> {
        Ok(Kept {
            operator: self.operator_id.parse().map_err(|_| unreadable("operator"))?,
            id: self.escalation_id.parse().map_err(|_| unreadable("id"))?,
            machine: serde_json::from_str(&self.body).map_err(|_| unreadable("body"))?,
            revision: self.revision,
            started: Instant::from_micros(self.started_us),
            ended: self.ended_us.map(Instant::from_micros),
        })
    }
}

pub(super) fn unreadable(what: &'static str) -> StoreError {
    StoreError::lasting("read an escalation", what)
}

fn body(machine: &Escalation) -> Result<String, StoreError> {
    serde_json::to_string(machine).map_err(|error| StoreError::lasting("write an escalation", error))
}

/// Where the contact points of an escalation are sealed.
fn place(id: &str) -> Place<'_> {
    Place { table: "escalation", row: id, column: "contacts_sealed" }
}

impl Store {
    pub(crate) async fn read(&self, id: EscalationId) -> Result<Option<Kept>, StoreError> {
        let sql = format!("{COLUMNS} WHERE escalation_id = $1");
        let row: Option<Row> = on!(self.db.read(), pool => {
            sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(id.to_string()).fetch_optional(pool).await
        })
        .attempt("read an escalation")?;
        row.map(Row::kept).transpose()
    }

    pub(crate) async fn by_request(
        &self,
        operator: &OperatorId,
        request: &str,
    ) -> Result<Option<Kept>, StoreError> {
        let sql = format!("{COLUMNS} WHERE operator_id = $1 AND request_id = $2");
        let row: Option<Row> = on!(self.db.read(), pool => {
            sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(operator.as_str()).bind(request).fetch_optional(pool).await
        })
        .attempt("find an escalation by its request")?;
        row.map(Row::kept).transpose()
    }

    /// The contact points that the pages' `contact` point at.
    pub(crate) async fn contacts(&self, id: EscalationId) -> Result<Vec<ContactPoint>, EscalationError> {
        let sealed: Vec<u8> = on!(self.db.read(), pool => {
            sqlx::query_scalar("SELECT contacts_sealed FROM escalation WHERE escalation_id = $1")
                .bind(id.to_string()).fetch_one(pool).await
        })
        .attempt("read contact points")?;
        let opened = self.sealer.open(place(&id.to_string()), &sealed)?;
        // The cause would quote a contact point.
        Ok(serde_json::from_str(opened.reveal()).map_err(|_| unreadable("contacts"))?)
    }

    pub(crate) async fn read_in(tx: &mut Tx, id: EscalationId) -> Result<Option<Kept>, StoreError> {
        let sql = format!("{COLUMNS} WHERE escalation_id = $1");
        let row: Option<Row> = on!(tx, t => {
            sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(id.to_string()).fetch_optional(&mut **t).await
        })
        .attempt("read an escalation")?;
        row.map(Row::kept).transpose()
    }

    /// False when the request has made one already.
    pub(crate) async fn insert(&self, tx: &mut Tx, new: &NewEscalation<'_>) -> Result<bool, EscalationError> {
        let (kept, case, id) = (new.kept, new.kept.machine.case(), new.kept.id.to_string());
        let list = serde_json::to_string(new.contacts).map_err(|_| unreadable("contacts"))?;
        let sealed = self.sealer.seal(place(&id), &Private::new(list))?;
        let body = body(&kept.machine)?;
        let done = on!(tx, t => {
            sqlx::query(
                "INSERT INTO escalation (operator_id, escalation_id, request_id, window_id, call_id, priority,
                     state, body, contacts_sealed, revision, due_us, started_us, ended_us)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
                 ON CONFLICT (operator_id, request_id) DO NOTHING",
            )
            .bind(kept.operator.as_str()).bind(&id).bind(new.request).bind(case.window.as_str())
            .bind(case.call.map(|call| call.to_string())).bind(kept.machine.priority().code())
            .bind(kept.machine.state().code()).bind(&body).bind(&sealed).bind(kept.revision)
            .bind(kept.machine.deadline().map(Instant::micros)).bind(kept.started.micros())
            .bind(kept.ended.map(Instant::micros))
            .execute(&mut **t).await.map(|done| done.rows_affected())
        })
        .attempt("begin an escalation")?;
        Ok(done > 0)
    }

    /// False when it is not any more what was seen.
    pub(crate) async fn update(tx: &mut Tx, next: &Kept, seen: i64) -> Result<bool, StoreError> {
        let body = body(&next.machine)?;
        let done = on!(tx, t => {
            sqlx::query(
                "UPDATE escalation SET priority = $1, state = $2, body = $3, revision = $4, due_us = $5,
                        ended_us = $6
                 WHERE escalation_id = $7 AND revision = $8",
            )
            .bind(next.machine.priority().code()).bind(next.machine.state().code()).bind(&body)
            .bind(next.revision).bind(next.machine.deadline().map(Instant::micros))
            .bind(next.ended.map(Instant::micros)).bind(next.id.to_string()).bind(seen)
            .execute(&mut **t).await.map(|done| done.rows_affected())
        })
        .attempt("change an escalation")?;
        Ok(done > 0)
    }

    /// The story goes on. The escalation's row must be held by this transaction.
    pub(crate) async fn tell(
        tx: &mut Tx,
        of: &Kept,
        effects: &[Effect],
        now: Instant,
    ) -> Result<(), StoreError> {
        let id = of.id.to_string();
        let next: i64 = on!(tx, t => {
            sqlx::query_scalar("SELECT coalesce(max(seq), -1) + 1 FROM escalation_event WHERE escalation_id = $1")
                .bind(&id).fetch_one(&mut **t).await
        })
        .attempt("count the events of an escalation")?;
        let happened = effects.iter().filter_map(|effect| match effect {
            Effect::Record(happened) => Some(happened),
            Effect::Owe { .. } | Effect::Hasten { .. } | Effect::Cancel { .. } | Effect::Alarm(_) => None,
        });
        for (at, happened) in happened.enumerate() {
            let (kind, body) = event(happened)?;
            on!(tx, t => {
                sqlx::query(
                    "INSERT INTO escalation_event (operator_id, escalation_id, seq, at_us, kind, body)
                     VALUES ($1, $2, $3, $4, $5, $6)",
                )
                .bind(of.operator.as_str()).bind(&id).bind(next + big(at)).bind(now.micros())
                .bind(&kind).bind(&body).execute(&mut **t).await.map(drop)
            })
            .attempt("add to the story of an escalation")?;
        }
        Ok(())
    }
}

/// Its name, and all of it as JSON.
fn event(happened: &Happened) -> Result<(String, String), StoreError> {
    let body =
        serde_json::to_value(happened).map_err(|error| StoreError::lasting("write an event", error))?;
    let kind = body.get("happened").and_then(|name| name.as_str()).unwrap_or_default().to_owned();
    Ok((kind, body.to_string()))
}
