//! One call's task: hears what happens, lets `domain::call` decide, carries it
//! out.
//!
//! The records of one decision are durable (store or spool) before anything
//! else of it is done.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use domain::call::{Call, Effect, LegEnd, State, Unjoinable};
use domain::ids::{CallId, DeskId, LegId, OfferId, StaffId};
use domain::ledger::{AnsweredBy, OfferedBy};
use domain::time::Instant;
use tokio::sync::{mpsc, oneshot};
use tracing::{Span, info};

use super::Deps;
use super::acts::{Act, Answer, not_free};
use super::asker::{Asker, News, Saying};
use super::call_back::Debt;
use super::measure::Asked;
use super::paging::policy::Help;
use super::plan::Window;
use crate::edge::{Cause, Number, Target};

/// Events of one call that wait to be decided on. A call has a handful a second at most.
pub(super) const INBOX: usize = 64;

/// What a call hears.
#[derive(Debug)]
pub(super) enum Heard {
    Ringing(LegId),
    Answered(LegId),
    Ended(LegId, Cause),
    Held(LegId, bool),
    Said(LegId),
    Digit(LegId, char),
    Routing(News),
    /// A psychiatrist who accepted is on this leg; `answer` says whether they are in the call.
    DoctorJoins {
        staff: StaffId,
        leg: LegId,
        answer: oneshot::Sender<Result<(), Unjoinable>>,
    },
    /// Counsellor and psychiatrist want to talk alone, or with the caller again.
    Consult {
        privately: bool,
    },
    /// Somebody at a desk does something on the screen.
    Act {
        desk: DeskId,
        act: Act,
        answer: Answer,
    },
    /// The line stops: nothing may go on.
    Cut,
}

/// Whom a leg rings, and how.
#[derive(Clone, Debug)]
pub(super) struct Drawn {
    pub target: Target,
    pub limit: Duration,
    /// The phone is asked to pick up by itself.
    pub picks_up: bool,
}

/// An offer as it was put to a desk.
#[derive(Clone, Debug)]
pub(super) struct Put {
    pub target: Target,
    /// The desk is asked no longer than this, however often its phone is rung.
    pub until: Instant,
}

/// What a call needs beside the decisions.
pub(super) struct CallTask {
    pub id: CallId,
    pub window: Window,
    pub call: Call,
    /// Known unless withheld; rung when the call is a call-back, sealed when it is owed one.
    pub number: Option<Number>,
    /// The debt that this call pays, when it is a call-back.
    pub pays: Option<Debt>,
    pub deps: Arc<Deps>,
    pub inbox: mpsc::Receiver<Heard>,
    pub to_self: mpsc::Sender<Heard>,
    pub asker: mpsc::Sender<Saying>,
    pub seq: u32,
    pub targets: HashMap<LegId, Drawn>,
    pub offers: HashMap<OfferId, Put>,
    /// Who waits to hear whether the desk of a transfer is to be had.
    pub transfer_asked: Option<Answer>,
    pub refused: Vec<DeskId>,
    /// The leg that will be rung for a call-back.
    pub caller_leg: LegId,
    pub asked: Asked,
    /// What the line itself has asked for this caller.
    pub help: Help,
}

impl CallTask {
    pub(super) fn start_asker(
        deps: &Deps,
        id: CallId,
        window: &Window,
        inbox: &mpsc::Sender<Heard>,
        span: &Span,
    ) -> mpsc::Sender<Saying> {
        let asker = Asker {
            operator: window.operator.clone(),
            call: id,
            window: window.id.clone(),
            language: window.language.clone(),
            owner: Arc::clone(&deps.owner),
        };
        asker.start(deps.routing.clone(), inbox.clone(), span)
    }

    pub(super) async fn run(mut self, begun: Vec<Effect>) {
        self.carry_out(begun).await;
        while !self.call.is_ended() {
            let effects = self.next().await;
            self.carry_out(effects).await;
        }
        self.close().await;
    }

    async fn next(&mut self) -> Vec<Effect> {
        let deadline = self.call.deadline().map(|(at, _)| at);
        let clock = self.deps.clock.clone();
        tokio::select! {
            heard = self.inbox.recv() => match heard {
                Some(heard) => self.hear(heard),
                None => self.hear(Heard::Cut),
            },
            () = clock.sleep_until_some(deadline) => self.call.wake(clock.now()),
        }
    }

    fn hear(&mut self, heard: Heard) -> Vec<Effect> {
        let now = self.deps.clock.now();
        match heard {
            Heard::Ringing(leg) => self.call.ringing(leg),
            Heard::Answered(leg) => self.call.answered(leg, now),
            Heard::Ended(leg, cause) => {
                self.give_back(leg);
                self.call.leg_ended(leg, leg_end(cause), now)
            }
            Heard::Held(leg, held) => self.call.held(leg, held),
            Heard::Said(leg) => self.call.said(leg),
            Heard::Digit(leg, key) => self.pressed(leg, key),
            Heard::Routing(news) => self.hear_routing(news),
            Heard::DoctorJoins { staff, leg, answer } => self.doctor_joins(staff, leg, answer),
            Heard::Consult { privately: true } => self.call.consult_privately(),
            Heard::Consult { privately: false } => self.call.bring_together(),
            Heard::Act { desk, act, answer } => self.act(&desk, act, answer),
            Heard::Cut => {
                let legs = self.call.legs();
                legs.into_iter().flat_map(|leg| self.call.leg_ended(leg, LegEnd::Lost, now)).collect()
            }
        }
    }

    /// The counsellor's star: alone with the psychiatrist, and together again.
    fn pressed(&mut self, pressed: LegId, key: char) -> Vec<Effect> {
        let counsellors = matches!(
            self.call.state(),
            State::Talking { with: AnsweredBy::Desk(_), leg, .. } if *leg == pressed
        );
        if key != '*' || !counsellors || !self.call.doctor_is_in() {
            return Vec::new();
        }
        match self.call.is_private() {
            true => self.call.bring_together(),
            false => self.call.consult_privately(),
        }
    }

    fn hear_routing(&mut self, news: News) -> Vec<Effect> {
        let now = self.deps.clock.now();
        match news {
            News::Lost => self.asked.is_lost(),
            News::Offer { .. } | News::NobodyFree(_) | News::Withdrawn(_) => {
                self.asked.is_answered(now, &self.deps.settings.limits);
            }
            News::Claimed { .. } | News::Unclaimed { .. } => {}
        }
        match news {
            News::Offer { offer, desk, .. } if !self.deps.desks.take(&desk, self.id) => {
                vec![not_free(offer, desk)]
            }
            News::Offer { offer, desk, target, ring_for } => {
                self.offered(offer, desk, target, ring_for, OfferedBy::Routing)
            }
            News::NobodyFree(why) => self.call.nobody_free(why, now),
            News::Lost => self.call.routing_lost(now),
            News::Claimed { offer, desk, target, ring_for } => {
                self.claimed(offer, desk, Put { target, until: now + ring_for })
            }
            News::Unclaimed { desk, why } => self.unclaimed(desk, why),
            News::Withdrawn(offer) => {
                info!(%offer, "routing took an offer back");
                Vec::new()
            }
        }
    }

    pub(super) fn offered(
        &mut self,
        offer: OfferId,
        desk: DeskId,
        target: Target,
        ring_for: Duration,
        by: OfferedBy,
    ) -> Vec<Effect> {
        let until = self.deps.clock.now() + ring_for;
        let leg = self.put(offer, Put { target, until });
        let reach = self.reach(&desk, offer);
        self.call.offered(offer, desk, leg, by, reach)
    }

    /// What happens to the leg is the call's from here on.
    fn doctor_joins(
        &mut self,
        staff: StaffId,
        leg: LegId,
        answer: oneshot::Sender<Result<(), Unjoinable>>,
    ) -> Vec<Effect> {
        let (effects, joined) = match self.call.doctor_joins(staff, leg, self.deps.clock.now()) {
            Ok(effects) => (effects, Ok(())),
            Err(why) => (Vec::new(), Err(why)),
        };
        if joined.is_ok() {
            self.deps.switchboard.expect(leg, self.to_self.clone());
        }
        // Whoever asked may have hung up meanwhile: then the leg's end is on its way to us.
        let _ = answer.send(joined);
        effects
    }

    fn give_back(&mut self, leg: LegId) {
        self.deps.switchboard.forget(leg);
        self.targets.remove(&leg);
    }

    async fn close(self) {
        self.deps.desks.give_back_all(self.id);
        self.deps.switchboard.ended(self.id);
        if let Some(debt) = self.pays {
            self.deps.switchboard.listens_no_more(debt.call);
        }
        self.deps.settle(&self).await;
    }
}

fn leg_end(cause: Cause) -> LegEnd {
    match cause {
        Cause::HungUp | Cause::Released => LegEnd::HungUp,
        Cause::Busy => LegEnd::Busy,
        Cause::NoAnswer => LegEnd::NoAnswer,
        Cause::Declined => LegEnd::Declined,
        Cause::Unreachable | Cause::Failed => LegEnd::Unreachable,
        Cause::Dead => LegEnd::Lost,
    }
}
