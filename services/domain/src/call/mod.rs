//! One call, as the person who rings lives through it.
//!
//! A caller is looked for a counsellor, told what is going on, offered wider
//! and wider circles and at last the fallback number, until a human answers or
//! they hang up; whoever is lost on the way is owed a call-back. The same
//! machine rings people back: then the counsellor is found first.
//!
//! Pure: the driver brings what happened with the time, carries the effects out
//! in their order, and comes back no later than `deadline`. `Record`s of one
//! push are durable before the effects behind them are done.

mod console;
mod listener;
mod patience;
mod search;
mod talk;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_of_desks;
mod third;
mod transfer;

use crate::ids::{DeskId, LegId, OfferId, WindowId};
use crate::ledger::{
    AnsweredBy, Begun, CallAlarm, EndReason, OfferOutcome, OriginKind, PlaceClass, Prompt, Step,
};
use crate::time::Instant;

pub use console::{Reach, Refused};
pub use patience::{Agenda, Due, Patience};
pub use third::Unjoinable;

/// What is known of a call when it begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    pub window: WindowId,
    pub class: PlaceClass,
    pub withheld: bool,
    pub came_by: String,
    /// How many circles the window's search has; at least 1.
    pub circles: u32,
    pub has_fallback: bool,
}

/// Why a leg is over, as far as it matters here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LegEnd {
    HungUp,
    Busy,
    NoAnswer,
    Declined,
    Unreachable,
    /// The line broke.
    Lost,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// A desk is looked for; offers and the fallback number may be ringing.
    Seeking,
    /// Call-back: the counsellor is there, the caller's telephone rings.
    Reaching {
        desk: DeskId,
        offer: OfferId,
        leg: LegId,
    },
    /// `offer` is the one that was answered; none with the fallback number.
    Talking {
        with: AnsweredBy,
        offer: Option<OfferId>,
        leg: LegId,
    },
    Ended {
        reason: EndReason,
    },
}

/// A desk that is asked to take this call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rung {
    pub offer: OfferId,
    pub desk: DeskId,
    pub leg: LegId,
    phone: console::Phone,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// For the ledger, before anything that follows.
    Record(Step),
    /// Ask routing for a desk inside this circle; the place in the queue stays.
    Seek {
        circle: u32,
        class: PlaceClass,
        since: Instant,
    },
    /// Routing is gone: take the next desk of the ring list.
    AskRingList,
    RingDesk {
        offer: OfferId,
        desk: DeskId,
        leg: LegId,
        /// The phone is asked to pick up by itself.
        picks_up: bool,
    },
    /// Draw another leg for this offer's desk and come back with `rung_again`.
    RingAgain {
        offer: OfferId,
    },
    /// Ask routing for this very desk and come back with `transfer_offered` or `transfer_refused`.
    ClaimDesk {
        desk: DeskId,
    },
    /// Routing: this desk is in the call now; the one that was in it is released.
    MoveTo {
        offer: OfferId,
        desk: DeskId,
    },
    /// Tell routing what became of an offer.
    Report {
        offer: OfferId,
        desk: DeskId,
        outcome: OfferOutcome,
    },
    /// Routing: no desk is needed for this call any more; a desk in it is released.
    Release,
    /// Pick the caller's line up.
    PickUp {
        leg: LegId,
    },
    Say {
        leg: LegId,
        prompt: Prompt,
    },
    /// An announcement, again and again.
    Hold {
        leg: LegId,
        prompt: Prompt,
    },
    Hush {
        leg: LegId,
    },
    /// The two hear each other.
    Connect {
        caller: LegId,
        other: LegId,
    },
    /// Into the room of the call, with whoever is there.
    Join {
        leg: LegId,
    },
    /// Out of the room, without hanging up.
    Part {
        leg: LegId,
    },
    /// Into the room of the call as one who is not heard.
    Listen {
        leg: LegId,
    },
    /// A short tone: somebody listens.
    Notice {
        leg: LegId,
    },
    /// Draw a leg for the window's fallback number and come back with `fallback_rung`.
    RingFallback,
    /// Draw a leg for the person who is owed the call and come back with `caller_rung`.
    RingCaller,
    /// Now that the ledger has it, ring whom this leg was drawn for.
    Ring {
        leg: LegId,
    },
    /// End a leg: cancel, refuse or BYE as its state needs.
    HangUp {
        leg: LegId,
    },
}

#[derive(Clone, Debug)]
pub struct Call {
    facts: Facts,
    patience: Patience,
    origin: OriginKind,
    state: State,
    /// Whose turn: changes when a counsellor was lost.
    class: PlaceClass,
    caller: Option<LegId>,
    picked_up: bool,
    begun: Instant,
    /// Since when they wait; a lost counsellor starts it anew.
    since: Instant,
    circle: u32,
    rung: Vec<Rung>,
    /// Routing is gone: it will not offer the next desk by itself.
    unheard: bool,
    fallback: Option<LegId>,
    third: third::Third,
    /// The counsellor has put the caller on hold.
    held: bool,
    transfer: Option<transfer::Transfer>,
    listener: Option<listener::Listener>,
    /// Desks that had a part and gave it up by their own hand: said twice it is done once.
    parted: Vec<DeskId>,
    agenda: Agenda,
    alarmed: Vec<CallAlarm>,
}

impl Call {
    /// Somebody rings.
    pub fn begin(facts: Facts, patience: Patience, caller: LegId, now: Instant) -> (Self, Vec<Effect>) {
        let agenda = Agenda::of_a_caller(&patience, now);
        Self::open(facts, patience, OriginKind::Incoming, caller, agenda, now)
    }

    /// Somebody is owed a call. `caller` is the leg that will be rung when a counsellor is there.
    pub fn begin_call_back(
        facts: Facts,
        patience: Patience,
        caller: LegId,
        now: Instant,
    ) -> (Self, Vec<Effect>) {
        let agenda = Agenda::of_a_call_back(&patience, now);
        let (mut call, effects) = Self::open(facts, patience, OriginKind::CallBack, caller, agenda, now);
        call.caller = None;
        (call, effects)
    }

    fn open(
        facts: Facts,
        patience: Patience,
        origin: OriginKind,
        caller: LegId,
        agenda: Agenda,
        now: Instant,
    ) -> (Self, Vec<Effect>) {
        let begun = Begun {
            window: facts.window.clone(),
            leg: caller,
            origin,
            class: facts.class,
            withheld: facts.withheld,
            came_by: facts.came_by.clone(),
        };
        let mut call = Self {
            class: facts.class,
            facts,
            patience,
            origin,
            state: State::Seeking,
            caller: Some(caller),
            picked_up: false,
            begun: now,
            since: now,
            circle: 0,
            rung: Vec::new(),
            unheard: false,
            fallback: None,
            third: third::Third::default(),
            held: false,
            transfer: None,
            listener: None,
            parted: Vec::new(),
            agenda,
            alarmed: Vec::new(),
        };
        let mut effects = vec![Effect::Record(Step::Begun(begun))];
        call.seek(&mut effects);
        (call, effects)
    }

    pub fn state(&self) -> &State {
        &self.state
    }

    pub fn window(&self) -> &WindowId {
        &self.facts.window
    }

    pub fn origin(&self) -> OriginKind {
        self.origin
    }

    /// Since when they wait for a human; anew when a counsellor was lost.
    pub fn waiting_since(&self) -> Instant {
        self.since
    }

    pub fn caller(&self) -> Option<LegId> {
        self.caller
    }

    /// Every leg that this call still has.
    pub fn legs(&self) -> Vec<LegId> {
        let other = match &self.state {
            State::Reaching { leg, .. } | State::Talking { leg, .. } => Some(*leg),
            State::Seeking | State::Ended { .. } => None,
        };
        let rung = self.rung.iter().map(|rung| rung.leg);
        self.caller
            .into_iter()
            .chain(rung)
            .chain(self.fallback)
            .chain(other)
            .chain(self.third.leg())
            .chain(self.transfer.as_ref().and_then(transfer::Transfer::leg))
            .chain(self.listener.as_ref().map(|listener| listener.leg))
            .collect()
    }

    /// The desk that is in the call, or the desks that are rung, for the reconciler.
    pub fn desks(&self) -> Vec<(DeskId, OfferId)> {
        match &self.state {
            State::Reaching { desk, offer, .. }
            | State::Talking { with: AnsweredBy::Desk(desk), offer: Some(offer), .. } => {
                vec![(desk.clone(), *offer)]
            }
            State::Seeking => self.rung.iter().map(|rung| (rung.desk.clone(), rung.offer)).collect(),
            State::Talking { .. } | State::Ended { .. } => Vec::new(),
        }
    }

    /// A desk has been taken by this call, whether or not the caller is on the line already.
    pub fn is_answered(&self) -> bool {
        match self.state {
            State::Reaching { .. } | State::Talking { .. } => true,
            State::Seeking | State::Ended { .. } => false,
        }
    }

    pub fn is_ended(&self) -> bool {
        matches!(self.state, State::Ended { .. })
    }

    /// When `wake` is next due, and why.
    pub fn deadline(&self) -> Option<(Instant, Due)> {
        match self.state {
            State::Seeking => {
                self.agenda.next().into_iter().chain(self.screen_due()).min_by_key(|(at, _)| *at)
            }
            State::Talking { .. } => self.screen_due(),
            State::Reaching { .. } | State::Ended { .. } => None,
        }
    }

    fn alarm(&mut self, alarm: CallAlarm, effects: &mut Vec<Effect>) {
        if !self.alarmed.contains(&alarm) {
            self.alarmed.push(alarm);
            effects.push(Effect::Record(Step::Alarmed { alarm }));
        }
    }

    /// Speak to the caller, who is picked up first if they still hear the ringing.
    fn say(&mut self, prompt: Prompt, effects: &mut Vec<Effect>) {
        if let Some(leg) = self.caller {
            self.pick_up(leg, effects);
            effects.push(Effect::Record(Step::Announced { prompt }));
            effects.push(Effect::Say { leg, prompt });
        }
    }

    fn pick_up(&mut self, leg: LegId, effects: &mut Vec<Effect>) {
        if !self.picked_up {
            self.picked_up = true;
            effects.push(Effect::Record(Step::PickedUp));
            effects.push(Effect::PickUp { leg });
        }
    }
}
