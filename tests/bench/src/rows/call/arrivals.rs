//! Row 6: how many calls a second the line takes, each claimed, rung, answered and ended in commits of its
//! own, against the outbox rows that the store takes of 32 clients. In each round the rate goes up in steps
//! until one does not hold; at the end the best is held for a minute.

use std::time::Duration;

use shell::on;
use shell::store::Db;

use super::open::{Called, calls, probes};
use super::probe::Probe;
use super::{FLOOR, line};
use crate::floor::{Floor, OUTBOX, outbox_rate};
use crate::report::{Row, say};
use crate::round::{Round, What};
use crate::rows::Run;
use crate::rows::nation::DESKS;
use crate::statistics::percentile;
use crate::verdict::{Goal, Part, Promise};

const NAME: &str = "6 durable arrivals per second";
const ARRIVALS: What = "arrivals/s";
const ROWS: What = "outbox rows/s, 32 clients";
/// Of the floor's rate.
const STEPS: [f64; 12] = [0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.9, 1.0];
/// Of a round.
const STEP: u32 = 4;
/// A tail beyond so many commits is a queue that grows.
const QUEUE: f64 = 50.0;
/// Calls that were due at the end are over after this part of the step.
const DRAINED: u32 = 4;

const PROMISES: [Promise; 1] =
    [Promise { part: Part::Median, system: ARRIVALS, floor: &[(1.0, ROWS)], goal: Goal::AtLeast(0.9) }];

pub(crate) async fn arrivals(run: &Run<'_>) -> anyhow::Result<Vec<Row>> {
    say(&format!("\n{NAME}"));
    let (store, service, probe) = line(run).await?;
    let mut floor = Floor::new(FLOOR, run.peers, &store, service.channel()?).await?;
    let probes = probes(&service, &probe)?;
    let time = run.time(Duration::from_secs(3), Duration::from_millis(300));
    let rounds = run
        .how
        .plan()
        .play_each(async |whole| {
            let mut round = Round::default();
            for _ in 0..200 {
                floor.turn(&mut round).await?;
            }
            round.note_value(ROWS, outbox_rate(&store.url, time).await?);
            ramp(&mut round, whole / STEP, &probes).await;
            Ok(round)
        })
        .await?;
    let (note, mut failures) = held(run, &rounds, &probes, &store.db).await?;
    failures.extend(probe.failures());
    Ok(vec![Row::of(NAME, store.db.engine(), &PROMISES, &rounds).with_failures(failures).with_note(note)])
}

/// Notes the highest rate that held.
async fn ramp(round: &mut Round, step: Duration, probes: &[Probe]) {
    let (Some(floor), Some(commit)) = (round.at(ROWS, 50.0), round.at(OUTBOX, 50.0)) else { return };
    let mut best = 0.0;
    for part in STEPS {
        let called = calls(step, floor * part, probes).await;
        if !holds(&called, step, commit) {
            break;
        }
        best = floor * part;
    }
    round.note_value(ARRIVALS, best);
}

fn holds(called: &Called, step: Duration, commit: f64) -> bool {
    let took: Vec<f64> = called.rung.iter().map(|took| took.as_secs_f64() * 1e6).collect();
    let tail = percentile(&took, 99.0).is_some_and(|tail| tail <= QUEUE * commit);
    called.refused.is_empty() && tail && called.drained <= step / DRAINED
}

/// The median of the rounds, for a minute; afterwards every call is over and every desk free.
async fn held(
    run: &Run<'_>,
    rounds: &[Round],
    probes: &[Probe],
    db: &Db,
) -> anyhow::Result<(String, Vec<String>)> {
    let time = run.time(Duration::from_secs(60), Duration::from_secs(3));
    let rates: Vec<f64> = rounds.iter().filter_map(|round| round.at(ARRIVALS, 50.0)).collect();
    let rate = percentile(&rates, 50.0).unwrap_or_default().max(1.0);
    let called = calls(time, rate, probes).await;
    let mut failures: Vec<String> = called.refused.iter().take(3).cloned().collect();
    if called.rung.len() != called.due {
        failures.push(format!("{} calls were offered and {} were rung", called.due, called.rung.len()));
    }
    let left: (i64, i64) = on!(db.read(), pool => sqlx::query_as(
        "SELECT (SELECT count(*) FROM waiting), (SELECT count(*) FROM desk WHERE presence = 'available')")
        .fetch_one(pool).await)?;
    if left != (0, i64::try_from(DESKS)?) {
        failures.push(format!("afterwards {} calls wait and {} of {DESKS} desks are free", left.0, left.1));
    }
    let took: Vec<f64> = called.rung.iter().map(|took| took.as_secs_f64() * 1e3).collect();
    let tail = percentile(&took, 99.0).unwrap_or_default();
    let note = format!("{rate:.0} calls/s held for {time:?}: {} rung, p99 {tail:.1} ms", called.rung.len());
    Ok((note, failures))
}

#[cfg(test)]
mod tests {
    use super::*;

    const STEP: Duration = Duration::from_secs(4);

    fn called(took: Duration, drained: Duration) -> Called {
        Called { due: 9, rung: vec![took; 9], refused: Vec::new(), drained }
    }

    #[test]
    fn a_rate_holds_while_no_queue_grows_and_nobody_is_refused() {
        let (soon, late) = (Duration::from_millis(9), Duration::from_millis(11));
        assert!(holds(&called(soon, soon), STEP, 200.0));

        assert!(!holds(&called(late, soon), STEP, 200.0));
        assert!(!holds(&called(soon, Duration::from_millis(1001)), STEP, 200.0));
        let refused = Called { refused: vec!["the store is away".into()], ..called(soon, soon) };
        assert!(!holds(&refused, STEP, 200.0));
    }
}
