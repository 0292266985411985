//! Escalations as a line tells them.

use proto::escalation::v1 as wire;
use proto::escalation::v1::escalation_service_client::EscalationServiceClient;
use shell::grpc::Route;

use crate::line::TestLine;
use crate::wait::eventually;

impl TestLine {
    pub fn escalation_service(&self) -> EscalationServiceClient<Route> {
        EscalationServiceClient::new(self.route(self.http))
    }

    /// Starts a ladder for the window `main`, and for a call when one is named.
    pub async fn escalates(&self, call: &str, priority: &str, request: &str) -> wire::Escalation {
        self.asks_for_doctors(call, priority, request).await.unwrap()
    }

    /// The same where the line may not answer; asking again with the same request is harmless.
    pub async fn asks_for_doctors(
        &self,
        call: &str,
        priority: &str,
        request: &str,
    ) -> Result<wire::Escalation, tonic::Status> {
        let request = wire::StartEscalationRequest {
            operator_id: self.operator.clone(),
            request_id: request.to_owned(),
            window_id: "main".to_owned(),
            call_id: call.to_owned(),
            priority: priority.to_owned(),
            reasons: vec!["risk_imminent".to_owned()],
            ..wire::StartEscalationRequest::default()
        };
        let answer = self.escalation_service().start_escalation(request).await?;
        answer.into_inner().escalation.ok_or_else(|| tonic::Status::internal("no escalation"))
    }

    pub async fn withdraws(&self, escalation: &str) {
        let request = wire::WithdrawEscalationRequest {
            operator_id: self.operator.clone(),
            escalation_id: escalation.to_owned(),
            reason: "resolved".to_owned(),
            ..wire::WithdrawEscalationRequest::default()
        };
        self.escalation_service().withdraw_escalation(request).await.unwrap();
    }

    /// The oldest first. None while the line or its store does not answer.
    pub async fn escalations_if_told(&self) -> Option<Vec<wire::Escalation>> {
        let request = wire::ListEscalationsRequest {
            operator_id: self.operator.clone(),
            limit: 1000,
            ..wire::ListEscalationsRequest::default()
        };
        let told = self.escalation_service().list_escalations(request).await.ok()?.into_inner();
        Some(told.escalations.into_iter().rev().collect())
    }

    pub async fn escalations(&self) -> Vec<wire::Escalation> {
        eventually("the line tells its escalations", async || self.escalations_if_told().await).await
    }

    /// People who wait for a doctor's call-back.
    pub async fn safety_callers(&self) -> Vec<wire::SafetyCaller> {
        let request = wire::ListSafetyCallersRequest { operator_id: self.operator.clone() };
        self.escalation_service().list_safety_callers(request).await.unwrap().into_inner().callers
    }

    /// Waits for an escalation that is so.
    pub async fn escalation_that(
        &self,
        what: &str,
        is_so: impl Fn(&wire::Escalation) -> bool,
    ) -> wire::Escalation {
        eventually(what, async || self.escalations_if_told().await?.into_iter().find(|told| is_so(told)))
            .await
    }
}
