//! Draws ids: UUID version 7 (RFC 9562), so that rows sort by time, from the
//! line's clock and one seeded source.

use std::sync::{Arc, Mutex, PoisonError};

use domain::ids::{CallId, LegId, OfferId};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use uuid::{Builder, Uuid};

use crate::clock::Clock;

/// Cheap to clone; all clones draw from the same source.
#[derive(Clone, Debug)]
pub struct Ids {
    clock: Clock,
    random: Arc<Mutex<StdRng>>,
}

impl Ids {
    /// Seeded by the operating system.
    pub fn new(clock: Clock) -> Self {
        Self::seeded(clock, rand::random())
    }

    /// The same seed and the same clock draw the same ids.
    pub fn seeded(clock: Clock, seed: u64) -> Self {
        Self { clock, random: Arc::new(Mutex::new(StdRng::seed_from_u64(seed))) }
    }

    pub fn call(&self) -> CallId {
        CallId(self.draw())
    }

    pub fn leg(&self) -> LegId {
        LegId(self.draw())
    }

    pub fn offer(&self) -> OfferId {
        OfferId(self.draw())
    }

    pub fn draw(&self) -> Uuid {
        let millis = u64::try_from(self.clock.now().micros() / 1000).unwrap_or(0);
        let random: [u8; 10] = self.random.lock().unwrap_or_else(PoisonError::into_inner).random();
        Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use domain::time::Instant;

    use super::*;

    #[test]
    fn ids_sort_by_the_moment_they_were_drawn() {
        let clock = Clock::by_hand(Instant::from_micros(1_000_000_000));
        let ids = Ids::new(clock.clone());
        let first = ids.call();

        clock.advance(Duration::from_millis(1));

        assert!(first < ids.call());
    }
}
