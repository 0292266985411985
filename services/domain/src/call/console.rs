//! What the person at a desk does on the screen: takes or declines an offer,
//! holds the caller, hangs up.
//!
//! Each verb names the desk that acts and is refused when that desk has no such
//! part; said twice it is done once.

use super::search::outcome;
use super::{Call, Due, Effect, LegEnd, Rung, State};
use crate::ids::{DeskId, LegId, OfferId};
use crate::ledger::{AnsweredBy, Step};
use crate::time::Instant;

/// Why a desk cannot do this now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error("desk has no such part in this call now")]
    NoPart,
    #[error("caller is not on the line")]
    NoCaller,
    #[error("desk is in this call already")]
    InIt,
    #[error("call is being transferred to another desk")]
    Transferring,
    #[error("another desk listens to this call")]
    Listened,
}

/// How the person at a desk is reached.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reach {
    /// The screen comes first: the phone is rung when somebody accepts there, or at this moment.
    pub screen_until: Option<Instant>,
    /// The phone picks up by itself when it is asked to.
    pub picks_up: bool,
}

/// How far the phone of a desk is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phone {
    /// Not rung before somebody accepts on the screen.
    Waits {
        until: Instant,
        picks_up: bool,
    },
    Rings {
        picks_up: bool,
    },
    /// Accepted on the screen: it rings on until it is lifted.
    Accepted,
    /// Accepted on the screen, and asked to pick up by itself.
    PicksUp,
}

impl Rung {
    /// With what is to be done about the phone at once.
    pub(super) fn begin(offer: OfferId, desk: DeskId, leg: LegId, reach: Reach) -> (Self, Option<Effect>) {
        let Reach { screen_until, picks_up } = reach;
        let phone = match screen_until {
            Some(until) => Phone::Waits { until, picks_up },
            None => Phone::Rings { picks_up },
        };
        let rung = Self { offer, desk, leg, phone };
        let ring = screen_until.is_none().then(|| rung.ring(false));
        (rung, ring)
    }

    fn ring(&self, picks_up: bool) -> Effect {
        Effect::RingDesk { offer: self.offer, desk: self.desk.clone(), leg: self.leg, picks_up }
    }

    pub(super) fn stops_ringing(&self) -> Option<Effect> {
        match self.phone {
            Phone::Waits { .. } => None,
            Phone::Rings { .. } | Phone::Accepted | Phone::PicksUp => Some(Effect::HangUp { leg: self.leg }),
        }
    }

    pub(super) fn screen_until(&self) -> Option<Instant> {
        match self.phone {
            Phone::Waits { until, .. } => Some(until),
            Phone::Rings { .. } | Phone::Accepted | Phone::PicksUp => None,
        }
    }

    /// Nobody has accepted on the screen: a broken one leaves no caller ringing nobody.
    fn wake(&mut self, now: Instant) -> Option<Effect> {
        match self.phone {
            Phone::Waits { until, picks_up } if until <= now => {
                self.phone = Phone::Rings { picks_up };
                Some(self.ring(false))
            }
            Phone::Waits { .. } | Phone::Rings { .. } | Phone::Accepted | Phone::PicksUp => None,
        }
    }

    /// A phone that rings already is asked anew only when it is known to pick up.
    fn accept(&mut self, effects: &mut Vec<Effect>) {
        let accepted = Effect::Record(Step::Accepted { offer: self.offer, desk: self.desk.clone() });
        match self.phone {
            Phone::Waits { picks_up, .. } => {
                self.phone = if picks_up { Phone::PicksUp } else { Phone::Accepted };
                effects.extend([accepted, self.ring(picks_up)]);
            }
            Phone::Rings { picks_up: true } => {
                self.phone = Phone::PicksUp;
                effects.extend([accepted, Effect::HangUp { leg: self.leg }]);
                effects.push(Effect::RingAgain { offer: self.offer });
            }
            Phone::Rings { picks_up: false } => {
                self.phone = Phone::Accepted;
                effects.push(accepted);
            }
            Phone::Accepted | Phone::PicksUp => {}
        }
    }

    /// A phone that would not pick up by itself is rung as any other: the offer stands.
    pub(super) fn rings_on(&mut self, end: LegEnd, effects: &mut Vec<Effect>) -> bool {
        let fails = match end {
            LegEnd::Busy | LegEnd::Unreachable => true,
            LegEnd::HungUp | LegEnd::NoAnswer | LegEnd::Declined | LegEnd::Lost => false,
        };
        let again = fails && self.phone == Phone::PicksUp;
        if again {
            self.phone = Phone::Accepted;
            effects.push(Effect::RingAgain { offer: self.offer });
        }
        again
    }

    fn rung_again(&mut self, leg: LegId) -> Vec<Effect> {
        self.leg = leg;
        let step = Step::RungAgain { offer: self.offer, desk: self.desk.clone(), leg };
        vec![Effect::Record(step), self.ring(self.phone == Phone::PicksUp)]
    }
}

impl Call {
    /// Somebody takes the offer on the screen of this desk.
    ///
    /// # Errors
    /// When the call is not offered to this desk.
    pub fn accept_offer(&mut self, desk: &DeskId) -> Result<Vec<Effect>, Refused> {
        let mut effects = Vec::new();
        if self.talking_desk() == Some(desk) {
            return Ok(effects);
        }
        let rung = self.phones().find(|rung| rung.desk == *desk).ok_or(Refused::NoPart)?;
        rung.accept(&mut effects);
        Ok(effects)
    }

    /// This desk does not take the call: the next one is asked.
    ///
    /// # Errors
    /// When the call is not offered to this desk.
    pub fn decline_offer(&mut self, desk: &DeskId) -> Result<Vec<Effect>, Refused> {
        let mut effects = Vec::new();
        let asked = self.phones().find(|rung| rung.desk == *desk);
        let asked = asked.map(|rung| (rung.leg, rung.stops_ringing()));
        match asked {
            Some((leg, stop)) => {
                effects.extend(stop);
                self.parted.push(desk.clone());
                match self.state {
                    State::Talking { .. } => self.transfer_failed(outcome(LegEnd::Declined), &mut effects),
                    State::Seeking | State::Reaching { .. } | State::Ended { .. } => {
                        self.offer_leg_ended(leg, LegEnd::Declined, &mut effects);
                    }
                }
            }
            None => self.must_have_parted(desk)?,
        }
        Ok(effects)
    }

    /// The caller hears that they are on hold; with a psychiatrist in the call the two talk alone.
    ///
    /// # Errors
    /// When this desk does not talk with a caller.
    pub fn hold_caller(&mut self, desk: &DeskId) -> Result<Vec<Effect>, Refused> {
        self.must_talk(desk)?;
        if self.third.is_in() {
            return Ok(self.consult_privately());
        }
        let was_apart = self.is_apart();
        let mut effects = Vec::new();
        if !std::mem::replace(&mut self.held, true) {
            effects.push(Effect::Record(Step::CallerHeld { desk: desk.clone() }));
        }
        self.move_caller(was_apart, &mut effects);
        Ok(effects)
    }

    /// The caller is back in the room. A desk that is being rung for them is not needed any more.
    ///
    /// # Errors
    /// When this desk does not talk with a caller.
    pub fn resume_caller(&mut self, desk: &DeskId) -> Result<Vec<Effect>, Refused> {
        self.must_talk(desk)?;
        let was_apart = self.is_apart();
        let mut effects = Vec::new();
        self.drop_transfer(&mut effects);
        if std::mem::take(&mut self.held) {
            effects.push(Effect::Record(Step::CallerResumed { desk: desk.clone() }));
        }
        if self.third.is_in() && self.is_private() {
            self.end_private_word(&mut effects);
        }
        self.move_caller(was_apart, &mut effects);
        Ok(effects)
    }

    /// This desk lays the receiver down, whatever its part is.
    ///
    /// # Errors
    /// When it has no part in the call.
    pub fn hang_up(&mut self, desk: &DeskId, now: Instant) -> Result<Vec<Effect>, Refused> {
        let talking = match &self.state {
            State::Talking { with: AnsweredBy::Desk(with), leg, .. } if with == desk => Some(*leg),
            State::Reaching { desk: with, leg, .. } if with == desk => Some(*leg),
            State::Talking { .. } | State::Reaching { .. } | State::Seeking | State::Ended { .. } => None,
        };
        if let Some(leg) = talking {
            self.parted.push(desk.clone());
            let mut effects = vec![Effect::HangUp { leg }];
            effects.extend(self.leg_ended(leg, LegEnd::HungUp, now));
            return Ok(effects);
        }
        if self.listener.as_ref().is_some_and(|listener| listener.desk == *desk) {
            let mut effects = Vec::new();
            self.parted.push(desk.clone());
            self.drop_listener(&mut effects);
            return Ok(effects);
        }
        self.decline_offer(desk)
    }

    /// The driver has another leg for that offer's desk.
    pub fn rung_again(&mut self, offer: OfferId, leg: LegId) -> Vec<Effect> {
        let rung = self.phones().find(|rung| rung.offer == offer);
        rung.map(|rung| rung.rung_again(leg)).unwrap_or_default()
    }

    /// Every desk that is asked to take the call, from the queue or by a transfer.
    fn phones(&mut self) -> impl Iterator<Item = &mut Rung> {
        let transfer = self.transfer.as_mut().and_then(super::transfer::Transfer::rung);
        self.rung.iter_mut().chain(transfer)
    }

    pub(super) fn wake_phones(&mut self, now: Instant) -> Vec<Effect> {
        self.phones().filter_map(|rung| rung.wake(now)).collect()
    }

    /// When the next desk's phone is rung though nobody has accepted on its screen.
    pub(super) fn screen_due(&self) -> Option<(Instant, Due)> {
        let transfer = self.transfer.as_ref().and_then(super::transfer::Transfer::screen_until);
        let first = self.rung.iter().filter_map(Rung::screen_until).chain(transfer).min();
        first.map(|at| (at, Due::Screen))
    }

    pub(super) fn must_talk(&self, desk: &DeskId) -> Result<(), Refused> {
        match &self.state {
            State::Talking { with: AnsweredBy::Desk(with), .. } if with == desk => {
                self.caller.map(drop).ok_or(Refused::NoCaller)
            }
            State::Talking { .. } | State::Seeking | State::Reaching { .. } | State::Ended { .. } => {
                Err(Refused::NoPart)
            }
        }
    }

    pub(super) fn must_have_parted(&self, desk: &DeskId) -> Result<(), Refused> {
        self.parted.contains(desk).then_some(()).ok_or(Refused::NoPart)
    }
}
