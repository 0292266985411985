//! What the sender changes after the release. Whoever has the referral must see it.

use super::{
    Effect, Happened, Limit, MessageKind, OfferState, Outcome, Pace, Place, RecallReason, Referral, Refusal,
    State, Target,
};
use crate::escalation::TriageCode;
use crate::time::Instant;
use crate::triage::record::Revision;

impl Referral {
    /// The record was amended. A more urgent code shortens what is waited for; none lengthens it.
    ///
    /// # Errors
    /// When it is not out, or over, or this was told already.
    pub fn correct(
        &mut self,
        revision: Revision,
        code: TriageCode,
        pace: Pace,
        now: Instant,
    ) -> Result<Vec<Effect>, Refusal> {
        self.must_be_open()?;
        if revision <= self.revision {
            return Err(Refusal::OldRevision(self.revision));
        }
        (self.revision, self.code, self.pace) = (revision, code, pace);
        let mut effects = vec![Effect::Record(Happened::Corrected { revision, code })];
        for place in 0..self.offers.len() {
            if !self.is_told_of_changes(place) {
                continue;
            }
            self.send(place, MessageKind::Correction, now, &mut effects);
            if self.is_waited_for(place) {
                self.watch(place, now);
            }
        }
        self.hasten(now);
        Ok(effects)
    }

    /// While one has it the others are told nothing more.
    fn is_told_of_changes(&self, place: Place) -> bool {
        match self.accepted_by() {
            Some(_) => self.offers[place].state == OfferState::Accepted,
            None => self.offers[place].state.may_take_it(),
        }
    }

    fn is_waited_for(&self, place: Place) -> bool {
        self.current() == Some(place) || self.offers[place].state == OfferState::Accepted
    }

    fn hasten(&mut self, now: Instant) {
        let pace = &self.pace;
        let (decide, arrival, outcome) =
            (pace.until(pace.decide, now), pace.until(pace.arrival, now), pace.until(pace.outcome, now));
        let (answer, again) = (pace.until(Limit::Within(pace.answer), now), pace.again(now));
        match &mut self.state {
            State::Offered { until, .. } | State::Received { until, .. } => *until = decide.min(*until),
            State::Exhausted { until } => *until = again.min(*until),
            State::Accepted { until, .. } => *until = arrival.min(*until),
            State::Arrived { until, .. } | State::NotArrived { until, .. } => *until = outcome.min(*until),
            State::Drafted { .. } | State::Asked { .. } | State::Recalled { .. } | State::Closed { .. } => {}
        }
        let open = self.questions.iter_mut().filter_map(|question| question.open_until.as_mut());
        open.for_each(|until| *until = answer.min(*until));
    }

    /// Taken back: all who were ever sent it must see that. A draft is given up in the same way.
    /// Repeated calls change nothing.
    ///
    /// # Errors
    /// When it is closed.
    pub fn recall(&mut self, reason: RecallReason, now: Instant) -> Result<Vec<Effect>, Refusal> {
        match self.state {
            State::Recalled { .. } => return Ok(Vec::new()),
            State::Closed { .. } => return Err(Refusal::Closed),
            State::Drafted { .. }
            | State::Offered { .. }
            | State::Received { .. }
            | State::Asked { .. }
            | State::Exhausted { .. }
            | State::Accepted { .. }
            | State::Arrived { .. }
            | State::NotArrived { .. } => {}
        }
        self.state = State::Recalled { reason };
        let mut effects = vec![Effect::Record(Happened::Recalled { reason })];
        for place in 0..self.offers.len() {
            self.wait_no_longer(place);
            self.send(place, MessageKind::Recall, now, &mut effects);
            self.watch(place, now);
        }
        if self.is_settled() {
            effects.push(Effect::Settled);
        }
        Ok(effects)
    }

    /// A human turns to this one now; whoever is asked meanwhile may still say yes.
    ///
    /// # Errors
    /// When it is accepted or over, or this one was asked already.
    pub fn turn_to(&mut self, target: Target, now: Instant) -> Result<Vec<Effect>, Refusal> {
        self.must_be_open()?;
        if let Some(by) = self.accepted_by() {
            return Err(Refusal::AlreadyAcceptedBy { by: by.id.clone() });
        }
        if self.place_of(&target.id).is_some() {
            return Err(Refusal::AlreadyAsked(target.id));
        }
        let mut effects = Vec::new();
        if let Some(place) = self.current() {
            self.offers[place].state = OfferState::PassedOver;
            self.wait_no_longer(place);
            let target = self.targets[place].id.clone();
            effects.push(Effect::Record(Happened::PassedOver { target }));
        }
        self.targets.retain(|one| one.id != target.id);
        self.targets.insert(self.offers.len(), target);
        self.offer_next(now, &mut effects);
        Ok(effects)
    }

    /// A human found another way and says what came of it.
    ///
    /// # Errors
    /// When it is not out, or was recalled.
    pub fn settle(&mut self, outcome: Outcome, now: Instant) -> Result<Vec<Effect>, Refusal> {
        self.must_be_released()?;
        let holder = self.offers.iter().position(|offer| offer.state == OfferState::Accepted);
        self.close(outcome, holder, now)
    }

    fn must_be_open(&self) -> Result<(), Refusal> {
        self.must_be_released()?;
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
            | State::Recalled { .. } => Ok(()),
        }
    }
}
