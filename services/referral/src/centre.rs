//! What a centre answers.

use domain::ids::{OperatorId, TargetId};
use domain::referral::{Arrival, Outcome, Referral, Refusal, RefusalReason};
use domain::time::Instant;
use proto::referral::v1 as pb;
use shell::grpc::instant;

use crate::asker::Asker;
use crate::drafts::{entry, said};
use crate::error::ReferralError;
use crate::keeper::{By, Keeper, Pushed};
use crate::store::{DECLINES, Received, Words, unreadable};
use crate::wire::{UUID, word};

/// Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Centres {
    pub(crate) keeper: Keeper,
}

/// What an acceptance came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Acceptance {
    Accepted,
    TakenByOther,
    Recalled,
}

impl Acceptance {
    pub(crate) const fn code(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::TakenByOther => "taken_by_other",
            Self::Recalled => "recalled",
        }
    }
}

impl Centres {
    /// Every referral up to this number is received; twice is once.
    pub(crate) async fn acknowledge(
        &self,
        operator: &OperatorId,
        centre: &TargetId,
        up_to: u64,
    ) -> Result<(), ReferralError> {
        let store = &self.keeper.store;
        let up_to = i64::try_from(up_to).unwrap_or(i64::MAX);
        let (last, unreceived) = store.unreceived(operator, centre, up_to).await?;
        if up_to > last {
            return Err(ReferralError::invalid("up_to", format!("at most {last}, which was given last")));
        }
        let Some(last) = unreceived.len().checked_sub(1) else {
            return Ok(store.note_received(operator, centre, up_to).await?);
        };
        for (place, (referral, message)) in unreceived.iter().enumerate() {
            let what = Received::UpTo { number: up_to, is_all: place == last };
            self.received(operator, centre, (referral, *message), what).await?;
        }
        Ok(())
    }

    /// One message is received, under its key; twice is once.
    pub(crate) async fn acknowledge_one(
        &self,
        operator: &OperatorId,
        centre: &TargetId,
        (referral, event): (&str, &str),
    ) -> Result<(), ReferralError> {
        let told = self.keeper.store.told(operator, centre, event).await?;
        let (_, message) = told.filter(|(of, _)| of == referral).ok_or(ReferralError::NotFound("event"))?;
        let what = Received::One(event.to_owned());
        self.received(operator, centre, (referral, message), what).await
    }

    pub(crate) async fn received(
        &self,
        operator: &OperatorId,
        centre: &TargetId,
        (referral, message): (&str, i64),
        what: Received,
    ) -> Result<(), ReferralError> {
        let by = By { whom: centre.as_str(), received: Some((centre, what)), ..By::default() };
        let message = usize::try_from(message).map_err(|_| unreadable("a message's number"))?;
        let how = |machine: &mut Referral, now| Ok(machine.received(centre, message, now)?.into());
        self.keeper.push(operator, referral, by, how).await?;
        metrics::counter!("tomoshibi_referral_received_total").increment(1);
        Ok(())
    }

    pub(crate) async fn accept(
        &self,
        asker: &Asker,
        centre: &TargetId,
        referral: &str,
        expected: Option<Instant>,
    ) -> Result<Acceptance, ReferralError> {
        let mut outcome = Acceptance::Accepted;
        let told = &mut outcome;
        self.push(asker, centre, (referral, "referral.accepted"), |machine, now| {
            match machine.accept(centre, now) {
                // Said once more it changes nothing.
                Ok(effects) if effects.is_empty() => Ok(Pushed::default()),
                Ok(effects) => {
                    let moment = expected.map(|at| ("expected", at));
                    Ok(Pushed { effects, moment, ..Pushed::default() })
                }
                Err(Refusal::AlreadyAcceptedBy { .. } | Refusal::Closed) => {
                    *told = Acceptance::TakenByOther;
                    Ok(Pushed::default())
                }
                Err(Refusal::Recalled) => {
                    *told = Acceptance::Recalled;
                    Ok(Pushed::default())
                }
                Err(refusal) => Err(refusal.into()),
            }
        })
        .await?;
        Ok(outcome)
    }

    pub(crate) async fn decline(
        &self,
        asker: &Asker,
        centre: &TargetId,
        asked: &pb::DeclineRequest,
    ) -> Result<(), ReferralError> {
        let reason: RefusalReason =
            asked.reason.parse().map_err(|_| ReferralError::invalid("reason", RefusalReason::CODES))?;
        let note = match asked.note.trim().is_empty() {
            true => None,
            false => Some(said(&asked.note, "note")?),
        };
        self.push(asker, centre, (&asked.referral_id, "referral.declined"), |machine, now| {
            let effects = machine.decline(centre, reason, now)?;
            let place = machine.targets().iter().position(|target| target.id == *centre);
            let place = crate::store::big(place.unwrap_or(0));
            let words = note.map(|note| Words::new("note", DECLINES + place, note)).into_iter().collect();
            Ok(Pushed { effects, words, ..Pushed::default() })
        })
        .await
    }

    pub(crate) async fn ask(
        &self,
        asker: &Asker,
        centre: &TargetId,
        asked: &pb::AskBackRequest,
    ) -> Result<(), ReferralError> {
        let question = said(&asked.question, "question")?;
        self.push(asker, centre, (&asked.referral_id, "referral.asked"), |machine, now| {
            let (number, effects) = machine.ask(centre, now)?;
            let words = vec![Words::new("question", crate::store::big(number), question)];
            Ok(Pushed { effects, words, ..Pushed::default() })
        })
        .await
    }

    pub(crate) async fn arrival(
        &self,
        asker: &Asker,
        centre: &TargetId,
        asked: &pb::ReportArrivalRequest,
    ) -> Result<(), ReferralError> {
        let arrival: Arrival =
            asked.arrival.parse().map_err(|_| ReferralError::invalid("arrival", Arrival::CODES))?;
        let told = asked.at.as_ref().map(instant);
        self.push(asker, centre, (&asked.referral_id, "referral.arrival"), |machine, now| {
            let effects = machine.report_arrival(centre, arrival, now)?;
            let moment = told.filter(|_| !effects.is_empty()).map(|at| ("arrival_at", at));
            Ok(Pushed { effects, moment, ..Pushed::default() })
        })
        .await
    }

    pub(crate) async fn outcome(
        &self,
        asker: &Asker,
        centre: &TargetId,
        asked: &pb::ReportOutcomeRequest,
    ) -> Result<(), ReferralError> {
        let outcome: Outcome =
            asked.outcome.parse().map_err(|_| ReferralError::invalid("outcome", Outcome::CODES))?;
        self.push(asker, centre, (&asked.referral_id, "referral.outcome"), |machine, now| {
            Ok(machine.report_outcome(centre, outcome, now)?.into())
        })
        .await
    }

    /// A case that this centre was never asked to take is not known to it.
    async fn push(
        &self,
        asker: &Asker,
        centre: &TargetId,
        (referral, action): (&str, &'static str),
        how: impl FnOnce(&mut Referral, Instant) -> Result<Pushed, ReferralError>,
    ) -> Result<(), ReferralError> {
        let id = word::<uuid::Uuid>(referral, "referral_id", UUID)?.to_string();
        if !self.keeper.store.was_asked(&id, centre.as_str()).await? {
            return Err(ReferralError::NotFound("referral_id"));
        }
        let entry = Some(entry(asker, action, &id));
        let by = By { whom: centre.as_str(), entry, ..By::default() };
        self.keeper.push(&asker.operator, &id, by, how).await.map(drop)
    }
}
