//! How long each step of a referral may take. Settings, by triage code; what is proposed here is this
//! project's own (design.md 8).

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::escalation::TriageCode;
use crate::time::Instant;

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(60 * 60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Limit {
    Within(Duration),
    /// The end of the service day, or of the next one where less than this is left.
    Day {
        at_least: Duration,
    },
}

/// Frozen into the referral when it starts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pace {
    /// A draft is released, or somebody is told.
    pub release: Duration,
    /// The receiver has it.
    pub receipt: Duration,
    /// One target says yes or no. Counted from the offer.
    pub decide: Limit,
    /// A receiver's question is answered.
    pub answer: Duration,
    /// From the yes.
    pub arrival: Limit,
    /// From the arrival.
    pub outcome: Limit,
    /// What is overdue is told again.
    pub again: Duration,
    /// The end of the operator's service day on which the referral starts.
    pub day_ends: Instant,
}

impl Pace {
    pub fn proposed(code: TriageCode, day_ends: Instant) -> Self {
        let day = Limit::Day { at_least: HOUR };
        let (receipt, decide, arrival) = match code {
            TriageCode::A | TriageCode::B => (2 * MINUTE, Limit::Within(10 * MINUTE), 3 * HOUR),
            TriageCode::C => (5 * MINUTE, Limit::Within(30 * MINUTE), 8 * HOUR),
            TriageCode::D | TriageCode::E | TriageCode::F | TriageCode::G => (30 * MINUTE, day, 3 * DAY),
        };
        let again = if code <= TriageCode::C { 10 * MINUTE } else { 4 * HOUR };
        Self {
            release: receipt,
            receipt,
            decide,
            answer: receipt,
            arrival: Limit::Within(arrival),
            outcome: Limit::Within(DAY),
            again,
            day_ends,
        }
    }

    /// The moment a limit ends that begins now.
    pub fn until(&self, limit: Limit, now: Instant) -> Instant {
        match limit {
            Limit::Within(time) => now + time.max(Duration::from_secs(1)),
            Limit::Day { at_least } => self.day_after(now + at_least.max(Duration::from_secs(1))),
        }
    }

    pub(super) fn again(&self, now: Instant) -> Instant {
        self.until(Limit::Within(self.again), now)
    }

    /// The first end of a day that is not before. Days of 24 hours: where clocks change, the last of a
    /// long wait may be an hour off.
    fn day_after(&self, earliest: Instant) -> Instant {
        let days = earliest.since(self.day_ends).as_micros().div_ceil(DAY.as_micros());
        self.day_ends + DAY.saturating_mul(u32::try_from(days).unwrap_or(u32::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EIGHT: Instant = Instant::from_micros(1_000_000_000_000);

    #[test]
    fn a_code_that_can_wait_waits_for_the_end_of_the_day_and_never_for_minutes_only() {
        let pace = Pace::proposed(TriageCode::D, EIGHT);

        assert_eq!(pace.until(pace.decide, EIGHT - 3 * HOUR), EIGHT);
        assert_eq!(pace.until(pace.decide, EIGHT - MINUTE), EIGHT + DAY);
        assert_eq!(pace.until(pace.decide, EIGHT + 2 * DAY), EIGHT + 3 * DAY);
    }

    #[test]
    fn a_and_b_are_decided_within_ten_minutes_and_c_within_thirty() {
        for (code, minutes) in [(TriageCode::A, 10), (TriageCode::B, 10), (TriageCode::C, 30)] {
            let pace = Pace::proposed(code, EIGHT);

            assert_eq!(pace.until(pace.decide, EIGHT), EIGHT + minutes * MINUTE);
        }
    }
}
