//! A call's decisions carried out: first kept, then done, in their order.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use domain::call::Effect;
use domain::ids::LegId;
use domain::ledger::{CallAlarm, Entry, OfferOutcome, Prompt, Step};
use shell::alarms::Alarm;

use super::asker::Saying;
use super::call_task::CallTask;
use super::keep::carries_number;
use super::measure;
use crate::edge::{Cause, Repeat};
use crate::media::clip::Clip;
use crate::media::prompts::Language;

/// Between two rounds of the hold announcement.
const HOLD_PAUSE: Duration = Duration::from_secs(8);

impl CallTask {
    pub(super) async fn carry_out(&mut self, effects: Vec<Effect>) {
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
            | Effect::Join { .. }
            | Effect::Part { .. }
            | Effect::RingAgain { .. }
            | Effect::ClaimDesk { .. }
            | Effect::MoveTo { .. }
            | Effect::Listen { .. }
            | Effect::Notice { .. }
            | Effect::RingFallback
            | Effect::RingCaller
            | Effect::Ring { .. }
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
            if self.pays.is_none() {
                let (deps, window) = (&self.deps, &self.window);
                self.help.follows(&entry.step, deps, &window.operator, &window.id, self.id);
            }
            measure::human(&self.call, &entry.step, now, &self.deps.settings.limits);
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
            Effect::Record(step) => self.mind_desks(&step),
            Effect::Seek { circle, class, since } => {
                self.asked.begins(self.deps.clock.now());
                self.say(Saying::Seek { circle, class, since });
            }
            Effect::AskRingList => return self.ask_ring_list(),
            Effect::RingDesk { offer, leg, picks_up, .. } => {
                return self.ring_desk(offer, leg, picks_up).await;
            }
            Effect::RingAgain { offer } => return self.ring_again(offer),
            Effect::ClaimDesk { desk } => self.say(Saying::Claim { desk }),
            Effect::MoveTo { offer, desk } => self.say(Saying::Move { offer, desk }),
            Effect::Ring { leg } => self.ring(leg),
            Effect::Report { offer, desk, outcome } => {
                if outcome != OfferOutcome::Answered {
                    self.deps.desks.give_back(&desk, self.id);
                    self.offers.remove(&offer);
                }
                self.say(Saying::Report { offer, desk, outcome });
            }
            Effect::Release => {
                self.deps.desks.give_back_all(self.id);
                self.say(Saying::Release);
            }
            Effect::PickUp { leg } => edge.answer(leg),
            Effect::Say { leg, prompt } => self.play(leg, prompt, Repeat::Once),
            Effect::Hold { leg, prompt } => self.play(leg, prompt, Repeat::Loop { pause: HOLD_PAUSE }),
            Effect::Join { leg } => edge.join(leg, self.id),
            Effect::Listen { leg } => edge.listen_in(leg, self.id),
            Effect::Notice { leg } => edge.play(leg, notice(), Repeat::Once),
            Effect::Part { leg } => edge.leave(leg),
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
}

/// Somebody listens: the tone that telephone networks give to recorded calls, once.
fn notice() -> Clip {
    Clip::tone(1_400, 400)
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
