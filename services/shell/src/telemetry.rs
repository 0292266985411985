//! What operators see: log lines on standard error, traces over OTLP, metrics
//! for Prometheus. Ids only; `Private` keeps the rest out.

use std::str::FromStr;
use std::time::Duration;

use metrics_exporter_prometheus::{BuildError, PrometheusBuilder, PrometheusHandle};
use opentelemetry::KeyValue;
use opentelemetry::propagation::TextMapCompositePropagator;
use opentelemetry::trace::TracerProvider;
use opentelemetry_otlp::{SpanExporter, WithExportConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer, Registry, fmt};

use crate::call_trace::CallIds;
use crate::clock::Clock;

/// Between two rounds of putting samples away.
const UPKEEP: Duration = Duration::from_secs(5);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Text,
    Json,
}

impl FromStr for Format {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        match text {
            "text" => Ok(Self::Text),
            "json" => Ok(Self::Json),
            _ => Err(()),
        }
    }
}

#[derive(Clone, Debug)]
pub struct TelemetrySettings {
    /// Directives such as `info,telephony=debug`.
    pub log: String,
    pub format: Format,
    /// A collector (gRPC), such as `http://localhost:4317`. None: no traces leave.
    pub otlp: Option<String>,
    /// `service.instance.id` of the traces.
    pub node: String,
}

#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    #[error("telemetry.log {0:?} is no directive: write a level such as info, or info,telephony=debug")]
    Log(String),
    #[error("telemetry.otlp cannot be used: give a collector's address such as http://localhost:4317")]
    Otlp(#[source] opentelemetry_otlp::ExporterBuildError),
    #[error("telemetry is started twice in one process")]
    Twice,
}

/// Ends the export of traces when it is told to.
#[derive(Debug)]
pub struct Telemetry {
    traces: Option<SdkTracerProvider>,
    metrics: PrometheusHandle,
}

impl Telemetry {
    /// Takes over logging, tracing and metrics for the whole process. Within a tokio runtime.
    ///
    /// # Errors
    /// A directive or an address that cannot be used, or a second start.
    pub fn start(settings: &TelemetrySettings) -> Result<Self, TelemetryError> {
        // It logs whole messages, callers' numbers included.
        let filter = EnvFilter::try_new(format!("{},rsipstack=off", settings.log))
            .map_err(|_| TelemetryError::Log(settings.log.clone()))?;
        let lines: Box<dyn Layer<Registry> + Send + Sync> = match settings.format {
            Format::Text => fmt::layer().with_writer(std::io::stderr).with_target(false).boxed(),
            Format::Json => fmt::layer().json().with_writer(std::io::stderr).boxed(),
        };
        let traces = settings.otlp.as_deref().map(|at| provider(at, &settings.node)).transpose()?;
        let spans = traces
            .as_ref()
            .map(|traces| tracing_opentelemetry::layer().with_tracer(traces.tracer("tomoshibi")))
            .map(|spans| spans.with_filter(traced()));
        tracing_subscriber::registry()
            .with(lines)
            .with(spans)
            .with(filter)
            .try_init()
            .map_err(|_| TelemetryError::Twice)?;
        let propagator = TextMapCompositePropagator::new(vec![Box::new(TraceContextPropagator::new())]);
        opentelemetry::global::set_text_map_propagator(propagator);
        let metrics = histograms(PrometheusBuilder::new())
            .and_then(PrometheusBuilder::install_recorder)
            .map_err(|_| TelemetryError::Twice)?;
        tokio::spawn(put_away(metrics.clone()));
        Ok(Self { traces, metrics })
    }

    /// For `/metrics`.
    pub fn metrics(&self) -> PrometheusHandle {
        self.metrics.clone()
    }

    /// Sends what is still waiting. Blocks for at most a few seconds.
    pub fn stop(self) {
        if let Some(traces) = self.traces
            && let Err(error) = traces.shutdown_with_timeout(Duration::from_secs(3))
        {
            tracing::warn!(%error, "the last traces could not be sent");
        }
    }
}

/// Upper bounds in seconds: from a commit to the longest patience of a caller. Histograms of replicas add up, quantiles
/// of summaries do not.
const BOUNDS: [f64; 18] = [
    0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 300.0,
];

fn histograms(builder: PrometheusBuilder) -> Result<PrometheusBuilder, BuildError> {
    builder.set_buckets(&BOUNDS)
}

/// Samples lie in memory one by one until somebody reads the page: on a line that nobody watches, for ever.
async fn put_away(metrics: PrometheusHandle) {
    let clock = Clock::system();
    loop {
        metrics.run_upkeep();
        clock.sleep_until(clock.now() + UPKEEP).await;
    }
}

/// What a trace tells, however talkative the log is. How traces are sent must not be told: telling it would be sent.
fn traced() -> Targets {
    let senders = ["h2", "hyper", "hyper_util", "opentelemetry", "opentelemetry_sdk", "tonic", "tower"];
    Targets::new()
        .with_default(LevelFilter::INFO)
        .with_targets(senders.map(|sender| (sender, LevelFilter::OFF)))
}

fn provider(at: &str, node: &str) -> Result<SdkTracerProvider, TelemetryError> {
    let exporter =
        SpanExporter::builder().with_tonic().with_endpoint(at).build().map_err(TelemetryError::Otlp)?;
    let resource = Resource::builder()
        .with_service_name("tomoshibi")
        .with_attribute(KeyValue::new("service.instance.id", node.to_owned()))
        .build();
    Ok(SdkTracerProvider::builder()
        .with_batch_exporter(exporter)
        .with_id_generator(CallIds::default())
        .with_resource(resource)
        .build())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_shown_as_histograms_that_add_up_over_replicas() {
        let recorder = histograms(PrometheusBuilder::new()).unwrap().build_recorder();

        metrics::with_local_recorder(&recorder, || metrics::histogram!("wait_seconds").record(0.03));

        let page = recorder.handle().render();
        assert!(page.contains("# TYPE wait_seconds histogram"), "{page}");
        for count in ["{le=\"0.02\"} 0", "{le=\"0.05\"} 1", "{le=\"+Inf\"} 1"] {
            assert!(page.contains(&format!("wait_seconds_bucket{count}")), "{page}");
        }
    }
}
