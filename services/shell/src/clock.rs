//! The one clock of the line.
//!
//! The system clock is read at start and then followed monotonically, pulled
//! toward the wall by at most a thousandth: a step of an hour (NTP, an
//! operator) moves no deadline, it is slewed and shown by `offset`. A clock
//! moved by hand takes its place in tests, and moves everything.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant as Monotonic};

use domain::time::Instant;
use tokio::sync::watch;

#[derive(Clone, Debug)]
pub struct Clock(Kind);

#[derive(Clone, Debug)]
enum Kind {
    System(Arc<Mutex<Followed>>),
    ByHand(watch::Sender<Instant>),
}

#[derive(Debug)]
struct Followed {
    read_at: Monotonic,
    ours: i64,
}

/// The wall is asked again at least this often during a long wait, so that slewing is felt.
const LONGEST_NAP: Duration = Duration::from_secs(30);

impl Clock {
    pub fn system() -> Self {
        let followed = Followed { read_at: Monotonic::now(), ours: wall() };
        Self(Kind::System(Arc::new(Mutex::new(followed))))
    }

    /// A clock that stands still until `advance`.
    pub fn by_hand(start: Instant) -> Self {
        Self(Kind::ByHand(watch::Sender::new(start)))
    }

    pub fn now(&self) -> Instant {
        match &self.0 {
            Kind::System(followed) => {
                let mut followed = followed.lock().unwrap_or_else(PoisonError::into_inner);
                Instant::from_micros(followed.read(Monotonic::now(), wall()))
            }
            Kind::ByHand(hand) => *hand.borrow(),
        }
    }

    /// How far the wall is ahead of us (negative: behind). Beyond a second an operator should look.
    pub fn offset_micros(&self) -> i64 {
        match &self.0 {
            Kind::System(_) => wall().saturating_sub(self.now().micros()),
            Kind::ByHand(_) => 0,
        }
    }

    /// Returns when `now() >= at`. Safe to drop at any time.
    pub async fn sleep_until(&self, at: Instant) {
        match &self.0 {
            Kind::System(_) => {
                while self.now() < at {
                    tokio::time::sleep(at.since(self.now()).min(LONGEST_NAP)).await;
                }
            }
            Kind::ByHand(hand) => {
                // The sender lives in `self`, so the wait cannot end by its loss.
                let _ = hand.subscribe().wait_for(|now| *now >= at).await;
            }
        }
    }

    /// As `sleep_until`; without a moment it never returns (an arm of `select!` that is not due).
    pub async fn sleep_until_some(&self, at: Option<Instant>) {
        match at {
            Some(at) => self.sleep_until(at).await,
            None => std::future::pending().await,
        }
    }

    /// Moves a clock by hand. The system clock cannot be moved: nothing happens.
    pub fn advance(&self, by: Duration) {
        match &self.0 {
            Kind::System(_) => {}
            Kind::ByHand(hand) => hand.send_modify(|now| *now = *now + by),
        }
    }
}

impl Followed {
    fn read(&mut self, at: Monotonic, wall: i64) -> i64 {
        let elapsed = i64::try_from(at.saturating_duration_since(self.read_at).as_micros()).unwrap_or(0);
        let pull =
            wall.saturating_sub(self.ours.saturating_add(elapsed)).clamp(-elapsed / 1000, elapsed / 1000);
        self.read_at = at.max(self.read_at);
        self.ours = self.ours.saturating_add(elapsed).saturating_add(pull);
        self.ours
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the one place that reads the wall")]
fn wall() -> i64 {
    jiff::Timestamp::now().as_microsecond()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_of_the_wall_by_an_hour_moves_a_second_by_a_millisecond() {
        let start = Monotonic::now();
        let mut followed = Followed { read_at: start, ours: 0 };

        let ours = followed.read(start + Duration::from_secs(1), 3_600_000_000);

        assert_eq!(ours, 1_001_000);
    }

    #[tokio::test]
    async fn a_sleeper_wakes_when_the_hand_passes_its_moment() {
        let clock = Clock::by_hand(Instant::EPOCH);
        let sleeper = tokio::spawn({
            let clock = clock.clone();
            async move { clock.sleep_until(Instant::EPOCH + Duration::from_secs(9)).await }
        });

        clock.advance(Duration::from_secs(9));

        sleeper.await.unwrap();
    }
}
