//! A collector that takes traces over OTLP and keeps them.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use opentelemetry_proto::tonic::collector::trace::v1::trace_service_server::{
    TraceService, TraceServiceServer,
};
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTraceServiceRequest, ExportTraceServiceResponse,
};
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::trace::v1::ResourceSpans;
use prost::Message;
use tokio::net::TcpListener;
use tonic::{Request, Response, Status};

use crate::wait::eventually;

/// A piece of work, as its process told it.
#[derive(Clone, Debug)]
pub struct ToldSpan {
    /// `node` of the process.
    pub node: String,
    pub name: String,
    /// Hexadecimal, as the id of the span above; empty for the first.
    pub trace: String,
    pub id: String,
    pub above: String,
}

#[derive(Clone, Debug, Default)]
struct Kept(Arc<Mutex<Vec<ExportTraceServiceRequest>>>);

#[tonic::async_trait]
impl TraceService for Kept {
    async fn export(
        &self,
        request: Request<ExportTraceServiceRequest>,
    ) -> Result<Response<ExportTraceServiceResponse>, Status> {
        self.0.lock().unwrap().push(request.into_inner());
        Ok(Response::new(ExportTraceServiceResponse::default()))
    }
}

/// It listens until the test is over.
pub struct TestCollector {
    at: SocketAddr,
    kept: Kept,
}

impl TestCollector {
    pub async fn starts() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let (at, kept) = (listener.local_addr().unwrap(), Kept::default());
        let service = tonic::service::Routes::new(TraceServiceServer::new(kept.clone()));
        tokio::spawn(async move { axum::serve(listener, service.prepare().into_axum_router()).await });
        Self { at, kept }
    }

    /// What a line needs in `[telemetry]` to be traced.
    pub fn setting(&self) -> String {
        format!("otlp = \"http://{}\"", self.at)
    }

    /// Everything it was sent, as it was sent.
    pub fn bytes(&self) -> Vec<u8> {
        self.kept.0.lock().unwrap().iter().flat_map(Message::encode_to_vec).collect()
    }

    pub fn spans(&self) -> Vec<ToldSpan> {
        self.kept.0.lock().unwrap().iter().flat_map(|sent| &sent.resource_spans).flat_map(told).collect()
    }

    /// Waits until the trace of that call has all of those, by node and name, and none whose work hangs below something
    /// that was not told: processes send when they like. Then the whole of it.
    pub async fn trace_of(&self, call: &str, work: &[(&str, &str)]) -> Vec<ToldSpan> {
        let id = call.replace('-', "");
        eventually(&format!("the trace of the call has {work:?}"), async || {
            let trace: Vec<_> = self.spans().into_iter().filter(|span| span.trace == id).collect();
            let done: BTreeSet<_> =
                trace.iter().map(|span| (span.node.as_str(), span.name.as_str())).collect();
            let hangs =
                |span: &ToldSpan| span.above.is_empty() || trace.iter().any(|above| above.id == span.above);
            let is_whole = work.iter().all(|one| done.contains(one)) && trace.iter().all(hangs);
            is_whole.then(|| trace.clone())
        })
        .await
    }
}

fn told(process: &ResourceSpans) -> Vec<ToldSpan> {
    let mut attributes = process.resource.iter().flat_map(|resource| &resource.attributes);
    let node = attributes.find(|one| one.key == "service.instance.id").and_then(|one| one.value.clone());
    let Some(Value::StringValue(node)) = node.and_then(|node| node.value) else {
        panic!("a process says who it is: {process:?}");
    };
    let spans = process.scope_spans.iter().flat_map(|scope| &scope.spans);
    spans
        .map(|span| ToldSpan {
            node: node.clone(),
            name: span.name.clone(),
            trace: hex(&span.trace_id),
            id: hex(&span.span_id),
            above: hex(&span.parent_span_id),
        })
        .collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
