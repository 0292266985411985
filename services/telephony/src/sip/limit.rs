//! How much one address may ask: buckets that fill again with time.

use std::collections::HashMap;
use std::net::IpAddr;
use std::time::Duration;

use domain::time::Instant;

/// Addresses remembered; an attacker with more than these is not held back by one bucket each anyway.
const REMEMBERED: usize = 20_000;

/// `size` at once, refilled evenly over `over`.
pub(super) struct Buckets {
    size: u32,
    over: Duration,
    levels: HashMap<IpAddr, (f64, Instant)>,
}

impl Buckets {
    pub(super) fn new(size: u32, over: Duration) -> Self {
        Self { size, over, levels: HashMap::new() }
    }

    /// Takes one, if there is one.
    pub(super) fn take(&mut self, who: IpAddr, now: Instant) -> bool {
        let level = self.level(who, now);
        if self.levels.len() >= REMEMBERED && !self.levels.contains_key(&who) {
            self.forget_full(now);
        }
        let enough = level >= 1.0;
        self.levels.insert(who, (if enough { level - 1.0 } else { level }, now));
        enough
    }

    pub(super) fn is_empty(&self, who: IpAddr, now: Instant) -> bool {
        self.level(who, now) < 1.0
    }

    fn level(&self, who: IpAddr, now: Instant) -> f64 {
        let size = f64::from(self.size);
        let Some((level, at)) = self.levels.get(&who) else { return size };
        (level + size * now.since(*at).as_secs_f64() / self.over.as_secs_f64()).min(size)
    }

    fn forget_full(&mut self, now: Instant) {
        let over = self.over;
        self.levels.retain(|_, (_, at)| now.since(*at) < over);
        if self.levels.len() >= REMEMBERED {
            self.levels.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_bucket_fills_again_with_time() {
        let mut buckets = Buckets::new(2, Duration::from_secs(60));
        let (who, now) = (IpAddr::from([10, 0, 0, 1]), Instant::EPOCH);

        assert!(buckets.take(who, now) && buckets.take(who, now));
        assert!(!buckets.take(who, now) && buckets.is_empty(who, now));
        assert!(buckets.take(who, now + Duration::from_secs(30)));
    }
}
