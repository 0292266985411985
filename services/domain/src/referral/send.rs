//! From target to target, and what each of them is sent.

use super::target::{Question, Watch};
use super::{
    Alarm, Effect, Happened, Limit, Message, MessageKind, Offer, OfferState, Place, Referral, State,
};
use crate::time::Instant;

/// So many questions of one target give it time anew; after that its time runs on.
const RENEWALS: u32 = 3;

impl Referral {
    /// The next of the list is asked, or who was interrupted; at its end a human is.
    pub(super) fn offer_next(&mut self, now: Instant, effects: &mut Vec<Effect>) {
        let interrupted = self.offers.iter().position(|offer| offer.state == OfferState::StoodDown);
        let place = interrupted.unwrap_or(self.offers.len());
        let Some(target) = self.targets.get(place).cloned() else {
            return self.exhaust(now, effects);
        };
        let offer = Offer {
            at: now,
            state: OfferState::Sent,
            received_at: None,
            decided_at: None,
            renewed: 0,
            unseen: None,
        };
        match interrupted {
            Some(place) => self.offers[place] = offer,
            None => self.offers.push(offer),
        }
        self.state = State::Offered { target: place, until: self.pace.until(self.pace.decide, now) };
        effects.push(Effect::Record(Happened::Offered { target: target.id.clone() }));
        effects.push(Effect::NextTarget { target: target.id });
        self.send(place, MessageKind::Referral, now, effects);
        self.watch(place, now);
    }

    fn exhaust(&mut self, now: Instant, effects: &mut Vec<Effect>) {
        self.state = State::Exhausted { until: self.pace.again(now) };
        effects.push(Effect::Record(Happened::Exhausted));
        self.raise(Alarm::Exhausted, None, effects);
        effects.push(Effect::PrintSheet { target: None, kind: MessageKind::Referral });
    }

    pub(super) fn silent(&mut self, place: Place, now: Instant, effects: &mut Vec<Effect>) {
        let target = self.targets[place].id.clone();
        self.offers[place].state = OfferState::Silent;
        self.wait_no_longer(place);
        effects.push(Effect::Record(Happened::Silent { target: target.clone() }));
        self.raise(Alarm::Silent, Some(target.clone()), effects);
        effects.push(Effect::PrintSheet { target: Some(target), kind: MessageKind::Referral });
        self.offer_next(now, effects);
    }

    pub(super) fn may_renew(&self, place: Place) -> bool {
        self.offers[place].renewed < RENEWALS
    }

    /// Owed from now on. On paper where the target knows nothing else.
    pub(super) fn send(&mut self, place: Place, kind: MessageKind, now: Instant, effects: &mut Vec<Effect>) {
        let number = self.messages.len();
        let revision = self.revision;
        self.messages.push(Message { to: place, kind, at: now, revision, seen_at: None });
        let target = &self.targets[place];
        effects.push(match target.by_sheet {
            true => Effect::PrintSheet { target: Some(target.id.clone()), kind },
            false => {
                let key = self.key(number);
                Effect::Deliver { message: number, target: target.id.clone(), kind, key }
            }
        });
    }

    /// The message sent last must be seen by them.
    pub(super) fn watch(&mut self, place: Place, now: Instant) {
        let until = self.pace.until(Limit::Within(self.pace.receipt), now);
        let last = self.messages.iter().rposition(|message| message.to == place);
        self.offers[place].unseen = last.map(|message| Watch { message, until });
    }

    /// Neither for what they see nor for what they are to be told.
    pub(super) fn wait_no_longer(&mut self, place: Place) {
        self.offers[place].unseen = None;
        let theirs = |question: &&mut Question| question.from == place;
        self.questions.iter_mut().filter(theirs).for_each(|question| question.open_until = None);
    }

    /// Everybody else who might still say yes need not.
    pub(super) fn stand_down(&mut self, but: Option<Place>, now: Instant, effects: &mut Vec<Effect>) {
        for place in (0..self.offers.len()).filter(|place| Some(*place) != but) {
            self.wait_no_longer(place);
            if self.offers[place].state.may_take_it() {
                self.send(place, MessageKind::StandDown, now, effects);
            }
        }
    }
}
