//! Asks for help when a caller waits and nobody comes; withdraws it when
//! somebody has come.

use std::time::Duration;

use domain::escalation::{Priority, Reason, Withdrawal};
use domain::ids::{CallId, OperatorId, WindowId};
use domain::ledger::{AnsweredBy, CallAlarm, Step};
use proto::escalation::v1 as wire;
use proto::escalation::v1::escalation_service_client::EscalationServiceClient;
use shell::grpc::Route;
use tokio::sync::oneshot;
use tonic::{Code, Status};
use tracing::{Instrument, Span, info, warn};

use super::report::{insist, is_passing};
use crate::driver::Deps;

const ATTEMPTS: u32 = 5;
const AGAIN: Duration = Duration::from_secs(1);

/// What the line itself asks for.
#[derive(Clone, Debug)]
pub(super) struct Need {
    pub operator: OperatorId,
    pub window: WindowId,
    pub call: CallId,
    /// The same need asks with the same word.
    pub request: String,
    pub priority: Priority,
    pub reason: Reason,
}

impl Need {
    pub(super) async fn start(&self, mut escalation: EscalationServiceClient<Route>) -> Result<(), Status> {
        let request = wire::StartEscalationRequest {
            operator_id: self.operator.to_string(),
            request_id: self.request.clone(),
            window_id: self.window.to_string(),
            call_id: self.call.to_string(),
            priority: self.priority.code().to_owned(),
            reasons: vec![self.reason.code().to_owned()],
            ..wire::StartEscalationRequest::default()
        };
        escalation.start_escalation(request).await.map(drop)
    }

    /// One that was never started, or has ended by itself, is withdrawn already.
    pub(super) async fn withdraw(
        &self,
        mut escalation: EscalationServiceClient<Route>,
        why: Withdrawal,
    ) -> Result<(), Status> {
        let request = wire::WithdrawEscalationRequest {
            operator_id: self.operator.to_string(),
            request_id: self.request.clone(),
            reason: why.code().to_owned(),
            ..wire::WithdrawEscalationRequest::default()
        };
        match escalation.withdraw_escalation(request).await {
            Ok(_) => Ok(()),
            Err(status) if matches!(status.code(), Code::NotFound | Code::FailedPrecondition) => Ok(()),
            Err(status) => Err(status),
        }
    }
}

/// What one call has asked for: nothing, or help that it withdraws when it does not need it any more.
#[derive(Debug, Default)]
pub(in crate::driver) struct Help(Option<oneshot::Sender<Withdrawal>>);

impl Help {
    /// Never delays the call: the asking has a task of its own.
    pub(in crate::driver) fn follows(
        &mut self,
        step: &Step,
        deps: &Deps,
        operator: &OperatorId,
        window: &WindowId,
        call: CallId,
    ) {
        let Some(escalation) = deps.escalation.clone() else { return };
        if let Some(why) = is_over(step) {
            if let (Some(asked), Some(why)) = (self.0.take(), why) {
                // A task that gave up has nothing to withdraw.
                let _ = asked.send(why);
            }
        } else if let (Some(reason), None) = (reason(step), &self.0) {
            let (over, is_over) = oneshot::channel();
            self.0 = Some(over);
            let need = Need {
                operator: operator.clone(),
                window: window.clone(),
                call,
                request: format!("call:{call}:waiting"),
                priority: Priority::P1,
                reason,
            };
            let clock = deps.clock.clone();
            tokio::spawn(asks(need, escalation, clock, is_over).instrument(Span::current()));
        }
    }
}

async fn asks(
    need: Need,
    escalation: EscalationServiceClient<Route>,
    clock: shell::clock::Clock,
    mut is_over: oneshot::Receiver<Withdrawal>,
) {
    let why = tokio::select! {
        why = &mut is_over => why,
        () = start(&need, &escalation, &clock) => is_over.await,
    };
    // Dropped without a word: a psychiatrist answered, so the escalation has come to its good end.
    let Ok(why) = why else { return };
    insist(&clock, || need.withdraw(escalation.clone(), why)).await;
}

async fn start(need: &Need, escalation: &EscalationServiceClient<Route>, clock: &shell::clock::Clock) {
    for _ in 0..ATTEMPTS {
        match need.start(escalation.clone()).await {
            Ok(()) => {
                return info!(reason = need.reason.code(), "a psychiatrist is paged for a caller who waits");
            }
            Err(status) if is_passing(&status) => clock.sleep_until(clock.now() + AGAIN).await,
            Err(status) => {
                return warn!(code = ?status.code(), "escalation refuses to page for a caller who waits");
            }
        }
    }
    warn!("escalation does not answer: nobody is paged for a caller who waits");
}

fn reason(step: &Step) -> Option<Reason> {
    let Step::Alarmed { alarm } = step else { return None };
    match alarm {
        CallAlarm::WaitingLong => Some(Reason::CallerWaiting),
        CallAlarm::NobodyOnDuty | CallAlarm::NobodySignedIn => Some(Reason::NobodySignedIn),
        CallAlarm::FallbackFailed | CallAlarm::RoutingLost | CallAlarm::CounsellorLost => None,
    }
}

/// Outer none: the need goes on. Inner none: it has ended well, and nothing is to be withdrawn.
fn is_over(step: &Step) -> Option<Option<Withdrawal>> {
    if let Step::Answered { by, .. } = step {
        return Some(match by {
            AnsweredBy::Desk(_) | AnsweredBy::Fallback => Some(Withdrawal::Answered),
            AnsweredBy::Doctor(_) => None,
        });
    }
    matches!(step, Step::Ended { .. }).then_some(Some(Withdrawal::CallerGone))
}
