//! People who wait for a doctor's call-back: who they are, and how their waiting ended.

use domain::access::{Person, Principal};
use domain::ids::OperatorId;
use proto::console::v1 as pb;
use proto::escalation::v1 as escalation;
use proto::escalation::v1::escalation_service_client::EscalationServiceClient;
use shell::audit::{Audit, Entry};
use shell::grpc::Route;
use tonic::Status;

/// Escalation keeps them; who settled one is in the audit.
#[derive(Clone)]
pub(crate) struct Safety {
    pub(crate) escalation: EscalationServiceClient<Route>,
    pub(crate) audit: Audit,
}

impl Safety {
    pub(crate) async fn settle(
        &self,
        person: &Person,
        asked: pb::SettleSafetyCallerRequest,
    ) -> Result<(), Status> {
        let settle = escalation::SettleSafetyCallerRequest {
            operator_id: person.operator.to_string(),
            call_id: asked.call_id.clone(),
            how: asked.how.clone(),
        };
        self.escalation.clone().settle_safety_caller(settle).await?;
        self.note(person, &asked).await;
        Ok(())
    }

    /// It is done: an audit that is away does not undo it, and says so itself.
    async fn note(&self, person: &Person, asked: &pb::SettleSafetyCallerRequest) {
        let who = Principal::Person(person.clone());
        let entry = Entry::of(&who, &person.operator, "safety_caller.settled").about("call", &asked.call_id);
        if let Err(fault) = self.audit.note(&entry.with("how", asked.how.as_str())).await {
            tracing::error!(%fault, "who settled a caller who waits is not in the audit");
        }
    }
}

/// The one whose time comes first is the first.
pub(crate) async fn waiting(
    mut escalation: EscalationServiceClient<Route>,
    operator: &OperatorId,
) -> Result<Vec<escalation::SafetyCaller>, Status> {
    let asked = escalation::ListSafetyCallersRequest { operator_id: operator.to_string() };
    let mut callers = escalation.list_safety_callers(asked).await?.into_inner().callers;
    callers.sort_by_key(|caller| caller.due_at.map(|at| (at.seconds, at.nanos)));
    Ok(callers)
}
