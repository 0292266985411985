//! The settings of routing, and what makes them impossible.

use std::collections::HashMap;
use std::path::PathBuf;
use std::time::Duration;

use domain::ids::WindowId;
use domain::routing::Strategy;

pub use crate::circles::CircleRule;
use crate::circles::{Circles, usual};

/// How routing rings; `faults` says what in it cannot work.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The rota file (TOML).
    pub rota: PathBuf,
    /// How often the rota file is looked at for changes; 100 ms to 1 h.
    pub rota_check: Duration,
    /// How windows ring that `by_window` does not name.
    pub strategy: Strategy,
    pub by_window: HashMap<WindowId, Strategy>,
    /// From the narrowest; at least one.
    pub circles: Vec<CircleRule>,
    /// How long one desk is rung; 3 s to 120 s.
    pub ring_for: Duration,
    /// A claim that nobody reports on ends this long after the ringing; 1 s to 60 s.
    pub claim_grace: Duration,
    /// Time to write after a call; 0 to 1 h.
    pub wrap_up: Duration,
    /// How long a sign-in holds that does not say so itself; 5 s to 24 h.
    pub sign_in: Duration,
    /// How long a place in the queue outlives its replica; 2 s to 60 s.
    pub waiting_lease: Duration,
    /// How long a desk is kept for a call of another replica whose turn is first; 50 ms to 5 s.
    pub keep_for_others: Duration,
    /// The longest wait for the store on the path of a call; 20 ms to 5 s.
    pub store_limit: Duration,
    /// How often the store is read again though nobody nudged; 100 ms to 60 s.
    pub reread: Duration,
    /// This replica, unique among those that run now.
    pub owner: String,
}

impl Settings {
    /// The defaults of `default.toml`.
    pub fn new(rota: impl Into<PathBuf>, owner: impl Into<String>) -> Self {
        Self {
            rota: rota.into(),
            rota_check: Duration::from_secs(3),
            strategy: Strategy::RingOne,
            by_window: HashMap::new(),
            circles: usual(),
            ring_for: Duration::from_secs(15),
            claim_grace: Duration::from_secs(5),
            wrap_up: Duration::from_secs(30),
            sign_in: Duration::from_secs(60),
            waiting_lease: Duration::from_secs(10),
            keep_for_others: Duration::from_millis(250),
            store_limit: Duration::from_millis(150),
            reread: Duration::from_secs(1),
            owner: owner.into(),
        }
    }

    /// Everything that is wrong with the settings, each with what would be right; empty when
    /// they are fine.
    pub fn faults(&self) -> Vec<String> {
        let ranges = [
            ("routing.rota_check", self.rota_check, Duration::from_millis(100), Duration::from_secs(3600)),
            ("routing.ring_for", self.ring_for, Duration::from_secs(3), Duration::from_secs(120)),
            ("routing.claim_grace", self.claim_grace, Duration::from_secs(1), Duration::from_secs(60)),
            ("routing.wrap_up", self.wrap_up, Duration::ZERO, Duration::from_secs(3600)),
            ("routing.sign_in", self.sign_in, Duration::from_secs(5), LONGEST_SIGN_IN),
            ("routing.waiting_lease", self.waiting_lease, Duration::from_secs(2), Duration::from_secs(60)),
            (
                "routing.keep_for_others",
                self.keep_for_others,
                Duration::from_millis(50),
                Duration::from_secs(5),
            ),
            ("routing.store_limit", self.store_limit, Duration::from_millis(20), Duration::from_secs(5)),
            ("routing.reread", self.reread, Duration::from_millis(100), Duration::from_secs(60)),
        ];
        let mut faults: Vec<String> = ranges
            .into_iter()
            .filter(|(_, value, least, most)| value < least || value > most)
            .map(|(name, _, least, most)| format!("{name} is between {least:?} and {most:?}"))
            .collect();
        if self.circles.is_empty() {
            faults.push("routing.circles needs at least one circle".into());
        }
        if self.owner.is_empty() {
            faults.push("routing.owner names this replica; it may not be empty".into());
        }
        if self.store_limit * 4 > self.waiting_lease {
            faults.push("routing.waiting_lease is at least four times routing.store_limit".into());
        }
        faults
    }

    pub(crate) fn rings(&self) -> Circles {
        Circles { rules: self.circles.clone(), strategy: self.strategy, by_window: self.by_window.clone() }
    }
}

/// No shift is longer.
pub(crate) const LONGEST_SIGN_IN: Duration = Duration::from_secs(24 * 3600);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_without_fault() {
        assert_eq!(Settings::new("rota.toml", "here").faults(), Vec::<String>::new());
    }

    #[test]
    fn every_fault_is_told_at_once() {
        let mut settings = Settings::new("rota.toml", "");
        settings.circles.clear();
        settings.ring_for = Duration::from_secs(1);

        let faults = settings.faults();

        assert_eq!(faults.len(), 3, "{faults:?}");
        assert!(faults[0].contains("routing.ring_for is between 3s and 120s"), "{faults:?}");
    }
}
