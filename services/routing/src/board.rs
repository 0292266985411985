//! What the store holds of routing, in memory: desks and places in the queue.
//!
//! A round works on a copy; what differs afterwards is what the store is asked
//! to change.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use domain::desk::{Desk, Presence};
use domain::ids::{CallId, DeskId, OfferId, OperatorId, StaffId, WindowId};
use domain::ledger::PlaceClass;
use domain::time::Instant;

pub(crate) type DeskKey = (OperatorId, DeskId);

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Seat {
    pub(crate) desk: Desk,
    /// The telephony process that rings or talks on the desk's claim.
    pub(crate) claim_owner: Option<String>,
}

/// A caller's place in the queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) operator: OperatorId,
    pub(crate) call: CallId,
    pub(crate) window: WindowId,
    pub(crate) class: PlaceClass,
    pub(crate) since: Instant,
    pub(crate) circle: u32,
    /// The routing replica that has the call's stream.
    pub(crate) owner: String,
    pub(crate) lease_until: Instant,
}

impl Place {
    /// When its replica renews a lease of this length: early enough to try again.
    pub(crate) fn renew_at(&self, lease: Duration) -> Instant {
        self.lease_until - lease + lease / 3
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Board {
    /// In the desks' own order, which a sequential window rings by.
    pub(crate) desks: BTreeMap<DeskKey, Seat>,
    pub(crate) places: BTreeMap<CallId, Place>,
}

/// A desk that is to become `next`, if it still is what was seen.
#[derive(Clone, Debug)]
pub(crate) struct Swap {
    pub(crate) key: DeskKey,
    /// None: the desk is not in the store yet.
    pub(crate) seen: Option<Seat>,
    pub(crate) next: Seat,
}

#[derive(Debug, Default)]
pub(crate) struct Changes {
    /// By key, so that two replicas take row locks in one order; but for a call that moves.
    pub(crate) desks: Vec<Swap>,
    pub(crate) kept: Vec<Place>,
    /// Places that are given up, with the owner that was seen.
    pub(crate) dropped: Vec<Place>,
    /// Calls that need no desk any more, whoever has their stream.
    pub(crate) ended: BTreeSet<(OperatorId, CallId)>,
}

/// An offer that stands: a desk is claimed for a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Claim {
    pub(crate) key: DeskKey,
    pub(crate) offer: OfferId,
    pub(crate) until: Instant,
    pub(crate) staff: Option<StaffId>,
}

impl Changes {
    pub(crate) fn is_empty(&self) -> bool {
        self.desks.is_empty() && self.kept.is_empty() && self.dropped.is_empty() && self.ended.is_empty()
    }
}

impl Board {
    /// What has to be stored for this board to become `next`.
    pub(crate) fn changes_to(&self, next: &Self) -> Changes {
        let swap = |(key, seat): (&DeskKey, &Seat)| {
            let seen = self.desks.get(key);
            (seen != Some(seat)).then(|| Swap { key: key.clone(), seen: seen.cloned(), next: seat.clone() })
        };
        let is_new = |place: &&Place| self.places.get(&place.call) != Some(*place);
        let is_gone = |place: &&Place| !next.places.contains_key(&place.call);
        let mut desks: Vec<Swap> = next.desks.iter().filter_map(swap).collect();
        // A call that moves is left by one desk before it is had by the other: the store knows one desk a call.
        let left: BTreeSet<CallId> = desks.iter().filter_map(|swap| talked(swap.seen.as_ref()?)).collect();
        desks.sort_by_key(|swap| talked(&swap.next).is_some_and(|call| left.contains(&call)));
        Changes {
            desks,
            kept: next.places.values().filter(is_new).cloned().collect(),
            dropped: self.places.values().filter(is_gone).cloned().collect(),
            ended: BTreeSet::new(),
        }
    }

    /// The desks that are being rung, by call.
    pub(crate) fn claims(&self) -> BTreeMap<CallId, Vec<Claim>> {
        let mut claims: BTreeMap<CallId, Vec<Claim>> = BTreeMap::new();
        for (key, seat) in &self.desks {
            if let Some((call, offer, until)) = offered(&seat.desk) {
                let claim = Claim { key: key.clone(), offer, until, staff: seat.desk.staff.clone() };
                claims.entry(call).or_default().push(claim);
            }
        }
        claims
    }

    /// The desk that is in this call.
    pub(crate) fn answering(&self, call: CallId) -> Option<&DeskKey> {
        let talks =
            |seat: &Seat| matches!(seat.desk.presence, Presence::InCall { call: held, .. } if held == call);
        self.desks.iter().find(|(_, seat)| talks(seat)).map(|(key, _)| key)
    }

    /// Every desk that is rung for this call or in it.
    pub(crate) fn holding(&self, operator: &OperatorId, call: CallId) -> Vec<DeskKey> {
        let holds =
            |(key, seat): &(&DeskKey, &Seat)| key.0 == *operator && held_call(&seat.desk) == Some(call);
        self.desks.iter().filter(holds).map(|(key, _)| key.clone()).collect()
    }
}

fn talked(seat: &Seat) -> Option<CallId> {
    match seat.desk.presence {
        Presence::InCall { call, .. } => Some(call),
        Presence::Offered { .. }
        | Presence::SignedOut
        | Presence::Available
        | Presence::Paused { .. }
        | Presence::WrapUp { .. } => None,
    }
}

pub(crate) fn held_call(desk: &Desk) -> Option<CallId> {
    match desk.presence {
        Presence::Offered { call, .. } | Presence::InCall { call, .. } => Some(call),
        Presence::SignedOut | Presence::Available | Presence::Paused { .. } | Presence::WrapUp { .. } => None,
    }
}

pub(crate) fn offered(desk: &Desk) -> Option<(CallId, OfferId, Instant)> {
    match desk.presence {
        Presence::Offered { offer, call, until } => Some((call, offer, until)),
        Presence::InCall { .. }
        | Presence::SignedOut
        | Presence::Available
        | Presence::Paused { .. }
        | Presence::WrapUp { .. } => None,
    }
}
