//! The whole picture of one operator's night, read anew at every change.
//!
//! A part that does not answer is named in `away`; the others are shown.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use domain::ids::{DeskId, OperatorId};
use domain::time::Instant;
use on_call_rota::Rota;
use proto::console::v1 as pb;
use proto::escalation::v1 as escalation;
use proto::escalation::v1::escalation_service_client::EscalationServiceClient;
use proto::routing::v1 as routing;
use proto::routing::v1::routing_service_client::RoutingServiceClient;
use proto::triage::v1 as triage;
use proto::triage::v1::triage_service_client::TriageServiceClient;
use shell::alarms::Alarms;
use shell::clock::Clock;
use shell::grpc::{Route, timestamp};
use shell::store::{Db, StoreError};
use tokio::sync::watch;

use super::calls::Seen;
use super::silence::{self, SilentPrompt};
use super::{alarms, desks, hours, safety, store, windows};

const ESCALATIONS: u32 = 100;
const RECORDS: u32 = 500;

/// A figure that a step of a call may take; shown beside the timers.
#[derive(Clone, Debug)]
pub struct Budget {
    pub step: &'static str,
    pub seconds: u32,
    pub origin: String,
}

/// Where the picture comes from. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Sources {
    pub(crate) db: Db,
    pub(crate) clock: Clock,
    pub(crate) alarms: Alarms,
    pub(crate) rota: watch::Receiver<Arc<Rota>>,
    pub(crate) routing: RoutingServiceClient<Route>,
    pub(crate) escalation: EscalationServiceClient<Route>,
    pub(crate) triage: TriageServiceClient<Route>,
    pub(crate) console_first: Arc<BTreeSet<DeskId>>,
    pub(crate) budgets: Arc<[Budget]>,
    pub(crate) silent_prompts: Arc<[SilentPrompt]>,
}

/// What everybody of an operator sees, and whose records are not signed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Picture {
    pub(crate) board: pb::Board,
    /// The board as it is sent, the same for every page.
    pub(crate) shared: pb::SharedBoard,
    /// By staff id.
    pub(crate) unsigned: BTreeMap<String, Vec<String>>,
    /// Of the unsigned records. None while triage is away.
    pub(crate) revisions: Option<BTreeMap<String, u32>>,
}

impl Sources {
    pub(crate) async fn picture(&self, operator: &OperatorId, seq: u64) -> Picture {
        let now = self.clock.now();
        let rota = self.rota.borrow().clone();
        let (desks, escalations, waiting, records, kept) = tokio::join!(
            self.desks(operator),
            self.escalations(operator),
            safety::waiting(self.escalation.clone(), operator),
            self.records(operator),
            self.kept(operator, &rota, now),
        );
        let mut away = Vec::new();
        let revisions = records.as_deref().ok().map(revisions);
        let records = told(records, "triage", &mut away);
        let mut kept = told(kept, "store", &mut away);
        add_records(&mut kept.calls, &records);
        let board = pb::Board {
            seq,
            now: Some(timestamp(now)),
            windows: windows::shown(&rota, operator, now),
            desks: desks::shown(
                told(desks, "routing", &mut away),
                &kept.phones,
                &desks::of_rota(&rota, operator, now),
                &self.console_first,
            ),
            calls: kept.calls,
            escalations: told(escalations, "escalation", &mut away),
            call_backs: kept.call_backs,
            alarms: kept.alarms,
            unsigned_record_ids: Vec::new(),
            hours: kept.hours,
            staff: windows::staff(&rota, operator),
            away,
            budgets: self.budgets.iter().map(budget).collect(),
            safety_callers: waiting.unwrap_or_default(),
            // What is new in them is for each tab to say.
            records: Vec::new(),
            silent_prompts: silence::shown(&self.silent_prompts),
        };
        let shared = pb::SharedBoard::from(&board);
        Picture { board, shared, unsigned: unsigned(records), revisions }
    }

    async fn desks(&self, operator: &OperatorId) -> Result<Vec<routing::Desk>, tonic::Status> {
        let asked = routing::ListDesksRequest { operator_id: operator.to_string() };
        Ok(self.routing.clone().list_desks(asked).await?.into_inner().desks)
    }

    async fn escalations(&self, operator: &OperatorId) -> Result<Vec<escalation::Escalation>, tonic::Status> {
        let asked = escalation::ListEscalationsRequest {
            operator_id: operator.to_string(),
            open_only: true,
            limit: ESCALATIONS,
            ..Default::default()
        };
        let mut found = self.escalation.clone().list_escalations(asked).await?.into_inner().escalations;
        // Advice is for the people of the case, not for the board.
        found.iter_mut().for_each(|one| one.advice.clear());
        Ok(found)
    }

    async fn records(&self, operator: &OperatorId) -> Result<Vec<triage::RecordLine>, tonic::Status> {
        let asked = triage::ListRecordsRequest {
            operator_id: operator.to_string(),
            unsigned_only: true,
            limit: RECORDS,
            ..Default::default()
        };
        Ok(self.triage.clone().list_records(asked).await?.into_inner().records)
    }

    async fn kept(&self, operator: &OperatorId, rota: &Rota, now: Instant) -> Result<Kept, StoreError> {
        let open = store::open_calls(&self.db, operator).await?;
        let offers = store::offers(&self.db, operator).await?;
        let mut calls: Vec<pb::BoardCall> = open
            .iter()
            .filter_map(|(call, story)| Seen::read(*call, story))
            .map(|seen| seen.shown())
            .collect();
        for call in &mut calls {
            call.offer_until = offers.get(&call.call_id).copied().map(timestamp);
        }
        calls
            .sort_by_key(|call| (call.answered_at.is_some(), call.begun_at.map(|at| (at.seconds, at.nanos))));
        let debts = store::call_backs(&self.db, operator).await?;
        Ok(Kept {
            calls,
            call_backs: debts.into_iter().map(call_back).collect(),
            alarms: alarms::standing(&self.alarms, operator).await?,
            phones: store::phones(&self.db, operator, now).await?.into_iter().collect(),
            hours: self.hours(operator, rota, now).await?,
        })
    }

    async fn hours(
        &self,
        operator: &OperatorId,
        rota: &Rota,
        now: Instant,
    ) -> Result<Vec<pb::HourFigures>, StoreError> {
        let Some(operator_of) = rota.operator(operator) else { return Ok(Vec::new()) };
        let zone = operator_of.calendar.zone();
        let marks = store::marks(&self.db, operator, hours::midnight(now, zone)).await?;
        Ok(hours::figures(&marks, zone))
    }
}

/// What the store tells.
#[derive(Default)]
struct Kept {
    calls: Vec<pb::BoardCall>,
    call_backs: Vec<pb::BoardCallBack>,
    alarms: Vec<pb::BoardAlarm>,
    phones: BTreeSet<String>,
    hours: Vec<pb::HourFigures>,
}

fn told<T: Default, E: std::fmt::Display>(answer: Result<T, E>, part: &str, away: &mut Vec<String>) -> T {
    answer.unwrap_or_else(|fault| {
        tracing::debug!(part, %fault, "a part of the board does not answer");
        away.push(part.to_owned());
        T::default()
    })
}

fn add_records(calls: &mut [pb::BoardCall], records: &[triage::RecordLine]) {
    for call in calls {
        if let Some(record) = records.iter().find(|record| record.call_id == call.call_id) {
            (call.record_id, call.code) = (record.record_id.clone(), record.code.clone());
        }
    }
}

fn unsigned(records: Vec<triage::RecordLine>) -> BTreeMap<String, Vec<String>> {
    let mut of: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for record in records {
        of.entry(record.author_staff).or_default().push(record.record_id);
    }
    of
}

fn revisions(records: &[triage::RecordLine]) -> BTreeMap<String, u32> {
    records.iter().map(|record| (record.record_id.clone(), record.revision)).collect()
}

fn call_back(debt: store::Debt) -> pb::BoardCallBack {
    pb::BoardCallBack {
        call_id: debt.call_id,
        window_id: debt.window_id,
        owed_at: Some(timestamp(Instant::from_micros(debt.owed_us))),
        attempts: u32::try_from(debt.attempts).unwrap_or(u32::MAX),
    }
}

fn budget(budget: &Budget) -> pb::BoardBudget {
    pb::BoardBudget { step: budget.step.to_owned(), seconds: budget.seconds, origin: budget.origin.clone() }
}
