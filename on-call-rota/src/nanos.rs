//! An instant as one number: the audit compares instants by the hundred thousand.

use jiff::{SignedDuration, Timestamp};

const MINUTE: i64 = 60 * 1_000_000_000;

/// Nanoseconds since 1970. Exact from 1677 to 2262; a rota knows 1980 to 2099.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Nanos(i64);

impl Nanos {
    pub(crate) const NEVER: Self = Self(i64::MAX);

    /// What is before or after the years that are exact comes at their end, in the same order.
    pub(crate) fn of(at: Timestamp) -> Self {
        let since_1970: SignedDuration = at.as_duration();
        Self(
            since_1970
                .as_secs()
                .saturating_mul(1_000_000_000)
                .saturating_add(i64::from(since_1970.subsec_nanos())),
        )
    }

    /// Of an instant that the numbers hold with a month to spare.
    pub(crate) fn after_minutes(self, minutes: u16) -> Self {
        Self(self.0 + i64::from(minutes) * MINUTE)
    }

    pub(crate) fn timestamp(self) -> Timestamp {
        // Cannot fail: jiff knows the years -9999 to 9999.
        Timestamp::from_nanosecond(i128::from(self.0)).unwrap_or(Timestamp::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_survives_being_a_number() {
        for text in [
            "1980-01-01T00:00:00Z",
            "2027-03-28T00:59:59.999999999Z",
            "2099-12-31T23:59:59.5Z",
            "1969-12-31T23:59:59.25Z",
        ] {
            let at: Timestamp = text.parse().unwrap();
            assert_eq!(Nanos::of(at).timestamp(), at);
            let hour = SignedDuration::from_hours(1);
            assert_eq!(Nanos::of(at).after_minutes(60).timestamp(), at + hour);
        }
    }

    #[test]
    fn instants_beyond_the_numbers_stay_in_order() {
        let years: [Timestamp; 4] = [
            Timestamp::MIN,
            "1980-01-01T00:00:00Z".parse().unwrap(),
            "2099-12-31T00:00:00Z".parse().unwrap(),
            Timestamp::MAX,
        ];
        assert!(years.map(Nanos::of).is_sorted());
    }
}
