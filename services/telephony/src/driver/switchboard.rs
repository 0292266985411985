//! Which leg belongs to which live call of this process, and who is on the line.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use domain::call::Unjoinable;
use domain::ids::{CallId, DeskId, LegId, OfferId, OperatorId, StaffId};
use tokio::sync::{mpsc, oneshot, watch};

use super::acts::{Act, ActFault};
use super::call_task::Heard;
use super::paging::Paged;
use crate::edge::Number;

#[derive(Debug)]
pub struct Switchboard {
    legs: Mutex<HashMap<LegId, mpsc::Sender<Heard>>>,
    calls: Mutex<HashMap<CallId, mpsc::Sender<Heard>>>,
    live: watch::Sender<HashMap<CallId, Live>>,
    /// The people who are in a call, or are rung for it.
    people: Mutex<HashMap<CallId, Number>>,
    /// Whoever of them rings back gets their page.
    pub(super) paged: Paged,
}

/// What the reconciler tells routing of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Live {
    pub operator: OperatorId,
    /// The desks that it rings or talks to.
    pub desks: Vec<(DeskId, OfferId)>,
    pub answered: bool,
    /// Somebody is owed this call: until a counsellor answers, nobody is on the line.
    pub is_call_back: bool,
}

impl Default for Switchboard {
    fn default() -> Self {
        Self {
            legs: Mutex::default(),
            calls: Mutex::default(),
            people: Mutex::default(),
            paged: Paged::default(),
            live: watch::Sender::new(HashMap::new()),
        }
    }
}

impl Switchboard {
    /// From now on the call hears what happens to this leg.
    pub(super) fn expect(&self, leg: LegId, inbox: mpsc::Sender<Heard>) {
        self.legs().insert(leg, inbox);
    }

    /// The call does not care for this leg any more.
    pub fn forget(&self, leg: LegId) {
        self.legs().remove(&leg);
    }

    /// A call whose inbox is full hears it a little later; nothing is dropped.
    pub(super) fn tell(&self, leg: LegId, heard: Heard) {
        let Some(inbox) = self.legs().get(&leg).cloned() else { return };
        if let Err(mpsc::error::TrySendError::Full(heard)) = inbox.try_send(heard) {
            tokio::spawn(async move { inbox.send(heard).await });
        }
    }

    /// The call can be spoken to.
    pub(super) fn listens(&self, call: CallId, inbox: mpsc::Sender<Heard>) {
        self.calls().insert(call, inbox);
    }

    pub(super) fn listens_no_more(&self, call: CallId) {
        self.calls().remove(&call);
    }

    /// Lets a psychiatrist into the call. From a yes on, the call hears what happens to the leg.
    ///
    /// # Errors
    /// When there is nobody to talk to in it, or not yet.
    pub async fn join(&self, call: CallId, staff: StaffId, leg: LegId) -> Result<(), Unjoinable> {
        let (answer, joined) = oneshot::channel();
        let Some(inbox) = self.calls().get(&call).cloned() else { return Err(Unjoinable::Ended) };
        if inbox.send(Heard::DoctorJoins { staff, leg, answer }).await.is_err() {
            return Err(Unjoinable::Ended);
        }
        joined.await.unwrap_or(Err(Unjoinable::Ended))
    }

    /// Counsellor and psychiatrist talk alone, or with the caller again. False when the call is not here.
    pub async fn consult(&self, call: CallId, privately: bool) -> bool {
        let Some(inbox) = self.calls().get(&call).cloned() else { return false };
        inbox.send(Heard::Consult { privately }).await.is_ok()
    }

    /// Somebody at this desk does this with the call.
    ///
    /// # Errors
    /// When the call is not here, or the desk cannot do it now.
    pub async fn act(&self, call: CallId, desk: DeskId, act: Act) -> Result<(), ActFault> {
        let (answer, done) = oneshot::channel();
        let inbox = self.calls().get(&call).cloned().ok_or(ActFault::NotHere)?;
        inbox.send(Heard::Act { desk, act, answer }).await.map_err(|_| ActFault::NotHere)?;
        done.await.unwrap_or(Err(ActFault::NotHere))
    }

    pub fn began(&self, call: CallId, operator: OperatorId, is_call_back: bool) {
        self.live.send_modify(|live| {
            live.insert(call, Live { operator, desks: Vec::new(), answered: false, is_call_back });
        });
    }

    /// From now on this person is with us in this call.
    pub fn is_with(&self, call: CallId, number: Number) {
        self.people().insert(call, number);
    }

    /// Whether another call has this person.
    pub fn has(&self, number: &Number, but: CallId) -> bool {
        self.people().iter().any(|(call, other)| *call != but && other == number)
    }

    /// What the call rings or talks to now.
    pub fn update(&self, call: CallId, desks: Vec<(DeskId, OfferId)>, answered: bool) {
        self.live.send_if_modified(|live| match live.get_mut(&call) {
            Some(known) if known.desks != desks || known.answered != answered => {
                (known.desks, known.answered) = (desks, answered);
                true
            }
            Some(_) | None => false,
        });
    }

    pub fn ended(&self, call: CallId) {
        self.people().remove(&call);
        self.listens_no_more(call);
        self.live.send_modify(|live| {
            live.remove(&call);
        });
    }

    pub fn live(&self) -> HashMap<CallId, Live> {
        self.live.borrow().clone()
    }

    pub fn count(&self) -> usize {
        self.live.borrow().len()
    }

    /// Returns when nobody is on the line any more. A debt that waits for a desk outlives us.
    pub async fn empty(&self) {
        let let_go = |live: &Live| live.is_call_back && !live.answered;
        // The sender lives in `self`, so the wait cannot end by its loss.
        let _ = self.live.subscribe().wait_for(|calls| calls.values().all(let_go)).await;
    }

    fn people(&self) -> MutexGuard<'_, HashMap<CallId, Number>> {
        self.people.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn calls(&self) -> MutexGuard<'_, HashMap<CallId, mpsc::Sender<Heard>>> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn legs(&self) -> MutexGuard<'_, HashMap<LegId, mpsc::Sender<Heard>>> {
        self.legs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_drain_waits_for_people_and_not_for_a_debt_that_waits_for_a_desk() {
        let board = Switchboard::default();
        let (debt, caller) = (CallId(Uuid::from_u128(1)), CallId(Uuid::from_u128(2)));
        board.began(debt, "pref".parse().unwrap(), true);
        assert!(board.empty().now_or_never().is_some());

        board.began(caller, "pref".parse().unwrap(), false);
        assert!(board.empty().now_or_never().is_none());
        board.ended(caller);
        board.update(debt, Vec::new(), true);

        assert!(board.empty().now_or_never().is_none(), "the person who was owed it talks now");
    }
}
