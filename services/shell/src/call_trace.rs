//! One trace for one call, whoever works for it and whenever.
//!
//! Its trace id is the call's id. So a service that finds the call in the store hours later joins the same trace although
//! nobody handed it a context, and whoever has a call's id before them finds its trace by it. The id says when the
//! call began and nothing of who rang.

use std::cell::Cell;

use domain::ids::CallId;
use opentelemetry::Context;
use opentelemetry::trace::{SpanContext, SpanId, TraceContextExt, TraceFlags, TraceId, TraceState};
use opentelemetry_sdk::trace::{IdGenerator, RandomIdGenerator};
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt;

thread_local! {
    /// The call whose first span is being started on this thread.
    static BEGINS: Cell<Option<CallId>> = const { Cell::new(None) };
}

/// Random ids, but for the first span of a call.
#[derive(Debug, Default)]
pub(crate) struct CallIds(RandomIdGenerator);

impl IdGenerator for CallIds {
    fn new_trace_id(&self) -> TraceId {
        BEGINS.get().map_or_else(|| self.0.new_trace_id(), trace_id)
    }

    fn new_span_id(&self) -> SpanId {
        BEGINS.get().map_or_else(|| self.0.new_span_id(), first_span_id)
    }
}

/// Makes `span`, which nobody has entered yet, the first of the call's trace.
#[must_use]
pub fn begins(span: Span, call: CallId) -> Span {
    // Neither succeeds where no trace is taken, and then there is nothing to be done.
    let _ = span.set_parent(Context::new());
    BEGINS.set(Some(call));
    // Asking for its context starts it: it draws its ids now.
    let _ = span.context();
    BEGINS.set(None);
    span
}

/// Puts `span`, which nobody has entered yet, below the first one of the call's trace. Without a call it stays where
/// it is.
#[must_use]
pub fn joins(span: Span, call: Option<CallId>) -> Span {
    let Some(call) = call else { return span };
    let first =
        SpanContext::new(trace_id(call), first_span_id(call), TraceFlags::SAMPLED, true, TraceState::NONE);
    let _ = span.set_parent(Context::new().with_remote_span_context(first));
    span
}

fn trace_id(call: CallId) -> TraceId {
    TraceId::from_bytes(call.0.into_bytes())
}

/// The random half of the call's id.
fn first_span_id(call: CallId) -> SpanId {
    let (_, random) = call.0.as_u64_pair();
    SpanId::from_bytes(random.to_be_bytes())
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use opentelemetry::trace::TracerProvider;
    use opentelemetry_sdk::error::OTelSdkResult;
    use opentelemetry_sdk::trace::{SdkTracerProvider, SpanData, SpanExporter};
    use tracing_subscriber::Registry;
    use tracing_subscriber::layer::SubscriberExt;
    use uuid::Uuid;

    use super::*;

    const CALL: CallId = CallId(Uuid::from_u128(0x0199_0000_0000_7000_8000_0000_0000_0042));

    #[test]
    fn what_is_done_for_a_call_in_any_process_is_one_trace_by_the_calls_id() {
        let (telephony, referral) = (Process::new(), Process::new());

        telephony.does(|| {
            begins(tracing::info_span!("call"), CALL)
                .in_scope(|| tracing::info_span!("ring").in_scope(|| ()));
        });
        referral.does(|| joins(tracing::info_span!("release"), Some(CALL)).in_scope(|| ()));

        let (call, ring, release) =
            (telephony.span("call"), telephony.span("ring"), referral.span("release"));
        assert_eq!(call.span_context.trace_id().to_string(), CALL.to_string().replace('-', ""));
        assert_eq!(call.parent_span_id, SpanId::INVALID);
        for below in [ring, release] {
            assert_eq!(below.span_context.trace_id(), call.span_context.trace_id());
            assert_eq!(below.parent_span_id, call.span_context.span_id());
            assert_ne!(below.span_context.span_id(), call.span_context.span_id());
        }
    }

    #[test]
    fn what_belongs_to_no_call_has_a_trace_of_its_own() {
        let process = Process::new();

        process.does(|| begins(tracing::info_span!("call"), CALL).in_scope(|| ()));
        process.does(|| tracing::info_span!("coverage").in_scope(|| ()));

        assert_ne!(process.span("coverage").span_context.trace_id(), trace_id(CALL));
    }

    /// What a collector would have been sent.
    #[derive(Clone, Debug, Default)]
    struct Sent(Arc<Mutex<Vec<SpanData>>>);

    impl SpanExporter for Sent {
        async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
            self.0.lock().unwrap().extend(batch);
            Ok(())
        }
    }

    struct Process {
        sent: Sent,
        provider: SdkTracerProvider,
    }

    impl Process {
        fn new() -> Self {
            let sent = Sent::default();
            let provider = SdkTracerProvider::builder()
                .with_id_generator(CallIds::default())
                .with_simple_exporter(sent.clone())
                .build();
            Self { sent, provider }
        }

        fn does(&self, work: impl FnOnce()) {
            let layer = tracing_opentelemetry::layer().with_tracer(self.provider.tracer("test"));
            tracing::subscriber::with_default(Registry::default().with(layer), work);
        }

        fn span(&self, name: &str) -> SpanData {
            self.sent.0.lock().unwrap().iter().find(|span| span.name == name).cloned().unwrap()
        }
    }
}
