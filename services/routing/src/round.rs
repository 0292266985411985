//! One round of the dispatcher, before anything is stored: what is asked and
//! what time brings is carried out on a copy of the board.
//!
//! Pure. Carrying out a request twice is as good as once: a round whose desk
//! was changed by another replica is done again on what the store has now.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use domain::desk::{Desk, PauseReason, Presence, Refusal};
use domain::ids::{CallId, DeskId, OfferId, OperatorId, StaffId};
use domain::ledger::{NoOneFree, OfferOutcome};
use domain::time::Instant;

use crate::board::{Board, DeskKey, Place, Seat, held_call, offered};
use crate::config::{LONGEST_SIGN_IN, Settings};
use crate::error::RoutingError;
use crate::plan::Plan;
use crate::request::{Answer, LiveCall, Offer, Report, Request, Seek, Wanted};
use crate::seeker::Seeker;
use crate::view::rings_at;

pub(crate) type Seekers = HashMap<CallId, Seeker>;

pub(crate) struct Round<'r> {
    pub(crate) board: Board,
    pub(crate) seekers: &'r mut Seekers,
    pub(crate) plan: &'r Plan,
    pub(crate) settings: &'r Settings,
    pub(crate) now: Instant,
    /// Calls that need no desk any more, whoever has their stream.
    pub(crate) ended: BTreeSet<(OperatorId, CallId)>,
    /// Offers whose outcome came from the one who rings.
    pub(crate) reported: HashSet<OfferId>,
    /// Calls of this replica for which nobody can be rung, and why.
    pub(crate) nobody: BTreeMap<CallId, NoOneFree>,
    touched: Vec<DeskKey>,
}

impl<'r> Round<'r> {
    pub(crate) fn new(
        board: Board,
        seekers: &'r mut Seekers,
        plan: &'r Plan,
        settings: &'r Settings,
        now: Instant,
    ) -> Self {
        Self {
            board,
            seekers,
            plan,
            settings,
            now,
            ended: BTreeSet::new(),
            reported: HashSet::new(),
            nobody: BTreeMap::new(),
            touched: Vec::new(),
        }
    }

    /// The answer, and the desks on which it rests.
    pub(crate) fn carry_out(&mut self, request: &Request) -> (Result<Answer, RoutingError>, Vec<DeskKey>) {
        self.touched.clear();
        let answer = match request {
            Request::Seek(seek) => self.seek(seek),
            Request::Report(report) => self.report(report),
            Request::Claim(wanted) => self.claim_desk(wanted),
            Request::End { operator, call } => Ok(self.end(operator, *call)),
            Request::Reconcile { operator, owner, live } => Ok(self.reconcile(operator, owner, live)),
            Request::SignIn { operator, desk, staff, lease, renewal } => {
                let lease = lease.unwrap_or(self.settings.sign_in).min(LONGEST_SIGN_IN);
                let (key, until) = ((operator.clone(), desk.clone()), self.now + lease);
                if *renewal { self.renew(key, staff, until) } else { self.sign_in(key, staff, until) }
            }
            Request::SignOut { operator, desk } => self.sign_out((operator.clone(), desk.clone())),
            Request::Pause { operator, desk, reason } => {
                self.pause((operator.clone(), desk.clone()), *reason)
            }
            Request::Resume { operator, desk } => self.resume((operator.clone(), desk.clone())),
        };
        (answer, std::mem::take(&mut self.touched))
    }

    /// What time brings: leases and wrap-ups that ran out, streams that were let go, places whose
    /// replica died.
    pub(crate) fn wake(&mut self) {
        let now = self.now;
        for seat in self.board.desks.values_mut() {
            let due = seat.desk.deadline().is_some_and(|at| at <= now);
            if due && seat.desk.wake(now) {
                seat.claim_owner = None;
            }
        }
        self.let_go_of_closed_streams();
        self.renew_places();
        self.sweep_places();
    }

    fn let_go_of_closed_streams(&mut self) {
        let gone: Vec<CallId> =
            self.seekers.iter().filter(|(_, seeker)| seeker.is_gone()).map(|(call, _)| *call).collect();
        for call in gone {
            self.seekers.remove(&call);
            self.give_up(call);
        }
    }

    fn renew_places(&mut self) {
        let (now, lease) = (self.now, self.settings.waiting_lease);
        for seeker in self.seekers.values_mut() {
            if seeker.place.renew_at(lease) <= now {
                seeker.place.lease_until = now + lease;
            }
            self.board.places.insert(seeker.place.call, seeker.place.clone());
        }
    }

    fn sweep_places(&mut self) {
        let orphaned = |place: &&Place| match place.owner == self.settings.owner {
            true => !self.seekers.contains_key(&place.call),
            false => place.lease_until <= self.now,
        };
        let calls: Vec<CallId> =
            self.board.places.values().filter(orphaned).map(|place| place.call).collect();
        calls.into_iter().for_each(|call| self.give_up(call));
    }

    /// The call leaves the queue and its open offers are given back.
    fn give_up(&mut self, call: CallId) {
        if let Some(place) = self.board.places.remove(&call) {
            self.give_back_offers(&place.operator, call, None);
        }
    }

    fn give_back_offers(&mut self, operator: &OperatorId, call: CallId, but: Option<&DeskKey>) {
        for key in self.board.holding(operator, call) {
            let Some(seat) = self.seat(&key) else { continue };
            let rung = offered(&seat.desk).map(|(_, offer, _)| offer);
            if let Some(offer) = rung.filter(|_| but != Some(&key)) {
                self.withdraw(&key, offer);
            }
        }
    }

    fn withdraw(&mut self, key: &DeskKey, offer: OfferId) {
        let now = self.now;
        if let Some(seat) = self.seat(key) {
            // It holds this offer, or there is nothing to give back.
            let _ = seat.desk.offer_ended(offer, OfferOutcome::Withdrawn, now);
            seat.claim_owner = None;
        }
    }

    fn seek(&mut self, seek: &Seek) -> Result<Answer, RoutingError> {
        if self.plan.window(&seek.operator, &seek.window).is_none() {
            return Err(RoutingError::UnknownWindow);
        }
        if self.board.answering(seek.call).is_some() {
            return Err(RoutingError::AnsweredElsewhere);
        }
        let place = Place {
            operator: seek.operator.clone(),
            call: seek.call,
            window: seek.window.clone(),
            class: seek.class,
            since: seek.since,
            circle: seek.circle,
            owner: self.settings.owner.clone(),
            lease_until: self.now + self.settings.waiting_lease,
        };
        self.board.places.insert(seek.call, place.clone());
        let seeker = Seeker::new(seek, place, self.seekers.get(&seek.call), self.now);
        self.seekers.insert(seek.call, seeker);
        Ok(Answer::Done)
    }

    fn report(&mut self, report: &Report) -> Result<Answer, RoutingError> {
        self.reported.insert(report.offer);
        let key = (report.operator.clone(), report.desk.clone());
        match report.outcome {
            OfferOutcome::Answered => self.answered(&key, report)?,
            OfferOutcome::Busy | OfferOutcome::Declined => {
                if let Some(seeker) = self.seekers.get_mut(&report.call) {
                    seeker.refused.push(report.desk.clone());
                }
                self.offer_ended(&key, report);
            }
            OfferOutcome::NoAnswer | OfferOutcome::Unreachable | OfferOutcome::Withdrawn => {
                self.offer_ended(&key, report);
            }
        }
        Ok(Answer::Done)
    }

    /// A desk for a call that is answered already. The one that rings it says what becomes of it.
    fn claim_desk(&mut self, wanted: &Wanted) -> Result<Answer, RoutingError> {
        let key = (wanted.operator.clone(), wanted.desk.clone());
        let (now, plan, ring_for) = (self.now, self.plan, self.settings.ring_for);
        let until = now + ring_for + self.settings.claim_grace;
        let seat = self.seat(&key).ok_or(RoutingError::UnknownDesk)?;
        let held = offered(&seat.desk).filter(|(call, ..)| *call == wanted.call);
        let (_, offer, until) = match held {
            Some(held) => held,
            None => {
                seat.desk.claim(wanted.offer, wanted.call, until, now)?;
                seat.claim_owner = Some(wanted.owner.clone());
                (wanted.call, wanted.offer, until)
            }
        };
        let staff = seat.desk.staff.clone();
        let target = rings_at(plan, &wanted.desk, staff.as_ref());
        Ok(Answer::Claimed(Offer { offer, desk: wanted.desk.clone(), staff, target, ring_for, until }))
    }

    /// Of an offer that the desk does not hold any more there is nothing left to end.
    fn offer_ended(&mut self, key: &DeskKey, report: &Report) {
        let now = self.now;
        if let Some(seat) = self.seat(key)
            && offered(&seat.desk).is_some_and(|(_, offer, _)| offer == report.offer)
        {
            let _ = seat.desk.offer_ended(report.offer, report.outcome, now);
            seat.claim_owner = None;
        }
    }

    fn answered(&mut self, key: &DeskKey, report: &Report) -> Result<(), RoutingError> {
        let other = self.board.answering(report.call).filter(|other| *other != key).cloned();
        if report.takes_over {
            return self.takes_over(key, other.as_ref(), report);
        }
        if other.is_some() {
            return Err(RoutingError::AnsweredElsewhere);
        }
        let waits = self.board.places.contains_key(&report.call);
        let owner = self.seekers.get(&report.call).map(|seeker| seeker.owner.clone());
        let now = self.now;
        let seat = self.seat(key).ok_or(RoutingError::UnknownDesk)?;
        match seat.desk.offer_ended(report.offer, OfferOutcome::Answered, now) {
            Ok(()) => {}
            // The claim ran out while the phone was being lifted: a late yes beats no one.
            Err(Refusal::OtherOffer) if waits && held_call(&seat.desk).is_none() => {
                seat.desk.found_in_call(report.offer, report.call, now);
                seat.claim_owner = owner;
            }
            Err(Refusal::OtherOffer) => return Err(RoutingError::AnsweredElsewhere),
            Err(refusal @ (Refusal::SignedOut | Refusal::NotFree | Refusal::InCall)) => {
                return Err(refusal.into());
            }
        }
        self.leaves_queue(&key.0, report.call);
        self.give_back_offers(&key.0, report.call, Some(key));
        Ok(())
    }

    /// The telephones are right: who talks is in the call, whatever the board says of the desk.
    fn takes_over(
        &mut self,
        key: &DeskKey,
        from: Option<&DeskKey>,
        report: &Report,
    ) -> Result<(), RoutingError> {
        let now = self.now;
        let owner = from.and_then(|from| self.seat(from)?.claim_owner.clone());
        let seat = self.seat_or_vacant(key);
        let has_it = Presence::InCall { offer: report.offer, call: report.call };
        if held_call(&seat.desk).is_some_and(|call| call != report.call) {
            return Err(RoutingError::AnsweredElsewhere);
        }
        if seat.desk.presence != has_it {
            seat.desk.found_in_call(report.offer, report.call, now);
            seat.claim_owner = owner.or_else(|| seat.claim_owner.take());
        }
        if let Some(from) = from {
            self.hang_up(from, report.call);
        }
        Ok(())
    }

    fn leaves_queue(&mut self, operator: &OperatorId, call: CallId) {
        if self.board.places.get(&call).is_some_and(|place| place.operator == *operator) {
            self.board.places.remove(&call);
            self.seekers.remove(&call);
            self.ended.insert((operator.clone(), call));
        }
    }

    fn end(&mut self, operator: &OperatorId, call: CallId) -> Answer {
        self.leaves_queue(operator, call);
        self.give_back_offers(operator, call, None);
        for key in self.board.holding(operator, call) {
            self.hang_up(&key, call);
        }
        Answer::Done
    }

    fn hang_up(&mut self, key: &DeskKey, call: CallId) {
        let (now, wrap_up) = (self.now, self.settings.wrap_up);
        if let Some(seat) = self.seat(key)
            && seat.desk.call_ended(call, wrap_up, now).is_ok()
        {
            seat.claim_owner = None;
        }
    }

    fn reconcile(&mut self, operator: &OperatorId, owner: &str, live: &[LiveCall]) -> Answer {
        let named: HashSet<CallId> = live.iter().map(|one| one.call).collect();
        let claimed = |(key, seat): &(&DeskKey, &Seat)| {
            key.0 == *operator && seat.claim_owner.as_deref() == Some(owner)
        };
        let held: Vec<(DeskKey, CallId)> = self
            .board
            .desks
            .iter()
            .filter(claimed)
            .filter_map(|(key, seat)| held_call(&seat.desk).map(|call| (key.clone(), call)))
            .filter(|(_, call)| !named.contains(call))
            .collect();
        let released = held.iter().filter(|(key, call)| self.release(key, *call)).count();
        let adopted = live.iter().filter(|one| self.adopt(operator, owner, one)).count();
        let count = |many| u32::try_from(many).unwrap_or(u32::MAX);
        Answer::Reconciled { released: count(released), adopted: count(adopted) }
    }

    fn release(&mut self, key: &DeskKey, call: CallId) -> bool {
        match self.seat(key).and_then(|seat| offered(&seat.desk)) {
            Some((_, offer, _)) => self.withdraw(key, offer),
            None => self.hang_up(key, call),
        }
        true
    }

    /// The telephones are right: a desk that talks is in its call, whatever we thought.
    fn adopt(&mut self, operator: &OperatorId, owner: &str, live: &LiveCall) -> bool {
        let Some((desk, offer)) = live.at.as_ref().filter(|_| live.answered) else { return false };
        let key = (operator.clone(), desk.clone());
        let known = self.board.answering(live.call).cloned();
        if known.as_ref() == Some(&key) {
            return false;
        }
        if let Some(other) = known {
            self.hang_up(&other, live.call);
        }
        let now = self.now;
        let seat = self.seat_or_vacant(&key);
        seat.desk.found_in_call(*offer, live.call, now);
        seat.claim_owner = Some(owner.to_owned());
        self.leaves_queue(operator, live.call);
        self.give_back_offers(operator, live.call, Some(&key));
        true
    }

    fn sign_in(&mut self, key: DeskKey, staff: &StaffId, until: Instant) -> Result<Answer, RoutingError> {
        if !self.plan.knows(&key.0, staff) {
            return Err(RoutingError::UnknownStaff);
        }
        self.leave_other_desks(&key, staff)?;
        let now = self.now;
        let seat = self.seat_or_vacant(&key);
        let somebody_else = seat.desk.staff.as_ref().is_some_and(|sits| sits != staff);
        if somebody_else && matches!(seat.desk.presence, Presence::InCall { .. }) {
            return Err(Refusal::InCall.into());
        }
        if somebody_else {
            self.leave(&key);
        }
        self.seat_or_vacant(&key).desk.sign_in(staff.clone(), until, now)?;
        Ok(Answer::Done)
    }

    fn renew(&mut self, key: DeskKey, staff: &StaffId, until: Instant) -> Result<Answer, RoutingError> {
        if !self.plan.knows(&key.0, staff) {
            return Err(RoutingError::UnknownStaff);
        }
        let elsewhere = self.board.desks.iter().any(|(other, seat)| {
            other.0 == key.0 && *other != key && seat.desk.staff.as_ref() == Some(staff)
        });
        if !elsewhere {
            let now = self.now;
            self.seat_or_vacant(&key).desk.renew(staff, until, now)?;
        }
        Ok(Answer::Done)
    }

    /// One person sits at one desk.
    fn leave_other_desks(&mut self, here: &DeskKey, staff: &StaffId) -> Result<(), RoutingError> {
        let sits = |(key, seat): &(&DeskKey, &Seat)| {
            key.0 == here.0 && *key != here && seat.desk.staff.as_ref() == Some(staff)
        };
        let others: Vec<DeskKey> = self.board.desks.iter().filter(sits).map(|(key, _)| key.clone()).collect();
        for key in others {
            let talks = |seat: &mut Seat| matches!(seat.desk.presence, Presence::InCall { .. });
            if self.seat(&key).is_some_and(talks) {
                return Err(RoutingError::InCallElsewhere);
            }
            self.leave(&key);
        }
        Ok(())
    }

    fn leave(&mut self, key: &DeskKey) {
        if let Some((_, offer, _)) = self.seat(key).and_then(|seat| offered(&seat.desk)) {
            self.withdraw(key, offer);
        }
        let now = self.now;
        if let Some(seat) = self.seat(key) {
            seat.desk.sign_out(now);
        }
    }

    fn sign_out(&mut self, key: DeskKey) -> Result<Answer, RoutingError> {
        self.seat(&key).ok_or(RoutingError::UnknownDesk)?;
        self.leave(&key);
        Ok(Answer::Done)
    }

    fn pause(&mut self, key: DeskKey, reason: PauseReason) -> Result<Answer, RoutingError> {
        let now = self.now;
        self.seat(&key).ok_or(RoutingError::UnknownDesk)?.desk.pause(reason, now)?;
        Ok(Answer::Done)
    }

    fn resume(&mut self, key: DeskKey) -> Result<Answer, RoutingError> {
        let now = self.now;
        self.seat(&key).ok_or(RoutingError::UnknownDesk)?.desk.resume(now)?;
        Ok(Answer::Done)
    }

    fn seat(&mut self, key: &DeskKey) -> Option<&mut Seat> {
        self.touched.push(key.clone());
        self.board.desks.get_mut(key)
    }

    fn seat_or_vacant(&mut self, key: &DeskKey) -> &mut Seat {
        self.touched.push(key.clone());
        let vacant = |desk: &DeskId| Seat { desk: Desk::vacant(desk.clone(), self.now), claim_owner: None };
        self.board.desks.entry(key.clone()).or_insert_with(|| vacant(&key.1))
    }
}
