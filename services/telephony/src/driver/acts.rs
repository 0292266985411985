//! What people at desks do with a call on their screens, carried to the call's
//! machine and back.

use domain::call::{Effect, Reach, Refused};
use domain::ids::{DeskId, LegId, OfferId};
use domain::ledger::{OfferOutcome, Step};
use tokio::sync::oneshot;
use tracing::info;

use super::asker::Unclaimed;
use super::call_task::{CallTask, Drawn, Put};
use crate::edge::Target;

/// A desk's verb.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    Answer,
    Decline,
    Hold,
    Resume,
    Transfer { to: DeskId },
    ListenIn,
    TakeOver,
    HangUp,
}

/// Why it was not done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ActFault {
    #[error("call_id is no call that goes on here")]
    NotHere,
    #[error(transparent)]
    Refused(#[from] Refused),
    #[error("desk is not free")]
    NotFree,
}

pub(super) type Answer = oneshot::Sender<Result<(), ActFault>>;

impl CallTask {
    pub(super) fn act(&mut self, desk: &DeskId, act: Act, answer: Answer) -> Vec<Effect> {
        let now = self.deps.clock.now();
        let done = match act {
            Act::Answer => self.call.accept_offer(desk),
            Act::Decline => self.call.decline_offer(desk),
            Act::Hold => self.call.hold_caller(desk),
            Act::Resume => self.call.resume_caller(desk),
            Act::HangUp => self.call.hang_up(desk, now),
            Act::Transfer { to } => return self.transfer(desk, to, answer),
            Act::ListenIn | Act::TakeOver if self.deps.desks.is_used_elsewhere(desk, self.id) => {
                say(answer, Err(ActFault::NotFree));
                return Vec::new();
            }
            Act::ListenIn => {
                let (offer, leg) = self.draw_listener(desk);
                self.call.listen_in(desk, offer, leg)
            }
            Act::TakeOver => {
                let (offer, leg) = self.draw_listener(desk);
                self.call.take_over(desk, offer, leg)
            }
        };
        let (effects, said) = match done {
            Ok(effects) => (effects, Ok(())),
            Err(why) => (Vec::new(), Err(why.into())),
        };
        say(answer, said);
        effects
    }

    /// The answer comes when routing has said whether the other desk is to be had.
    fn transfer(&mut self, desk: &DeskId, to: DeskId, answer: Answer) -> Vec<Effect> {
        if self.deps.desks.is_used_elsewhere(&to, self.id) {
            say(answer, Err(ActFault::NotFree));
            return Vec::new();
        }
        match self.call.transfer(desk, &to) {
            Ok(effects) if effects.is_empty() => {
                say(answer, Ok(()));
                effects
            }
            Ok(effects) => {
                self.transfer_asked = Some(answer);
                effects
            }
            Err(why) => {
                say(answer, Err(why.into()));
                Vec::new()
            }
        }
    }

    pub(super) fn claimed(&mut self, offer: OfferId, desk: DeskId, put: Put) -> Vec<Effect> {
        if !self.deps.desks.take(&desk, self.id) {
            let refused = self.unclaimed(desk.clone(), Unclaimed::NotFree);
            return refused.into_iter().chain([not_free(offer, desk)]).collect();
        }
        let (leg, reach) = (self.put(offer, put), self.reach(&desk, offer));
        let effects = self.call.transfer_offered(offer, desk, leg, reach);
        let rung = matches!(effects.first(), Some(Effect::Record(Step::TransferRung { .. })));
        self.say_of_transfer(if rung { Ok(()) } else { Err(Refused::NoPart.into()) });
        effects
    }

    /// Without routing the desk is rung all the same, if no call of ours has it: the telephone says
    /// whether its person is free.
    pub(super) fn unclaimed(&mut self, desk: DeskId, why: Unclaimed) -> Vec<Effect> {
        match why {
            Unclaimed::Lost => {
                info!(%desk, "routing does not answer: the desk of a transfer is rung without a claim");
                let put = Put {
                    target: self.target_of(&desk),
                    until: self.deps.clock.now() + self.deps.settings.desk_rings,
                };
                self.claimed(self.deps.ids.offer(), desk, put)
            }
            Unclaimed::NotFree => {
                self.call.transfer_refused(&desk);
                self.say_of_transfer(Err(ActFault::NotFree));
                Vec::new()
            }
        }
    }

    fn say_of_transfer(&mut self, said: Result<(), ActFault>) {
        if let Some(answer) = self.transfer_asked.take() {
            say(answer, said);
        }
    }

    /// A leg for this offer's desk, and what it is rung by.
    pub(super) fn put(&mut self, offer: OfferId, put: Put) -> LegId {
        self.offers.insert(offer, put);
        self.deps.ids.leg()
    }

    /// How the person at this desk is reached, who is put to them by that offer.
    pub(super) fn reach(&self, desk: &DeskId, offer: OfferId) -> Reach {
        let desks = &self.deps.settings.desks;
        let is_phone = self.offers.get(&offer).is_some_and(|put| matches!(put.target, Target::Desk(_)));
        let console_first = desks.console_first.contains(desk);
        Reach {
            screen_until: console_first.then(|| self.deps.clock.now() + desks.console_grace),
            picks_up: is_phone && (console_first || desks.picks_up.contains(desk)),
        }
    }

    /// Which desks this call keeps from the ring list.
    pub(super) fn mind_desks(&self, step: &Step) {
        let desks = &self.deps.desks;
        if let Step::ListenRung { desk, .. } = step {
            desks.take(desk, self.id);
        }
        if let Step::ListenEnded { desk: gone }
        | Step::Transferred { from: gone, .. }
        | Step::TakenOver { from: Some(gone), .. } = step
        {
            desks.give_back(gone, self.id);
        }
    }

    fn draw_listener(&mut self, desk: &DeskId) -> (OfferId, LegId) {
        let (offer, leg, target) = (self.deps.ids.offer(), self.deps.ids.leg(), self.target_of(desk));
        let picks_up = matches!(target, Target::Desk(_));
        self.targets.insert(leg, Drawn { target, limit: self.deps.settings.desk_rings, picks_up });
        (offer, leg)
    }

    /// Where a desk rings, as the plan knows it.
    fn target_of(&self, desk: &DeskId) -> Target {
        let plan = self.deps.plan.borrow();
        let mut listed = plan.windows.iter().flat_map(|window| &window.ring_list);
        let known = listed.find(|listed| listed.desk == *desk);
        known.map_or_else(|| Target::Desk(desk.clone()), |listed| listed.target.clone())
    }

    pub(super) fn ring_again(&mut self, offer: OfferId) -> Vec<Effect> {
        let leg = self.deps.ids.leg();
        self.call.rung_again(offer, leg)
    }
}

/// Routing gave away a desk that another call of this process rings or talks to: it has been away, or is behind. The
/// telephones are right, and this one is not rung.
pub(super) fn not_free(offer: OfferId, desk: DeskId) -> Effect {
    info!(%desk, "routing gave a desk that is in use here: it is told so");
    Effect::Report { offer, desk, outcome: OfferOutcome::Busy }
}

/// Whoever asked may have gone away meanwhile.
fn say(answer: Answer, said: Result<(), ActFault>) {
    let _ = answer.send(said);
}
