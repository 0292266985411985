//! The contract for centres, spoken.

use std::pin::Pin;

use futures::Stream;
use proto::referral::v1 as pb;
use proto::referral::v1::centre_service_server::CentreService;
use shell::grpc::instant;
use shell::shutdown::Shutdown;
use tonic::{Request, Response, Status};

use crate::asker::Asker;
use crate::centre::Centres;
use crate::render::Renderer;
use crate::show::Shower;
use crate::subscribe::Subscription;

/// What centres and hospitals ask; near or far.
#[derive(Clone, Debug)]
pub struct CentreServer {
    pub(crate) centres: Centres,
    pub(crate) shower: Shower,
    pub(crate) renderer: Renderer,
    pub(crate) shutdown: Shutdown,
}

#[tonic::async_trait]
impl CentreService for CentreServer {
    type SubscribeStream = Pin<Box<dyn Stream<Item = Result<pb::SubscribeResponse, Status>> + Send>>;

    async fn subscribe(
        &self,
        request: Request<pb::SubscribeRequest>,
    ) -> Result<Response<Self::SubscribeStream>, Status> {
        let asked = request.get_ref();
        let asker = Asker::of(&request, &asked.operator_id)?;
        let centre = asker.of_centre(&asked.centre_id)?;
        let keeper = self.centres.keeper.clone();
        let after = match asked.after {
            0 => self.shower.received_seq(&asker.operator, &centre).await?,
            after => i64::try_from(after).unwrap_or(i64::MAX),
        };
        let operator = asker.operator;
        let renderer = self.renderer.clone();
        let subscription = Subscription { keeper, renderer, operator, centre, after, handed: Vec::new() };
        Ok(Response::new(Box::pin(subscription.listen(self.shutdown.clone()))))
    }

    async fn acknowledge(
        &self,
        request: Request<pb::AcknowledgeRequest>,
    ) -> Result<Response<pb::AcknowledgeResponse>, Status> {
        let asked = request.get_ref();
        let asker = Asker::of(&request, &asked.operator_id)?;
        let centre = asker.of_centre(&asked.centre_id)?;
        self.centres.acknowledge(&asker.operator, &centre, asked.up_to).await?;
        Ok(Response::new(pb::AcknowledgeResponse {}))
    }

    async fn accept(
        &self,
        request: Request<pb::AcceptRequest>,
    ) -> Result<Response<pb::AcceptResponse>, Status> {
        let asked = request.get_ref();
        let asker = Asker::of(&request, &asked.operator_id)?;
        let centre = asker.of_centre(&asked.centre_id)?;
        let outcome = self
            .centres
            .accept(&asker, &centre, &asked.referral_id, asked.expected_at.as_ref().map(instant))
            .await?;
        Ok(Response::new(pb::AcceptResponse { outcome: outcome.code().to_owned() }))
    }

    async fn decline(
        &self,
        request: Request<pb::DeclineRequest>,
    ) -> Result<Response<pb::DeclineResponse>, Status> {
        let asked = request.get_ref();
        let asker = Asker::of(&request, &asked.operator_id)?;
        let centre = asker.of_centre(&asked.centre_id)?;
        self.centres.decline(&asker, &centre, asked).await?;
        Ok(Response::new(pb::DeclineResponse {}))
    }

    async fn ask_back(
        &self,
        request: Request<pb::AskBackRequest>,
    ) -> Result<Response<pb::AskBackResponse>, Status> {
        let asked = request.get_ref();
        let asker = Asker::of(&request, &asked.operator_id)?;
        let centre = asker.of_centre(&asked.centre_id)?;
        self.centres.ask(&asker, &centre, asked).await?;
        Ok(Response::new(pb::AskBackResponse {}))
    }

    async fn report_arrival(
        &self,
        request: Request<pb::ReportArrivalRequest>,
    ) -> Result<Response<pb::ReportArrivalResponse>, Status> {
        let asked = request.get_ref();
        let asker = Asker::of(&request, &asked.operator_id)?;
        let centre = asker.of_centre(&asked.centre_id)?;
        self.centres.arrival(&asker, &centre, asked).await?;
        Ok(Response::new(pb::ReportArrivalResponse {}))
    }

    async fn report_outcome(
        &self,
        request: Request<pb::ReportOutcomeRequest>,
    ) -> Result<Response<pb::ReportOutcomeResponse>, Status> {
        let asked = request.get_ref();
        let asker = Asker::of(&request, &asked.operator_id)?;
        let centre = asker.of_centre(&asked.centre_id)?;
        self.centres.outcome(&asker, &centre, asked).await?;
        Ok(Response::new(pb::ReportOutcomeResponse {}))
    }

    async fn list_cases(
        &self,
        request: Request<pb::ListCasesRequest>,
    ) -> Result<Response<pb::ListCasesResponse>, Status> {
        let asked = request.get_ref();
        let asker = Asker::of(&request, &asked.operator_id)?;
        let centre = asker.of_centre(&asked.centre_id)?;
        let referrals = self.shower.cases(&asker, &centre, asked).await?;
        Ok(Response::new(pb::ListCasesResponse { referrals }))
    }

    async fn report_places(
        &self,
        request: Request<pb::ReportPlacesRequest>,
    ) -> Result<Response<pb::ReportPlacesResponse>, Status> {
        let asker = Asker::of(&request, &request.get_ref().operator_id)?;
        self.shower.report_places(&asker, request.get_ref()).await?;
        Ok(Response::new(pb::ReportPlacesResponse {}))
    }
}
