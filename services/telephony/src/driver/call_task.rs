//! One call's task: hears what happens, lets `domain::call` decide, carries it
//! out.
//!
//! The records of one decision are durable (store or spool) before anything
//! else of it is done.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use domain::call::{Call, Effect, LegEnd};
use domain::ids::{CallId, DeskId, LegId, OfferId};
use domain::ledger::{CallAlarm, Entry, OfferOutcome, OfferedBy, Prompt, Step};
use shell::alarms::Alarm;
use tokio::sync::mpsc;
use tracing::{Instrument, info};

use super::Deps;
use super::asker::{Asker, News, Saying};
use super::call_back::Debt;
use super::keep::carries_number;
use super::plan::Window;
use crate::edge::{Cause, Number, Repeat, Ring, Target};
use crate::media::prompts::Language;

/// Events of one call that wait to be decided on. A call has a handful a second at most.
pub(super) const INBOX: usize = 64;
/// Between two rounds of the hold announcement.
const HOLD_PAUSE: Duration = Duration::from_secs(8);

/// What a call hears.
#[derive(Clone, Debug)]
pub(super) enum Heard {
    Ringing(LegId),
    Answered(LegId),
    Ended(LegId, Cause),
    Held(LegId, bool),
    Said(LegId),
    Routing(News),
    /// The line stops: nothing may go on.
    Cut,
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
    pub targets: HashMap<LegId, (Target, Duration)>,
    pub refused: Vec<DeskId>,
    /// The leg that will be rung for a call-back.
    pub caller_leg: LegId,
}

impl CallTask {
    pub(super) fn start_asker(
        deps: &Deps,
        id: CallId,
        window: &Window,
        inbox: &mpsc::Sender<Heard>,
    ) -> mpsc::Sender<Saying> {
        let asker = Asker {
            operator: window.operator.clone(),
            call: id,
            window: window.id.clone(),
            language: window.language.clone(),
            owner: Arc::clone(&deps.owner),
        };
        asker.start(deps.routing.clone(), inbox.clone())
    }

    pub(super) async fn run(mut self, begun: Vec<Effect>) {
        let span = tracing::info_span!("call", call = %self.id, window = %self.window.id);
        async {
            self.carry_out(begun).await;
            while !self.call.is_ended() {
                let effects = self.next().await;
                self.carry_out(effects).await;
            }
            self.close().await;
        }
        .instrument(span)
        .await;
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
            Heard::Routing(News::Offer { offer, desk, target, ring_for }) => {
                self.offered(offer, desk, target, ring_for, OfferedBy::Routing)
            }
            Heard::Routing(News::NobodyFree(why)) => self.call.nobody_free(why, now),
            Heard::Routing(News::Lost) => self.call.routing_lost(now),
            Heard::Routing(News::Withdrawn(offer)) => {
                info!(%offer, "routing took an offer back");
                Vec::new()
            }
            Heard::Cut => {
                let legs = self.call.legs();
                legs.into_iter().flat_map(|leg| self.call.leg_ended(leg, LegEnd::Lost, now)).collect()
            }
        }
    }

    fn offered(
        &mut self,
        offer: OfferId,
        desk: DeskId,
        target: Target,
        ring_for: Duration,
        by: OfferedBy,
    ) -> Vec<Effect> {
        let leg = self.deps.ids.leg();
        self.deps.desks.note(desk.clone(), self.id);
        self.targets.insert(leg, (target, ring_for));
        self.call.offered(offer, desk, leg, by)
    }

    async fn carry_out(&mut self, effects: Vec<Effect>) {
        let mut rounds = VecDeque::from([effects]);
        while let Some(effects) = rounds.pop_front() {
            self.record(&effects).await;
            for effect in effects {
                let more = self.carry_out_one(effect).await;
                if !more.is_empty() {
                    rounds.push_back(more);
                }
            }
        }
    }

    async fn record(&mut self, effects: &[Effect]) {
        let now = self.deps.clock.now();
        let steps = effects.iter().filter_map(|effect| match effect {
            Effect::Record(step) => Some(step.clone()),
            Effect::Seek { .. }
            | Effect::AskRingList
            | Effect::RingDesk { .. }
            | Effect::Report { .. }
            | Effect::Release
            | Effect::PickUp { .. }
            | Effect::Say { .. }
            | Effect::Hold { .. }
            | Effect::Hush { .. }
            | Effect::Connect { .. }
            | Effect::RingFallback
            | Effect::RingCaller
            | Effect::HangUp { .. } => None,
        });
        let entries: Vec<Entry> = steps
            .zip(self.seq..)
            .map(|(step, seq)| Entry {
                operator: self.window.operator.clone(),
                call: self.id,
                seq,
                at: now,
                number: carries_number(&step).then(|| self.number.clone()).flatten(),
                step,
            })
            .collect();
        if entries.is_empty() {
            return;
        }
        self.seq += u32::try_from(entries.len()).unwrap_or(u32::MAX);
        for entry in &entries {
            self.raise(&entry.step);
        }
        let answered = entries.iter().any(|entry| matches!(entry.step, Step::Answered { .. }));
        self.deps.keep(&self.window.id, entries).await;
        if answered && self.pays.is_none() {
            self.call_off_call_backs();
        }
        let desks = self.call.desks();
        self.deps.switchboard.update(self.id, desks, self.call.is_answered());
    }

    /// What people must look at does not wait for the ledger.
    fn raise(&self, step: &Step) {
        if let Step::Alarmed { alarm } = step {
            let alarm = Alarm {
                kind: alarm_kind(*alarm),
                operator: Some(self.window.operator.clone()),
                window: Some(self.window.id.clone()),
            };
            self.deps.alarms.raise(alarm, Some(self.id.to_string()));
        }
    }

    /// Whoever talks to a human now need not be rung back.
    fn call_off_call_backs(&self) {
        if let Some(number) = self.number.clone() {
            let (deps, operator) = (Arc::clone(&self.deps), self.window.operator.clone());
            tokio::spawn(async move { deps.has_reached_us(&operator, &number).await });
        }
    }

    async fn carry_out_one(&mut self, effect: Effect) -> Vec<Effect> {
        let edge = &self.deps.edge;
        match effect {
            Effect::Record(_) => {}
            Effect::Seek { circle, class, since } => self.say(Saying::Seek { circle, class, since }),
            Effect::AskRingList => return self.ask_ring_list(),
            Effect::RingDesk { leg, .. } => return self.ring_desk(leg).await,
            Effect::Report { offer, desk, outcome } => {
                if outcome != OfferOutcome::Answered {
                    self.deps.desks.give_back(&desk, self.id);
                }
                self.say(Saying::Report { offer, desk, outcome });
            }
            Effect::Release => {
                self.deps.desks.give_back_all(self.id);
                self.say(Saying::Release);
            }
            Effect::PickUp { leg } => edge.answer(leg),
            Effect::Say { leg, prompt } => self.play(leg, prompt, Repeat::Once),
            Effect::Hold { leg } => self.play(leg, Prompt::Hold, Repeat::Loop { pause: HOLD_PAUSE }),
            Effect::Hush { leg } => edge.stop_play(leg),
            Effect::Connect { caller, other } => {
                edge.join(caller, self.id);
                edge.join(other, self.id);
            }
            Effect::RingFallback => return self.ring_fallback(),
            Effect::RingCaller => return self.ring_caller().await,
            Effect::HangUp { leg } => {
                self.deps.switchboard.forget(leg);
                edge.hang_up(leg, Cause::Released);
            }
        }
        Vec::new()
    }

    fn say(&self, saying: Saying) {
        if self.asker.try_send(saying).is_err() {
            tracing::warn!("routing is too far behind to be told; the reconciler will");
        }
    }

    fn play(&self, leg: LegId, prompt: Prompt, repeat: Repeat) {
        self.deps.edge.play(leg, self.deps.prompts.clip(prompt, Language::of(&self.window.language)), repeat);
    }

    fn ask_ring_list(&mut self) -> Vec<Effect> {
        let plan = self.deps.plan.borrow().clone();
        let window = plan.window(&self.window.id).unwrap_or(&self.window);
        match self.deps.desks.claim(window, self.id, &self.refused) {
            Ok(listed) => {
                self.refused.push(listed.desk.clone());
                let (offer, ring_for) = (self.deps.ids.offer(), self.deps.settings.desk_rings);
                self.offered(offer, listed.desk, listed.target, ring_for, OfferedBy::RingList)
            }
            Err(why) => {
                self.refused.clear();
                self.call.nobody_free(why, self.deps.clock.now())
            }
        }
    }

    /// A counsellor is not rung for somebody who has reached us by themselves meanwhile.
    async fn ring_desk(&mut self, leg: LegId) -> Vec<Effect> {
        if let Some(debt) = &self.pays
            && !self.deps.is_still_owed(&self.window.operator, debt.call).await
        {
            return self.call.called_off(self.deps.clock.now());
        }
        if let Some((target, limit)) = self.targets.get(&leg).cloned() {
            self.ring(leg, target, limit);
        }
        Vec::new()
    }

    fn ring(&self, leg: LegId, target: Target, limit: Duration) {
        self.deps.switchboard.expect(leg, self.to_self.clone());
        let shown_as = self.window.name.clone();
        self.deps.edge.ring(Ring { leg, target, shown_as, limit, answer_by_itself: false });
    }

    fn ring_fallback(&mut self) -> Vec<Effect> {
        let Some(number) = self.window.fallback.clone() else { return Vec::new() };
        let leg = self.deps.ids.leg();
        self.ring(leg, Target::Outside(number), self.deps.settings.fallback_rings);
        self.call.fallback_rung(leg)
    }

    /// The person may have reached us by themselves meanwhile: then they are not rung.
    async fn ring_caller(&mut self) -> Vec<Effect> {
        let leg = self.caller_leg;
        let effects = self.call.caller_rung(leg);
        let owed = match &self.pays {
            Some(debt) => self.deps.is_still_owed(&self.window.operator, debt.call).await,
            None => false,
        };
        match (&self.number, owed) {
            (Some(number), true) => {
                self.ring(leg, Target::Outside(number.clone()), self.deps.settings.caller_rings)
            }
            (Some(_), false) | (None, _) => {
                let gone = Heard::Ended(leg, Cause::Unreachable);
                let _ = self.to_self.try_send(gone);
            }
        }
        effects
    }

    fn give_back(&mut self, leg: LegId) {
        self.deps.switchboard.forget(leg);
        self.targets.remove(&leg);
    }

    async fn close(self) {
        self.deps.desks.give_back_all(self.id);
        self.deps.switchboard.ended(self.id);
        self.deps.settle(&self).await;
    }
}

/// A word of the runbook.
fn alarm_kind(alarm: CallAlarm) -> &'static str {
    match alarm {
        CallAlarm::NobodyOnDuty => "call_nobody_on_duty",
        CallAlarm::NobodySignedIn => "call_nobody_signed_in",
        CallAlarm::WaitingLong => "call_waiting_long",
        CallAlarm::FallbackFailed => "call_fallback_failed",
        CallAlarm::RoutingLost => "call_routing_lost",
        CallAlarm::CounsellorLost => "call_counsellor_lost",
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
