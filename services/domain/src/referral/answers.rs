//! What comes back from those who were asked.

use super::target::Question;
use super::{
    Alarm, Arrival, Effect, Happened, Limit, MessageKind, MessageNumber, OfferState, Outcome, Place,
    QuestionNumber, Referral, Refusal, RefusalReason, State,
};
use crate::ids::TargetId;
use crate::time::Instant;

impl Referral {
    /// They have this message, and so all before it. Repeated and late news change nothing.
    ///
    /// # Errors
    /// When it was not sent to them.
    pub fn received(
        &mut self,
        target: &TargetId,
        message: MessageNumber,
        now: Instant,
    ) -> Result<Vec<Effect>, Refusal> {
        let unknown = || Refusal::NotAsked(target.clone());
        let place = self.place_of(target).ok_or_else(unknown)?;
        if self.messages.get(message).is_none_or(|one| one.to != place) {
            return Err(unknown());
        }
        if self.messages[message].seen_at.is_some() {
            return Ok(Vec::new());
        }
        for one in self.messages[..=message].iter_mut().filter(|one| one.to == place) {
            one.seen_at.get_or_insert(now);
        }
        let mut effects = vec![Effect::Record(Happened::Received { target: target.clone(), message })];
        self.seen(place, message, now, &mut effects);
        Ok(effects)
    }

    fn seen(&mut self, place: Place, message: MessageNumber, now: Instant, effects: &mut Vec<Effect>) {
        let was_open = !self.is_settled();
        let offer = &mut self.offers[place];
        offer.received_at.get_or_insert(now);
        if offer.unseen.is_some_and(|watch| watch.message <= message) {
            offer.unseen = None;
        }
        if offer.state == OfferState::Sent {
            offer.state = OfferState::Received;
        }
        if let State::Offered { target, until } = self.state
            && target == place
        {
            self.state = State::Received { target, until };
        }
        if was_open && self.is_settled() {
            effects.push(Effect::Settled);
        }
    }

    /// Yes, however late: a late yes beats no one. Whoever else might still say it is told at once.
    ///
    /// # Errors
    /// When another was faster, or they were never asked.
    pub fn accept(&mut self, target: &TargetId, now: Instant) -> Result<Vec<Effect>, Refusal> {
        self.must_be_released()?;
        let place = self.place_of(target).ok_or_else(|| Refusal::NotAsked(target.clone()))?;
        if let Some(by) = self.accepted_by() {
            return match by.id == *target {
                true => Ok(Vec::new()),
                false => Err(Refusal::AlreadyAcceptedBy { by: by.id.clone() }),
            };
        }
        if let State::Closed { .. } = self.state {
            return Err(Refusal::Closed);
        }
        let mut effects = vec![Effect::Record(Happened::Accepted { target: target.clone() })];
        if let Some(interrupted) = self.current().filter(|current| *current != place) {
            self.offers[interrupted].state = OfferState::StoodDown;
        }
        let offer = &mut self.offers[place];
        (offer.state, offer.decided_at, offer.unseen) = (OfferState::Accepted, Some(now), None);
        offer.received_at.get_or_insert(now);
        self.state = State::Accepted { target: place, until: self.pace.until(self.pace.arrival, now) };
        self.stand_down(Some(place), now, &mut effects);
        Ok(effects)
    }

    /// No, and why: the next is asked at once. Also from who had said yes, until the person is there.
    ///
    /// # Errors
    /// When they were never asked, or the person has arrived.
    pub fn decline(
        &mut self,
        target: &TargetId,
        reason: RefusalReason,
        now: Instant,
    ) -> Result<Vec<Effect>, Refusal> {
        self.must_be_released()?;
        let place = self.place_of(target).ok_or_else(|| Refusal::NotAsked(target.clone()))?;
        let holds_it = self.offers[place].state == OfferState::Accepted;
        match self.state {
            State::Closed { .. } => return Err(Refusal::Closed),
            State::Arrived { .. } if holds_it => return Err(Refusal::Arrived),
            State::Drafted { .. }
            | State::Offered { .. }
            | State::Received { .. }
            | State::Asked { .. }
            | State::Exhausted { .. }
            | State::Accepted { .. }
            | State::Arrived { .. }
            | State::NotArrived { .. }
            | State::Recalled { .. } => {}
        }
        if let OfferState::Declined { .. } = self.offers[place].state {
            return Ok(Vec::new());
        }
        let is_current = self.current() == Some(place);
        let offer = &mut self.offers[place];
        (offer.state, offer.decided_at) = (OfferState::Declined { reason }, Some(now));
        offer.received_at.get_or_insert(now);
        self.wait_no_longer(place);
        let target = target.clone();
        let mut effects = Vec::new();
        if holds_it {
            effects.push(Effect::Record(Happened::GivenBack { target: target.clone(), reason }));
            self.raise(Alarm::GivenBack, Some(target), &mut effects);
        } else {
            effects.push(Effect::Record(Happened::Declined { target, reason }));
        }
        if holds_it || is_current {
            self.offer_next(now, &mut effects);
        }
        Ok(effects)
    }

    /// They ask back. The words are kept beside; until the answer their time stands still, a few times.
    ///
    /// # Errors
    /// When nothing is waited for from them, or another has it.
    pub fn ask(&mut self, target: &TargetId, now: Instant) -> Result<(QuestionNumber, Vec<Effect>), Refusal> {
        self.must_be_released()?;
        let place = self.place_of(target).ok_or_else(|| Refusal::NotAsked(target.clone()))?;
        if let State::Closed { .. } = self.state {
            return Err(Refusal::Closed);
        }
        if let Some(by) = self.accepted_by().filter(|by| by.id != *target) {
            return Err(Refusal::AlreadyAcceptedBy { by: by.id.clone() });
        }
        if !self.offers[place].state.may_take_it() {
            return Err(Refusal::NotAsked(target.clone()));
        }
        let question = self.questions.len();
        let until = self.pace.until(Limit::Within(self.pace.answer), now);
        self.questions.push(Question { from: place, open_until: Some(until) });
        let may_renew = self.may_renew(place);
        let offer = &mut self.offers[place];
        offer.received_at.get_or_insert(now);
        if offer.state == OfferState::Sent {
            (offer.state, offer.unseen) = (OfferState::Received, None);
        }
        if may_renew && self.current() == Some(place) {
            self.offers[place].renewed += 1;
            self.state = State::Asked { target: place, question };
        }
        Ok((question, vec![Effect::Record(Happened::Asked { target: target.clone(), question })]))
    }

    /// The answer goes to who asked, and their time begins anew.
    ///
    /// # Errors
    /// When the question is not open.
    pub fn answer(&mut self, question: QuestionNumber, now: Instant) -> Result<Vec<Effect>, Refusal> {
        self.must_be_released()?;
        let open = self.questions.get(question).filter(|question| question.open_until.is_some());
        let place = open.map(|question| question.from).ok_or(Refusal::NoSuchQuestion(question))?;
        self.questions[question].open_until = None;
        let mut effects = vec![Effect::Record(Happened::Answered { question })];
        self.send(place, MessageKind::Answer, now, &mut effects);
        self.watch(place, now);
        self.go_on_after(question, now);
        Ok(effects)
    }

    /// # Errors
    /// When it is not theirs, or over.
    pub fn report_arrival(
        &mut self,
        target: &TargetId,
        arrival: Arrival,
        now: Instant,
    ) -> Result<Vec<Effect>, Refusal> {
        let place = self.must_hold(target)?;
        let until = self.pace.until(self.pace.outcome, now);
        let next = match arrival {
            Arrival::Arrived => State::Arrived { target: place, until },
            Arrival::NotArrived => State::NotArrived { target: place, until },
            Arrival::Cancelled => return self.report_outcome(target, Outcome::Cancelled, now),
        };
        if next.code() == self.state.code() {
            return Ok(Vec::new());
        }
        self.state = next;
        let mut effects = vec![Effect::Record(Happened::Arrival { arrival })];
        if arrival == Arrival::NotArrived {
            self.raise(Alarm::NotArrived, Some(target.clone()), &mut effects);
        }
        Ok(effects)
    }

    /// What came of it. Told once more it may be put right.
    ///
    /// # Errors
    /// When it is not theirs.
    pub fn report_outcome(
        &mut self,
        target: &TargetId,
        outcome: Outcome,
        now: Instant,
    ) -> Result<Vec<Effect>, Refusal> {
        let place = self.held_or_closed(target)?;
        self.close(outcome, Some(place), now)
    }

    pub(super) fn close(
        &mut self,
        outcome: Outcome,
        target: Option<Place>,
        now: Instant,
    ) -> Result<Vec<Effect>, Refusal> {
        let closed = State::Closed { outcome, target };
        if self.state == closed {
            return Ok(Vec::new());
        }
        let mut effects = vec![Effect::Record(Happened::Outcome { outcome })];
        let was_open = !self.is_settled();
        self.state = closed;
        if was_open {
            if target.is_none() {
                self.stand_down(None, now, &mut effects);
            }
            (0..self.offers.len()).for_each(|place| self.wait_no_longer(place));
            effects.push(Effect::Settled);
        }
        Ok(effects)
    }

    fn must_hold(&self, target: &TargetId) -> Result<Place, Refusal> {
        match self.state {
            State::Closed { .. } => Err(Refusal::Closed),
            State::Drafted { .. }
            | State::Offered { .. }
            | State::Received { .. }
            | State::Asked { .. }
            | State::Exhausted { .. }
            | State::Accepted { .. }
            | State::Arrived { .. }
            | State::NotArrived { .. }
            | State::Recalled { .. } => self.held_or_closed(target),
        }
    }

    fn held_or_closed(&self, target: &TargetId) -> Result<Place, Refusal> {
        self.must_be_released()?;
        let holds = |place: &Place| self.offers[*place].state == OfferState::Accepted;
        self.place_of(target).filter(holds).ok_or_else(|| Refusal::NotAcceptedBy(target.clone()))
    }

    pub(super) fn must_be_released(&self) -> Result<(), Refusal> {
        match self.state {
            State::Drafted { .. } => Err(Refusal::NotReleased),
            State::Recalled { .. } => Err(Refusal::Recalled),
            State::Offered { .. }
            | State::Received { .. }
            | State::Asked { .. }
            | State::Exhausted { .. }
            | State::Accepted { .. }
            | State::Arrived { .. }
            | State::NotArrived { .. }
            | State::Closed { .. } => Ok(()),
        }
    }
}
