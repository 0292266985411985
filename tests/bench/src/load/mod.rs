//! Load: a whole line as one process, and for minutes calls that come whether it keeps up or not, records
//! that are written, consoles that look on. What was refused, lost or late is told, and whether the
//! process's memory stays flat.

mod calls;
mod consoles;
mod records;
mod sampled;

use std::fs;
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::{Args, ValueEnum};
use serde::Serialize;
use tokio::sync::watch;

use crate::line::Line;
use crate::options::How;
use crate::peers::Peers;
use crate::report::{Summary, say};
use crate::rows::nation::DESKS;
use crate::sip::Heard;
use calls::Rung;
use sampled::Sample;

#[derive(Clone, Debug, Args)]
pub(crate) struct LoadOptions {
    /// Such as 20/s: on average, by chance.
    #[arg(long, default_value = "20/s", value_parser = rate)]
    calls: f64,
    #[arg(long, default_value_t = 30.0)]
    minutes: f64,
    /// Telephones of our own that lift, or the RPCs of a telephony process.
    #[arg(long, value_enum, default_value_t = Over::Sip)]
    over: Over,
    /// How long each call is talked in; a thousand desks bound calls times talk.
    #[arg(long, default_value = "3s", value_parser = humantime::parse_duration)]
    talk: Duration,
    /// Over SIP: everybody speaks, and what is heard is counted.
    #[arg(long)]
    sound: bool,
    /// Records of answered calls saved a second, each with its outcome.
    #[arg(long, default_value = "2/s", value_parser = rate)]
    records: f64,
    /// Counsellors whose page is open.
    #[arg(long, default_value_t = 50)]
    consoles: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "snake_case")]
enum Over {
    Sip,
    Grpc,
}

fn rate(text: &str) -> Result<f64, String> {
    let number = text.strip_suffix("/s").unwrap_or(text).parse::<f64>();
    number.ok().filter(|rate| *rate >= 0.0).ok_or_else(|| "a rate is a number a second, such as 20/s".into())
}

/// What is written to `load.json`.
#[derive(Debug, Serialize)]
struct Loaded {
    over: Over,
    calls_a_second: f64,
    minutes: f64,
    due: usize,
    rung: usize,
    /// Calls that were refused, not rung, or not ended properly; some of the reasons.
    lost: usize,
    reasons: Vec<String>,
    /// Rung later than the budget of a quiet line, a second.
    late: usize,
    /// From when each was due until a desk was asked to ring, in microseconds.
    until_rung: Option<Summary>,
    records_saved: usize,
    records_failed: usize,
    until_saved: Option<Summary>,
    consoles: usize,
    boards_seen: usize,
    consoles_lost: usize,
    /// At the desks' telephones and at the callers'.
    heard: Option<[Heard; 2]>,
    samples: Vec<Sample>,
    /// Memory of the last quarter over that of the second.
    memory_growth: Option<f64>,
}

/// A ring later than this is late.
const LATE: Duration = Duration::from_secs(1);
/// Above this it is not flat.
const GROWTH: f64 = 1.10;

pub(crate) async fn run(options: &LoadOptions, how: &How) -> anyhow::Result<Vec<String>> {
    let peers = Peers::start(how.store).await?;
    let line = Arc::new(Line::start(&peers).await?);
    let time = Duration::from_secs_f64(options.minutes * 60.0);
    let (over, is_over) = watch::channel(false);
    let consoles = tokio::spawn(consoles::watch(Arc::clone(&line), options.consoles, is_over.clone()));
    let records = tokio::spawn(records::write(Arc::clone(&line), options.records, is_over.clone()));
    let samples = tokio::spawn(sampled::samples(Arc::clone(&line), Instant::now(), is_over));
    let rung = match options.over {
        Over::Sip => calls::by_sip(&line, options.calls, time, (options.talk, options.sound)).await,
        Over::Grpc => calls::by_grpc(&line, options.calls, time).await,
    };
    // Whoever listens has ended already, or ends now.
    let _ = over.send(true);
    let (consoles, records, samples) = (consoles.await??, records.await??, samples.await?);
    let loaded = Loaded::of(options, rung?, &consoles, &records, samples);
    fs::create_dir_all(&how.out)?;
    fs::write(how.out.join("load.json"), serde_json::to_string_pretty(&loaded)?)?;
    loaded.tell(&how.out.display().to_string());
    Ok(loaded.failures(line.available().await?))
}

impl Loaded {
    fn of(
        options: &LoadOptions,
        rung: Rung,
        consoles: &consoles::Watched,
        records: &records::Written,
        samples: Vec<Sample>,
    ) -> Self {
        let micros = |all: &[Duration]| all.iter().map(|one| one.as_secs_f64() * 1e6).collect::<Vec<f64>>();
        Self {
            over: options.over,
            calls_a_second: options.calls,
            minutes: options.minutes,
            due: rung.due,
            rung: rung.took.len(),
            lost: rung.lost.len(),
            late: rung.took.iter().filter(|took| **took > LATE).count(),
            until_rung: Summary::of(&micros(&rung.took)),
            heard: rung.heard,
            reasons: rung.lost.into_iter().take(10).collect(),
            records_saved: records.took.len(),
            records_failed: records.failed,
            until_saved: Summary::of(&micros(&records.took)),
            consoles: options.consoles,
            boards_seen: consoles.boards,
            consoles_lost: consoles.lost,
            memory_growth: sampled::growth(&samples),
            samples,
        }
    }

    fn tell(&self, out: &str) {
        let Self { due, rung, lost, late, .. } = self;
        say(&format!("{due} calls were due, {rung} rung, {lost} lost, {late} later than {LATE:?}"));
        let told = |what: &str, summary: &Option<Summary>| {
            summary.iter().for_each(|summary| say(&format!("  {what:<14} {summary} µs")));
        };
        told("until rung", &self.until_rung);
        told("until saved", &self.until_saved);
        say(&format!("  {} records saved, {} failed", self.records_saved, self.records_failed));
        say(&format!(
            "  {} consoles saw {} boards, {} ended",
            self.consoles, self.boards_seen, self.consoles_lost
        ));
        for (who, heard) in ["desks", "callers"].iter().zip(self.heard.iter().flatten()) {
            let Heard { streams, frames, lost, share, jitter_ms_p50, jitter_ms_p99 } = heard;
            say(&format!(
                "  {who}: {streams} streams, {frames} frames, {lost} lost, {:.2} % of those due; jitter \
                 {jitter_ms_p50:.2} ms p50, {jitter_ms_p99:.2} ms p99",
                share * 100.0
            ));
        }
        let growth = self.memory_growth.map_or_else(|| "-".into(), |growth| format!("{growth:.3}"));
        say(&format!("  memory of the last quarter over the second: {growth}"));
        say(&format!("written: {out}/load.json"));
    }

    fn failures(&self, available: i64) -> Vec<String> {
        let mut failures: Vec<String> = self.reasons.iter().take(3).cloned().collect();
        if self.memory_growth.is_some_and(|growth| growth > GROWTH) {
            failures.push(format!("memory grew: see samples, {:?}", self.memory_growth));
        }
        if self.over == Over::Grpc && usize::try_from(available).is_ok_and(|free| free < DESKS) {
            failures.push(format!("afterwards only {available} of {DESKS} desks are free"));
        }
        failures
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_read_with_and_without_its_unit() {
        assert_eq!((rate("20/s"), rate("0.5")), (Ok(20.0), Ok(0.5)));
        assert!(rate("-1/s").is_err() && rate("many").is_err());
    }
}
