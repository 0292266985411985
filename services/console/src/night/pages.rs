//! Psychiatrists: asked for by the counsellor, answered by who was paged.

use domain::access::{Person, Role};
use proto::console::v1 as pb;
use proto::escalation::v1 as escalation;
use proto::escalation::v1::escalation_service_client::EscalationServiceClient;
use proto::triage::v1 as triage;
use proto::triage::v1::triage_service_client::TriageServiceClient;
use shell::access::SESSION;
use shell::grpc::Route;
use tonic::{Code, Request, Status};

use super::error::ConsoleError;
use super::page_case::{Words, lines};
use super::seat::staff;

/// A page is looked for among this many of the latest escalations.
const LATEST: u32 = 200;

/// Carries what concerns pages to escalation, and reads the record behind them.
#[derive(Clone)]
pub(crate) struct Pages {
    pub(crate) escalation: EscalationServiceClient<Route>,
    pub(crate) triage: TriageServiceClient<Route>,
}

impl Pages {
    pub(crate) async fn start(
        &self,
        person: &Person,
        asked: pb::EscalateRequest,
    ) -> Result<pb::EscalateResponse, Status> {
        let start = escalation::StartEscalationRequest {
            operator_id: person.operator.to_string(),
            request_id: asked.request_id,
            call_id: asked.call_id,
            priority: asked.priority,
            reasons: asked.reasons,
            started_by: person.staff.as_ref().map(ToString::to_string).unwrap_or_default(),
            ..Default::default()
        };
        let started = self.escalation.clone().start_escalation(start).await?.into_inner();
        Ok(pb::EscalateResponse { escalation: started.escalation })
    }

    pub(crate) async fn withdraw(
        &self,
        person: &Person,
        asked: pb::WithdrawEscalationRequest,
    ) -> Result<(), Status> {
        let withdraw = escalation::WithdrawEscalationRequest {
            operator_id: person.operator.to_string(),
            escalation_id: asked.escalation_id,
            request_id: String::new(),
            reason: asked.reason,
        };
        self.escalation.clone().withdraw_escalation(withdraw).await.map(drop)
    }

    /// The record is read in the person's own name, so that triage audits who looked and why.
    pub(crate) async fn case(
        &self,
        person: &Person,
        request: &Request<pb::GetPageCaseRequest>,
    ) -> Result<pb::GetPageCaseResponse, Status> {
        let page_id = &request.get_ref().page_id;
        let found = self.of_page(person, page_id).await?;
        let mine = is_for(&found, page_id, person);
        if !mine && !person.roles.has(Role::Supervisor) {
            return Err(ConsoleError::OthersPage.into());
        }
        let record = self.record(person, request, &found.call_id).await?;
        let form = triage::DescribeFormRequest {
            operator_id: person.operator.to_string(),
            protocol_version: String::new(),
        };
        let form = self.triage.clone().describe_form(form).await?.into_inner();
        let lines = lines(&found, record.as_ref(), &Words(&form));
        Ok(pb::GetPageCaseResponse { escalation: Some(found), mine, lines })
    }

    async fn record(
        &self,
        person: &Person,
        request: &Request<pb::GetPageCaseRequest>,
        call_id: &str,
    ) -> Result<Option<triage::Record>, Status> {
        let mut asked = Request::new(triage::GetRecordRequest {
            operator_id: person.operator.to_string(),
            call_id: call_id.to_owned(),
            reason: format!("page {}", request.get_ref().page_id),
            ..Default::default()
        });
        if let Some(session) = request.metadata().get(SESSION) {
            asked.metadata_mut().insert(SESSION, session.clone());
        }
        match self.triage.clone().get_record(asked).await {
            Ok(answer) => Ok(answer.into_inner().record),
            // A page may be older than its record, or be about no call: the codes alone are told.
            Err(status) if matches!(status.code(), Code::NotFound | Code::InvalidArgument) => Ok(None),
            Err(status) => Err(status),
        }
    }

    pub(crate) async fn answer(
        &self,
        person: &Person,
        asked: pb::AnswerPageRequest,
    ) -> Result<pb::AnswerPageResponse, Status> {
        let found = self.of_page(person, &asked.page_id).await?;
        if !is_for(&found, &asked.page_id, person) {
            return Err(ConsoleError::OthersPage.into());
        }
        match asked.accept {
            true => self.accept(person, asked.page_id).await,
            false => self.decline(person, asked.page_id).await,
        }
    }

    async fn accept(&self, person: &Person, page_id: String) -> Result<pb::AnswerPageResponse, Status> {
        let operator_id = person.operator.to_string();
        let yes = escalation::AcceptPageRequest { page_id, operator_id, ..Default::default() };
        let answer = self.escalation.clone().accept_page(yes).await?.into_inner();
        let outcome = match answer.acceptance() {
            escalation::Acceptance::Accepted => "accepted",
            escalation::Acceptance::TakenOver => "taken_over",
            escalation::Acceptance::Unspecified | escalation::Acceptance::Withdrawn => "withdrawn",
        };
        Ok(pb::AnswerPageResponse { outcome: outcome.to_owned(), accepted_by: answer.accepted_by })
    }

    async fn decline(&self, person: &Person, page_id: String) -> Result<pb::AnswerPageResponse, Status> {
        let operator_id = person.operator.to_string();
        let no = escalation::DeclinePageRequest { page_id, operator_id, ..Default::default() };
        self.escalation.clone().decline_page(no).await?;
        Ok(pb::AnswerPageResponse { outcome: "declined".to_owned(), accepted_by: String::new() })
    }

    /// A psychiatrist writes their own; a counsellor may write down what one said.
    pub(crate) async fn advise(&self, person: &Person, asked: pb::WriteAdviceRequest) -> Result<(), Status> {
        let own = staff(person)?.to_string();
        let by = match asked.staff_id.is_empty() {
            true => own.clone(),
            false => asked.staff_id,
        };
        let may_write_down = person.roles.has_any(&[Role::Counsellor, Role::Supervisor]);
        if by != own && !may_write_down {
            return Err(ConsoleError::OthersPage.into());
        }
        let advice = escalation::WriteAdviceRequest {
            operator_id: person.operator.to_string(),
            escalation_id: asked.escalation_id,
            staff_id: by,
            advice: asked.advice,
            read_back: asked.read_back,
        };
        self.escalation.clone().write_advice(advice).await.map(drop)
    }

    async fn of_page(&self, person: &Person, page_id: &str) -> Result<escalation::Escalation, Status> {
        let asked = escalation::ListEscalationsRequest {
            operator_id: person.operator.to_string(),
            limit: LATEST,
            ..Default::default()
        };
        let listed = self.escalation.clone().list_escalations(asked).await?.into_inner().escalations;
        let found = listed.into_iter().find(|one| one.pages.iter().any(|page| page.page_id == page_id));
        Ok(found.ok_or(ConsoleError::NotFound("page_id"))?)
    }
}

fn is_for(found: &escalation::Escalation, page_id: &str, person: &Person) -> bool {
    let staff = person.staff.as_ref().map(|staff| staff.as_str());
    found.pages.iter().any(|page| page.page_id == page_id && Some(page.staff_id.as_str()) == staff)
}
