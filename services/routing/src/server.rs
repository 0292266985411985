//! The contract, spoken. No rules: every question goes to the dispatcher, what
//! can be seen is read from its view.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use futures::Stream;
use proto::routing::v1 as pb;
use proto::routing::v1::routing_service_server::RoutingService;
use shell::ids::Ids;
use tokio::sync::{Notify, mpsc, oneshot, watch};
use tonic::{Request, Response, Status};

use crate::dispatcher::Asked;
use crate::error::RoutingError;
use crate::request::{self, Answer};
use crate::streams::{CallStream, PlanStream};
use crate::view::View;
use crate::wire;
use domain::desk::PauseReason;
use domain::ids::OperatorId;

/// News that a stream may lag behind before it counts as let go.
const NEWS_MOST: usize = 32;

/// The routing service of one replica; near or far (style.md 3).
#[derive(Clone, Debug)]
pub struct RoutingServer {
    inbox: mpsc::Sender<Asked>,
    view: watch::Receiver<Arc<View>>,
    let_go: Arc<Notify>,
    ids: Ids,
}

impl RoutingServer {
    pub(crate) fn new(
        inbox: mpsc::Sender<Asked>,
        view: watch::Receiver<Arc<View>>,
        let_go: Arc<Notify>,
        ids: Ids,
    ) -> Self {
        Self { inbox, view, let_go, ids }
    }

    async fn ask(&self, request: request::Request) -> Result<Answer, Status> {
        let (reply, answer) = oneshot::channel();
        let asked = Asked { request, reply };
        self.inbox.send(asked).await.map_err(|_| RoutingError::ShuttingDown)?;
        Ok(answer.await.map_err(|_| RoutingError::ShuttingDown)??)
    }
}

fn operator(text: &str) -> Result<OperatorId, RoutingError> {
    wire::word(text, "operator_id", wire::SHORT_WORD)
}

fn lease(asked: Option<prost_types::Duration>) -> Result<Option<Duration>, RoutingError> {
    let wrong = RoutingError::Invalid { field: "lease", reason: "longer than nothing, or left out" };
    let lease = asked.map(Duration::try_from).transpose();
    match lease {
        Ok(Some(lease)) if lease.is_zero() => Err(wrong),
        Ok(lease) => Ok(lease),
        Err(_) => Err(wrong),
    }
}

#[tonic::async_trait]
impl RoutingService for RoutingServer {
    type SeekDeskStream = Pin<Box<dyn Stream<Item = Result<pb::SeekDeskResponse, Status>> + Send>>;
    type WatchPlanStream = Pin<Box<dyn Stream<Item = Result<pb::WatchPlanResponse, Status>> + Send>>;

    async fn seek_desk(
        &self,
        request: Request<pb::SeekDeskRequest>,
    ) -> Result<Response<Self::SeekDeskStream>, Status> {
        let (news, heard) = mpsc::channel(NEWS_MOST);
        let seek = wire::seek(request.get_ref(), news)?;
        // Made before the question: when the client goes away in between, the place goes too.
        let stream = CallStream::new(heard, self.let_go.clone());
        self.ask(request::Request::Seek(seek)).await?;
        Ok(Response::new(Box::pin(stream)))
    }

    async fn report_offer(
        &self,
        request: Request<pb::ReportOfferRequest>,
    ) -> Result<Response<pb::ReportOfferResponse>, Status> {
        self.ask(request::Request::Report(wire::report(request.get_ref())?)).await?;
        Ok(Response::new(pb::ReportOfferResponse {}))
    }

    async fn claim_desk(
        &self,
        request: Request<pb::ClaimDeskRequest>,
    ) -> Result<Response<pb::ClaimDeskResponse>, Status> {
        let wanted = wire::wanted(request.get_ref(), self.ids.offer())?;
        let offer = match self.ask(request::Request::Claim(wanted)).await? {
            Answer::Claimed(offer) => Some(wire::offer(offer)),
            Answer::Done | Answer::Reconciled { .. } => None,
        };
        Ok(Response::new(pb::ClaimDeskResponse { offer }))
    }

    async fn end_call(
        &self,
        request: Request<pb::EndCallRequest>,
    ) -> Result<Response<pb::EndCallResponse>, Status> {
        let asked = request.get_ref();
        let call = wire::word(&asked.call_id, "call_id", wire::UUID)?;
        self.ask(request::Request::End { operator: operator(&asked.operator_id)?, call }).await?;
        Ok(Response::new(pb::EndCallResponse {}))
    }

    async fn reconcile_calls(
        &self,
        request: Request<pb::ReconcileCallsRequest>,
    ) -> Result<Response<pb::ReconcileCallsResponse>, Status> {
        match self.ask(wire::reconcile(request.get_ref())?).await? {
            Answer::Reconciled { released, adopted } => {
                Ok(Response::new(pb::ReconcileCallsResponse { released, adopted }))
            }
            Answer::Done | Answer::Claimed(_) => Ok(Response::new(pb::ReconcileCallsResponse::default())),
        }
    }

    async fn watch_plan(
        &self,
        _request: Request<pb::WatchPlanRequest>,
    ) -> Result<Response<Self::WatchPlanStream>, Status> {
        Ok(Response::new(PlanStream::new(self.view.clone()).boxed()))
    }

    async fn list_desks(
        &self,
        request: Request<pb::ListDesksRequest>,
    ) -> Result<Response<pb::ListDesksResponse>, Status> {
        let operator = operator(&request.get_ref().operator_id)?;
        let view = self.view.borrow().clone();
        Ok(Response::new(pb::ListDesksResponse { desks: view.desks(&operator) }))
    }

    async fn sign_in(
        &self,
        request: Request<pb::SignInRequest>,
    ) -> Result<Response<pb::SignInResponse>, Status> {
        let asked = request.get_ref();
        let sign_in = request::Request::SignIn {
            operator: operator(&asked.operator_id)?,
            desk: wire::desk_id(&asked.desk_id)?,
            staff: wire::word(&asked.staff_id, "staff_id", wire::SHORT_WORD)?,
            lease: lease(asked.lease)?,
            renewal: asked.renewal,
        };
        self.ask(sign_in).await?;
        Ok(Response::new(pb::SignInResponse {}))
    }

    async fn sign_out(
        &self,
        request: Request<pb::SignOutRequest>,
    ) -> Result<Response<pb::SignOutResponse>, Status> {
        let asked = request.get_ref();
        let (operator, desk) = (operator(&asked.operator_id)?, wire::desk_id(&asked.desk_id)?);
        self.ask(request::Request::SignOut { operator, desk }).await?;
        Ok(Response::new(pb::SignOutResponse {}))
    }

    async fn pause_desk(
        &self,
        request: Request<pb::PauseDeskRequest>,
    ) -> Result<Response<pb::PauseDeskResponse>, Status> {
        let asked = request.get_ref();
        let (operator, desk) = (operator(&asked.operator_id)?, wire::desk_id(&asked.desk_id)?);
        self.ask(request::Request::Pause { operator, desk, reason: PauseReason::Own }).await?;
        Ok(Response::new(pb::PauseDeskResponse {}))
    }

    async fn resume_desk(
        &self,
        request: Request<pb::ResumeDeskRequest>,
    ) -> Result<Response<pb::ResumeDeskResponse>, Status> {
        let asked = request.get_ref();
        let (operator, desk) = (operator(&asked.operator_id)?, wire::desk_id(&asked.desk_id)?);
        self.ask(request::Request::Resume { operator, desk }).await?;
        Ok(Response::new(pb::ResumeDeskResponse {}))
    }
}
