//! Pays the pages that codes demand: each once, however often it is tried.

use std::error::Error;
use std::time::Duration;

use async_trait::async_trait;
use domain::escalation::{AgeBand, Priority, Reason, TriageCode};
use domain::time::Instant;
use proto::escalation::v1 as pb;
use proto::escalation::v1::escalation_service_client::EscalationServiceClient;
use serde::{Deserialize, Serialize};
use shell::alarms::{Alarm, Alarms};
use shell::call_trace;
use shell::grpc::Route;
use shell::reconciler::{Left, Reconcile};
use tokio::sync::watch;
use tonic::{Code, Status};
use tracing::Instrument;

use crate::error::TriageError;
use crate::records::{Loaded, NOBODY};
use crate::store::{DutyRow, Store, unreadable};

/// Paid in one run; what is left comes at once after it.
const AT_ONCE: i64 = 100;
/// Between two attempts while escalation is away.
const AGAIN: Duration = Duration::from_secs(1);
/// A page that is owed for longer is somebody's to look at.
const LATE: Duration = Duration::from_secs(5);

/// What escalation is asked for. Codes and ids only.
#[derive(Serialize, Deserialize)]
struct Asked {
    window: String,
    call: String,
    priority: Priority,
    reasons: Vec<Reason>,
    age_band: String,
    started_by: String,
}

pub(crate) fn duty(
    record: &Loaded,
    priority: Priority,
    reasons: &[Reason],
    code: TriageCode,
    now: Instant,
) -> Result<DutyRow, TriageError> {
    let row = &record.row;
    let is_somebody = row.author_staff != NOBODY;
    let band = record.machine.fields().code::<AgeBand>("age_band");
    let asked = Asked {
        window: row.window_id.clone(),
        call: row.call_id.clone(),
        priority,
        reasons: reasons.to_vec(),
        age_band: band.map(|band| band.to_string()).unwrap_or_default(),
        started_by: if is_somebody { row.author_staff.clone() } else { String::new() },
    };
    Ok(DutyRow {
        operator_id: row.operator_id.clone(),
        record_id: row.record_id.clone(),
        code: code.to_string(),
        body: serde_json::to_string(&asked).map_err(|_| unreadable("a page"))?,
        owed_us: now.micros(),
        next_us: now.micros(),
        attempts: 0,
    })
}

#[derive(Debug)]
pub(crate) struct Payer {
    pub(crate) store: Store,
    pub(crate) escalation: EscalationServiceClient<Route>,
    pub(crate) alarms: Alarms,
    /// Told after each page that was started.
    pub(crate) paid: watch::Sender<u64>,
    pub(crate) clock: shell::clock::Clock,
}

#[async_trait]
impl Reconcile for Payer {
    fn name(&self) -> &'static str {
        "triage_payer"
    }

    async fn run(&mut self, now: Instant) -> Result<Left, Box<dyn Error + Send + Sync>> {
        let mut late = 0;
        for duty in self.store.due_duties(now, AT_ONCE).await? {
            // One that is refused must not hold up the others.
            match self.pay(&duty).await {
                Ok(escalation) => {
                    let paid = self.clock.now();
                    self.store.pay(&duty, &escalation, paid).await?;
                    late += u64::from(paid.since(Instant::from_micros(duty.owed_us)) > LATE);
                    self.paid.send_modify(|count| *count += 1);
                }
                Err(status) => {
                    tracing::warn!(record = duty.record_id, code = ?status.code(), "a page could not be started; it is tried again");
                    self.store.put_off(&duty, now + AGAIN).await?;
                }
            }
        }
        let (debt, oldest, next) = self.store.duties_left().await?;
        let oldest = oldest.map(Instant::from_micros);
        self.alarm(oldest, now);
        Ok(Left {
            debt: u64::try_from(debt).unwrap_or(0),
            oldest,
            late,
            next: next.map(Instant::from_micros),
        })
    }
}

impl Payer {
    async fn pay(&mut self, duty: &DutyRow) -> Result<String, Status> {
        let asked: Asked =
            serde_json::from_str(&duty.body).map_err(|_| Status::internal("a page is unreadable"))?;
        let span = tracing::info_span!("pay_page", code = duty.code);
        let span = call_trace::joins(span, asked.call.parse().ok());
        self.ask(duty, asked).instrument(span).await
    }

    async fn ask(&mut self, duty: &DutyRow, asked: Asked) -> Result<String, Status> {
        if let Some(raised) = self.raise(duty, &asked).await? {
            return Ok(raised);
        }
        let request = pb::StartEscalationRequest {
            operator_id: duty.operator_id.clone(),
            request_id: format!("{}-{}", duty.record_id, duty.code),
            window_id: asked.window,
            call_id: asked.call,
            priority: asked.priority.to_string(),
            reasons: asked.reasons.iter().map(ToString::to_string).collect(),
            triage_code: duty.code.clone(),
            age_band: asked.age_band,
            started_by: asked.started_by,
        };
        let answer = self.escalation.start_escalation(request).await?.into_inner();
        let started = answer.escalation.ok_or_else(|| Status::internal("no escalation was answered"))?;
        Ok(started.escalation_id)
    }

    /// The page that runs for a lesser code of the same record is made more urgent, nobody is rung twice.
    async fn raise(&mut self, duty: &DutyRow, asked: &Asked) -> Result<Option<String>, Status> {
        let away = |_| Status::unavailable("the store does not answer");
        let Some(running) = self.store.pages_of(&duty.record_id).await.map_err(away)?.pop() else {
            return Ok(None);
        };
        let list = pb::ListEscalationsRequest {
            operator_id: duty.operator_id.clone(),
            escalation_id: running.clone(),
            ..pb::ListEscalationsRequest::default()
        };
        let listed = self.escalation.list_escalations(list).await?.into_inner().escalations;
        if !listed.iter().any(|one| matches!(one.state.as_str(), "climbing" | "accepted")) {
            return Ok(None);
        }
        let request = pb::RaisePriorityRequest {
            operator_id: duty.operator_id.clone(),
            escalation_id: running.clone(),
            priority: asked.priority.to_string(),
        };
        match self.escalation.raise_priority(request).await {
            Ok(_) => Ok(Some(running)),
            // It is as urgent already, or was settled meanwhile: then it is asked for anew.
            Err(status) if status.code() == Code::FailedPrecondition => {
                let same = listed.iter().any(|one| one.priority <= asked.priority.to_string());
                Ok(same.then_some(running))
            }
            Err(status) => Err(status),
        }
    }

    fn alarm(&self, oldest: Option<Instant>, now: Instant) {
        let alarm = Alarm { kind: "triage_page_late", operator: None, window: None };
        match oldest.is_some_and(|since| now.since(since) > LATE) {
            true => self.alarms.raise(alarm, None),
            false if self.alarms.is_standing(&alarm) => self.alarms.clear(&alarm),
            false => {}
        }
    }
}
