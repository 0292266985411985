//! The call goes to another desk: that desk is claimed and rung while the
//! caller is on hold. It has the call when it lifts; until then nothing is lost.

use super::search::outcome;
use super::{Call, Effect, LegEnd, Reach, Refused, Rung, State};
use crate::ids::{DeskId, LegId, OfferId};
use crate::ledger::{AnsweredBy, OfferOutcome, Step};
use crate::time::Instant;

#[derive(Clone, Debug)]
pub(super) enum Transfer {
    /// Routing is asked for the desk.
    Asked {
        to: DeskId,
    },
    Rung(Rung),
}

impl Transfer {
    pub(super) fn to(&self) -> &DeskId {
        match self {
            Self::Asked { to } => to,
            Self::Rung(rung) => &rung.desk,
        }
    }

    pub(super) fn leg(&self) -> Option<LegId> {
        match self {
            Self::Asked { .. } => None,
            Self::Rung(rung) => Some(rung.leg),
        }
    }

    pub(super) fn rung(&mut self) -> Option<&mut Rung> {
        match self {
            Self::Asked { .. } => None,
            Self::Rung(rung) => Some(rung),
        }
    }

    pub(super) fn screen_until(&self) -> Option<Instant> {
        match self {
            Self::Asked { .. } => None,
            Self::Rung(rung) => rung.screen_until(),
        }
    }
}

impl Call {
    /// `desk` hands the call over to `to`.
    ///
    /// # Errors
    /// When `desk` does not talk with the caller, or the other desk cannot be asked now.
    pub fn transfer(&mut self, desk: &DeskId, to: &DeskId) -> Result<Vec<Effect>, Refused> {
        if self.talking_desk() == Some(to) && self.parted.contains(desk) {
            return Ok(Vec::new());
        }
        self.must_talk(desk)?;
        let listens = self.listener.as_ref().is_some_and(|listener| listener.desk == *to);
        if desk == to || listens {
            return Err(Refused::InIt);
        }
        match &self.transfer {
            Some(other) if other.to() == to => Ok(Vec::new()),
            Some(_) => Err(Refused::Transferring),
            None => {
                self.transfer = Some(Transfer::Asked { to: to.clone() });
                Ok(vec![Effect::ClaimDesk { desk: to.clone() }])
            }
        }
    }

    /// The desk is claimed. Too late is harmless: it is given back.
    pub fn transfer_offered(
        &mut self,
        offer: OfferId,
        desk: DeskId,
        leg: LegId,
        reach: Reach,
    ) -> Vec<Effect> {
        let from = self.talking_desk().cloned();
        let asked = matches!(&self.transfer, Some(Transfer::Asked { to }) if *to == desk);
        let Some(from) = from.filter(|_| asked) else {
            return vec![Effect::Report { offer, desk, outcome: OfferOutcome::Withdrawn }];
        };
        let was_apart = self.is_apart();
        let step = Step::TransferRung { offer, from, desk: desk.clone(), leg };
        let (rung, ring) = Rung::begin(offer, desk, leg, reach);
        self.transfer = Some(Transfer::Rung(rung));
        let mut effects = vec![Effect::Record(step)];
        self.move_caller(was_apart, &mut effects);
        effects.extend(ring);
        effects
    }

    /// The desk is not to be had; the caller has noticed nothing.
    pub fn transfer_refused(&mut self, desk: &DeskId) {
        if matches!(&self.transfer, Some(Transfer::Asked { to }) if to == desk) {
            self.transfer = None;
        }
    }

    /// It lifted: the first desk is released.
    pub(super) fn transferred(&mut self, effects: &mut Vec<Effect>) {
        let State::Talking { with: AnsweredBy::Desk(from), leg: first, .. } = self.state.clone() else {
            return;
        };
        let was_apart = self.is_apart();
        let Some(Transfer::Rung(Rung { offer, desk, leg, .. })) = self.transfer.take() else { return };
        effects.push(Effect::Record(Step::Transferred { from: from.clone(), desk: desk.clone() }));
        self.parted.push(from);
        self.has_it_now(desk, offer, leg, first, was_apart, effects);
    }

    /// Another desk takes the place of the first, and the caller hears it.
    pub(super) fn has_it_now(
        &mut self,
        desk: DeskId,
        offer: OfferId,
        leg: LegId,
        first: LegId,
        was_apart: bool,
        effects: &mut Vec<Effect>,
    ) {
        self.held = false;
        if self.third.is_in() && self.is_private() {
            self.end_private_word(effects);
        }
        self.parted.retain(|parted| *parted != desk);
        effects.push(Effect::MoveTo { offer, desk: desk.clone() });
        effects.push(Effect::Join { leg });
        self.move_caller(was_apart, effects);
        effects.push(Effect::HangUp { leg: first });
        self.state = State::Talking { with: AnsweredBy::Desk(desk), offer: Some(offer), leg };
    }

    pub(super) fn transfer_leg_ended(&mut self, end: LegEnd, effects: &mut Vec<Effect>) {
        let rings_on =
            self.transfer.as_mut().and_then(Transfer::rung).is_some_and(|rung| rung.rings_on(end, effects));
        if !rings_on {
            self.transfer_failed(outcome(end), effects);
        }
    }

    /// All is as it was before.
    pub(super) fn transfer_failed(&mut self, outcome: OfferOutcome, effects: &mut Vec<Effect>) {
        let was_apart = self.is_apart();
        if let Some(Transfer::Rung(Rung { offer, desk, .. })) = self.transfer.take() {
            effects.push(Effect::Record(Step::TransferFailed { offer, desk: desk.clone(), outcome }));
            effects.push(Effect::Report { offer, desk, outcome });
        }
        self.move_caller(was_apart, effects);
    }

    /// Nobody needs that desk any more. Where the caller goes is the business of whoever asks for it.
    pub(super) fn drop_transfer(&mut self, effects: &mut Vec<Effect>) {
        let Some(Transfer::Rung(rung)) = self.transfer.take() else { return };
        let outcome = OfferOutcome::Withdrawn;
        effects.extend(rung.stops_ringing());
        let Rung { offer, desk, .. } = rung;
        effects.push(Effect::Record(Step::TransferFailed { offer, desk: desk.clone(), outcome }));
        effects.push(Effect::Report { offer, desk, outcome });
    }

    /// Whether the caller hears the hold announcement and not the others.
    pub(super) fn is_apart(&self) -> bool {
        let rings = matches!(self.transfer, Some(Transfer::Rung(_)));
        self.held || rings || (self.is_private() && self.third.is_in())
    }
}
