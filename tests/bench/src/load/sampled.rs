//! Memory and CPU of the line's process over time.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde::Serialize;
use tokio::sync::watch;

use crate::line::Line;
use crate::report::say;
use crate::statistics::median;

const EVERY: Duration = Duration::from_secs(10);
/// Of those that are told as well.
const TOLD: usize = 6;

#[derive(Clone, Copy, Debug, Serialize)]
pub(super) struct Sample {
    seconds: f64,
    memory_mib: f64,
    /// Of one core, since the sample before.
    cpu_percent: f64,
}

#[expect(clippy::cast_precision_loss, reason = "kibibytes and hundredths of a second of one process")]
pub(super) async fn samples(
    line: Arc<Line>,
    begun: Instant,
    mut is_over: watch::Receiver<bool>,
) -> Vec<Sample> {
    let (mut samples, mut before) = (Vec::new(), (Instant::now(), line.cpu_ticks().unwrap_or(0)));
    loop {
        tokio::select! {
            _ = is_over.changed() => return samples,
            () = tokio::time::sleep(EVERY) => {}
        }
        let (Some(memory), Some(ticks)) = (line.memory_kib(), line.cpu_ticks()) else { return samples };
        let used = ticks.saturating_sub(before.1) as f64 / before.0.elapsed().as_secs_f64();
        before = (Instant::now(), ticks);
        let sample = Sample {
            seconds: begun.elapsed().as_secs_f64(),
            memory_mib: memory as f64 / 1024.0,
            cpu_percent: used,
        };
        if samples.len().is_multiple_of(TOLD) {
            let Sample { seconds, memory_mib, cpu_percent } = sample;
            say(&format!("  after {seconds:.0} s: {memory_mib:.0} MiB, {cpu_percent:.0} % of a core"));
        }
        samples.push(sample);
    }
}

/// The first quarter fills what is filled once.
pub(super) fn growth(samples: &[Sample]) -> Option<f64> {
    let quarter = samples.len() / 4;
    let of = |part: &[Sample]| median(&part.iter().map(|one| one.memory_mib).collect::<Vec<_>>());
    let (second, last) = (samples.get(quarter..2 * quarter)?, samples.get(samples.len() - quarter..)?);
    Some(of(last)? / of(second)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_that_is_filled_once_does_not_grow() {
        let all = |sizes: &[f64]| -> Vec<Sample> {
            let sample =
                |memory_mib: &f64| Sample { seconds: 0.0, memory_mib: *memory_mib, cpu_percent: 0.0 };
            sizes.iter().map(sample).collect()
        };

        assert_eq!(growth(&all(&[10.0, 50.0, 50.0, 50.0])), Some(1.0));
        assert_eq!(growth(&all(&[10.0, 50.0, 60.0, 75.0])), Some(1.5));
        assert_eq!(growth(&all(&[10.0])), None);
    }
}
