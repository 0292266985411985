//! From the moment a human answers to the end of the call.

use std::mem;

use super::{Agenda, Call, Effect, LegEnd, Rung, State};
use crate::ids::{DeskId, LegId, OfferId};
use crate::ledger::{
    AnsweredBy, CallAlarm, EndReason, OfferOutcome, OriginKind, Party, PlaceClass, Prompt, Step,
};
use crate::time::Instant;

impl Call {
    /// A phone was lifted. A lift that comes too late is hung up kindly.
    pub fn answered(&mut self, leg: LegId, now: Instant) -> Vec<Effect> {
        let mut effects = Vec::new();
        match mem::replace(&mut self.state, State::Seeking) {
            State::Seeking if self.fallback == Some(leg) => {
                self.fallback = None;
                self.talk(AnsweredBy::Fallback, None, leg, now, &mut effects);
                effects.push(Effect::Release);
            }
            // Our own picking up, acknowledged.
            State::Seeking if self.caller == Some(leg) => {}
            State::Seeking => match self.rung.iter().position(|rung| rung.leg == leg) {
                Some(at) => self.desk_answered(at, now, &mut effects),
                None => effects.push(Effect::HangUp { leg }),
            },
            State::Reaching { desk, offer, leg: counsellor } if self.caller == Some(leg) => {
                self.picked_up = true;
                effects.push(Effect::Hush { leg: counsellor });
                self.talk(AnsweredBy::Desk(desk), Some(offer), counsellor, now, &mut effects);
            }
            talking @ State::Talking { .. } if self.others_have(leg) => {
                self.state = talking;
                self.other_answered(leg, &mut effects);
            }
            other @ (State::Reaching { .. } | State::Talking { .. } | State::Ended { .. }) => {
                let known = self.caller == Some(leg)
                    || matches!(&other, State::Talking { leg: with, .. } if *with == leg);
                self.state = other;
                if !known {
                    effects.push(Effect::HangUp { leg });
                }
            }
        }
        effects
    }

    fn desk_answered(&mut self, at: usize, now: Instant, effects: &mut Vec<Effect>) {
        let Rung { offer, desk, leg, .. } = self.rung.remove(at);
        let outcome = OfferOutcome::Answered;
        effects.push(Effect::Record(Step::OfferEnded { offer, desk: desk.clone(), outcome }));
        effects.push(Effect::Report { offer, desk: desk.clone(), outcome });
        match (self.origin, self.caller) {
            (OriginKind::CallBack, None) => {
                self.withdraw_offers(effects);
                effects.push(Effect::Say { leg, prompt: Prompt::CallbackCounsellor });
                effects.push(Effect::RingCaller);
                self.state = State::Reaching { desk, offer, leg };
            }
            (OriginKind::Incoming | OriginKind::CallBack, _) => {
                self.talk(AnsweredBy::Desk(desk), Some(offer), leg, now, effects);
            }
        }
    }

    pub(super) fn talk(
        &mut self,
        with: AnsweredBy,
        offer: Option<OfferId>,
        leg: LegId,
        now: Instant,
        effects: &mut Vec<Effect>,
    ) {
        self.withdraw_offers(effects);
        let waited = u64::try_from(now.since(self.since).as_micros()).unwrap_or(u64::MAX);
        effects.push(Effect::Record(Step::Answered { by: with.clone(), waited_micros: waited }));
        if let Some(caller) = self.caller {
            match self.picked_up {
                true => effects.push(Effect::Hush { leg: caller }),
                false => self.pick_up(caller, effects),
            }
            effects.push(Effect::Connect { caller, other: leg });
        }
        self.agenda.clear();
        self.state = State::Talking { with, offer, leg };
    }

    /// Call-back: the driver has a leg for the person who is owed the call.
    pub fn caller_rung(&mut self, leg: LegId) -> Vec<Effect> {
        match self.state {
            State::Reaching { .. } => {
                self.caller = Some(leg);
                vec![Effect::Record(Step::CallerRung { leg }), Effect::Ring { leg }]
            }
            State::Seeking | State::Talking { .. } | State::Ended { .. } => Vec::new(),
        }
    }

    pub fn held(&mut self, leg: LegId, held: bool) -> Vec<Effect> {
        let by = match &self.state {
            State::Talking { .. } if self.caller == Some(leg) => Party::Caller,
            State::Talking { leg: other, .. } if *other == leg => Party::Counsellor,
            State::Talking { .. } | State::Seeking | State::Reaching { .. } | State::Ended { .. } => {
                return Vec::new();
            }
        };
        vec![Effect::Record(Step::Held { by, held })]
    }

    /// A leg is over, for whatever reason.
    pub fn leg_ended(&mut self, leg: LegId, end: LegEnd, now: Instant) -> Vec<Effect> {
        let mut effects = Vec::new();
        match self.state.clone() {
            State::Ended { .. } => {}
            State::Seeking if self.caller == Some(leg) => {
                self.caller = None;
                let reason = match end {
                    LegEnd::Lost => EndReason::CutOff,
                    LegEnd::HungUp
                    | LegEnd::Busy
                    | LegEnd::NoAnswer
                    | LegEnd::Declined
                    | LegEnd::Unreachable => EndReason::AbandonedInQueue,
                };
                self.end(reason, now, &mut effects);
            }
            State::Seeking if self.fallback == Some(leg) => self.fallback_leg_ended(leg, now, &mut effects),
            State::Seeking => self.offer_leg_ended(leg, end, &mut effects),
            State::Reaching { leg: counsellor, .. } => {
                if self.caller == Some(leg) {
                    self.caller = None;
                    effects.push(Effect::HangUp { leg: counsellor });
                    self.end(EndReason::NotReached, now, &mut effects);
                } else if counsellor == leg {
                    effects.extend(self.caller.take().map(|leg| Effect::HangUp { leg }));
                    self.end(EndReason::NotReached, now, &mut effects);
                }
            }
            State::Talking { .. } if self.others_have(leg) => self.other_left(leg, end, &mut effects),
            State::Talking { .. } if self.third.is_in() => {
                self.one_of_three_left(leg, end, now, &mut effects)
            }
            State::Talking { with, leg: other, .. } => {
                if self.caller == Some(leg) {
                    self.caller = None;
                    effects.push(Effect::HangUp { leg: other });
                    self.end(end_of_talk(end), now, &mut effects);
                } else if other == leg {
                    self.counsellor_gone(with, end, now, &mut effects);
                }
            }
        }
        effects
    }

    fn counsellor_gone(&mut self, with: AnsweredBy, end: LegEnd, now: Instant, effects: &mut Vec<Effect>) {
        match end_of_talk(end) {
            EndReason::CutOff => {
                let desk = match with {
                    AnsweredBy::Desk(desk) => Some(desk),
                    AnsweredBy::Fallback | AnsweredBy::Doctor(_) => None,
                };
                effects.push(Effect::Record(Step::CounsellorLost { desk }));
                self.alarm(CallAlarm::CounsellorLost, effects);
                self.seek_again(now, effects);
            }
            // Whoever was promised another counsellor is not hung up.
            EndReason::Completed if self.transfer.is_some() => {
                effects.push(Effect::Record(Step::Left { party: Party::Counsellor }));
                self.seek_again(now, effects);
            }
            reason @ (EndReason::Completed | EndReason::AbandonedInQueue | EndReason::NotReached) => {
                effects.extend(self.caller.take().map(|leg| Effect::HangUp { leg }));
                self.end(reason, now, effects);
            }
        }
    }

    /// The caller is still there: they go to the head of the queue.
    fn seek_again(&mut self, now: Instant, effects: &mut Vec<Effect>) {
        self.others_go(effects);
        self.held = false;
        effects.push(Effect::Release);
        self.state = State::Seeking;
        self.class = PlaceClass::Resumed;
        self.since = now;
        self.circle = 0;
        self.agenda = Agenda::of_a_caller(&self.patience, now);
        self.agenda.drop(super::Due::Greeting);
        self.say(Prompt::NobodyFree, effects);
        self.seek(effects);
    }

    pub(super) fn end(&mut self, reason: EndReason, now: Instant, effects: &mut Vec<Effect>) {
        self.withdraw_offers(effects);
        self.others_go(effects);
        let owes_call_back = self.owes_call_back(reason, now);
        effects.push(Effect::Record(Step::Ended { reason, owes_call_back }));
        effects.push(Effect::Release);
        self.agenda.clear();
        self.state = State::Ended { reason };
    }

    /// Call-back: the person has reached us by themselves, nobody need be rung. A counsellor who
    /// has lifted already is let go.
    pub fn called_off(&mut self, now: Instant) -> Vec<Effect> {
        let mut effects = Vec::new();
        if self.origin != OriginKind::CallBack || self.caller.is_some() {
            return effects;
        }
        match self.state {
            State::Seeking => self.end(EndReason::NotReached, now, &mut effects),
            State::Reaching { leg, .. } => {
                effects.push(Effect::HangUp { leg });
                self.end(EndReason::NotReached, now, &mut effects);
            }
            State::Talking { .. } | State::Ended { .. } => {}
        }
        effects
    }

    fn owes_call_back(&self, reason: EndReason, now: Instant) -> bool {
        let lost = match reason {
            EndReason::AbandonedInQueue => now.since(self.begun) >= self.patience.owed_after,
            EndReason::CutOff => true,
            EndReason::Completed | EndReason::NotReached => false,
        };
        lost && self.origin == OriginKind::Incoming && !self.facts.withheld
    }

    /// The desk that talks with the caller now.
    pub fn talking_desk(&self) -> Option<&DeskId> {
        match &self.state {
            State::Talking { with: AnsweredBy::Desk(desk), .. } | State::Reaching { desk, .. } => Some(desk),
            State::Talking { .. } | State::Seeking | State::Ended { .. } => None,
        }
    }
}

pub(super) fn end_of_talk(end: LegEnd) -> EndReason {
    match end {
        LegEnd::HungUp | LegEnd::Busy | LegEnd::NoAnswer | LegEnd::Declined => EndReason::Completed,
        LegEnd::Unreachable | LegEnd::Lost => EndReason::CutOff,
    }
}
