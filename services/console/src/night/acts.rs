//! Verbs that act in a call, for the desk at which the person sits.

use domain::access::Person;
use proto::telephony::v1 as telephony;
use proto::telephony::v1::call_control_service_client::CallControlServiceClient;
use proto::telephony::v1::call_service_client::CallServiceClient;
use shell::grpc::Route;
use tonic::Status;

use super::seat::Seats;

/// Carries a desk's verbs to telephony.
#[derive(Clone)]
pub(crate) struct Acts {
    pub(crate) control: CallControlServiceClient<Route>,
    pub(crate) calls: CallServiceClient<Route>,
    pub(crate) seats: Seats,
}

/// One verb of the contract that takes operator, call and desk.
macro_rules! act {
    ($name:ident, $verb:ident, $request:ident) => {
        pub(crate) async fn $name(&self, person: &Person, call_id: String) -> Result<(), Status> {
            let desk_id = self.seats.own(person).await?.desk_id;
            let operator_id = person.operator.to_string();
            let asked = telephony::$request { operator_id, call_id, desk_id };
            self.control.clone().$verb(asked).await.map(drop)
        }
    };
}

impl Acts {
    act!(answer, answer_offer, AnswerOfferRequest);
    act!(decline, decline_offer, DeclineOfferRequest);
    act!(hold, hold_caller, HoldCallerRequest);
    // Back from hold, or from the private word of the other two.
    act!(resume, resume_caller, ResumeCallerRequest);
    act!(listen_in, listen_in, ListenInRequest);
    act!(take_over, take_over, TakeOverRequest);
    act!(hang_up, hang_up, HangUpRequest);

    pub(crate) async fn consult(&self, person: &Person, call_id: String) -> Result<(), Status> {
        self.is_in(person, &call_id).await?;
        let asked = telephony::ConsultPrivatelyRequest { operator_id: person.operator.to_string(), call_id };
        self.calls.clone().consult_privately(asked).await.map(drop)
    }

    pub(crate) async fn transfer(
        &self,
        person: &Person,
        call_id: String,
        to_desk_id: String,
    ) -> Result<(), Status> {
        let desk_id = self.seats.own(person).await?.desk_id;
        let operator_id = person.operator.to_string();
        let asked = telephony::TransferCallRequest { operator_id, call_id, desk_id, to_desk_id };
        self.control.clone().transfer_call(asked).await.map(drop)
    }

    async fn is_in(&self, person: &Person, call_id: &str) -> Result<(), Status> {
        let desk = self.seats.own(person).await?;
        match desk.call_id == call_id {
            true => Ok(()),
            false => Err(Status::failed_precondition("your desk is not in this call")),
        }
    }
}
