//! An escalation begins: its row, its story so far, its pages and the attempts that begin with it.

use domain::escalation::Effect;
use domain::private::Private;
use domain::time::Instant;
use on_call_rota::ContactPoint;

use super::escalation::{body, place, story, unreadable};
use super::page::{add_pages, fresh_attempts, fresh_rows};
use super::trip::Trip;
use super::{EventRow, Kept, PageChange, Shown, Store};
use crate::error::EscalationError;

/// What is inserted when one begins.
#[derive(Debug)]
pub(crate) struct NewEscalation<'a> {
    pub(crate) kept: &'a Kept,
    pub(crate) request: &'a str,
    pub(crate) contacts: &'a [ContactPoint],
    pub(crate) effects: &'a [Effect],
    pub(crate) pages: &'a [PageChange],
}

const ESCALATION: &str = "escalation (operator_id, escalation_id, request_id, window_id, call_id, priority, \
     state, body, contacts_sealed, revision, due_us, started_us, ended_us)";

impl Store {
    /// As it is to be seen; none when the request has made one already, and then nothing is changed.
    pub(crate) async fn begin(&self, new: &NewEscalation<'_>) -> Result<Option<Shown>, EscalationError> {
        let (kept, now) = (new.kept, new.kept.started);
        let events = story(new.effects, 0, now)?;
        let mut trip = self.row(new)?;
        super::escalation::add_story(&mut trip, kept, &events);
        add_pages(&mut trip, kept, new.pages, now);
        match trip.alone(&self.db, "begin an escalation").await {
            Ok(()) => Ok(Some(shown(kept, new.pages, events, now))),
            Err(error) if error.is_taken() => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    fn row(&self, new: &NewEscalation<'_>) -> Result<Trip, EscalationError> {
        let (kept, case, id) = (new.kept, new.kept.machine.case(), new.kept.id.to_string());
        let list = serde_json::to_string(new.contacts).map_err(|_| unreadable("contacts"))?;
        let sealed = self.sealer.seal(place(&id), &Private::new(list))?;
        let mut trip = Trip::default();
        let row = [
            kept.operator.as_str().into(),
            id.into(),
            new.request.into(),
            case.window.as_str().into(),
            case.call.map(|call| call.to_string()).into(),
            kept.machine.priority().code().into(),
            kept.machine.state().code().into(),
            body(&kept.machine)?.into(),
            sealed.into(),
            kept.revision.into(),
            kept.machine.deadline().map(Instant::micros).into(),
            kept.started.micros().into(),
            kept.ended.map(Instant::micros).into(),
        ];
        trip.insert(ESCALATION, [row]);
        Ok(trip)
    }
}

fn shown(kept: &Kept, pages: &[PageChange], events: Vec<EventRow>, now: Instant) -> Shown {
    Shown {
        kept: kept.clone(),
        pages: fresh_rows(kept, pages, now),
        attempts: fresh_attempts(pages, now),
        events,
        advice: Vec::new(),
    }
}
