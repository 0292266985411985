//! Half-open stretches of time, and lists of them: sorted, apart, none empty.

use jiff::Timestamp;
use jiff::ToSpan;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::zone::instant_at;

/// From the first instant up to but without the second.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
pub struct Period {
    pub from: Timestamp,
    pub until: Timestamp,
}

impl Period {
    /// Whole local days, the last one included.
    pub fn days(first: Date, last: Date, zone: &TimeZone) -> Self {
        let after_last = last.saturating_add(1.day());
        Self { from: instant_at(zone, first, 0), until: instant_at(zone, after_last, 0) }
    }

    pub fn contains(&self, at: Timestamp) -> bool {
        self.from <= at && at < self.until
    }

    pub fn is_empty(&self) -> bool {
        self.until <= self.from
    }

    pub(crate) fn overlap(&self, other: &Self) -> Self {
        Self { from: self.from.max(other.from), until: self.until.min(other.until) }
    }
}

/// Sorts, drops what is empty and joins what touches.
pub(crate) fn merged(mut periods: Vec<Period>) -> Vec<Period> {
    periods.retain(|period| !period.is_empty());
    if !periods.is_sorted() {
        periods.sort_unstable();
    }
    periods.dedup_by(|next, last| {
        let touches = next.from <= last.until;
        if touches {
            last.until = last.until.max(next.until);
        }
        touches
    });
    periods
}

pub(crate) fn contains(periods: &[Period], at: Timestamp) -> bool {
    let after = periods.partition_point(|period| period.from <= at);
    after.checked_sub(1).is_some_and(|last| periods[last].contains(at))
}

/// What both lists hold.
pub(crate) fn common(a: &[Period], b: &[Period]) -> Vec<Period> {
    let (mut i, mut j, mut both) = (0, 0, Vec::new());
    while let (Some(one), Some(other)) = (a.get(i), b.get(j)) {
        let overlap = one.overlap(other);
        if !overlap.is_empty() {
            both.push(overlap);
        }
        if one.until <= other.until { i += 1 } else { j += 1 }
    }
    both
}

/// What `a` holds and `b` does not.
pub(crate) fn without(a: &[Period], b: &[Period]) -> Vec<Period> {
    let mut left = Vec::new();
    for period in a {
        let mut rest = *period;
        let first = b.partition_point(|cut| cut.until <= rest.from);
        for cut in b[first..].iter().take_while(|cut| cut.from < period.until) {
            left.push(Period { from: rest.from, until: cut.from });
            rest.from = cut.until;
        }
        left.push(rest);
    }
    left.retain(|period| !period.is_empty());
    left
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(pairs: &[(i64, i64)]) -> Vec<Period> {
        let at = |second| Timestamp::from_second(second).unwrap();
        pairs.iter().map(|&(from, until)| Period { from: at(from), until: at(until) }).collect()
    }

    #[test]
    fn touching_periods_become_one() {
        assert_eq!(merged(list(&[(5, 9), (1, 3), (3, 4), (7, 7), (8, 12)])), list(&[(1, 4), (5, 12)]));
    }

    #[test]
    fn common_and_without_share_out_a_list() {
        let (a, b) = (list(&[(0, 10), (20, 30)]), list(&[(3, 5), (8, 22), (29, 40)]));
        assert_eq!(common(&a, &b), list(&[(3, 5), (8, 10), (20, 22), (29, 30)]));
        assert_eq!(without(&a, &b), list(&[(0, 3), (5, 8), (22, 29)]));
    }
}
