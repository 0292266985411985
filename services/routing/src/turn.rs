//! Whose turn it is: `domain::routing::dispatch` over one operator's desks and
//! every call that waits, ours and those of other replicas.

use std::collections::HashMap;

use domain::desk::Desk;
use domain::ids::{CallId, DeskId, OfferId, OperatorId};
use domain::ledger::NoOneFree;
use domain::routing::{Choice, Snapshot, Waiting, dispatch};
use domain::time::Instant;

use crate::board::{DeskKey, Place};
use crate::circles::Circles;
use crate::round::Round;

/// Since when a desk is kept for a call of another replica whose turn is first. It may be unable
/// to take it (another language, a refusal that only it knows, a stall), so it is not kept long.
#[derive(Debug, Default)]
pub(crate) struct KeptForOthers(HashMap<(CallId, DeskKey), Instant>);

impl KeptForOthers {
    fn keep(&mut self, call: CallId, key: DeskKey, now: Instant) -> bool {
        match self.0.contains_key(&(call, key.clone())) {
            true => false,
            false => self.0.insert((call, key), now).is_none(),
        }
    }

    fn gave_up(&self, place: &Place, by: Instant) -> Vec<DeskId> {
        let late = |((call, _), since): &(&(CallId, DeskKey), &Instant)| *call == place.call && **since <= by;
        self.0.iter().filter(late).map(|((_, key), _)| key.1.clone()).collect()
    }

    /// When the next desk stops being kept that was still kept at `looked`.
    pub(crate) fn next_end(&self, looked: Instant, keep: std::time::Duration) -> Option<Instant> {
        self.0.values().map(|since| *since + keep).filter(|end| *end > looked).min()
    }

    fn forget(&mut self, round: &Round<'_>) {
        self.0.retain(|(call, key), _| {
            let free = round.board.desks.get(key).is_some_and(|seat| seat.desk.is_free(round.now));
            free && round.board.places.contains_key(call)
        });
    }
}

impl Round<'_> {
    /// Claims desks for the calls of this replica. True when a desk was left to another replica
    /// that should be told.
    pub(crate) fn dispatch(
        &mut self,
        circles: &Circles,
        kept: &mut KeptForOthers,
        draw: &mut dyn FnMut() -> OfferId,
    ) -> bool {
        kept.forget(self);
        let mut operators: Vec<OperatorId> =
            self.seekers.values().map(|seeker| seeker.place.operator.clone()).collect();
        operators.sort_unstable();
        operators.dedup();
        self.tell_those_whose_window_is_gone();
        let mut tell_others = false;
        for operator in operators {
            let snapshot = self.snapshot(&operator, circles, kept);
            for choice in dispatch(&snapshot, self.now) {
                tell_others |= self.choose(&operator, choice, kept, draw);
            }
        }
        tell_others
    }

    fn tell_those_whose_window_is_gone(&mut self) {
        let places = self.seekers.values().map(|seeker| &seeker.place);
        let gone = places.filter(|place| self.plan.window(&place.operator, &place.window).is_none());
        self.nobody.extend(gone.map(|place| (place.call, NoOneFree::NobodyOnDuty)));
    }

    fn choose(
        &mut self,
        operator: &OperatorId,
        choice: Choice,
        kept: &mut KeptForOthers,
        draw: &mut dyn FnMut() -> OfferId,
    ) -> bool {
        let keys = |desks: Vec<DeskId>| desks.into_iter().map(|desk| (operator.clone(), desk));
        match (self.seekers.contains_key(&choice.call), choice.outcome) {
            (true, Ok(desks)) => {
                keys(desks).for_each(|key| self.claim(&key, choice.call, draw()));
                false
            }
            (true, Err(why)) => {
                self.nobody.insert(choice.call, why);
                false
            }
            (false, Ok(desks)) => {
                keys(desks).filter(|key| kept.keep(choice.call, key.clone(), self.now)).count() > 0
            }
            (false, Err(_)) => false,
        }
    }

    fn claim(&mut self, key: &DeskKey, call: CallId, offer: OfferId) {
        let until = self.now + self.settings.ring_for + self.settings.claim_grace;
        let owner = self.seekers.get(&call).map(|seeker| seeker.owner.clone());
        if let Some(seat) = self.board.desks.get_mut(key)
            && seat.desk.claim(offer, call, until, self.now).is_ok()
        {
            seat.claim_owner = owner;
        }
    }

    pub(crate) fn snapshot(
        &self,
        operator: &OperatorId,
        circles: &Circles,
        kept: &KeptForOthers,
    ) -> Snapshot {
        let duty = self.plan.duty.iter().filter(|duty| duty.operator == *operator && !duty.supervisor);
        let desks = self.board.desks.iter().filter(|(key, _)| key.0 == *operator);
        let claims = self.board.claims();
        let ringing = |call: &CallId| {
            let desks = claims.get(call).into_iter().flatten();
            desks.map(|claim| claim.key.1.clone()).collect()
        };
        let places = self.board.places.values().filter(|place| place.operator == *operator);
        Snapshot {
            duty: duty.map(|duty| duty.person.clone()).collect(),
            desks: desks.map(|(_, seat)| seat.desk.clone()).collect(),
            waiting: places
                .filter_map(|place| self.waiting(place, circles, kept, ringing(&place.call)))
                .collect(),
        }
    }

    pub(crate) fn all_desks(&self) -> Vec<Desk> {
        self.board.desks.values().map(|seat| seat.desk.clone()).collect()
    }

    /// None when the window left the rota.
    fn waiting(
        &self,
        place: &Place,
        circles: &Circles,
        kept: &KeptForOthers,
        ringing: Vec<DeskId>,
    ) -> Option<Waiting> {
        let window = self.plan.window(&place.operator, &place.window)?;
        let seeker = self.seekers.get(&place.call);
        let given_up = || kept.gave_up(place, self.now - self.settings.keep_for_others);
        Some(Waiting {
            call: place.call,
            class: place.class,
            since: place.since,
            language: seeker.and_then(|seeker| seeker.language),
            region: seeker.and_then(|seeker| seeker.region.clone()),
            circle: circles.circle(self.plan, window, place.circle),
            ringing,
            refused: seeker.map_or_else(given_up, |seeker| seeker.refused.clone()),
        })
    }
}
