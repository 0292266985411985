//! Everything that is logged or traced while a story runs, and what is counted.

use std::io;
use std::sync::{Arc, Mutex};

use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tracing::subscriber::DefaultGuard;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::fmt::format::FmtSpan;

#[derive(Clone, Default)]
struct Paper(Arc<Mutex<Vec<u8>>>);

impl io::Write for Paper {
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(text);
        Ok(text.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'w> MakeWriter<'w> for Paper {
    type Writer = Self;
    fn make_writer(&'w self) -> Self {
        self.clone()
    }
}

/// Of this thread, on which a story's driver runs.
pub struct Told {
    paper: Paper,
    counts: PrometheusHandle,
    _listening: DefaultGuard,
    _counting: metrics::LocalRecorderGuard<'static>,
}

impl Told {
    pub fn begin() -> Self {
        let paper = Paper::default();
        let log = tracing_subscriber::fmt()
            .with_max_level(tracing::Level::TRACE)
            .with_ansi(false)
            .with_span_events(FmtSpan::NEW)
            .with_writer(paper.clone())
            .finish();
        let recorder = Box::leak(Box::new(PrometheusBuilder::new().build_recorder()));
        Self {
            paper,
            counts: recorder.handle(),
            _listening: tracing::subscriber::set_default(log),
            _counting: metrics::set_default_local_recorder(recorder),
        }
    }

    pub fn lines(&self) -> Vec<String> {
        let text = self.paper.0.lock().unwrap();
        String::from_utf8_lossy(&text).lines().map(str::to_owned).collect()
    }

    /// How often a budget was overrun.
    pub fn overruns(&self, step: &str) -> u64 {
        let name = format!("tomoshibi_budget_overrun_total{{step=\"{step}\"}} ");
        let page = self.counts.render();
        page.lines().find_map(|line| line.strip_prefix(&name)).map_or(0, |count| count.parse().unwrap())
    }

    /// How often a step was measured.
    pub fn measured(&self, step: &str) -> u64 {
        let page = self.counts.render();
        let of_step = |line: &&str| {
            line.starts_with("tomoshibi_step_seconds_count") && line.contains(&format!("step=\"{step}\""))
        };
        let line = page.lines().find(of_step).map(str::to_owned);
        line.and_then(|line| line.rsplit(' ').next().map(|count| count.parse().unwrap())).unwrap_or(0)
    }
}
