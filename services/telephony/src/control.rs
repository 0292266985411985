//! `CallControlService`: what a console does for the person at a desk. Proto ⇄
//! the call's task, no rules.

use std::sync::Arc;

use domain::ids::{CallId, DeskId};
use proto::telephony::v1 as wire;
use proto::telephony::v1::call_control_service_server::CallControlService;
use tonic::{Request, Response, Status};

use crate::driver::{Act, ActFault, Deps};
use crate::error::TelephonyError;
use crate::server::operator;

pub struct CallControlServer {
    pub deps: Arc<Deps>,
}

const CALL: &str = "a UUID";
const DESK: &str = "1 to 32 characters of a-z, 0-9, hyphen, underscore and full stop";

impl CallControlServer {
    async fn act(&self, operator_id: &str, call_id: &str, desk_id: &str, act: Act) -> Result<(), Status> {
        let operator = operator(operator_id)?;
        let call: CallId = call_id.parse().map_err(|_| TelephonyError::invalid("call_id", CALL))?;
        let desk = DeskId::parse(desk_id).map_err(|_| TelephonyError::invalid("desk_id", DESK))?;
        let switchboard = &self.deps.switchboard;
        if switchboard.live().get(&call).is_none_or(|live| live.operator != operator) {
            return Err(TelephonyError::from(ActFault::NotHere).into());
        }
        switchboard.act(call, desk, act).await.map_err(|fault| TelephonyError::from(fault).into())
    }
}

#[tonic::async_trait]
impl CallControlService for CallControlServer {
    async fn answer_offer(
        &self,
        request: Request<wire::AnswerOfferRequest>,
    ) -> Result<Response<wire::AnswerOfferResponse>, Status> {
        let asked = request.into_inner();
        self.act(&asked.operator_id, &asked.call_id, &asked.desk_id, Act::Answer).await?;
        Ok(Response::new(wire::AnswerOfferResponse {}))
    }

    async fn decline_offer(
        &self,
        request: Request<wire::DeclineOfferRequest>,
    ) -> Result<Response<wire::DeclineOfferResponse>, Status> {
        let asked = request.into_inner();
        self.act(&asked.operator_id, &asked.call_id, &asked.desk_id, Act::Decline).await?;
        Ok(Response::new(wire::DeclineOfferResponse {}))
    }

    async fn hold_caller(
        &self,
        request: Request<wire::HoldCallerRequest>,
    ) -> Result<Response<wire::HoldCallerResponse>, Status> {
        let asked = request.into_inner();
        self.act(&asked.operator_id, &asked.call_id, &asked.desk_id, Act::Hold).await?;
        Ok(Response::new(wire::HoldCallerResponse {}))
    }

    async fn resume_caller(
        &self,
        request: Request<wire::ResumeCallerRequest>,
    ) -> Result<Response<wire::ResumeCallerResponse>, Status> {
        let asked = request.into_inner();
        self.act(&asked.operator_id, &asked.call_id, &asked.desk_id, Act::Resume).await?;
        Ok(Response::new(wire::ResumeCallerResponse {}))
    }

    async fn transfer_call(
        &self,
        request: Request<wire::TransferCallRequest>,
    ) -> Result<Response<wire::TransferCallResponse>, Status> {
        let asked = request.into_inner();
        let to = DeskId::parse(&asked.to_desk_id).map_err(|_| TelephonyError::invalid("to_desk_id", DESK))?;
        self.act(&asked.operator_id, &asked.call_id, &asked.desk_id, Act::Transfer { to }).await?;
        Ok(Response::new(wire::TransferCallResponse {}))
    }

    async fn listen_in(
        &self,
        request: Request<wire::ListenInRequest>,
    ) -> Result<Response<wire::ListenInResponse>, Status> {
        let asked = request.into_inner();
        self.act(&asked.operator_id, &asked.call_id, &asked.desk_id, Act::ListenIn).await?;
        Ok(Response::new(wire::ListenInResponse {}))
    }

    async fn take_over(
        &self,
        request: Request<wire::TakeOverRequest>,
    ) -> Result<Response<wire::TakeOverResponse>, Status> {
        let asked = request.into_inner();
        self.act(&asked.operator_id, &asked.call_id, &asked.desk_id, Act::TakeOver).await?;
        Ok(Response::new(wire::TakeOverResponse {}))
    }

    async fn hang_up(
        &self,
        request: Request<wire::HangUpRequest>,
    ) -> Result<Response<wire::HangUpResponse>, Status> {
        let asked = request.into_inner();
        self.act(&asked.operator_id, &asked.call_id, &asked.desk_id, Act::HangUp).await?;
        Ok(Response::new(wire::HangUpResponse {}))
    }
}
