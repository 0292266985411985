//! `CallService`: proto ⇄ ledger, no rules.

use std::pin::Pin;
use std::sync::Arc;

use domain::ids::{CallId, OperatorId};
use domain::ledger::{Entry, Step};
use domain::time::Instant;
use futures::Stream;
use proto::telephony::v1 as wire;
use proto::telephony::v1::call_service_server::CallService;
use shell::grpc::{instant, timestamp};
use tokio_stream::StreamExt;
use tokio_stream::wrappers::BroadcastStream;
use tokio_stream::wrappers::errors::BroadcastStreamRecvError;
use tonic::{Request, Response, Status};

use crate::driver::Deps;
use crate::error::TelephonyError;
use crate::ledger::Flow;
use crate::ledger::calls::{Calls, Span};
use crate::sip::SipEdge;

const USUAL_LIMIT: u32 = 100;
const MOST: u32 = 1000;

pub struct CallServer {
    pub deps: Arc<Deps>,
    /// None where tests put another edge in its place.
    pub sip: Option<SipEdge>,
}

type News = Pin<Box<dyn Stream<Item = Result<wire::WatchCallsResponse, Status>> + Send>>;

#[tonic::async_trait]
impl CallService for CallServer {
    async fn list_calls(
        &self,
        request: Request<wire::ListCallsRequest>,
    ) -> Result<Response<wire::ListCallsResponse>, Status> {
        let asked = request.into_inner();
        let operator = operator(&asked.operator_id)?;
        let calls = Calls::of(operator.clone(), self.deps.db.clone(), self.deps.sealer.clone());
        let mut told = Vec::new();
        for call in self.wanted(&asked, &calls).await? {
            let entries = calls.entries(call).await.map_err(TelephonyError::from)?;
            told.extend(call_of(&operator, call, &entries));
        }
        Ok(Response::new(wire::ListCallsResponse { calls: told }))
    }

    type WatchCallsStream = News;

    async fn watch_calls(&self, request: Request<wire::WatchCallsRequest>) -> Result<Response<News>, Status> {
        let operator = operator(&request.into_inner().operator_id)?;
        let entries = BroadcastStream::new(self.deps.entries.subscribe());
        let news = entries.filter_map(move |entry| match entry {
            Ok(entry) if entry.operator == operator => {
                Some(Ok(wire::WatchCallsResponse { entry: Some(told(&entry)) }))
            }
            Ok(_) => None,
            Err(BroadcastStreamRecvError::Lagged(_)) => Some(Err(Status::aborted(
                "the watcher was too slow and missed entries: list the calls and watch again",
            ))),
        });
        Ok(Response::new(Box::pin(news)))
    }

    async fn list_call_backs(
        &self,
        request: Request<wire::ListCallBacksRequest>,
    ) -> Result<Response<wire::ListCallBacksResponse>, Status> {
        let operator = operator(&request.into_inner().operator_id)?;
        let owed = self.deps.call_backs(&operator).owed().await.map_err(TelephonyError::from)?;
        let call_backs = owed
            .into_iter()
            .map(|debt| wire::CallBack {
                call_id: debt.call.to_string(),
                window_id: debt.window.to_string(),
                owed_at: Some(timestamp(debt.owed_since)),
                attempts: debt.attempts,
            })
            .collect();
        Ok(Response::new(wire::ListCallBacksResponse { call_backs }))
    }

    async fn consult_privately(
        &self,
        request: Request<wire::ConsultPrivatelyRequest>,
    ) -> Result<Response<wire::ConsultPrivatelyResponse>, Status> {
        let asked = request.into_inner();
        self.consult(&asked.operator_id, &asked.call_id, true).await?;
        Ok(Response::new(wire::ConsultPrivatelyResponse {}))
    }

    async fn bring_together(
        &self,
        request: Request<wire::BringTogetherRequest>,
    ) -> Result<Response<wire::BringTogetherResponse>, Status> {
        let asked = request.into_inner();
        self.consult(&asked.operator_id, &asked.call_id, false).await?;
        Ok(Response::new(wire::BringTogetherResponse {}))
    }

    async fn describe_line(
        &self,
        _request: Request<wire::DescribeLineRequest>,
    ) -> Result<Response<wire::DescribeLineResponse>, Status> {
        let flow = *self.deps.ledger.flow().borrow();
        let (spooled, held) = match flow {
            Flow::Direct => (0, 0),
            Flow::Spooling { batches } => (batches, 0),
            Flow::Holding { batches } => (0, batches),
        };
        let phones = self.sip.as_ref().map(SipEdge::bindings).unwrap_or_default();
        Ok(Response::new(wire::DescribeLineResponse {
            sip_addresses: self.deps.edge.addresses().iter().map(ToString::to_string).collect(),
            live_calls: count(self.deps.switchboard.count()),
            registered_desks: phones.iter().map(|phone| phone.desk.to_string()).collect(),
            spooled_batches: count(spooled + held),
        }))
    }
}

impl CallServer {
    async fn consult(&self, operator_id: &str, call_id: &str, privately: bool) -> Result<(), Status> {
        let operator = operator(operator_id)?;
        let call: CallId = call_id.parse().map_err(|_| TelephonyError::invalid("call_id", "a UUID"))?;
        let here = self.deps.switchboard.live().get(&call).is_some_and(|live| live.operator == operator);
        match here && self.deps.switchboard.consult(call, privately).await {
            true => Ok(()),
            false => Err(TelephonyError::NoSuchCall.into()),
        }
    }

    async fn wanted(&self, asked: &wire::ListCallsRequest, calls: &Calls) -> Result<Vec<CallId>, Status> {
        if !asked.call_id.is_empty() {
            let call = asked.call_id.parse().map_err(|_| TelephonyError::invalid("call_id", "a UUID"))?;
            return Ok(vec![call]);
        }
        let span = Span {
            from: asked.since.as_ref().map_or(Instant::EPOCH, instant),
            to: Instant::from_micros(i64::MAX),
            window: None,
            most: if asked.limit == 0 { USUAL_LIMIT } else { asked.limit.min(MOST) },
        };
        let begun = calls.list(&span).await.map_err(TelephonyError::from)?;
        Ok(begun.into_iter().map(|begun| begun.call).collect())
    }
}

pub(crate) fn operator(text: &str) -> Result<OperatorId, TelephonyError> {
    text.parse().map_err(|_| TelephonyError::invalid("operator_id", "an operator of the rota, such as pref"))
}

fn count(of: usize) -> u32 {
    u32::try_from(of).unwrap_or(u32::MAX)
}

/// Everything shown of a call derives from its entries. None where there are none.
fn call_of(operator: &OperatorId, call: CallId, entries: &[Entry]) -> Option<wire::Call> {
    let first = entries.first()?;
    let at = |wanted: fn(&Step) -> bool| {
        entries.iter().find(|entry| wanted(&entry.step)).map(|entry| timestamp(entry.at))
    };
    let window_id = entries.iter().find_map(|entry| {
        let Step::Begun(begun) = &entry.step else { return None };
        Some(begun.window.to_string())
    });
    Some(wire::Call {
        operator_id: operator.to_string(),
        call_id: call.to_string(),
        window_id: window_id.unwrap_or_default(),
        begun_at: Some(timestamp(first.at)),
        answered_at: at(|step| matches!(step, Step::Answered { .. })),
        ended_at: at(|step| matches!(step, Step::Ended { .. })),
        end_reason: entries.iter().find_map(|entry| end_reason(&entry.step)).unwrap_or_default(),
        entries: entries.iter().map(told).collect(),
    })
}

fn end_reason(step: &Step) -> Option<String> {
    let Step::Ended { reason, .. } = step else { return None };
    serde_json::to_value(reason).ok()?.as_str().map(str::to_owned)
}

fn told(entry: &Entry) -> wire::Entry {
    let body = serde_json::to_value(&entry.step).unwrap_or_default();
    let step = body.get("step").and_then(|step| step.as_str()).unwrap_or_default().to_owned();
    wire::Entry {
        call_id: entry.call.to_string(),
        seq: entry.seq,
        at: Some(timestamp(entry.at)),
        step,
        body: body.to_string(),
    }
}
