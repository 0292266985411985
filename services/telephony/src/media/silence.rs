//! Notices that a party who should be heard is not: a cut cable, a dead
//! phone. Said once; hearing it again is said too.

use std::time::{Duration, Instant};

#[derive(Debug)]
pub(super) struct SilenceWatch {
    limit: Duration,
    /// Counting from here, while sound should come.
    since: Option<Instant>,
    /// Nothing was heard yet, or since silence was said.
    news: bool,
    said: bool,
}

impl SilenceWatch {
    pub(super) fn new(limit: Duration) -> Self {
        Self { limit, since: None, news: true, said: false }
    }

    /// On hold nothing need come: many phones send nothing then.
    pub(super) fn expect(&mut self, expected: bool, now: Instant) {
        self.since = expected.then_some(now);
        self.said = false;
    }

    /// True when that is news.
    pub(super) fn heard(&mut self, now: Instant) -> bool {
        self.since = self.since.map(|_| now);
        self.said = false;
        std::mem::take(&mut self.news)
    }

    /// How long it has been silent, once, when that is too long.
    pub(super) fn overdue(&mut self, now: Instant) -> Option<Duration> {
        let silent = now.saturating_duration_since(self.since?);
        if self.said || silent < self.limit {
            return None;
        }
        (self.said, self.news) = (true, true);
        Some(silent)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: Duration = Duration::from_secs(30);

    #[test]
    fn silence_is_said_once_until_the_party_is_heard_again() {
        let start = Instant::now();
        let mut watch = SilenceWatch::new(LIMIT);
        watch.expect(true, start);
        assert!(watch.heard(start));

        assert_eq!(watch.overdue(start + LIMIT), Some(LIMIT));
        assert_eq!(watch.overdue(start + LIMIT * 2), None);
        assert!(watch.heard(start + LIMIT * 3));
        assert!(!watch.heard(start + LIMIT * 3));
        assert_eq!(watch.overdue(start + LIMIT * 4), Some(LIMIT));
    }

    #[test]
    fn a_party_on_hold_may_be_silent() {
        let start = Instant::now();
        let mut watch = SilenceWatch::new(LIMIT);
        watch.expect(false, start);

        assert_eq!(watch.overdue(start + LIMIT * 9), None);
    }
}
