//! Rounds: operations taken in turn, one in flight, and what each of them took.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use crate::statistics::percentile;
use crate::validity::is_valid;

/// What is measured: an operation of the floor or of the line. Its name is shown in results.
pub(crate) type What = &'static str;

/// Many measurements of one round, by operation, in microseconds; rates are per second.
#[derive(Clone, Debug, Default)]
pub(crate) struct Round {
    series: BTreeMap<What, Vec<f64>>,
}

impl Round {
    pub(crate) fn note(&mut self, what: What, took: Duration) {
        self.note_value(what, took.as_secs_f64() * 1e6);
    }

    pub(crate) fn note_value(&mut self, what: What, value: f64) {
        self.series.entry(what).or_default().push(value);
    }

    /// Runs an operation and notes how long it took.
    pub(crate) async fn time<T>(&mut self, what: What, operation: impl Future<Output = T>) -> T {
        let begun = Instant::now();
        let done = operation.await;
        self.note(what, begun.elapsed());
        done
    }

    pub(crate) fn count(&self, what: What) -> usize {
        self.series.get(what).map_or(0, Vec::len)
    }

    pub(crate) fn at(&self, what: What, percent: f64) -> Option<f64> {
        percentile(self.series.get(what)?, percent)
    }

    pub(crate) fn series(&self) -> &BTreeMap<What, Vec<f64>> {
        &self.series
    }
}

/// How long and how often.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plan {
    pub(crate) warm_up: Duration,
    pub(crate) round: Duration,
    /// Valid rounds that make a result.
    pub(crate) enough: usize,
    /// Rounds altogether, valid or not.
    pub(crate) most: usize,
    /// After this no further round is begun.
    pub(crate) within: Duration,
}

impl Plan {
    pub(crate) const fn whole() -> Self {
        Self {
            warm_up: Duration::from_secs(2),
            round: Duration::from_secs(20),
            enough: ENOUGH,
            most: 28,
            within: Duration::from_secs(600),
        }
    }

    /// To see that it works: it never makes a result.
    pub(crate) const fn quick() -> Self {
        Self { warm_up: Duration::from_millis(300), round: Duration::from_secs(2), most: 2, ..Self::whole() }
    }

    /// Plays rounds in which operations are taken in turn: one call of `turn` takes each of them once.
    pub(crate) async fn play(
        &self,
        mut turn: impl AsyncFnMut(&mut Round) -> anyhow::Result<()>,
    ) -> anyhow::Result<Vec<Round>> {
        self.play_each(async |time| {
            let (begun, mut round) = (Instant::now(), Round::default());
            while begun.elapsed() < time {
                turn(&mut round).await?;
            }
            Ok(round)
        })
        .await
    }

    /// Plays rounds, each after its warm-up, until enough of them are valid or the time is up.
    pub(crate) async fn play_each(
        &self,
        mut one: impl AsyncFnMut(Duration) -> anyhow::Result<Round>,
    ) -> anyhow::Result<Vec<Round>> {
        let begun = Instant::now();
        let mut rounds: Vec<Round> = Vec::new();
        while self.goes_on(&rounds, begun.elapsed()) {
            drop(one(self.warm_up).await?);
            let round = one(self.round).await?;
            crate::report::tell_round(&round);
            rounds.push(round);
        }
        Ok(rounds)
    }

    fn goes_on(&self, rounds: &[Round], elapsed: Duration) -> bool {
        let valid = rounds.iter().filter(|round| is_valid(round)).count();
        valid < self.enough && rounds.len() < self.most && elapsed < self.within
    }
}

/// Valid rounds without which there is no result.
pub(crate) const ENOUGH: usize = 7;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::validity::{INSERT, SYNC};

    fn disturbed() -> Round {
        let mut round = Round::default();
        round.note(SYNC, Duration::from_micros(100));
        round.note(INSERT, Duration::from_micros(500));
        round
    }

    fn quiet() -> Round {
        let mut round = Round::default();
        round.note(SYNC, Duration::from_micros(100));
        round.note(INSERT, Duration::from_micros(130));
        round
    }

    #[test]
    fn rounds_are_played_until_seven_are_valid() {
        let plan = Plan::whole();
        let mut rounds = vec![disturbed(); 5];
        rounds.extend(vec![quiet(); 6]);
        assert!(plan.goes_on(&rounds, Duration::ZERO));

        rounds.push(quiet());

        assert!(!plan.goes_on(&rounds, Duration::ZERO));
    }

    #[test]
    fn no_round_is_begun_after_ten_minutes_or_when_there_were_too_many() {
        let plan = Plan::whole();

        assert!(!plan.goes_on(&[], Duration::from_secs(600)));
        assert!(!plan.goes_on(&vec![disturbed(); plan.most], Duration::ZERO));
    }

    #[tokio::test]
    async fn a_failure_within_a_round_ends_all() {
        let failed = Plan::quick().play(async |_: &mut Round| anyhow::bail!("a page was lost")).await;

        assert_eq!(failed.unwrap_err().to_string(), "a page was lost");
    }
}
