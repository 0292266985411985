//! The contract, spoken.

use std::pin::Pin;

use domain::escalation::{Act, Escalation, PageOutcome, Priority, Withdrawal};
use domain::ids::{CallId, EscalationId, OperatorId, PageId};
use futures::Stream;
use proto::escalation::v1 as pb;
use proto::escalation::v1::escalation_service_server::EscalationService;
use shell::shutdown::Shutdown;
use tonic::{Request, Response, Status};

use crate::answer::{Answers, request as request_id};
use crate::error::EscalationError;
use crate::keeper::Also;
use crate::wire::{self, SHORT_WORD, UUID, word};
use crate::{voice, watching};

/// The escalation service of one replica; near or far.
#[derive(Clone, Debug)]
pub struct EscalationServer {
    answers: Answers,
    shutdown: Shutdown,
}

type Streamed<T> = Pin<Box<dyn Stream<Item = Result<T, Status>> + Send>>;

/// Escalations that a list holds when nothing else is asked for.
const LISTED: u32 = 50;
const LISTED_MOST: u32 = 500;

impl EscalationServer {
    pub(crate) fn new(answers: Answers, shutdown: Shutdown) -> Self {
        Self { answers, shutdown }
    }

    async fn shown(&self, id: EscalationId) -> Result<Option<pb::Escalation>, EscalationError> {
        let shown = self.answers.keeper.store.show(id).await?;
        Ok(shown.map(wire::escalation))
    }

    async fn listed(
        &self,
        asked: &pb::ListEscalationsRequest,
    ) -> Result<Vec<pb::Escalation>, EscalationError> {
        let ids = match asked.escalation_id.is_empty() {
            true => self.ids(asked).await?,
            false => vec![self.answers.find(&asked.operator_id, &asked.escalation_id).await?],
        };
        let mut listed = Vec::with_capacity(ids.len());
        for id in ids {
            listed.extend(self.shown(id).await?);
        }
        Ok(listed)
    }

    async fn ids(&self, asked: &pb::ListEscalationsRequest) -> Result<Vec<EscalationId>, EscalationError> {
        let operator: OperatorId = word(&asked.operator_id, "operator_id", SHORT_WORD)?;
        let call: Option<CallId> = wire::optional(&asked.call_id, "call_id", UUID)?;
        let most = if asked.limit == 0 { LISTED } else { asked.limit.min(LISTED_MOST) };
        Ok(self.answers.keeper.store.list(&operator, call, asked.open_only, most).await?)
    }

    async fn to_withdraw(
        &self,
        asked: &pb::WithdrawEscalationRequest,
    ) -> Result<EscalationId, EscalationError> {
        if !asked.escalation_id.is_empty() {
            return self.answers.find(&asked.operator_id, &asked.escalation_id).await;
        }
        let operator = word(&asked.operator_id, "operator_id", SHORT_WORD)?;
        let made = self.answers.keeper.store.by_request(&operator, request_id(&asked.request_id)?).await?;
        made.map(|kept| kept.id).ok_or(EscalationError::NotFound("request_id"))
    }

    async fn reported(&self, asked: &pb::ReportPageRequest) -> Result<(), EscalationError> {
        let page: PageId = word(&asked.page_id, "page_id", UUID)?;
        let outcome = match asked.news() {
            pb::PageNews::Unspecified => {
                return Err(EscalationError::Invalid { field: "news", reason: "not UNSPECIFIED" });
            }
            pb::PageNews::Ringing => return self.rings(page).await,
            pb::PageNews::Unanswered => PageOutcome::Unanswered,
            pb::PageNews::Failed => PageOutcome::Failed,
        };
        let (row, escalation) = self.answers.keeper.page(page).await?;
        if row.lease_owner.as_ref().is_some_and(|owner| *owner != asked.owner) {
            // Another rings for it by now: this is old news.
            return Ok(());
        }
        let number = usize::try_from(row.number).unwrap_or(usize::MAX);
        let also = Also::Detail(page, code(&asked.detail));
        let change = |machine: &mut Escalation, now| Ok((machine.page_ended(number, outcome, now), ()));
        self.answers.keeper.push_with(escalation, also, change).await.map(drop)
    }

    async fn rings(&self, page: PageId) -> Result<(), EscalationError> {
        let (row, _) = self.answers.keeper.page(page).await?;
        let keeper = &self.answers.keeper;
        keeper.store.note_delivered(page, keeper.clock.now()).await?;
        keeper.nudge(&row.escalation_id);
        Ok(())
    }
}

/// Codes only: whatever else is sent is not kept.
fn code(detail: &str) -> String {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    detail.chars().filter(|c| plain(*c)).take(40).collect()
}

#[tonic::async_trait]
impl EscalationService for EscalationServer {
    type WatchEscalationsStream = Streamed<pb::WatchEscalationsResponse>;
    type TakeVoicePagesStream = Streamed<pb::TakeVoicePagesResponse>;

    async fn start_escalation(
        &self,
        request: Request<pb::StartEscalationRequest>,
    ) -> Result<Response<pb::StartEscalationResponse>, Status> {
        let begun = self.answers.start(request.get_ref()).await?;
        Ok(Response::new(pb::StartEscalationResponse { escalation: Some(wire::escalation(begun)) }))
    }

    async fn list_escalations(
        &self,
        request: Request<pb::ListEscalationsRequest>,
    ) -> Result<Response<pb::ListEscalationsResponse>, Status> {
        let escalations = self.listed(request.get_ref()).await?;
        Ok(Response::new(pb::ListEscalationsResponse { escalations }))
    }

    async fn watch_escalations(
        &self,
        request: Request<pb::WatchEscalationsRequest>,
    ) -> Result<Response<Self::WatchEscalationsStream>, Status> {
        let operator = word::<OperatorId>(&request.get_ref().operator_id, "operator_id", SHORT_WORD)?;
        let stream = watching::watch(self.answers.keeper.clone(), operator, self.shutdown.clone());
        Ok(Response::new(Box::pin(stream)))
    }

    async fn accept_page(
        &self,
        request: Request<pb::AcceptPageRequest>,
    ) -> Result<Response<pb::AcceptPageResponse>, Status> {
        let asked = request.get_ref();
        let speaker = self
            .answers
            .speaker(&asked.page_id, &asked.operator_id, &asked.escalation_id, &asked.staff_id)
            .await?;
        let (acceptance, accepted_by) = self.answers.accept(&speaker).await?;
        let escalation = self.shown(speaker.escalation).await?;
        let acceptance = acceptance.into();
        Ok(Response::new(pb::AcceptPageResponse { acceptance, accepted_by, escalation }))
    }

    async fn decline_page(
        &self,
        request: Request<pb::DeclinePageRequest>,
    ) -> Result<Response<pb::DeclinePageResponse>, Status> {
        let asked = request.get_ref();
        let speaker = self
            .answers
            .speaker(&asked.page_id, &asked.operator_id, &asked.escalation_id, &asked.staff_id)
            .await?;
        self.answers.decline(&speaker).await?;
        let escalation = self.shown(speaker.escalation).await?;
        Ok(Response::new(pb::DeclinePageResponse { escalation }))
    }

    async fn raise_priority(
        &self,
        request: Request<pb::RaisePriorityRequest>,
    ) -> Result<Response<pb::RaisePriorityResponse>, Status> {
        let asked = request.get_ref();
        let id = self.answers.find(&asked.operator_id, &asked.escalation_id).await?;
        let priority: Priority = asked.priority.parse().map_err(EscalationError::Code)?;
        let pace = self.answers.settings.paces.of(priority).clone();
        let change = |machine: &mut Escalation, now| Ok((machine.raise(priority, pace.clone(), now)?, ()));
        self.answers.keeper.push(id, change).await?;
        Ok(Response::new(pb::RaisePriorityResponse { escalation: self.shown(id).await? }))
    }

    async fn withdraw_escalation(
        &self,
        request: Request<pb::WithdrawEscalationRequest>,
    ) -> Result<Response<pb::WithdrawEscalationResponse>, Status> {
        let asked = request.get_ref();
        let reason: Withdrawal = asked.reason.parse().map_err(EscalationError::Code)?;
        let id = self.to_withdraw(asked).await?;
        let change = |machine: &mut Escalation, _| Ok((machine.withdraw(reason)?, ()));
        self.answers.keeper.push(id, change).await?;
        Ok(Response::new(pb::WithdrawEscalationResponse { escalation: self.shown(id).await? }))
    }

    async fn write_advice(
        &self,
        request: Request<pb::WriteAdviceRequest>,
    ) -> Result<Response<pb::WriteAdviceResponse>, Status> {
        let asked = request.get_ref();
        let id = self.answers.find(&asked.operator_id, &asked.escalation_id).await?;
        self.answers.advise(id, asked).await?;
        Ok(Response::new(pb::WriteAdviceResponse { escalation: self.shown(id).await? }))
    }

    async fn report_act(
        &self,
        request: Request<pb::ReportActRequest>,
    ) -> Result<Response<pb::ReportActResponse>, Status> {
        let asked = request.get_ref();
        let speaker =
            self.answers.speaker("", &asked.operator_id, &asked.escalation_id, &asked.staff_id).await?;
        let act = match asked.act.parse().map_err(EscalationError::Code)? {
            act @ (Act::Joined | Act::CalledBack) => act,
            Act::Advised | Act::Confirmed => {
                let wrong = EscalationError::Invalid { field: "act", reason: "joined or called_back" };
                return Err(wrong.into());
            }
        };
        let change = |machine: &mut Escalation, now| Ok((machine.act(speaker.staff.clone(), act, now)?, ()));
        self.answers.keeper.push(speaker.escalation, change).await?;
        let escalation = self.shown(speaker.escalation).await?;
        Ok(Response::new(pb::ReportActResponse { escalation }))
    }

    async fn test_page(
        &self,
        request: Request<pb::TestPageRequest>,
    ) -> Result<Response<pb::TestPageResponse>, Status> {
        let asked = request.get_ref();
        let operator = word(&asked.operator_id, "operator_id", SHORT_WORD)?;
        let staff = word(&asked.staff_id, "staff_id", SHORT_WORD)?;
        let begun = self.answers.test(operator, &asked.request_id, &staff).await?;
        Ok(Response::new(pb::TestPageResponse { escalation: Some(wire::escalation(begun)) }))
    }

    async fn take_voice_pages(
        &self,
        request: Request<pb::TakeVoicePagesRequest>,
    ) -> Result<Response<Self::TakeVoicePagesStream>, Status> {
        let owner: uuid::Uuid = word(&request.get_ref().owner, "owner", UUID)?;
        let stream = voice::take(self.answers.clone(), owner.to_string(), self.shutdown.clone());
        Ok(Response::new(Box::pin(stream)))
    }

    async fn report_page(
        &self,
        request: Request<pb::ReportPageRequest>,
    ) -> Result<Response<pb::ReportPageResponse>, Status> {
        self.reported(request.get_ref()).await?;
        Ok(Response::new(pb::ReportPageResponse {}))
    }

    async fn list_safety_callers(
        &self,
        request: Request<pb::ListSafetyCallersRequest>,
    ) -> Result<Response<pb::ListSafetyCallersResponse>, Status> {
        let operator = word(&request.get_ref().operator_id, "operator_id", SHORT_WORD)?;
        let rows =
            self.answers.keeper.store.safety_callers(&operator).await.map_err(EscalationError::from)?;
        let callers = rows.into_iter().map(wire::safety_caller).collect();
        Ok(Response::new(pb::ListSafetyCallersResponse { callers }))
    }

    async fn settle_safety_caller(
        &self,
        request: Request<pb::SettleSafetyCallerRequest>,
    ) -> Result<Response<pb::SettleSafetyCallerResponse>, Status> {
        let asked = request.get_ref();
        let operator = word(&asked.operator_id, "operator_id", SHORT_WORD)?;
        let call: CallId = word(&asked.call_id, "call_id", UUID)?;
        if !["reached", "came_back", "doctor_called", "other"].contains(&asked.how.as_str()) {
            let reason = "reached, came_back, doctor_called or other";
            return Err(EscalationError::Invalid { field: "how", reason }.into());
        }
        let keeper = &self.answers.keeper;
        let now = keeper.clock.now();
        let settled = keeper.store.settle_safety(&operator, call, &asked.how, now).await;
        if !settled.map_err(EscalationError::from)? {
            return Err(EscalationError::NotFound("a caller who waits, by call_id,").into());
        }
        keeper.nudge(&asked.call_id);
        Ok(Response::new(pb::SettleSafetyCallerResponse {}))
    }
}
