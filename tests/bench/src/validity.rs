//! Whether a round counts: other work on the machine slows a commit down by much more than the disk's own
//! flush, and makes round trips faster. Then ratios mean nothing.

use crate::round::{Round, What};

/// The two that the gate compares.
pub(crate) const SYNC: What = "fdatasync";
pub(crate) const INSERT: What = "insert";

/// INSERT p50 over fdatasync p50: quiet machines had 1.15 to 1.47, disturbed ones 2.5 to 11.6.
pub(crate) const MOST: f64 = 1.6;

pub(crate) fn disturbance(round: &Round) -> Option<f64> {
    Some(round.at(INSERT, 50.0)? / round.at(SYNC, 50.0)?)
}

/// A round without either has not been looked at, so it does not count.
pub(crate) fn is_valid(round: &Round) -> bool {
    disturbance(round).is_some_and(|ratio| ratio <= MOST)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn round(sync: f64, insert: f64) -> Round {
        let mut round = Round::default();
        round.note_value(SYNC, sync);
        round.note_value(INSERT, insert);
        round
    }

    #[test]
    fn a_round_counts_up_to_one_and_six_tenths_of_a_flush() {
        assert!(is_valid(&round(100.0, 160.0)));
        assert!(!is_valid(&round(100.0, 161.0)));
    }

    #[test]
    fn a_round_that_nobody_looked_at_does_not_count() {
        assert!(!is_valid(&Round::default()));
    }
}
