//! `ConsoleService`: who asks, at which desk, and on to the service that does it.

use std::pin::Pin;
use std::time::Duration;

use futures::Stream;
use proto::console::v1 as pb;
use proto::console::v1::console_service_server::ConsoleService;
use proto::routing::v1 as routing;
use shell::access::Sessions;
use shell::alarms::Alarms;
use shell::clock::Clock;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Request, Response, Status};

use super::acts::Acts;
use super::alarms;
use super::boards::Boards;
use super::error::ConsoleError;
use super::pages::Pages;
use super::safety::Safety;
use super::seat::{Seats, person, staff};
use super::watch::{News, Tab};

/// One replica's console; near or far.
#[derive(Clone)]
pub struct NightServer {
    pub(crate) boards: Boards,
    pub(crate) sessions: Sessions,
    pub(crate) seats: Seats,
    pub(crate) acts: Acts,
    pub(crate) pages: Pages,
    pub(crate) safety: Safety,
    pub(crate) alarms: Alarms,
    pub(crate) clock: Clock,
    /// How long a sign-in to a desk holds when the page is gone.
    pub(crate) lease: Duration,
}

impl NightServer {
    async fn sit(&self, operator: &str, desk: &str, staff: &str) -> Result<(), Status> {
        let asked = routing::SignInRequest {
            operator_id: operator.to_owned(),
            desk_id: desk.to_owned(),
            staff_id: staff.to_owned(),
            lease: prost_types::Duration::try_from(self.lease).ok(),
            renewal: false,
        };
        self.seats.routing.clone().sign_in(asked).await.map(drop)
    }

    async fn rise(&self, operator: &str, desk: &str) -> Result<(), Status> {
        let asked = routing::SignOutRequest { operator_id: operator.to_owned(), desk_id: desk.to_owned() };
        self.seats.routing.clone().sign_out(asked).await.map(drop)
    }
}

/// A verb in a call: `hold_call` does `acts.hold`.
macro_rules! verb {
    ($self:ident, $request:ident, $act:ident, $response:ident) => {{
        let person = person(&$request)?;
        $self.acts.$act(&person, $request.into_inner().call_id).await?;
        Ok(Response::new(pb::$response {}))
    }};
}

#[tonic::async_trait]
impl ConsoleService for NightServer {
    type WatchBoardStream = Pin<Box<dyn Stream<Item = News> + Send>>;

    async fn watch_board(
        &self,
        request: Request<pb::WatchBoardRequest>,
    ) -> Result<Response<Self::WatchBoardStream>, Status> {
        let person = person(&request)?;
        let pictures = self.boards.watch(&person.operator).await;
        let tab = Tab {
            person,
            pictures,
            sessions: self.sessions.clone(),
            seats: self.seats.clone(),
            lease: self.lease,
            clock: self.clock.clone(),
        };
        Ok(Response::new(Box::pin(ReceiverStream::new(tab.run()))))
    }

    async fn sign_in_desk(
        &self,
        request: Request<pb::SignInDeskRequest>,
    ) -> Result<Response<pb::SignInDeskResponse>, Status> {
        let person = person(&request)?;
        let desk = request.into_inner().desk_id;
        self.sit(person.operator.as_str(), &desk, staff(&person)?.as_str()).await?;
        Ok(Response::new(pb::SignInDeskResponse {}))
    }

    async fn sign_out_desk(
        &self,
        request: Request<pb::SignOutDeskRequest>,
    ) -> Result<Response<pb::SignOutDeskResponse>, Status> {
        let person = person(&request)?;
        let desk = self.seats.named(&person, &request.get_ref().desk_id).await?;
        self.rise(person.operator.as_str(), &desk.desk_id).await?;
        Ok(Response::new(pb::SignOutDeskResponse {}))
    }

    async fn pause_desk(
        &self,
        request: Request<pb::PauseDeskRequest>,
    ) -> Result<Response<pb::PauseDeskResponse>, Status> {
        let person = person(&request)?;
        let desk_id = self.seats.named(&person, &request.get_ref().desk_id).await?.desk_id;
        let asked = routing::PauseDeskRequest { operator_id: person.operator.to_string(), desk_id };
        self.seats.routing.clone().pause_desk(asked).await?;
        Ok(Response::new(pb::PauseDeskResponse {}))
    }

    async fn resume_desk(
        &self,
        request: Request<pb::ResumeDeskRequest>,
    ) -> Result<Response<pb::ResumeDeskResponse>, Status> {
        let person = person(&request)?;
        let desk_id = self.seats.named(&person, &request.get_ref().desk_id).await?.desk_id;
        let asked = routing::ResumeDeskRequest { operator_id: person.operator.to_string(), desk_id };
        self.seats.routing.clone().resume_desk(asked).await?;
        Ok(Response::new(pb::ResumeDeskResponse {}))
    }

    async fn move_desk(
        &self,
        request: Request<pb::MoveDeskRequest>,
    ) -> Result<Response<pb::MoveDeskResponse>, Status> {
        let person = person(&request)?;
        let asked = request.into_inner();
        let from = self.seats.named(&person, &asked.from_desk_id).await?;
        if from.staff_id.is_empty() {
            return Err(ConsoleError::EmptyDesk(asked.from_desk_id).into());
        }
        let operator = person.operator.as_str();
        self.rise(operator, &from.desk_id).await?;
        self.sit(operator, &asked.to_desk_id, &from.staff_id).await?;
        Ok(Response::new(pb::MoveDeskResponse {}))
    }

    async fn answer_call(
        &self,
        request: Request<pb::AnswerCallRequest>,
    ) -> Result<Response<pb::AnswerCallResponse>, Status> {
        verb!(self, request, answer, AnswerCallResponse)
    }

    async fn decline_call(
        &self,
        request: Request<pb::DeclineCallRequest>,
    ) -> Result<Response<pb::DeclineCallResponse>, Status> {
        verb!(self, request, decline, DeclineCallResponse)
    }

    async fn hold_call(
        &self,
        request: Request<pb::HoldCallRequest>,
    ) -> Result<Response<pb::HoldCallResponse>, Status> {
        verb!(self, request, hold, HoldCallResponse)
    }

    async fn resume_call(
        &self,
        request: Request<pb::ResumeCallRequest>,
    ) -> Result<Response<pb::ResumeCallResponse>, Status> {
        verb!(self, request, resume, ResumeCallResponse)
    }

    async fn consult_privately(
        &self,
        request: Request<pb::ConsultPrivatelyRequest>,
    ) -> Result<Response<pb::ConsultPrivatelyResponse>, Status> {
        verb!(self, request, consult, ConsultPrivatelyResponse)
    }

    async fn transfer_call(
        &self,
        request: Request<pb::TransferCallRequest>,
    ) -> Result<Response<pb::TransferCallResponse>, Status> {
        let person = person(&request)?;
        let asked = request.into_inner();
        self.acts.transfer(&person, asked.call_id, asked.to_desk_id).await?;
        Ok(Response::new(pb::TransferCallResponse {}))
    }

    async fn hang_up(
        &self,
        request: Request<pb::HangUpRequest>,
    ) -> Result<Response<pb::HangUpResponse>, Status> {
        verb!(self, request, hang_up, HangUpResponse)
    }

    async fn listen_in(
        &self,
        request: Request<pb::ListenInRequest>,
    ) -> Result<Response<pb::ListenInResponse>, Status> {
        verb!(self, request, listen_in, ListenInResponse)
    }

    async fn take_over(
        &self,
        request: Request<pb::TakeOverRequest>,
    ) -> Result<Response<pb::TakeOverResponse>, Status> {
        verb!(self, request, take_over, TakeOverResponse)
    }

    async fn escalate(
        &self,
        request: Request<pb::EscalateRequest>,
    ) -> Result<Response<pb::EscalateResponse>, Status> {
        let person = person(&request)?;
        Ok(Response::new(self.pages.start(&person, request.into_inner()).await?))
    }

    async fn withdraw_escalation(
        &self,
        request: Request<pb::WithdrawEscalationRequest>,
    ) -> Result<Response<pb::WithdrawEscalationResponse>, Status> {
        let person = person(&request)?;
        self.pages.withdraw(&person, request.into_inner()).await?;
        Ok(Response::new(pb::WithdrawEscalationResponse {}))
    }

    async fn get_page_case(
        &self,
        request: Request<pb::GetPageCaseRequest>,
    ) -> Result<Response<pb::GetPageCaseResponse>, Status> {
        let person = person(&request)?;
        Ok(Response::new(self.pages.case(&person, &request).await?))
    }

    async fn answer_page(
        &self,
        request: Request<pb::AnswerPageRequest>,
    ) -> Result<Response<pb::AnswerPageResponse>, Status> {
        let person = person(&request)?;
        Ok(Response::new(self.pages.answer(&person, request.into_inner()).await?))
    }

    async fn write_advice(
        &self,
        request: Request<pb::WriteAdviceRequest>,
    ) -> Result<Response<pb::WriteAdviceResponse>, Status> {
        let person = person(&request)?;
        self.pages.advise(&person, request.into_inner()).await?;
        Ok(Response::new(pb::WriteAdviceResponse {}))
    }

    async fn settle_safety_caller(
        &self,
        request: Request<pb::SettleSafetyCallerRequest>,
    ) -> Result<Response<pb::SettleSafetyCallerResponse>, Status> {
        let person = person(&request)?;
        self.safety.settle(&person, request.into_inner()).await?;
        Ok(Response::new(pb::SettleSafetyCallerResponse {}))
    }

    async fn list_alarms(
        &self,
        request: Request<pb::ListAlarmsRequest>,
    ) -> Result<Response<pb::ListAlarmsResponse>, Status> {
        let person = person(&request)?;
        let alarms = alarms::standing(&self.alarms, &person.operator).await.map_err(ConsoleError::from)?;
        Ok(Response::new(pb::ListAlarmsResponse { alarms }))
    }

    async fn see_alarm(
        &self,
        request: Request<pb::SeeAlarmRequest>,
    ) -> Result<Response<pb::SeeAlarmResponse>, Status> {
        let person = person(&request)?;
        let alarm = request.into_inner().alarm_id;
        let by = person.staff.as_ref().map_or_else(|| person.account.to_string(), ToString::to_string);
        let seen = self.alarms.see(&person.operator, &alarm, &by).await.map_err(ConsoleError::from)?;
        match seen {
            true => {
                self.boards.alarm_was_seen(&alarm);
                Ok(Response::new(pb::SeeAlarmResponse {}))
            }
            false => Err(ConsoleError::NotFound("alarm_id").into()),
        }
    }
}
