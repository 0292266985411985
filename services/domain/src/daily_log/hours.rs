//! The day by the hours of the wall clock, for its plot.

use serde::{Deserialize, Serialize};

use super::count::is_test;
use super::facts::{Call, Facts};
use crate::ledger::OriginKind;
use crate::time::Instant;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HourOfDay {
    pub hour: u8,
    /// Incoming, by when they began.
    pub calls: u64,
    pub answered: u64,
    /// Of those answered.
    pub longest_wait_s: u64,
}

/// All 24, from the one in which the service date begins. An hour that comes twice in a night is one.
pub(super) fn hours(facts: &Facts) -> Vec<HourOfDay> {
    let first = facts.duty.hours.first().map_or(0, |hour| hour.hour);
    let empty = |place| HourOfDay { hour: (first + place) % 24, calls: 0, answered: 0, longest_wait_s: 0 };
    let mut hours: Vec<HourOfDay> = (0..24).map(empty).collect();
    let incoming = |call: &&Call| call.origin == OriginKind::Incoming && !is_test(facts, call);
    for call in facts.calls.iter().filter(incoming) {
        let hour = hour_of(facts, call.begun);
        if let Some(hour) = hours.iter_mut().find(|one| Some(one.hour) == hour) {
            hour.add(call);
        }
    }
    hours
}

fn hour_of(facts: &Facts, at: Instant) -> Option<u8> {
    facts.duty.hours.iter().find(|hour| hour.span.contains(at)).map(|hour| hour.hour)
}

impl HourOfDay {
    fn add(&mut self, call: &Call) {
        self.calls += 1;
        if let Some(answered) = call.answered {
            self.answered += 1;
            self.longest_wait_s = self.longest_wait_s.max(answered.since(call.begun).as_secs());
        }
    }
}
