//! What became of a page, told to escalation: in order, and until it is taken.

use std::sync::Arc;
use std::time::Duration;

use proto::escalation::v1 as wire;
use proto::escalation::v1::escalation_service_client::EscalationServiceClient;
use shell::call_trace;
use shell::clock::Clock;
use shell::grpc::Route;
use tokio::sync::mpsc;
use tonic::{Code, Status};
use tracing::{Instrument, warn};

use super::menu::News;
use super::page::Page;

/// More than one page ever has to tell.
const QUEUE: usize = 32;
const AGAIN: Duration = Duration::from_millis(500);
const LONGEST: Duration = Duration::from_secs(30);

#[derive(Clone, Copy, Debug)]
pub(super) enum Report {
    News(News),
    Accept,
    Decline,
    Act(&'static str),
}

/// Cheap to clone. Its task ends when the last clone is gone and all is told.
#[derive(Clone, Debug)]
pub(super) struct Reporter(mpsc::Sender<Report>);

impl Reporter {
    pub(super) fn start(
        page: Arc<Page>,
        escalation: EscalationServiceClient<Route>,
        owner: Arc<str>,
        clock: Clock,
    ) -> Self {
        let (say, mut said) = mpsc::channel(QUEUE);
        let span = call_trace::joins(tracing::info_span!("report_page", page = %page.id), page.call);
        let reports = async move {
            while let Some(report) = said.recv().await {
                insist(&clock, || tell(report, &page, escalation.clone(), &owner)).await;
            }
        };
        tokio::spawn(reports.instrument(span));
        Self(say)
    }

    pub(super) fn say(&self, report: Report) {
        if self.0.try_send(report).is_err() {
            warn!("escalation is too far behind to be told what became of a page");
        }
    }
}

async fn tell(
    report: Report,
    page: &Page,
    mut escalation: EscalationServiceClient<Route>,
    owner: &str,
) -> Result<(), Status> {
    match report {
        Report::News(news) => {
            let (news, detail) = in_words(news);
            let request = wire::ReportPageRequest {
                page_id: page.id.to_string(),
                owner: owner.to_owned(),
                news: news.into(),
                detail: detail.to_owned(),
            };
            escalation.report_page(request).await.map(drop)
        }
        Report::Accept => escalation.accept_page(acceptance(page)).await.map(drop),
        Report::Decline => {
            let request = wire::DeclinePageRequest {
                page_id: page.id.to_string(),
                ..wire::DeclinePageRequest::default()
            };
            escalation.decline_page(request).await.map(drop)
        }
        Report::Act(act) => {
            let request = wire::ReportActRequest {
                operator_id: page.operator.to_string(),
                escalation_id: page.escalation.clone(),
                staff_id: page.staff.to_string(),
                act: act.to_owned(),
            };
            escalation.report_act(request).await.map(drop)
        }
    }
}

pub(super) fn acceptance(page: &Page) -> wire::AcceptPageRequest {
    wire::AcceptPageRequest { page_id: page.id.to_string(), ..wire::AcceptPageRequest::default() }
}

fn in_words(news: News) -> (wire::PageNews, &'static str) {
    match news {
        News::Ringing => (wire::PageNews::Ringing, ""),
        News::Unanswered(detail) => (wire::PageNews::Unanswered, detail),
        News::Failed(detail) => (wire::PageNews::Failed, detail),
    }
}

/// Asks again, ever more rarely, until escalation takes it or refuses it for good.
pub(super) async fn insist<Asked>(clock: &Clock, ask: impl Fn() -> Asked)
where
    Asked: Future<Output = Result<(), Status>>,
{
    let mut pause = AGAIN;
    while let Err(status) = ask().await {
        if !is_passing(&status) {
            warn!(code = ?status.code(), "escalation refuses what it is told");
            return;
        }
        clock.sleep_until(clock.now() + pause).await;
        pause = (pause * 2).min(LONGEST);
    }
}

/// Whether asking again can help.
pub(super) fn is_passing(status: &Status) -> bool {
    match status.code() {
        Code::Cancelled
        | Code::Unknown
        | Code::DeadlineExceeded
        | Code::ResourceExhausted
        | Code::Aborted
        | Code::Internal
        | Code::Unavailable => true,
        Code::Ok
        | Code::InvalidArgument
        | Code::NotFound
        | Code::AlreadyExists
        | Code::PermissionDenied
        | Code::FailedPrecondition
        | Code::OutOfRange
        | Code::Unimplemented
        | Code::DataLoss
        | Code::Unauthenticated => false,
    }
}
