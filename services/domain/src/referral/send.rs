//! From target to target, and what each of them is sent.

use super::target::Watch;
use super::{
    Alarm, Effect, Happened, Limit, Message, MessageKind, Offer, OfferState, Place, QuestionNumber, Referral,
    State,
};
use crate::time::Instant;

/// So many questions of one target give it time anew; after that its time runs on.
const RENEWALS: u32 = 3;

impl Referral {
    /// The next of the list is asked; at its end a human is.
    pub(super) fn offer_next(&mut self, now: Instant, effects: &mut Vec<Effect>) {
        let place = self.offers.len();
        let Some(target) = self.targets.get(place).cloned() else {
            return self.exhaust(now, effects);
        };
        let (received_at, decided_at) = (None, None);
        let state = OfferState::Sent;
        self.offers.push(Offer { at: now, state, received_at, decided_at, renewed: 0, unseen: None });
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
        (self.offers[place].state, self.offers[place].unseen) = (OfferState::Silent, None);
        effects.push(Effect::Record(Happened::Silent { target: target.clone() }));
        self.raise(Alarm::Silent, Some(target.clone()), effects);
        effects.push(Effect::PrintSheet { target: Some(target), kind: MessageKind::Referral });
        self.offer_next(now, effects);
    }

    /// It was we who were silent: a human is told, and their time runs again.
    pub(super) fn leave_unanswered(
        &mut self,
        place: Place,
        question: QuestionNumber,
        now: Instant,
        effects: &mut Vec<Effect>,
    ) {
        let target = self.targets[place].id.clone();
        self.raise(Alarm::QuestionUnanswered, Some(target), effects);
        self.questions[question].1 = true;
        self.state = State::Received { target: place, until: self.pace.until(self.pace.decide, now) };
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

    /// Everybody else who might still say yes need not.
    pub(super) fn stand_down(&mut self, but: Option<Place>, now: Instant, effects: &mut Vec<Effect>) {
        for place in (0..self.offers.len()).filter(|place| Some(*place) != but) {
            self.offers[place].unseen = None;
            if self.offers[place].state.may_take_it() {
                self.send(place, MessageKind::StandDown, now, effects);
            }
        }
    }
}
