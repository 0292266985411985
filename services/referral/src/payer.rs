//! Tells supervisors what is owed to them: an alarm on the board, and a page where a person waits for it.

use std::collections::BTreeSet;
use std::error::Error;
use std::time::Duration;

use async_trait::async_trait;
use domain::escalation::{Priority, Reason, TriageCode};
use domain::ids::{OperatorId, WindowId};
use domain::referral::Alarm as Told;
use domain::time::Instant;
use proto::escalation::v1 as pb;
use proto::escalation::v1::escalation_service_client::EscalationServiceClient;
use shell::alarms::{Alarm, Alarms};
use shell::grpc::Route;
use shell::reconciler::{IN_NO_HURRY, Left, Reconcile};
use tonic::Status;

use crate::store::{DutyRow, Store, unreadable};

/// Told in one run; what is left comes at once after it.
const AT_ONCE: i64 = 100;
/// Between two attempts while escalation is away.
const AGAIN: Duration = Duration::from_secs(1);

#[derive(Debug)]
pub(crate) struct Payer {
    pub(crate) store: Store,
    pub(crate) escalation: EscalationServiceClient<Route>,
    pub(crate) alarms: Alarms,
    pub(crate) clock: shell::clock::Clock,
    /// What stands, so that it is cleared when somebody has acted.
    pub(crate) standing: BTreeSet<(OperatorId, WindowId)>,
}

#[async_trait]
impl Reconcile for Payer {
    fn name(&self) -> &'static str {
        "referral_payer"
    }

    fn gathers(&self) -> Duration {
        IN_NO_HURRY
    }

    async fn run(&mut self, now: Instant) -> Result<Left, Box<dyn Error + Send + Sync>> {
        // It is nudged at every change, and most of the time nothing is owed.
        let (_, _, next) = self.store.duties_left().await?;
        if next.is_some_and(|next| next <= now.micros()) {
            self.pay(now).await?;
        }
        self.clear().await?;
        let (debt, oldest, next) = match next {
            None => (0, None, None),
            Some(_) => self.store.duties_left().await?,
        };
        Ok(Left {
            debt: u64::try_from(debt).unwrap_or(0),
            oldest: oldest.map(Instant::from_micros),
            late: 0,
            next: next.map(Instant::from_micros),
        })
    }
}

impl Payer {
    async fn pay(&mut self, now: Instant) -> Result<(), Box<dyn Error + Send + Sync>> {
        for duty in self.store.due_duties(now, AT_ONCE).await? {
            // One that cannot be told must not hold up the others.
            match self.tell(&duty).await {
                Ok(escalation) => {
                    self.store.pay(&duty, escalation.as_deref(), self.clock.now()).await?;
                }
                Err(status) => {
                    tracing::warn!(referral = duty.referral_id, code = ?status.code(), "nobody could be paged; it is tried again");
                    self.store.put_off(&duty, now + AGAIN).await?;
                }
            }
        }
        Ok(())
    }

    async fn tell(&mut self, duty: &DutyRow) -> Result<Option<String>, Status> {
        let unreadable = || Status::internal("what a supervisor is owed is unreadable");
        let told: Told = duty.alarm.parse().map_err(|_| unreadable())?;
        let place = place(&duty.operator_id, &duty.window_id).ok_or_else(unreadable)?;
        self.alarms.raise(alarm(&place), Some(duty.referral_id.clone()));
        self.standing.insert(place);
        match is_paged(told) {
            true => self.page(duty).await.map(Some),
            false => Ok(None),
        }
    }

    /// One page at a time for one referral: while it is climbed nobody is rung twice.
    async fn page(&mut self, duty: &DutyRow) -> Result<String, Status> {
        if let Some(running) = self.running(duty).await? {
            return Ok(running);
        }
        let code: TriageCode = duty.code.parse().map_err(|_| Status::internal("a code is unreadable"))?;
        let request = pb::StartEscalationRequest {
            operator_id: duty.operator_id.clone(),
            request_id: format!("{}-{}", duty.referral_id, duty.seq),
            window_id: duty.window_id.clone(),
            call_id: duty.call_id.clone(),
            priority: priority(code).to_string(),
            reasons: vec![Reason::ReferralOverdue.to_string()],
            triage_code: duty.code.clone(),
            ..pb::StartEscalationRequest::default()
        };
        let answer = self.escalation.start_escalation(request).await?.into_inner();
        let started = answer.escalation.ok_or_else(|| Status::internal("no escalation was answered"))?;
        Ok(started.escalation_id)
    }

    async fn running(&mut self, duty: &DutyRow) -> Result<Option<String>, Status> {
        let away = |_| Status::unavailable("the store does not answer");
        let Some(last) = self.store.escalation_of(&duty.referral_id).await.map_err(away)? else {
            return Ok(None);
        };
        let list = pb::ListEscalationsRequest {
            operator_id: duty.operator_id.clone(),
            escalation_id: last.clone(),
            ..pb::ListEscalationsRequest::default()
        };
        let listed = self.escalation.list_escalations(list).await?.into_inner().escalations;
        let runs = listed.iter().any(|one| matches!(one.state.as_str(), "climbing" | "accepted"));
        Ok(runs.then_some(last))
    }

    /// Somebody has acted on all that was told of a window.
    async fn clear(&mut self) -> Result<(), Box<dyn Error + Send + Sync>> {
        if self.standing.is_empty() {
            return Ok(());
        }
        let mut waiting = BTreeSet::new();
        for (operator, window) in self.store.alarmed().await? {
            waiting.insert(place(&operator, &window).ok_or_else(|| unreadable("a window"))?);
        }
        for over in self.standing.difference(&waiting) {
            self.alarms.clear(&alarm(over));
        }
        self.standing.retain(|place| waiting.contains(place));
        Ok(())
    }
}

fn place(operator: &str, window: &str) -> Option<(OperatorId, WindowId)> {
    Some((operator.parse().ok()?, window.parse().ok()?))
}

fn alarm((operator, window): &(OperatorId, WindowId)) -> Alarm {
    Alarm { kind: "referral_overdue", operator: Some(operator.clone()), window: Some(window.clone()) }
}

/// A person waits for somebody. The rest is on the board and can wait for who looks at it.
fn is_paged(told: Told) -> bool {
    match told {
        Told::NotReceived
        | Told::Silent
        | Told::Exhausted
        | Told::GivenBack
        | Told::ArrivalOverdue
        | Told::NotArrived => true,
        Told::DraftRests | Told::QuestionUnanswered | Told::OutcomeOverdue => false,
    }
}

fn priority(code: TriageCode) -> Priority {
    match code {
        TriageCode::A | TriageCode::B => Priority::P1,
        TriageCode::C => Priority::P2,
        TriageCode::D | TriageCode::E | TriageCode::F | TriageCode::G => Priority::P3,
    }
}
