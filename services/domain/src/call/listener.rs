//! Somebody who listens to a call with notice, and may take it over.

use super::transfer::Transfer;
use super::{Call, Effect, LegEnd, Refused, State};
use crate::ids::{DeskId, LegId, OfferId};
use crate::ledger::{AnsweredBy, Prompt, Step};

#[derive(Clone, Debug)]
pub(super) struct Listener {
    pub(super) desk: DeskId,
    pub(super) leg: LegId,
    /// What the desk has the call by when it takes over.
    offer: OfferId,
    lifted: bool,
    /// Talks as soon as the phone is lifted.
    takes_over: bool,
}

impl Call {
    /// The desk's phone is rung and hears both sides; its own voice is not heard.
    ///
    /// # Errors
    /// When nobody talks, when the desk is in the call, or when another listens.
    pub fn listen_in(&mut self, desk: &DeskId, offer: OfferId, leg: LegId) -> Result<Vec<Effect>, Refused> {
        self.rings_listener(desk, offer, leg, false)
    }

    /// The desk talks in the place of whoever has the call: at once when it listens, or when its phone
    /// is lifted.
    ///
    /// # Errors
    /// As `listen_in`.
    pub fn take_over(&mut self, desk: &DeskId, offer: OfferId, leg: LegId) -> Result<Vec<Effect>, Refused> {
        if self.talking_desk() == Some(desk) {
            return Ok(Vec::new());
        }
        match &mut self.listener {
            Some(listener) if listener.desk == *desk => {
                listener.takes_over = true;
                let mut effects = Vec::new();
                if listener.lifted {
                    self.taken_over(&mut effects);
                }
                Ok(effects)
            }
            Some(_) | None => self.rings_listener(desk, offer, leg, true),
        }
    }

    fn rings_listener(
        &mut self,
        desk: &DeskId,
        offer: OfferId,
        leg: LegId,
        takes_over: bool,
    ) -> Result<Vec<Effect>, Refused> {
        let State::Talking { .. } = self.state else { return Err(Refused::NoPart) };
        let is_asked = self.transfer.as_ref().is_some_and(|other| other.to() == desk);
        match &self.listener {
            _ if is_asked || self.talking_desk() == Some(desk) => Err(Refused::InIt),
            Some(listener) if listener.desk == *desk => Ok(Vec::new()),
            Some(_) => Err(Refused::Listened),
            None => {
                let listener = Listener { desk: desk.clone(), leg, offer, lifted: false, takes_over };
                self.listener = Some(listener);
                let step = Step::ListenRung { desk: desk.clone(), leg };
                Ok(vec![Effect::Record(step), Effect::Ring { leg }])
            }
        }
    }

    /// A leg beside those who talk: a desk that is rung to take the call, or one that listens.
    pub(super) fn others_have(&self, leg: LegId) -> bool {
        self.transfer.as_ref().and_then(Transfer::leg) == Some(leg)
            || self.listener.as_ref().is_some_and(|listener| listener.leg == leg)
    }

    pub(super) fn other_answered(&mut self, leg: LegId, effects: &mut Vec<Effect>) {
        if self.transfer.as_ref().and_then(Transfer::leg) == Some(leg) {
            return self.transferred(effects);
        }
        let Some(listener) = &mut self.listener else { return };
        if std::mem::replace(&mut listener.lifted, true) {
            return;
        }
        match listener.takes_over {
            true => self.taken_over(effects),
            false => self.listens(effects),
        }
    }

    /// Everybody hears the notice before anybody is listened to.
    fn listens(&mut self, effects: &mut Vec<Effect>) {
        let Some(listener) = &self.listener else { return };
        effects.push(Effect::Record(Step::Listened { desk: listener.desk.clone() }));
        let present = self.caller.filter(|_| !self.is_apart());
        let State::Talking { leg: counsellor, .. } = self.state else { return };
        let all = present.into_iter().chain([counsellor]).chain(self.third.leg()).chain([listener.leg]);
        effects.extend(all.map(|leg| Effect::Notice { leg }));
        effects.push(Effect::Listen { leg: listener.leg });
    }

    fn taken_over(&mut self, effects: &mut Vec<Effect>) {
        let State::Talking { with, leg: first, .. } = self.state.clone() else { return };
        let Some(Listener { desk, leg, offer, .. }) = self.listener.take() else { return };
        let was_apart = self.is_apart();
        self.drop_transfer(effects);
        let from = match with {
            AnsweredBy::Desk(from) => Some(from),
            AnsweredBy::Fallback | AnsweredBy::Doctor(_) => None,
        };
        effects.push(Effect::Record(Step::TakenOver { from: from.clone(), desk: desk.clone() }));
        self.parted.extend(from);
        self.has_it_now(desk, offer, leg, first, was_apart, effects);
    }

    pub(super) fn other_left(&mut self, leg: LegId, end: LegEnd, effects: &mut Vec<Effect>) {
        if self.transfer.as_ref().and_then(Transfer::leg) == Some(leg) {
            return self.transfer_leg_ended(end, effects);
        }
        if let Some(Listener { desk, .. }) = self.listener.take() {
            effects.push(Effect::Record(Step::ListenEnded { desk }));
        }
    }

    pub(super) fn drop_listener(&mut self, effects: &mut Vec<Effect>) {
        if let Some(Listener { desk, leg, .. }) = self.listener.take() {
            effects.push(Effect::HangUp { leg });
            effects.push(Effect::Record(Step::ListenEnded { desk }));
        }
    }

    /// Whoever is beside the talk has nothing left to do.
    pub(super) fn others_go(&mut self, effects: &mut Vec<Effect>) {
        self.drop_transfer(effects);
        self.drop_listener(effects);
    }

    /// After something has changed: the caller goes out of the room, or comes back.
    pub(super) fn move_caller(&self, was_apart: bool, effects: &mut Vec<Effect>) {
        let Some(leg) = self.caller else { return };
        match (was_apart, self.is_apart()) {
            (false, true) => {
                let prompt = if self.third.is_in() { Prompt::Consulting } else { Prompt::OnHold };
                effects.extend([Effect::Part { leg }, Effect::Hold { leg, prompt }]);
            }
            (true, false) => {
                effects.extend([Effect::Hush { leg }, Effect::Join { leg }]);
                // They were not there when it was said that somebody listens.
                let listened = self.listener.as_ref().is_some_and(|listener| listener.lifted);
                effects.extend(listened.then_some(Effect::Notice { leg }));
            }
            (false, false) | (true, true) => {}
        }
    }
}
