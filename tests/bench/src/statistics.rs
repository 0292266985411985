//! What many measurements say together.

/// The value below which so many of a hundred lie; none of nothing.
pub(crate) fn percentile(values: &[f64], percent: f64) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let last = sorted.len().checked_sub(1)?;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a place in a list that fits into memory"
    )]
    let place = (sorted.len() as f64 * percent / 100.0) as usize;
    sorted.get(place.min(last)).copied()
}

pub(crate) fn median(values: &[f64]) -> Option<f64> {
    percentile(values, 50.0)
}

/// The median with the least and the most.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub(crate) struct Spread {
    pub(crate) median: f64,
    pub(crate) least: f64,
    pub(crate) most: f64,
}

impl Spread {
    pub(crate) fn of(values: &[f64]) -> Option<Self> {
        let least = values.iter().copied().reduce(f64::min)?;
        let most = values.iter().copied().reduce(f64::max)?;
        Some(Self { median: median(values)?, least, most })
    }
}

impl std::fmt::Display for Spread {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let digits = if self.median < 0.1 { 4 } else { 2 };
        write!(f, "{:.digits$} [{:.digits$}..{:.digits$}]", self.median, self.least, self.most)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_hundred_values_the_median_is_the_fifty_first_and_p99_the_last() {
        let values: Vec<f64> = (1..=100).rev().map(f64::from).collect();

        assert_eq!(percentile(&values, 50.0), Some(51.0));
        assert_eq!(percentile(&values, 99.0), Some(100.0));
        assert_eq!(percentile(&values, 0.0), Some(1.0));
    }

    #[test]
    fn one_value_is_every_percentile_of_itself() {
        assert_eq!((percentile(&[7.0], 1.0), percentile(&[7.0], 100.0)), (Some(7.0), Some(7.0)));
    }

    #[test]
    fn nothing_measured_says_nothing() {
        assert_eq!((percentile(&[], 50.0), Spread::of(&[])), (None, None));
    }

    #[test]
    fn a_spread_has_the_median_between_its_ends() {
        let spread = Spread::of(&[3.0, 1.0, 2.0]).unwrap();

        assert_eq!(spread, Spread { median: 2.0, least: 1.0, most: 3.0 });
        assert_eq!(spread.to_string(), "2.00 [1.00..3.00]");
    }
}
