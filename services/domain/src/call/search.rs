//! While nobody has answered: offers, wider circles, announcements, the
//! fallback number.

use super::{Call, Due, Effect, LegEnd, Reach, Rung, State};
use crate::ids::{DeskId, LegId, OfferId};
use crate::ledger::{CallAlarm, NoOneFree, OfferOutcome, OfferedBy, Prompt, Step};
use crate::time::Instant;

impl Call {
    /// Routing (or the ring list) claimed a desk for us. Too late is harmless: it is given back.
    pub fn offered(
        &mut self,
        offer: OfferId,
        desk: DeskId,
        leg: LegId,
        by: OfferedBy,
        reach: Reach,
    ) -> Vec<Effect> {
        match self.state {
            State::Seeking => {
                let step = Step::Offered { offer, desk: desk.clone(), leg, by };
                let (rung, ring) = Rung::begin(offer, desk, leg, reach);
                self.rung.push(rung);
                std::iter::once(Effect::Record(step)).chain(ring).collect()
            }
            State::Reaching { .. } | State::Talking { .. } | State::Ended { .. } => {
                vec![Effect::Report { offer, desk, outcome: OfferOutcome::Withdrawn }]
            }
        }
    }

    /// Nobody can be rung inside this circle now. Where waiting cannot help, the next step is taken at once.
    pub fn nobody_free(&mut self, why: NoOneFree, now: Instant) -> Vec<Effect> {
        let mut effects = Vec::new();
        if self.state != State::Seeking {
            return effects;
        }
        effects.push(Effect::Record(Step::NobodyFree { why }));
        match why {
            NoOneFree::NobodyOnDuty => self.alarm(CallAlarm::NobodyOnDuty, &mut effects),
            NoOneFree::NobodySignedIn => self.alarm(CallAlarm::NobodySignedIn, &mut effects),
            NoOneFree::AllBusy | NoOneFree::AllPaused | NoOneFree::NoneSuitable => {}
        }
        // The narrowest circle is a preference: nobody waits for it beside a free desk.
        let prefers = self.circle == 0 && !self.unheard;
        let widens = prefers || why.is_void() || why == NoOneFree::NoneSuitable;
        if self.circle + 1 < self.facts.circles && widens {
            self.widen_to(self.circle + 1, &mut effects);
        } else if why.is_void() {
            self.ring_fallback_or_promise(now, &mut effects);
        }
        effects
    }

    /// Routing did not answer within its budget, or its stream broke.
    pub fn routing_lost(&mut self, now: Instant) -> Vec<Effect> {
        let mut effects = Vec::new();
        if self.state == State::Seeking {
            self.alarm(CallAlarm::RoutingLost, &mut effects);
            self.unheard = true;
            self.agenda.set(Due::AskAgain, now + self.patience.ask_again);
            if self.rung.is_empty() {
                effects.push(Effect::AskRingList);
            }
        }
        effects
    }

    /// A phone says that it rings. The caller hears a human coming, so the greeting is not needed.
    pub fn ringing(&mut self, leg: LegId) -> Vec<Effect> {
        let ours = match self.state {
            State::Seeking => self.rung.iter().any(|rung| rung.leg == leg) || self.fallback == Some(leg),
            State::Reaching { .. } => self.caller == Some(leg),
            State::Talking { .. } => self.others_have(leg),
            State::Ended { .. } => false,
        };
        if !ours {
            return Vec::new();
        }
        self.agenda.drop(Due::Greeting);
        vec![Effect::Record(Step::Ringing { leg })]
    }

    /// The driver has a leg for the fallback number.
    pub fn fallback_rung(&mut self, leg: LegId) -> Vec<Effect> {
        match self.state {
            State::Seeking => {
                self.fallback = Some(leg);
                vec![Effect::Record(Step::FallbackRung { leg }), Effect::Ring { leg }]
            }
            State::Reaching { .. } | State::Talking { .. } | State::Ended { .. } => Vec::new(),
        }
    }

    /// What was said once is over: the caller is not left in silence.
    pub fn said(&mut self, leg: LegId) -> Vec<Effect> {
        match self.state {
            State::Seeking if self.caller == Some(leg) => vec![Effect::Hold { leg, prompt: Prompt::Hold }],
            State::Seeking | State::Reaching { .. } | State::Talking { .. } | State::Ended { .. } => {
                Vec::new()
            }
        }
    }

    /// Early and repeated calls change nothing.
    pub fn wake(&mut self, now: Instant) -> Vec<Effect> {
        let mut effects = self.wake_phones(now);
        while self.state == State::Seeking {
            let Some(due) = self.agenda.take_due(now) else { break };
            self.fall_due(due, now, &mut effects);
        }
        effects
    }

    fn fall_due(&mut self, due: Due, now: Instant, effects: &mut Vec<Effect>) {
        match due {
            Due::Greeting => self.say(Prompt::Greeting, effects),
            Due::Announcement => {
                self.say(Prompt::Hold, effects);
                self.widen_to(self.circle.max(1), effects);
            }
            Due::NextWindow => {
                self.say(Prompt::NobodyFree, effects);
                self.widen_to(self.facts.circles.saturating_sub(1), effects);
            }
            Due::Supervisor => self.alarm(CallAlarm::WaitingLong, effects),
            Due::Fallback => self.ring_fallback_or_promise(now, effects),
            Due::AskAgain => match self.rung.is_empty() {
                true => self.seek(effects),
                false => self.agenda.set(Due::AskAgain, now + self.patience.ask_again),
            },
            // Never on the agenda: each desk has its own.
            Due::Screen => {}
        }
    }

    pub(super) fn seek(&mut self, effects: &mut Vec<Effect>) {
        self.unheard = false;
        self.agenda.drop(Due::AskAgain);
        effects.push(Effect::Record(Step::Sought { circle: self.circle }));
        effects.push(Effect::Seek { circle: self.circle, class: self.class, since: self.since });
    }

    /// Asks again only where the circle really grows.
    fn widen_to(&mut self, circle: u32, effects: &mut Vec<Effect>) {
        let widest = self.facts.circles.saturating_sub(1);
        if circle.min(widest) > self.circle {
            self.circle = circle.min(widest);
            self.seek(effects);
        }
    }

    fn ring_fallback_or_promise(&mut self, now: Instant, effects: &mut Vec<Effect>) {
        // For a call-back nobody waits on the line before they are reached.
        if self.caller.is_none() {
            return;
        }
        self.agenda.set(Due::Fallback, now + self.patience.fallback_again);
        if self.fallback.is_some() {
            return;
        }
        match self.facts.has_fallback {
            true => {
                self.say(Prompt::Fallback, effects);
                effects.push(Effect::RingFallback);
            }
            false => self.promise(effects),
        }
    }

    fn promise(&mut self, effects: &mut Vec<Effect>) {
        match self.facts.withheld {
            true => self.say(Prompt::CallbackWithheld, effects),
            false => self.say(Prompt::CallbackPromised, effects),
        }
    }

    pub(super) fn offer_leg_ended(&mut self, leg: LegId, end: LegEnd, effects: &mut Vec<Effect>) {
        let Some(at) = self.rung.iter().position(|rung| rung.leg == leg) else { return };
        if self.rung[at].rings_on(end, effects) {
            return;
        }
        let Rung { offer, desk, .. } = self.rung.remove(at);
        let outcome = outcome(end);
        effects.push(Effect::Record(Step::OfferEnded { offer, desk: desk.clone(), outcome }));
        effects.push(Effect::Report { offer, desk, outcome });
        if self.unheard && self.rung.is_empty() {
            self.seek(effects);
        }
    }

    pub(super) fn fallback_leg_ended(&mut self, leg: LegId, now: Instant, effects: &mut Vec<Effect>) {
        self.fallback = None;
        effects.push(Effect::Record(Step::FallbackFailed { leg }));
        self.alarm(CallAlarm::FallbackFailed, effects);
        self.promise(effects);
        self.agenda.set(Due::Fallback, now + self.patience.fallback_again);
    }

    /// The losers' phones stop ringing.
    pub(super) fn withdraw_offers(&mut self, effects: &mut Vec<Effect>) {
        for rung in self.rung.drain(..) {
            let outcome = OfferOutcome::Withdrawn;
            effects.extend(rung.stops_ringing());
            let Rung { offer, desk, .. } = rung;
            effects.push(Effect::Record(Step::OfferEnded { offer, desk: desk.clone(), outcome }));
            effects.push(Effect::Report { offer, desk, outcome });
        }
        if let Some(leg) = self.fallback.take() {
            effects.push(Effect::HangUp { leg });
        }
    }
}

/// What an unanswered ringing means for the offer.
pub(super) fn outcome(end: LegEnd) -> OfferOutcome {
    match end {
        LegEnd::NoAnswer => OfferOutcome::NoAnswer,
        LegEnd::Busy => OfferOutcome::Busy,
        LegEnd::Declined | LegEnd::HungUp => OfferOutcome::Declined,
        LegEnd::Unreachable | LegEnd::Lost => OfferOutcome::Unreachable,
    }
}
