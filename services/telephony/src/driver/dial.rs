//! Whom a call rings: desks, the fallback number, the person who is owed it.

use std::time::Duration;

use domain::call::Effect;
use domain::ids::{LegId, OfferId};
use domain::ledger::OfferedBy;

use super::call_task::{CallTask, Drawn, Put};
use crate::edge::{Ring, Target};

impl CallTask {
    /// Whoever of the ring list is free, when routing is gone.
    pub(super) fn ask_ring_list(&mut self) -> Vec<Effect> {
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
    pub(super) async fn ring_desk(&mut self, offer: OfferId, leg: LegId, picks_up: bool) -> Vec<Effect> {
        let now = self.deps.clock.now();
        if self.pays.is_some() && self.call.caller().is_none() && !self.is_still_wanted().await {
            return self.call.called_off(now);
        }
        if let Some(Put { target, until }) = self.offers.get(&offer).cloned() {
            self.targets.insert(leg, Drawn { target, limit: until.since(now), picks_up });
            self.ring(leg);
        }
        Vec::new()
    }

    pub(super) fn ring_fallback(&mut self) -> Vec<Effect> {
        let Some(number) = self.window.fallback.clone() else { return Vec::new() };
        let leg = self.deps.ids.leg();
        self.draw(leg, Target::Outside(number), self.deps.settings.fallback_rings);
        self.call.fallback_rung(leg)
    }

    /// The person may have reached us by themselves meanwhile: then they are not rung.
    pub(super) async fn ring_caller(&mut self) -> Vec<Effect> {
        let wanted = self.is_still_wanted().await;
        let Some(number) = self.number.clone().filter(|_| wanted) else {
            return self.call.called_off(self.deps.clock.now());
        };
        self.deps.switchboard.is_with(self.id, number.clone());
        // A psychiatrist who is paged for the call that owes this one finds the caller here.
        if let Some(debt) = self.pays {
            self.deps.switchboard.listens(debt.call, self.to_self.clone());
        }
        let leg = self.caller_leg;
        self.draw(leg, Target::Outside(number), self.deps.settings.caller_rings);
        self.call.caller_rung(leg)
    }

    /// Whom this leg was drawn for.
    pub(super) fn ring(&self, leg: LegId) {
        let Some(Drawn { target, limit, picks_up }) = self.targets.get(&leg).cloned() else { return };
        self.deps.switchboard.expect(leg, self.to_self.clone());
        let shown_as = self.window.name.clone();
        self.deps.edge.ring(Ring { leg, target, shown_as, limit, answer_by_itself: picks_up });
    }

    pub(super) fn draw(&mut self, leg: LegId, target: Target, limit: Duration) {
        self.targets.insert(leg, Drawn { target, limit, picks_up: false });
    }

    /// The call is still owed, and the person is not on the line with us already.
    async fn is_still_wanted(&self) -> bool {
        let (Some(debt), Some(number)) = (&self.pays, &self.number) else { return false };
        !self.deps.switchboard.has(number, self.id)
            && self.deps.is_still_owed(&self.window.operator, debt.call).await
    }
}
