//! Hears for ever what escalation wants of the telephones.

use std::sync::Arc;
use std::time::Duration;

use proto::escalation::v1 as wire;
use proto::escalation::v1::escalation_service_client::EscalationServiceClient;
use proto::escalation::v1::take_voice_pages_response::Work;
use shell::grpc::Route;
use tracing::{info, warn};

use super::page::Page;
use super::paged::Off;
use super::{page_task, safety};
use crate::driver::Deps;

/// Between two attempts to hear.
const AGAIN: Duration = Duration::from_millis(500);

pub(super) async fn run(deps: Arc<Deps>, mut escalation: EscalationServiceClient<Route>) {
    loop {
        let request = wire::TakeVoicePagesRequest { owner: deps.owner.to_string() };
        match escalation.take_voice_pages(request).await {
            Ok(work) => {
                let mut work = work.into_inner();
                while let Ok(Some(told)) = work.message().await {
                    take(&deps, &escalation, told.work);
                }
                warn!("escalation stopped telling what to ring; it is asked again");
            }
            Err(status) => warn!(code = ?status.code(), "escalation does not tell what to ring"),
        }
        tokio::time::sleep(AGAIN).await;
    }
}

fn take(deps: &Arc<Deps>, escalation: &EscalationServiceClient<Route>, work: Option<Work>) {
    match work {
        Some(Work::Ring(told)) => match Page::of(told) {
            Some(page) => page_task::rings(deps, escalation, Arc::new(page)),
            None => warn!("a page cannot be understood; is escalation of another release?"),
        },
        Some(Work::CalledOff(told)) => {
            if let Ok(page) = told.page_id.parse() {
                let off = Off { taken_over: !told.taken_over_by.is_empty() };
                deps.switchboard.paged.called_off(page, off);
                info!(%page, "a page is called off");
            }
        }
        Some(Work::CallerWaits(told)) => {
            tokio::spawn(safety::is_owed(Arc::clone(deps), told));
        }
        None => warn!("escalation wants something that this release does not know"),
    }
}
