//! The contract's words and ours.

use std::str::FromStr;

use domain::desk::{PauseReason, Presence};
use domain::ids::{DeskId, OfferId};
use domain::ledger::{NoOneFree, OfferOutcome, PlaceClass};
use proto::routing::v1 as pb;
use shell::grpc::{instant, timestamp};

use crate::error::RoutingError;
use crate::plan::Target;
use crate::request::{LiveCall, News, Offer, Report, Request, Seek, Wanted};
use tokio::sync::mpsc;

/// A field that is an id or a short word.
pub(crate) fn word<T: FromStr>(
    text: &str,
    field: &'static str,
    reason: &'static str,
) -> Result<T, RoutingError> {
    text.parse().map_err(|_| RoutingError::Invalid { field, reason })
}

pub(crate) const SHORT_WORD: &str = "1 to 32 characters of a-z, 0-9 and hyphen";
pub(crate) const UUID: &str = "a UUID such as 0192d3c4-7b1a-7000-8000-000000000001";
const DESK: &str = "1 to 32 characters of a-z, 0-9, hyphen, underscore and full stop";

pub(crate) fn desk_id(text: &str) -> Result<DeskId, RoutingError> {
    DeskId::parse(text).map_err(|_| RoutingError::Invalid { field: "desk_id", reason: DESK })
}

pub(crate) fn seek(asked: &pb::SeekDeskRequest, news: mpsc::Sender<News>) -> Result<Seek, RoutingError> {
    let since = asked
        .waiting_since
        .ok_or(RoutingError::Invalid { field: "waiting_since", reason: "since when the caller waits" })?;
    Ok(Seek {
        operator: word(&asked.operator_id, "operator_id", SHORT_WORD)?,
        call: word(&asked.call_id, "call_id", UUID)?,
        window: word(&asked.window_id, "window_id", SHORT_WORD)?,
        class: class(asked.place_class())?,
        since: instant(&since),
        circle: asked.circle,
        language: optional(&asked.language, "language", "two or three letters a-z, or empty")?,
        region: optional(&asked.region_id, "region_id", SHORT_WORD)?,
        owner: owner(&asked.owner)?,
        news,
    })
}

pub(crate) fn report(asked: &pb::ReportOfferRequest) -> Result<Report, RoutingError> {
    Ok(Report {
        operator: word(&asked.operator_id, "operator_id", SHORT_WORD)?,
        call: word(&asked.call_id, "call_id", UUID)?,
        offer: word(&asked.offer_id, "offer_id", UUID)?,
        desk: desk_id(&asked.desk_id)?,
        outcome: outcome(asked.outcome())?,
        takes_over: asked.takes_over,
    })
}

pub(crate) fn wanted(asked: &pb::ClaimDeskRequest, offer: OfferId) -> Result<Wanted, RoutingError> {
    Ok(Wanted {
        operator: word(&asked.operator_id, "operator_id", SHORT_WORD)?,
        call: word(&asked.call_id, "call_id", UUID)?,
        desk: desk_id(&asked.desk_id)?,
        offer,
        owner: owner(&asked.owner)?,
    })
}

pub(crate) fn reconcile(asked: &pb::ReconcileCallsRequest) -> Result<Request, RoutingError> {
    Ok(Request::Reconcile {
        operator: word(&asked.operator_id, "operator_id", SHORT_WORD)?,
        owner: owner(&asked.owner)?,
        live: asked.live.iter().map(live).collect::<Result<_, _>>()?,
    })
}

fn live(asked: &pb::LiveCall) -> Result<LiveCall, RoutingError> {
    let at = match asked.desk_id.is_empty() {
        true => None,
        false => Some((desk_id(&asked.desk_id)?, word(&asked.offer_id, "offer_id", UUID)?)),
    };
    Ok(LiveCall { call: word(&asked.call_id, "call_id", UUID)?, at, answered: asked.answered })
}

fn owner(text: &str) -> Result<String, RoutingError> {
    match text.len() {
        1..=64 => Ok(text.to_owned()),
        _ => Err(RoutingError::Invalid { field: "owner", reason: "the telephony process, 1 to 64 bytes" }),
    }
}

fn optional<T: FromStr>(
    text: &str,
    field: &'static str,
    reason: &'static str,
) -> Result<Option<T>, RoutingError> {
    if text.is_empty() { Ok(None) } else { word(text, field, reason).map(Some) }
}

fn class(class: pb::PlaceClass) -> Result<PlaceClass, RoutingError> {
    match class {
        pb::PlaceClass::Unspecified => Err(RoutingError::Invalid {
            field: "place_class",
            reason: "one of the contract's, not UNSPECIFIED",
        }),
        pb::PlaceClass::Resumed => Ok(PlaceClass::Resumed),
        pb::PlaceClass::Agency => Ok(PlaceClass::Agency),
        pb::PlaceClass::CallBack => Ok(PlaceClass::CallBack),
        pb::PlaceClass::Repeat => Ok(PlaceClass::Repeat),
        pb::PlaceClass::Ordinary => Ok(PlaceClass::Ordinary),
    }
}

fn outcome(outcome: pb::OfferOutcome) -> Result<OfferOutcome, RoutingError> {
    match outcome {
        pb::OfferOutcome::Unspecified => {
            Err(RoutingError::Invalid { field: "outcome", reason: "one of the contract's, not UNSPECIFIED" })
        }
        pb::OfferOutcome::Answered => Ok(OfferOutcome::Answered),
        pb::OfferOutcome::NoAnswer => Ok(OfferOutcome::NoAnswer),
        pb::OfferOutcome::Busy => Ok(OfferOutcome::Busy),
        pb::OfferOutcome::Declined => Ok(OfferOutcome::Declined),
        pb::OfferOutcome::Unreachable => Ok(OfferOutcome::Unreachable),
        pb::OfferOutcome::Withdrawn => Ok(OfferOutcome::Withdrawn),
    }
}

pub(crate) fn news(news: News) -> pb::SeekDeskResponse {
    use pb::seek_desk_response::News as Said;
    let said = match news {
        News::Offer(said) => Said::Offer(offer(said)),
        News::NobodyFree(why) => Said::NobodyFree(pb::NobodyFree { why: no_one_free(why).into() }),
        News::Withdrawn(offer) => Said::Withdrawn(pb::Withdrawn { offer_id: offer_text(offer) }),
    };
    pb::SeekDeskResponse { news: Some(said) }
}

pub(crate) fn offer(offer: Offer) -> pb::Offer {
    pb::Offer {
        offer_id: offer_text(offer.offer),
        desk_id: offer.desk.to_string(),
        staff_id: offer.staff.map(|staff| staff.to_string()).unwrap_or_default(),
        target: Some(target(offer.target)),
        ring_for: prost_types::Duration::try_from(offer.ring_for).ok(),
        claimed_until: Some(timestamp(offer.until)),
    }
}

fn offer_text(offer: OfferId) -> String {
    offer.to_string()
}

pub(crate) fn target(target: Target) -> pb::Target {
    let kind = match target {
        Target::Phone(account) => pb::target::Kind::Phone(account),
        Target::Number(number) => pb::target::Kind::Number(number),
    };
    pb::Target { kind: Some(kind) }
}

fn no_one_free(why: NoOneFree) -> pb::NoOneFree {
    match why {
        NoOneFree::NobodyOnDuty => pb::NoOneFree::NobodyOnDuty,
        NoOneFree::NobodySignedIn => pb::NoOneFree::NobodySignedIn,
        NoOneFree::AllBusy => pb::NoOneFree::AllBusy,
        NoOneFree::AllPaused => pb::NoOneFree::AllPaused,
        NoOneFree::NoneSuitable => pb::NoOneFree::NoneSuitable,
    }
}

pub(crate) fn presence(presence: Presence) -> (pb::Presence, pb::PauseReason) {
    let unpaused = pb::PauseReason::Unspecified;
    match presence {
        Presence::SignedOut => (pb::Presence::SignedOut, unpaused),
        Presence::Available => (pb::Presence::Available, unpaused),
        Presence::Paused { reason } => (pb::Presence::Paused, pause_reason(reason)),
        Presence::Offered { .. } => (pb::Presence::Offered, unpaused),
        Presence::InCall { .. } => (pb::Presence::InCall, unpaused),
        Presence::WrapUp { .. } => (pb::Presence::WrapUp, unpaused),
    }
}

fn pause_reason(reason: PauseReason) -> pb::PauseReason {
    match reason {
        PauseReason::Own => pb::PauseReason::Own,
        PauseReason::NoAnswer => pb::PauseReason::NoAnswer,
        PauseReason::Unreachable => pb::PauseReason::Unreachable,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unspecified_outcome_is_refused_by_its_field() {
        let error = report(&pb::ReportOfferRequest {
            operator_id: "pref".into(),
            call_id: uuid::Uuid::nil().to_string(),
            offer_id: uuid::Uuid::nil().to_string(),
            desk_id: "ito".into(),
            outcome: 0,
            takes_over: false,
        });

        assert!(error.unwrap_err().to_string().starts_with("invalid outcome: "));
    }
}
