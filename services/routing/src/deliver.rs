//! What was stored is said: to the stream of each call, what is new for it.

use std::collections::{BTreeMap, HashSet};
use std::time::Duration;

use domain::ids::{CallId, OfferId};
use domain::ledger::NoOneFree;
use domain::time::Instant;

use crate::board::{Board, Claim};
use crate::gauges;
use crate::plan::Plan;
use crate::request::{News, Offer};
use crate::round::Seekers;
use crate::seeker::Seeker;
use crate::view::rings_at;

pub(crate) struct Delivery<'d> {
    pub(crate) board: &'d Board,
    pub(crate) plan: &'d Plan,
    pub(crate) ring_for: Duration,
    pub(crate) now: Instant,
}

impl Delivery<'_> {
    /// Offers that stand and were not told, offers that were told and stand no more (unless the
    /// one who rings said so himself), and the reason why nobody is free when it is a new one.
    pub(crate) fn tell(
        &self,
        seekers: &mut Seekers,
        reported: &HashSet<OfferId>,
        nobody: BTreeMap<CallId, NoOneFree>,
    ) {
        let mut claims = self.board.claims();
        seekers.retain(|call, _| self.board.places.contains_key(call));
        for (call, seeker) in seekers.iter_mut() {
            let standing = claims.remove(call).unwrap_or_default();
            self.withdraw(seeker, &standing, reported);
            for claim in &standing {
                self.offer(seeker, claim);
            }
            if let Some(why) =
                nobody.get(call).filter(|why| standing.is_empty() && seeker.told != Some(**why))
            {
                seeker.tell(News::NobodyFree(*why));
                seeker.sought = None;
            }
        }
    }

    fn withdraw(&self, seeker: &mut Seeker, standing: &[Claim], reported: &HashSet<OfferId>) {
        let (stands, gone): (Vec<OfferId>, Vec<OfferId>) =
            seeker.open.iter().partition(|offer| standing.iter().any(|claim| claim.offer == **offer));
        seeker.open = stands;
        for offer in gone.into_iter().filter(|offer| !reported.contains(offer)) {
            seeker.tell(News::Withdrawn(offer));
        }
    }

    fn offer(&self, seeker: &mut Seeker, claim: &Claim) {
        if seeker.open.contains(&claim.offer) {
            return;
        }
        seeker.tell(News::Offer(Offer {
            offer: claim.offer,
            desk: claim.key.1.clone(),
            staff: claim.staff.clone(),
            target: rings_at(self.plan, &claim.key.1, claim.staff.as_ref()),
            ring_for: self.ring_for,
            until: claim.until,
        }));
        if let Some(sought) = seeker.sought.take() {
            gauges::offered_after(self.now.since(sought));
        }
    }
}
