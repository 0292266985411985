//! Rounds, and what they say.

use std::time::Duration;

/// Beyond this the disk is not to be had for ourselves: the round does not count.
const VALID: f64 = 1.6;

#[derive(Debug, Default)]
pub(crate) struct Round {
    floor: Vec<Duration>,
    system: Vec<Duration>,
    insert: Vec<Duration>,
    sync: Vec<Duration>,
}

impl Round {
    pub(crate) fn note(&mut self, floor: Duration, system: Duration, insert: Duration, sync: Duration) {
        self.floor.push(floor);
        self.system.push(system);
        self.insert.push(insert);
        self.sync.push(sync);
    }

    fn ratio(&self, at: usize) -> f64 {
        share(&self.system, at).as_secs_f64() / share(&self.floor, at).as_secs_f64()
    }

    fn disturbed(&self) -> f64 {
        share(&self.insert, 50).as_secs_f64() / share(&self.sync, 50).as_secs_f64()
    }
}

pub(crate) fn verdict(engine: &str, row: &str, rounds: &[Round]) {
    let (valid, others): (Vec<_>, Vec<_>) = rounds.iter().partition(|round| round.disturbed() <= VALID);
    println!(
        "{engine} {row}: {} of {} rounds valid (insert/fdatasync {})",
        valid.len(),
        rounds.len(),
        spread(rounds.iter().map(Round::disturbed))
    );
    told("valid", &valid);
    told("all", &valid.iter().chain(&others).copied().collect::<Vec<_>>());
}

fn told(which: &str, rounds: &[&Round]) {
    if rounds.is_empty() {
        return println!("  {which}: no result");
    }
    let all = |of: fn(&Round) -> &Vec<Duration>| -> Vec<Duration> {
        rounds.iter().flat_map(|round| of(round)).copied().collect()
    };
    let (floor, system) = (all(|round| &round.floor), all(|round| &round.system));
    for at in [50, 95, 99] {
        let (low, ours) = (share(&floor, at), share(&system, at));
        println!(
            "  {which}: p{at} floor {low:?} ours {ours:?} ratio {:.2} · median of rounds {}",
            ours.as_secs_f64() / low.as_secs_f64(),
            spread(rounds.iter().map(|round| round.ratio(at)))
        );
    }
}

/// Median [least..most].
fn spread(values: impl Iterator<Item = f64>) -> String {
    let mut values: Vec<_> = values.collect();
    values.sort_by(f64::total_cmp);
    let (least, most) = (values[0], values[values.len() - 1]);
    format!("{:.2} [{least:.2}..{most:.2}]", values[values.len() / 2])
}

/// The value below which so many of a hundred lie.
fn share(times: &[Duration], percent: usize) -> Duration {
    let mut times = times.to_vec();
    times.sort();
    times[times.len() * percent / 100]
}
