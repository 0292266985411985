//! So many requests a second and no more: readers never take the time that callers need.

use std::sync::{Mutex, PoisonError};

use domain::time::Instant;

const SECOND: i64 = 1_000_000;

/// A bucket that holds one second's worth and fills as time goes by.
#[derive(Debug)]
pub(crate) struct Bucket {
    per_second: i64,
    /// In millionths of a request, and when it was so.
    level: Mutex<(i64, Instant)>,
}

impl Bucket {
    pub(crate) fn new(per_second: u32, now: Instant) -> Self {
        let per_second = i64::from(per_second);
        Self { per_second, level: Mutex::new((per_second * SECOND, now)) }
    }

    /// Takes one, if there is one.
    pub(crate) fn admits(&self, now: Instant) -> bool {
        let mut level = self.level.lock().unwrap_or_else(PoisonError::into_inner);
        let passed = i64::try_from(now.since(level.1).as_micros()).unwrap_or(SECOND).min(SECOND);
        let filled = (level.0 + passed * self.per_second).min(self.per_second * SECOND);
        let admitted = filled >= SECOND;
        *level = (if admitted { filled - SECOND } else { filled }, now);
        admitted
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn after_a_seconds_worth_the_next_ones_come_as_fast_as_it_fills() {
        let start = Instant::from_micros(0);
        let bucket = Bucket::new(10, start);
        let taken = |at: Instant| (0..100).filter(|_| bucket.admits(at)).count();

        assert_eq!(taken(start), 10);
        assert_eq!(taken(start + Duration::from_millis(99)), 0);
        assert_eq!(taken(start + Duration::from_millis(300)), 3);
        assert_eq!(taken(start + Duration::from_secs(3600)), 10);
    }
}
