//! One call's talk with routing, in order: seek, report, release.
//!
//! The call does not wait for any of it. News comes back into the call's
//! inbox; what could not be said to routing is put right by the reconciler.

use std::sync::Arc;

use domain::ids::{CallId, DeskId, OfferId, OperatorId, WindowId};
use domain::ledger::{NoOneFree, OfferOutcome, PlaceClass};
use domain::time::Instant;
use proto::routing::v1 as wire;
use proto::routing::v1::routing_service_client::RoutingServiceClient;
use shell::grpc::Route;
use tokio::sync::mpsc;
use tonic::{Code, Status, Streaming};
use tracing::{Instrument, Span, debug, warn};

use super::call_task::Heard;
use super::plan::target;
use crate::edge::Target;

/// More than a call ever has outstanding; when it is full routing is gone anyway.
const QUEUE: usize = 64;

#[derive(Debug)]
pub(super) enum Saying {
    Seek {
        circle: u32,
        class: PlaceClass,
        since: Instant,
    },
    Report {
        offer: OfferId,
        desk: DeskId,
        outcome: OfferOutcome,
    },
    /// This very desk is wanted, for a transfer.
    Claim {
        desk: DeskId,
    },
    /// It is in the call now, in the place of the one before.
    Move {
        offer: OfferId,
        desk: DeskId,
    },
    Release,
}

/// What routing says.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum News {
    Offer {
        offer: OfferId,
        desk: DeskId,
        target: Target,
        ring_for: std::time::Duration,
    },
    NobodyFree(NoOneFree),
    Withdrawn(OfferId),
    /// The desk of a transfer may be rung.
    Claimed {
        offer: OfferId,
        desk: DeskId,
        target: Target,
        ring_for: std::time::Duration,
    },
    Unclaimed {
        desk: DeskId,
        why: Unclaimed,
    },
    /// No answer in time, or the stream broke.
    Lost,
}

/// Why a desk could not be claimed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unclaimed {
    NotFree,
    /// Routing does not answer.
    Lost,
}

/// Who asks, for whom.
#[derive(Clone, Debug)]
pub(super) struct Asker {
    pub operator: OperatorId,
    pub call: CallId,
    pub window: WindowId,
    pub language: String,
    pub owner: Arc<str>,
}

impl Asker {
    /// What it asks belongs to the call's span. Ends when the returned sender is dropped and all is said.
    pub(super) fn start(
        self,
        routing: RoutingServiceClient<Route>,
        inbox: mpsc::Sender<Heard>,
        span: &Span,
    ) -> mpsc::Sender<Saying> {
        let (say, heard) = mpsc::channel(QUEUE);
        tokio::spawn(self.run(routing, heard, inbox).instrument(span.clone()));
        say
    }

    async fn run(
        self,
        mut routing: RoutingServiceClient<Route>,
        mut saying: mpsc::Receiver<Saying>,
        inbox: mpsc::Sender<Heard>,
    ) {
        let mut news: Option<Streaming<wire::SeekDeskResponse>> = None;
        loop {
            tokio::select! {
                said = saying.recv() => match said {
                    None => return,
                    Some(Saying::Seek { circle, class, since }) => {
                        news = self.seek(&mut routing, circle, class, since, &inbox).await;
                    }
                    Some(Saying::Report { offer, desk, outcome }) => {
                        self.report(&mut routing, offer, desk, outcome, false).await;
                    }
                    Some(Saying::Move { offer, desk }) => {
                        self.report(&mut routing, offer, desk, OfferOutcome::Answered, true).await;
                    }
                    Some(Saying::Claim { desk }) => {
                        let news = self.claim(&mut routing, desk).await;
                        tell(&inbox, news).await;
                    }
                    Some(Saying::Release) => {
                        news = None;
                        self.release(&mut routing).await;
                    }
                },
                told = next(&mut news) => {
                    let told = told.unwrap_or(News::Lost);
                    if told == News::Lost {
                        news = None;
                    }
                    tell(&inbox, told).await;
                }
            }
        }
    }

    async fn seek(
        &self,
        routing: &mut RoutingServiceClient<Route>,
        circle: u32,
        class: PlaceClass,
        since: Instant,
        inbox: &mpsc::Sender<Heard>,
    ) -> Option<Streaming<wire::SeekDeskResponse>> {
        let request = wire::SeekDeskRequest {
            operator_id: self.operator.to_string(),
            call_id: self.call.to_string(),
            window_id: self.window.to_string(),
            place_class: place_class(class).into(),
            waiting_since: Some(shell::grpc::timestamp(since)),
            circle,
            language: self.language.clone(),
            region_id: String::new(),
            owner: self.owner.to_string(),
        };
        debug!(circle, "routing is asked for a desk");
        match routing.seek_desk(request).await {
            Ok(answer) => Some(answer.into_inner()),
            Err(status) => {
                self.lost("seek a desk", &status);
                tell(inbox, News::Lost).await;
                None
            }
        }
    }

    async fn report(
        &self,
        routing: &mut RoutingServiceClient<Route>,
        offer: OfferId,
        desk: DeskId,
        outcome: OfferOutcome,
        takes_over: bool,
    ) {
        let request = wire::ReportOfferRequest {
            operator_id: self.operator.to_string(),
            call_id: self.call.to_string(),
            offer_id: offer.to_string(),
            desk_id: desk.to_string(),
            outcome: offer_outcome(outcome).into(),
            takes_over,
        };
        if let Err(status) = routing.report_offer(request).await {
            self.lost("report an offer", &status);
        }
    }

    async fn claim(&self, routing: &mut RoutingServiceClient<Route>, desk: DeskId) -> News {
        let request = wire::ClaimDeskRequest {
            operator_id: self.operator.to_string(),
            call_id: self.call.to_string(),
            desk_id: desk.to_string(),
            owner: self.owner.to_string(),
        };
        match routing.claim_desk(request).await {
            Ok(answer) => {
                claimed(answer.into_inner()).unwrap_or(News::Unclaimed { desk, why: Unclaimed::Lost })
            }
            Err(status) if matches!(status.code(), Code::NotFound | Code::FailedPrecondition) => {
                News::Unclaimed { desk, why: Unclaimed::NotFree }
            }
            Err(status) => {
                self.lost("claim a desk", &status);
                News::Unclaimed { desk, why: Unclaimed::Lost }
            }
        }
    }

    async fn release(&self, routing: &mut RoutingServiceClient<Route>) {
        let request =
            wire::EndCallRequest { operator_id: self.operator.to_string(), call_id: self.call.to_string() };
        if let Err(status) = routing.end_call(request).await {
            self.lost("release a call", &status);
        }
    }

    fn lost(&self, attempt: &str, status: &Status) {
        warn!(call = %self.call, code = ?status.code(), "routing did not answer to {attempt}");
    }
}

async fn tell(inbox: &mpsc::Sender<Heard>, news: News) {
    // A call that has ended does not hear it any more.
    let _ = inbox.send(Heard::Routing(news)).await;
}

/// Waits for ever where nothing was sought. `None`: what was said cannot be understood.
async fn next(news: &mut Option<Streaming<wire::SeekDeskResponse>>) -> Option<News> {
    let Some(stream) = news else { return std::future::pending().await };
    match stream.message().await {
        Ok(Some(told)) => understood(told),
        // Ended in good order while we still listen: routing stops. A call that has been answered
        // does not mind.
        Ok(None) | Err(_) => None,
    }
}

fn understood(told: wire::SeekDeskResponse) -> Option<News> {
    use wire::seek_desk_response::News as Told;
    match told.news? {
        Told::Offer(offer) => Some(News::Offer {
            offer: offer.offer_id.parse().ok()?,
            desk: DeskId::parse(&offer.desk_id).ok()?,
            target: target(offer.target?)?,
            ring_for: offer.ring_for?.try_into().ok()?,
        }),
        Told::NobodyFree(nobody) => Some(News::NobodyFree(why(nobody.why()))),
        Told::Withdrawn(withdrawn) => Some(News::Withdrawn(withdrawn.offer_id.parse().ok()?)),
    }
}

fn claimed(told: wire::ClaimDeskResponse) -> Option<News> {
    let offer = told.offer?;
    Some(News::Claimed {
        offer: offer.offer_id.parse().ok()?,
        desk: DeskId::parse(&offer.desk_id).ok()?,
        target: target(offer.target?)?,
        ring_for: offer.ring_for?.try_into().ok()?,
    })
}

fn why(told: wire::NoOneFree) -> NoOneFree {
    match told {
        wire::NoOneFree::NobodyOnDuty => NoOneFree::NobodyOnDuty,
        wire::NoOneFree::NobodySignedIn => NoOneFree::NobodySignedIn,
        wire::NoOneFree::AllPaused => NoOneFree::AllPaused,
        wire::NoOneFree::NoneSuitable => NoOneFree::NoneSuitable,
        wire::NoOneFree::AllBusy | wire::NoOneFree::Unspecified => NoOneFree::AllBusy,
    }
}

fn place_class(class: PlaceClass) -> wire::PlaceClass {
    match class {
        PlaceClass::Resumed => wire::PlaceClass::Resumed,
        PlaceClass::Agency => wire::PlaceClass::Agency,
        PlaceClass::CallBack => wire::PlaceClass::CallBack,
        PlaceClass::Repeat => wire::PlaceClass::Repeat,
        PlaceClass::Ordinary => wire::PlaceClass::Ordinary,
    }
}

fn offer_outcome(outcome: OfferOutcome) -> wire::OfferOutcome {
    match outcome {
        OfferOutcome::Answered => wire::OfferOutcome::Answered,
        OfferOutcome::NoAnswer => wire::OfferOutcome::NoAnswer,
        OfferOutcome::Busy => wire::OfferOutcome::Busy,
        OfferOutcome::Declined => wire::OfferOutcome::Declined,
        OfferOutcome::Unreachable => wire::OfferOutcome::Unreachable,
        OfferOutcome::Withdrawn => wire::OfferOutcome::Withdrawn,
    }
}
