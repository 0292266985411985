//! An escalation service with a memory, that answers as a story wants.

use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard};

use futures::Stream;
use proto::escalation::v1 as wire;
use proto::escalation::v1::escalation_service_server::EscalationService;
use proto::escalation::v1::take_voice_pages_response::Work;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Request, Response, Status};

/// What it was told.
#[derive(Clone, Debug, PartialEq)]
pub enum Heard {
    News { page: String, news: wire::PageNews, detail: String },
    Accepted(String),
    Declined(String),
    Act { staff: String, act: String },
    Started { request: String, priority: String, reasons: Vec<String> },
    Withdrawn { request: String, reason: String },
    Settled { call: String, how: String },
}

/// How it answers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Mood {
    Answers(wire::Acceptance),
    Away,
    Silent,
}

struct Memory {
    heard: Vec<Heard>,
    mood: Mood,
    workers: Vec<mpsc::Sender<Result<wire::TakeVoicePagesResponse, Status>>>,
}

#[derive(Clone)]
pub struct FakeEscalation(Arc<Mutex<Memory>>);

impl FakeEscalation {
    pub fn new() -> Self {
        let mood = Mood::Answers(wire::Acceptance::Accepted);
        Self(Arc::new(Mutex::new(Memory { heard: Vec::new(), mood, workers: Vec::new() })))
    }

    pub fn is(&self, mood: Mood) {
        self.memory().mood = mood;
    }

    pub fn heard(&self) -> Vec<Heard> {
        self.memory().heard.clone()
    }

    /// False while nobody takes its work.
    pub fn wants(&self, work: Work) -> bool {
        let workers = self.memory().workers.clone();
        let told = wire::TakeVoicePagesResponse { work: Some(work) };
        workers.last().is_some_and(|worker| worker.try_send(Ok(told)).is_ok())
    }

    /// Every stream breaks.
    pub fn breaks_off(&self) {
        self.memory().workers.clear();
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.0.lock().unwrap()
    }

    async fn hears(&self, heard: Heard) -> Result<wire::Acceptance, Status> {
        let mood = self.memory().mood;
        match mood {
            Mood::Answers(acceptance) => {
                self.memory().heard.push(heard);
                Ok(acceptance)
            }
            Mood::Away => Err(Status::unavailable("escalation is gone")),
            Mood::Silent => std::future::pending().await,
        }
    }
}

type Told<T> = Pin<Box<dyn Stream<Item = Result<T, Status>> + Send>>;

fn not_in_these_stories<T>() -> Result<Response<T>, Status> {
    Err(Status::unimplemented("not in these stories"))
}

#[tonic::async_trait]
impl EscalationService for FakeEscalation {
    async fn start_escalation(
        &self,
        asked: Request<wire::StartEscalationRequest>,
    ) -> Result<Response<wire::StartEscalationResponse>, Status> {
        let asked = asked.into_inner();
        let (request, priority, reasons) = (asked.request_id, asked.priority, asked.reasons);
        self.hears(Heard::Started { request, priority, reasons }).await?;
        Ok(Response::new(wire::StartEscalationResponse::default()))
    }

    async fn withdraw_escalation(
        &self,
        asked: Request<wire::WithdrawEscalationRequest>,
    ) -> Result<Response<wire::WithdrawEscalationResponse>, Status> {
        let asked = asked.into_inner();
        self.hears(Heard::Withdrawn { request: asked.request_id, reason: asked.reason }).await?;
        Ok(Response::new(wire::WithdrawEscalationResponse::default()))
    }

    async fn accept_page(
        &self,
        asked: Request<wire::AcceptPageRequest>,
    ) -> Result<Response<wire::AcceptPageResponse>, Status> {
        let acceptance = self.hears(Heard::Accepted(asked.into_inner().page_id)).await?;
        Ok(Response::new(wire::AcceptPageResponse { acceptance: acceptance.into(), ..Default::default() }))
    }

    async fn decline_page(
        &self,
        asked: Request<wire::DeclinePageRequest>,
    ) -> Result<Response<wire::DeclinePageResponse>, Status> {
        self.hears(Heard::Declined(asked.into_inner().page_id)).await?;
        Ok(Response::new(wire::DeclinePageResponse::default()))
    }

    async fn report_act(
        &self,
        asked: Request<wire::ReportActRequest>,
    ) -> Result<Response<wire::ReportActResponse>, Status> {
        let asked = asked.into_inner();
        self.hears(Heard::Act { staff: asked.staff_id, act: asked.act }).await?;
        Ok(Response::new(wire::ReportActResponse::default()))
    }

    async fn report_page(
        &self,
        asked: Request<wire::ReportPageRequest>,
    ) -> Result<Response<wire::ReportPageResponse>, Status> {
        let asked = asked.into_inner();
        let news = asked.news();
        self.hears(Heard::News { page: asked.page_id, news, detail: asked.detail }).await?;
        Ok(Response::new(wire::ReportPageResponse {}))
    }

    async fn settle_safety_caller(
        &self,
        asked: Request<wire::SettleSafetyCallerRequest>,
    ) -> Result<Response<wire::SettleSafetyCallerResponse>, Status> {
        let asked = asked.into_inner();
        self.hears(Heard::Settled { call: asked.call_id, how: asked.how }).await?;
        Ok(Response::new(wire::SettleSafetyCallerResponse {}))
    }

    type TakeVoicePagesStream = Told<wire::TakeVoicePagesResponse>;

    async fn take_voice_pages(
        &self,
        _: Request<wire::TakeVoicePagesRequest>,
    ) -> Result<Response<Self::TakeVoicePagesStream>, Status> {
        let (worker, work) = mpsc::channel(64);
        self.memory().workers.push(worker);
        Ok(Response::new(Box::pin(ReceiverStream::new(work))))
    }

    type WatchEscalationsStream = Told<wire::WatchEscalationsResponse>;

    async fn watch_escalations(
        &self,
        _: Request<wire::WatchEscalationsRequest>,
    ) -> Result<Response<Self::WatchEscalationsStream>, Status> {
        not_in_these_stories()
    }

    async fn list_escalations(
        &self,
        _: Request<wire::ListEscalationsRequest>,
    ) -> Result<Response<wire::ListEscalationsResponse>, Status> {
        not_in_these_stories()
    }

    async fn raise_priority(
        &self,
        _: Request<wire::RaisePriorityRequest>,
    ) -> Result<Response<wire::RaisePriorityResponse>, Status> {
        not_in_these_stories()
    }

    async fn write_advice(
        &self,
        _: Request<wire::WriteAdviceRequest>,
    ) -> Result<Response<wire::WriteAdviceResponse>, Status> {
        not_in_these_stories()
    }

    async fn test_page(
        &self,
        _: Request<wire::TestPageRequest>,
    ) -> Result<Response<wire::TestPageResponse>, Status> {
        not_in_these_stories()
    }

    async fn list_safety_callers(
        &self,
        _: Request<wire::ListSafetyCallersRequest>,
    ) -> Result<Response<wire::ListSafetyCallersResponse>, Status> {
        not_in_these_stories()
    }
}
