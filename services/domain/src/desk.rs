//! One desk 席: who sits there and whether it may be rung.
//!
//! Pure: each push answers whether it was fitting; time lets leases and wrap-up
//! run out through `wake`.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::ids::{CallId, DeskId, OfferId, StaffId};
use crate::ledger::OfferOutcome;
use crate::time::Instant;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    SignedOut,
    Available,
    Paused {
        reason: PauseReason,
    },
    /// Claimed for a call and being rung; the claim is a lease.
    Offered {
        offer: OfferId,
        call: CallId,
        until: Instant,
    },
    InCall {
        offer: OfferId,
        call: CallId,
    },
    WrapUp {
        until: Instant,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PauseReason {
    /// By the counsellor's own hand.
    Own,
    /// The desk was rung and nobody lifted: paused so that the next caller does not wait for it.
    NoAnswer,
    /// Its telephone could not be reached.
    Unreachable,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("desk is signed out")]
    SignedOut,
    #[error("desk is not free")]
    NotFree,
    #[error("desk does not hold this offer")]
    OtherOffer,
    #[error("desk is in a call")]
    InCall,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Desk {
    pub id: DeskId,
    pub staff: Option<StaffId>,
    pub presence: Presence,
    /// Since when the presence is what it is.
    pub since: Instant,
    /// Since when it has not talked: the longest idle desk is rung first.
    pub idle_since: Instant,
    /// The sign-in holds until then unless a heartbeat renews it.
    pub lease_until: Option<Instant>,
    /// Whoever sat here left by a hand, not by a lease that ran out: a heartbeat seats nobody again.
    pub left: bool,
}

impl Desk {
    pub fn vacant(id: DeskId, now: Instant) -> Self {
        Self {
            id,
            staff: None,
            presence: Presence::SignedOut,
            since: now,
            idle_since: now,
            lease_until: None,
            left: false,
        }
    }

    /// Somebody sits down, or the same person renews the lease. A pause of their own stays; a
    /// pause that the line put on is lifted only by a fresh sign-in or `resume`.
    pub fn sign_in(&mut self, staff: StaffId, until: Instant, now: Instant) -> Result<(), Refusal> {
        let same = self.staff.as_ref() == Some(&staff);
        match self.presence {
            Presence::Offered { .. } | Presence::InCall { .. } if !same => return Err(Refusal::InCall),
            Presence::SignedOut => self.become_(Presence::Available, now),
            Presence::Available
            | Presence::Paused { .. }
            | Presence::Offered { .. }
            | Presence::InCall { .. }
            | Presence::WrapUp { .. } => {}
        }
        if !same {
            self.idle_since = now;
        }
        self.staff = Some(staff);
        self.lease_until = Some(until);
        self.left = false;
        Ok(())
    }

    /// A heartbeat: the sign-in holds on. After an outage it seats the person again, unless the desk was
    /// left meanwhile or somebody else sits there.
    pub fn renew(&mut self, staff: &StaffId, until: Instant, now: Instant) -> Result<(), Refusal> {
        match &self.staff {
            _ if self.left => Ok(()),
            Some(sits) if sits != staff => Ok(()),
            Some(_) | None => self.sign_in(staff.clone(), until, now),
        }
    }

    /// A call that is going on goes on; the desk is signed out when it ends.
    pub fn sign_out(&mut self, now: Instant) {
        self.lease_until = None;
        self.left = true;
        match self.presence {
            Presence::InCall { .. } | Presence::Offered { .. } => {}
            Presence::SignedOut | Presence::Available | Presence::Paused { .. } | Presence::WrapUp { .. } => {
                self.leave(now);
            }
        }
    }

    pub fn pause(&mut self, reason: PauseReason, now: Instant) -> Result<(), Refusal> {
        match self.presence {
            Presence::SignedOut => Err(Refusal::SignedOut),
            Presence::Offered { .. } | Presence::InCall { .. } => Err(Refusal::InCall),
            Presence::Available | Presence::Paused { .. } | Presence::WrapUp { .. } => {
                self.become_(Presence::Paused { reason }, now);
                Ok(())
            }
        }
    }

    /// Back to work: ends a pause or a wrap-up.
    pub fn resume(&mut self, now: Instant) -> Result<(), Refusal> {
        match self.presence {
            Presence::SignedOut => Err(Refusal::SignedOut),
            Presence::Paused { .. } | Presence::WrapUp { .. } => {
                self.become_(Presence::Available, now);
                Ok(())
            }
            Presence::Available | Presence::Offered { .. } | Presence::InCall { .. } => Ok(()),
        }
    }

    pub fn is_free(&self, now: Instant) -> bool {
        matches!(self.presence, Presence::Available) && self.is_signed_in(now)
    }

    pub fn is_signed_in(&self, now: Instant) -> bool {
        self.staff.is_some() && self.lease_until.is_some_and(|until| until > now)
    }

    pub fn claim(
        &mut self,
        offer: OfferId,
        call: CallId,
        until: Instant,
        now: Instant,
    ) -> Result<(), Refusal> {
        if !self.is_free(now) {
            return Err(Refusal::NotFree);
        }
        self.become_(Presence::Offered { offer, call, until }, now);
        Ok(())
    }

    /// What became of an offer. Said twice, it is done once.
    pub fn offer_ended(
        &mut self,
        ended: OfferId,
        outcome: OfferOutcome,
        now: Instant,
    ) -> Result<(), Refusal> {
        let (offer, call) = match self.presence {
            Presence::Offered { offer, call, .. } if offer == ended => (offer, call),
            Presence::InCall { offer, .. } if offer == ended && outcome == OfferOutcome::Answered => {
                return Ok(());
            }
            Presence::Offered { .. }
            | Presence::InCall { .. }
            | Presence::SignedOut
            | Presence::Available
            | Presence::Paused { .. }
            | Presence::WrapUp { .. } => return Err(Refusal::OtherOffer),
        };
        let next = match outcome {
            OfferOutcome::Answered => Presence::InCall { offer, call },
            OfferOutcome::NoAnswer => Presence::Paused { reason: PauseReason::NoAnswer },
            OfferOutcome::Unreachable => Presence::Paused { reason: PauseReason::Unreachable },
            OfferOutcome::Busy | OfferOutcome::Declined | OfferOutcome::Withdrawn => Presence::Available,
        };
        self.become_(next, now);
        self.leave_if_signed_out(now);
        Ok(())
    }

    /// The telephone rang for a call that this desk turned out to be in already (found alive by
    /// the reconciler after the store or routing was away).
    pub fn found_in_call(&mut self, offer: OfferId, call: CallId, now: Instant) {
        self.become_(Presence::InCall { offer, call }, now);
    }

    /// The call is over: time to write, then free again.
    pub fn call_ended(&mut self, ended: CallId, wrap_up: Duration, now: Instant) -> Result<(), Refusal> {
        match self.presence {
            Presence::InCall { call, .. } if call == ended => {
                self.idle_since = now;
                self.become_(Presence::WrapUp { until: now + wrap_up }, now);
                self.leave_if_signed_out(now);
                Ok(())
            }
            Presence::InCall { .. }
            | Presence::SignedOut
            | Presence::Available
            | Presence::Paused { .. }
            | Presence::Offered { .. }
            | Presence::WrapUp { .. } => Err(Refusal::OtherOffer),
        }
    }

    /// When `wake` is next due.
    pub fn deadline(&self) -> Option<Instant> {
        match self.presence {
            Presence::SignedOut | Presence::InCall { .. } => None,
            Presence::Available | Presence::Paused { .. } => self.lease_until,
            Presence::Offered { until, .. } => Some(until),
            Presence::WrapUp { until } => Some(self.lease_until.map_or(until, |lease| lease.min(until))),
        }
    }

    /// Early and repeated calls change nothing. True when something changed.
    pub fn wake(&mut self, now: Instant) -> bool {
        match self.presence {
            Presence::Offered { until, .. } if now >= until => {
                // Nobody told us what became of the offer: the ringing side is gone.
                self.become_(Presence::Available, now);
                self.leave_if_signed_out(now);
                true
            }
            Presence::WrapUp { until } if now >= until && self.is_signed_in(now) => {
                self.become_(Presence::Available, now);
                true
            }
            Presence::Available | Presence::Paused { .. } | Presence::WrapUp { .. }
                if !self.is_signed_in(now) =>
            {
                self.leave(now);
                true
            }
            Presence::SignedOut
            | Presence::Available
            | Presence::Paused { .. }
            | Presence::Offered { .. }
            | Presence::InCall { .. }
            | Presence::WrapUp { .. } => false,
        }
    }

    fn become_(&mut self, presence: Presence, now: Instant) {
        self.presence = presence;
        self.since = now;
    }

    fn leave_if_signed_out(&mut self, now: Instant) {
        if !self.is_signed_in(now)
            && !matches!(self.presence, Presence::InCall { .. } | Presence::Offered { .. })
        {
            self.leave(now);
        }
    }

    fn leave(&mut self, now: Instant) {
        self.staff = None;
        self.lease_until = None;
        self.become_(Presence::SignedOut, now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    const NOW: Instant = Instant::from_micros(1_000_000_000);
    const HOUR: Duration = Duration::from_secs(3600);
    const OFFER: OfferId = OfferId(Uuid::from_u128(1));
    const CALL: CallId = CallId(Uuid::from_u128(2));

    fn signed_in() -> Desk {
        let mut desk = Desk::vacant(DeskId::parse("ito").unwrap(), NOW);
        desk.sign_in("ito".parse().unwrap(), NOW + HOUR, NOW).unwrap();
        desk
    }

    fn in_call() -> Desk {
        let mut desk = signed_in();
        desk.claim(OFFER, CALL, NOW + HOUR, NOW).unwrap();
        desk.offer_ended(OFFER, OfferOutcome::Answered, NOW).unwrap();
        desk
    }

    #[test]
    fn a_desk_that_does_not_answer_is_paused_and_says_so() {
        let mut desk = signed_in();
        desk.claim(OFFER, CALL, NOW + HOUR, NOW).unwrap();

        desk.offer_ended(OFFER, OfferOutcome::NoAnswer, NOW).unwrap();

        assert_eq!(desk.presence, Presence::Paused { reason: PauseReason::NoAnswer });
    }

    #[test]
    fn a_heartbeat_does_not_lift_a_pause() {
        let mut desk = signed_in();
        desk.pause(PauseReason::NoAnswer, NOW).unwrap();

        desk.sign_in("ito".parse().unwrap(), NOW + HOUR + HOUR, NOW).unwrap();

        assert_eq!(desk.presence, Presence::Paused { reason: PauseReason::NoAnswer });
    }

    #[test]
    fn a_heartbeat_does_not_seat_again_who_left() {
        let mut desk = signed_in();
        desk.sign_out(NOW);

        desk.renew(&"ito".parse().unwrap(), NOW + HOUR, NOW).unwrap();
        assert_eq!((desk.presence, &desk.staff), (Presence::SignedOut, &None));

        desk.sign_in("ito".parse().unwrap(), NOW + HOUR, NOW).unwrap();
        assert!(desk.is_free(NOW));
    }

    #[test]
    fn who_leaves_in_mid_call_is_gone_when_it_ends_whatever_a_heartbeat_says() {
        let mut desk = in_call();
        desk.sign_out(NOW);

        desk.renew(&"ito".parse().unwrap(), NOW + HOUR, NOW).unwrap();
        desk.call_ended(CALL, Duration::from_secs(30), NOW).unwrap();

        assert_eq!(desk.presence, Presence::SignedOut);
    }

    #[test]
    fn a_heartbeat_seats_again_whose_lease_ran_out_and_nobody_in_another_s_place() {
        let mut desk = signed_in();
        assert!(desk.wake(NOW + HOUR));

        desk.renew(&"ito".parse().unwrap(), NOW + HOUR + HOUR, NOW + HOUR).unwrap();
        assert!(desk.is_free(NOW + HOUR));

        desk.renew(&"sato".parse().unwrap(), NOW + HOUR + HOUR, NOW + HOUR).unwrap();
        assert_eq!(desk.staff, Some("ito".parse().unwrap()));
    }

    #[test]
    fn a_desk_holds_one_offer_at_a_time() {
        let mut desk = signed_in();
        desk.claim(OFFER, CALL, NOW + HOUR, NOW).unwrap();

        assert_eq!(desk.claim(OfferId(Uuid::from_u128(9)), CALL, NOW + HOUR, NOW), Err(Refusal::NotFree));
    }

    #[test]
    fn after_a_call_the_desk_writes_and_then_is_free_again() {
        let mut desk = in_call();
        desk.call_ended(CALL, Duration::from_secs(30), NOW).unwrap();
        assert!(!desk.is_free(NOW));

        assert!(desk.wake(NOW + Duration::from_secs(30)));

        assert!(desk.is_free(NOW + Duration::from_secs(30)));
    }

    #[test]
    fn somebody_who_signs_out_in_a_call_leaves_when_it_ends() {
        let mut desk = in_call();

        desk.sign_out(NOW);
        assert!(matches!(desk.presence, Presence::InCall { .. }));
        desk.call_ended(CALL, HOUR, NOW).unwrap();

        assert_eq!((desk.presence, desk.staff), (Presence::SignedOut, None));
    }

    #[test]
    fn a_sign_in_without_heartbeat_ends_with_its_lease() {
        let mut desk = signed_in();

        assert!(desk.wake(NOW + HOUR));

        assert_eq!(desk.presence, Presence::SignedOut);
    }

    #[test]
    fn an_offer_that_nobody_reports_on_frees_the_desk_at_its_deadline() {
        let mut desk = signed_in();
        desk.claim(OFFER, CALL, NOW + Duration::from_secs(17), NOW).unwrap();

        assert!(desk.wake(NOW + Duration::from_secs(17)));

        assert!(desk.is_free(NOW + Duration::from_secs(17)));
    }
}
