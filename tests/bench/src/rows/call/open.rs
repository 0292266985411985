//! Open loop: calls come by chance, so many a second on average, whether the line keeps up or not. What one
//! took counts from the moment at which it was due. The floor is taken beside them, in the gaps.

use std::pin::pin;
use std::time::{Duration, Instant};

use futures::future::{Either, select};
use rand::RngExt;
use tokio::task::JoinSet;

use super::probe::Probe;
use super::{CALL, FLOOR, line, promises};
use crate::floor::Floor;
use crate::house::Service;
use crate::report::{Row, say};
use crate::round::Round;
use crate::rows::Run;
use crate::rows::nation::Need;

/// Connections of a large telephony.
const CONNECTIONS: usize = 16;
/// One offer in so many is looked up: a look-up is work for the store as well.
const LOOK_AT: usize = 10;
/// Between turns of the floor.
const REST: Duration = Duration::from_millis(5);
/// Of the calls that were due.
const ACHIEVED: f64 = 0.99;

pub(crate) async fn open_loop(run: &Run<'_>, rates: &[f64]) -> anyhow::Result<Vec<Row>> {
    let (store, service, probe) = line(run).await?;
    let mut floor = Floor::new(FLOOR, run.peers, &store, service.channel()?).await?;
    let probes = probes(&service, &probe)?;
    let mut rows = Vec::new();
    for rate in rates {
        let name = format!("1 at {rate} calls/s, open loop");
        say(&format!("\n{name}"));
        let mut missed = Vec::new();
        let rounds = run
            .how
            .plan()
            .play_each(async |time| one(time, *rate, &probes, &mut floor, &mut missed).await)
            .await?;
        let mut row = Row::of(&name, store.db.engine(), &promises(), &rounds);
        row.failures = probe.saw(|seen| std::mem::take(&mut seen.failures));
        row.failures.extend(missed);
        let waited = probe.saw(|seen| std::mem::take(&mut seen.waited));
        rows.push(
            row.with_note(format!("{waited} callers were told that everybody of theirs was busy, rightly")),
        );
    }
    Ok(rows)
}

pub(crate) fn probes(service: &Service, probe: &Probe) -> anyhow::Result<Vec<Probe>> {
    (0..CONNECTIONS).map(|_| Ok(probe.over(service.route()?))).collect()
}

/// Calls that come by themselves, and the floor beside them until the last one is over.
async fn one(
    time: Duration,
    rate: f64,
    probes: &[Probe],
    floor: &mut Floor,
    missed: &mut Vec<String>,
) -> anyhow::Result<Round> {
    let mut round = Round::default();
    let called = {
        let (calls, floors) = (pin!(calls(time, rate, probes)), pin!(turns(floor, &mut round)));
        match select(calls, floors).await {
            Either::Left((called, _)) => called,
            Either::Right((failed, _)) => return Err(failed),
        }
    };
    if called.achieved() < ACHIEVED {
        let why = called.refused.first().map_or("", String::as_str);
        missed.push(format!("{} of {} calls were rung: {why}", called.rung.len(), called.due));
    }
    called.rung.iter().for_each(|took| round.note(CALL, *took));
    Ok(round)
}

/// For ever, but for a failure.
async fn turns(floor: &mut Floor, round: &mut Round) -> anyhow::Error {
    loop {
        if let Err(failed) = floor.turn(round).await {
            return failed;
        }
        tokio::time::sleep(REST).await;
    }
}

/// What became of calls that came by themselves.
#[derive(Debug, Default)]
pub(crate) struct Called {
    pub(crate) due: usize,
    /// How long each took until it was offered, from when it was due.
    pub(crate) rung: Vec<Duration>,
    /// Why each was refused or lost.
    pub(crate) refused: Vec<String>,
    /// From the last that was due until all were over.
    pub(crate) drained: Duration,
}

impl Called {
    #[expect(clippy::cast_precision_loss, reason = "counts of calls are small")]
    pub(crate) fn achieved(&self) -> f64 {
        self.rung.len() as f64 / self.due.max(1) as f64
    }
}

pub(crate) async fn calls(time: Duration, rate: f64, probes: &[Probe]) -> Called {
    let begun = Instant::now();
    let (mut due, mut called, mut under_way) = (begun, Called::default(), JoinSet::new());
    while due.duration_since(begun) < time {
        tokio::time::sleep_until(due.into()).await;
        called.due += 1;
        let Some(probe) = probes.get(called.due % probes.len()) else { break };
        under_way.spawn(rings(probe.clone(), due, called.due.is_multiple_of(LOOK_AT)));
        due += gap(rate);
    }
    let last = Instant::now();
    while let Some(rung) = under_way.join_next().await {
        match rung {
            Ok(Ok(took)) => called.rung.push(took),
            Ok(Err(refused)) => called.refused.push(format!("{refused:#}")),
            Err(broken) => called.refused.push(broken.to_string()),
        }
    }
    called.drained = last.elapsed();
    called
}

async fn rings(mut probe: Probe, due: Instant, look: bool) -> anyhow::Result<Duration> {
    let offered = probe.seeks(Need::any()).await?;
    let took = due.elapsed();
    if look {
        probe.is_committed(&offered).await?;
    }
    probe.ends(offered).await?;
    Ok(took)
}

/// Between two calls of a Poisson process.
pub(crate) fn gap(rate: f64) -> Duration {
    let chance: f64 = rand::rng().random_range(f64::EPSILON..1.0);
    Duration::from_secs_f64(-chance.ln() / rate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_come_as_often_as_they_should_on_average() {
        let many = 20_000;
        let all: Duration = (0..many).map(|_| gap(50.0)).sum();

        let mean = all.as_secs_f64() / f64::from(many);
        assert!((0.018..0.022).contains(&mean), "{mean}");
    }
}
