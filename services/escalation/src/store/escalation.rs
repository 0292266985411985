//! The escalation's own row: the machine, and its story.

use domain::escalation::{Effect, Escalation, Happened};
use domain::ids::{EscalationId, OperatorId};
use domain::time::Instant;
use on_call_rota::ContactPoint;
use shell::on;
use shell::seal::Place;
use shell::store::{Attempt, StoreError, Tx};

use super::trip::Trip;
use super::{EventRow, Store, big};
use crate::error::EscalationError;

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

/// An escalation as it was found in a transaction that changes it.
#[derive(Debug)]
pub(crate) struct Seen {
    pub(crate) kept: Kept,
    /// What the next event of its story is numbered.
    pub(crate) next_event: i64,
    contacts: Vec<u8>,
}

#[derive(sqlx::FromRow)]
struct SeenRow {
    #[sqlx(flatten)]
    row: Row,
    contacts_sealed: Vec<u8>,
    next_event: i64,
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

pub(super) fn body(machine: &Escalation) -> Result<String, StoreError> {
    serde_json::to_string(machine).map_err(|error| StoreError::lasting("write an escalation", error))
}

/// Where the contact points of an escalation are sealed.
pub(super) fn place(id: &str) -> Place<'_> {
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
        self.open_contacts(id, &sealed)
    }

    /// The same, of an escalation that was read already.
    pub(crate) fn contacts_of(&self, seen: &Seen) -> Result<Vec<ContactPoint>, EscalationError> {
        self.open_contacts(seen.kept.id, &seen.contacts)
    }

    fn open_contacts(&self, id: EscalationId, sealed: &[u8]) -> Result<Vec<ContactPoint>, EscalationError> {
        let opened = self.sealer.open(place(&id.to_string()), sealed)?;
        // The cause would quote a contact point.
        Ok(serde_json::from_str(opened.reveal()).map_err(|_| unreadable("contacts"))?)
    }

    pub(crate) async fn read_in(tx: &mut Tx, id: EscalationId) -> Result<Option<Seen>, StoreError> {
        const SQL: &str = "SELECT operator_id, escalation_id, body, revision, started_us, ended_us, contacts_sealed,
                (SELECT coalesce(max(seq), -1) + 1 FROM escalation_event WHERE escalation_id = $1) AS next_event
             FROM escalation WHERE escalation_id = $1";
        let row: Option<SeenRow> = on!(tx, t => {
            sqlx::query_as(SQL).bind(id.to_string()).fetch_optional(&mut **t).await
        })
        .attempt("read an escalation")?;
        let seen = |row: SeenRow| {
            Ok(Seen { kept: row.row.kept()?, next_event: row.next_event, contacts: row.contacts_sealed })
        };
        row.map(seen).transpose()
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
}

const STORY: &str = "escalation_event (operator_id, escalation_id, seq, at_us, kind, body)";

/// What is told of these effects, numbered from `first`.
pub(super) fn story(effects: &[Effect], first: i64, now: Instant) -> Result<Vec<EventRow>, StoreError> {
    let happened = effects.iter().filter_map(|effect| match effect {
        Effect::Record(happened) => Some(happened),
        Effect::Owe { .. } | Effect::Hasten { .. } | Effect::Cancel { .. } | Effect::Alarm(_) => None,
    });
    let numbered = happened.enumerate();
    numbered.map(|(at, happened)| event(happened, first + big(at), now)).collect()
}

/// The escalation's row must be held by this transaction.
pub(super) fn add_story(trip: &mut Trip, of: &Kept, story: &[EventRow]) {
    let id = of.id.to_string();
    let row = |event: &EventRow| {
        [
            of.operator.as_str().into(),
            id.clone().into(),
            event.seq.into(),
            event.at_us.into(),
            event.kind.clone().into(),
            event.body.clone().into(),
        ]
    };
    trip.insert(STORY, story.iter().map(row));
}

/// Its name, and all of it as JSON.
fn event(happened: &Happened, seq: i64, now: Instant) -> Result<EventRow, StoreError> {
    let body =
        serde_json::to_value(happened).map_err(|error| StoreError::lasting("write an event", error))?;
    let kind = body.get("happened").and_then(|name| name.as_str()).unwrap_or_default().to_owned();
    Ok(EventRow { seq, at_us: now.micros(), kind, body: body.to_string() })
}
