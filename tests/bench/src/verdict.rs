//! What rounds say about a goal.

use serde::{Deserialize, Serialize};

use crate::round::{ENOUGH, Round, What};
use crate::statistics::Spread;
use crate::validity::is_valid;

/// Operations a round must have for its p99; with fewer, p95 stands in its place.
const ENOUGH_FOR_P99: usize = 3000;
/// A median may be so much above the one before, where it missed the goal.
const REGRESSION: f64 = 1.15;

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Goal {
    AtMost(f64),
    AtLeast(f64),
}

impl Goal {
    pub(crate) fn is_met(self, value: f64) -> bool {
        match self {
            Self::AtMost(most) => value <= most,
            Self::AtLeast(least) => value >= least,
        }
    }

    /// Worse than before by more than what rounds differ.
    fn is_regression(self, now: f64, before: f64) -> bool {
        let worse = match self {
            Self::AtMost(_) => now > before * REGRESSION,
            Self::AtLeast(_) => now < before / REGRESSION,
        };
        worse && !self.is_met(now)
    }
}

impl std::fmt::Display for Goal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::AtMost(most) => write!(f, "≤ {most}"),
            Self::AtLeast(least) => write!(f, "≥ {least}"),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Verdict {
    Met,
    Missed,
    /// Too few rounds were valid: never a pass.
    NoResult,
}

impl std::fmt::Display for Verdict {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Met => "met",
            Self::Missed => "MISSED",
            Self::NoResult => "no result",
        })
    }
}

/// Which part of the operations is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Median,
    /// p99, or p95 of rounds that are too short for it.
    Tail,
}

/// A ratio that a row promises: the line's operation over so many times each of the floor's.
#[derive(Clone, Debug)]
pub(crate) struct Promise {
    pub(crate) part: Part,
    pub(crate) system: What,
    pub(crate) floor: &'static [(f64, What)],
    pub(crate) goal: Goal,
}

/// What became of a promise.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Kept {
    /// Such as `p50 call / (outbox + claim + echo)`.
    pub(crate) what: String,
    pub(crate) goal: Goal,
    pub(crate) verdict: Verdict,
    /// Over the valid rounds, or over all of them where there is no result.
    pub(crate) ratio: Option<Spread>,
    pub(crate) valid_rounds: usize,
    pub(crate) rounds: usize,
}

impl Promise {
    pub(crate) fn kept(&self, rounds: &[Round]) -> Kept {
        let valid: Vec<&Round> = rounds.iter().filter(|round| is_valid(round)).collect();
        let (enough, all) = (valid.len() >= ENOUGH, rounds.iter().collect::<Vec<_>>());
        let looked = if enough { &valid } else { &all };
        let percent = self.percent(looked);
        let ratios: Vec<f64> = looked.iter().filter_map(|round| self.ratio(round, percent)).collect();
        let ratio = Spread::of(&ratios);
        let verdict = match ratio {
            Some(ratio) if enough && self.goal.is_met(ratio.median) => Verdict::Met,
            Some(_) if enough => Verdict::Missed,
            Some(_) | None => Verdict::NoResult,
        };
        let what = format!("p{percent} {} / {}", self.system, self.floor_text());
        Kept { what, goal: self.goal, verdict, ratio, valid_rounds: valid.len(), rounds: rounds.len() }
    }

    fn percent(&self, rounds: &[&Round]) -> f64 {
        let fewest = rounds.iter().map(|round| round.count(self.system)).min().unwrap_or(0);
        match self.part {
            Part::Median => 50.0,
            Part::Tail if fewest >= ENOUGH_FOR_P99 => 99.0,
            Part::Tail => 95.0,
        }
    }

    fn ratio(&self, round: &Round, percent: f64) -> Option<f64> {
        let parts = self.floor.iter().map(|(times, what)| Some(times * round.at(what, percent)?));
        let floor: f64 = parts.sum::<Option<f64>>()?;
        Some(round.at(self.system, percent)? / floor).filter(|ratio| ratio.is_finite())
    }

    fn floor_text(&self) -> String {
        let part = |(times, what): &(f64, What)| match (*times - 1.0).abs() < f64::EPSILON {
            true => (*what).to_owned(),
            false => format!("{times:.2} × {what}").replace(".00 ", " "),
        };
        let parts: Vec<String> = self.floor.iter().map(part).collect();
        if parts.len() == 1 { parts.concat() } else { format!("({})", parts.join(" + ")) }
    }
}

impl Kept {
    /// Above the goal and above the median before by more than 15 %.
    pub(crate) fn is_regression_from(&self, before: &Self) -> bool {
        match (self.verdict, before.verdict, self.ratio, before.ratio) {
            (Verdict::Missed, Verdict::Met | Verdict::Missed, Some(now), Some(then)) => {
                self.goal.is_regression(now.median, then.median)
            }
            (Verdict::Met | Verdict::NoResult, _, _, _) | (Verdict::Missed, _, _, _) => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::validity::{INSERT, SYNC};

    const CALL: What = "call";

    fn promise(part: Part, goal: f64) -> Promise {
        Promise { part, system: CALL, floor: &[(3.0, INSERT), (1.0, SYNC)], goal: Goal::AtMost(goal) }
    }

    /// Floor 400: 3 × 100 + 100.
    fn round(calls: &[f64]) -> Round {
        let mut round = Round::default();
        round.note_value(SYNC, 100.0);
        round.note_value(INSERT, 100.0);
        calls.iter().for_each(|call| round.note_value(CALL, *call));
        round
    }

    fn disturbed() -> Round {
        let mut round = round(&[40_000.0]);
        round.note_value(INSERT, 900.0);
        round.note_value(INSERT, 900.0);
        round
    }

    #[test]
    fn the_verdict_is_the_median_of_the_valid_rounds_alone() {
        let mut rounds: Vec<Round> =
            [400.0, 440.0, 480.0, 520.0, 560.0, 600.0, 640.0].map(|us| round(&[us])).into();
        rounds.push(disturbed());

        let kept = promise(Part::Median, 1.4).kept(&rounds);

        assert_eq!((kept.verdict, kept.valid_rounds, kept.rounds), (Verdict::Met, 7, 8));
        assert_eq!(kept.ratio.unwrap(), Spread { median: 1.3, least: 1.0, most: 1.6 });
        assert_eq!(kept.what, "p50 call / (3 × insert + fdatasync)");
        assert_eq!(promise(Part::Median, 1.2).kept(&rounds).verdict, Verdict::Missed);
    }

    #[test]
    fn six_valid_rounds_are_no_result_however_good_they_are() {
        let kept = promise(Part::Median, 1.4).kept(&vec![round(&[400.0]); 6]);

        assert_eq!((kept.verdict, kept.ratio.unwrap().median), (Verdict::NoResult, 1.0));
    }

    #[test]
    fn a_short_round_has_no_p99() {
        let (short, long) = (vec![round(&[1.0; 2999]); 7], vec![round(&[1.0; 3000]); 7]);

        assert!(promise(Part::Tail, 2.0).kept(&short).what.starts_with("p95 "));
        assert!(promise(Part::Tail, 2.0).kept(&long).what.starts_with("p99 "));
    }

    #[test]
    fn a_regression_misses_the_goal_and_is_worse_by_more_than_rounds_differ() {
        let kept = |us: f64| promise(Part::Median, 1.4).kept(&vec![round(&[us]); 7]);

        assert!(kept(800.0).is_regression_from(&kept(600.0)));
        assert!(!kept(680.0).is_regression_from(&kept(600.0)));
        assert!(!kept(560.0).is_regression_from(&kept(400.0)));
    }

    #[test]
    fn a_rate_is_to_be_high() {
        let goal = Goal::AtLeast(0.5);

        assert!(goal.is_met(0.5) && !goal.is_met(0.49));
        assert!(goal.is_regression(0.3, 0.4) && !goal.is_regression(0.6, 0.9));
    }
}
