//! One board for each operator, shared by all who watch it.
//!
//! A task reads it anew at a nudge, at most ten times a second (less often for
//! more than a hundred pages), and at least every five seconds; it ends when
//! nobody watches any more.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use domain::ids::OperatorId;
use shell::bus::Bus;
use shell::shutdown::Shutdown;
use tokio::sync::watch;

use super::alarms;
use super::board::{Picture, Sources};

/// Whose news change the board: routing's, escalation's, calls', records', the rota's, alarms'.
pub const TOPICS: [&str; 6] = ["desk", "escalation", "call", "record", "rota", alarms::TOPIC];
const AT_MOST_EVERY: Duration = Duration::from_millis(100);
const AT_LEAST_EVERY: Duration = Duration::from_secs(5);
/// For each page that watches: a nation's thousand pages are drawn once a second, or they would take the machine from
/// those who ring.
const EACH: Duration = Duration::from_millis(1);

/// Cheap to clone.
#[derive(Clone)]
pub(crate) struct Boards {
    sources: Sources,
    bus: Bus,
    shutdown: Shutdown,
    running: Arc<Mutex<HashMap<OperatorId, watch::Sender<Arc<Picture>>>>>,
}

/// Between two pictures for so many.
fn pause(watching: usize) -> Duration {
    AT_MOST_EVERY.max(EACH * u32::try_from(watching).unwrap_or(u32::MAX)).min(AT_LEAST_EVERY)
}

impl Boards {
    pub(crate) fn new(sources: Sources, bus: Bus, shutdown: Shutdown) -> Self {
        Self { sources, bus, shutdown, running: Arc::default() }
    }

    /// The first picture is there when this returns.
    pub(crate) async fn watch(&self, operator: &OperatorId) -> watch::Receiver<Arc<Picture>> {
        if let Some(watching) = self.join(operator) {
            return watching;
        }
        let first = Arc::new(self.sources.picture(operator, 1).await);
        self.begin(operator, first)
    }

    /// An alarm was seen: whoever watches sees it at once.
    pub(crate) fn alarm_was_seen(&self, alarm_id: &str) {
        self.bus.publish(alarms::TOPIC, alarm_id);
    }

    fn join(&self, operator: &OperatorId) -> Option<watch::Receiver<Arc<Picture>>> {
        let running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        running.get(operator).map(watch::Sender::subscribe)
    }

    fn begin(&self, operator: &OperatorId, first: Arc<Picture>) -> watch::Receiver<Arc<Picture>> {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(sender) = running.get(operator) {
            return sender.subscribe();
        }
        let (sender, watching) = watch::channel(first);
        running.insert(operator.clone(), sender.clone());
        tokio::spawn(self.clone().keep(operator.clone(), sender));
        watching
    }

    async fn keep(self, operator: OperatorId, sender: watch::Sender<Arc<Picture>>) {
        let mut nudges = self.bus.subscribe(&TOPICS);
        for seq in 2_u64.. {
            let now = self.sources.clock.now();
            let latest = self.sources.clock.sleep_until(now + AT_LEAST_EVERY);
            tokio::select! {
                nudge = nudges.next() => if nudge.is_none() { return self.end(&operator) },
                () = latest => {}
                () = self.shutdown.ended() => return self.end(&operator),
            }
            if self.is_unwatched(&operator, &sender) {
                return;
            }
            // What comes in the next moment is part of the same picture.
            self.sources.clock.sleep_until(self.sources.clock.now() + AT_MOST_EVERY / 4).await;
            let picture = Arc::new(self.sources.picture(&operator, seq).await);
            sender.send_replace(picture);
            self.sources.clock.sleep_until(self.sources.clock.now() + pause(sender.receiver_count())).await;
        }
    }

    /// Takes it off the list in the same moment, so that nobody joins a board that ends.
    fn is_unwatched(&self, operator: &OperatorId, sender: &watch::Sender<Arc<Picture>>) -> bool {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        let unwatched = sender.receiver_count() == 0;
        if unwatched {
            running.remove(operator);
        }
        unwatched
    }

    fn end(&self, operator: &OperatorId) {
        self.running.lock().unwrap_or_else(PoisonError::into_inner).remove(operator);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_a_prefecture_sees_ten_pictures_a_second_and_a_nation_one() {
        assert_eq!(pause(1), AT_MOST_EVERY);
        assert_eq!(pause(100), AT_MOST_EVERY);
        assert_eq!(pause(1000), Duration::from_secs(1));
        assert_eq!(pause(100_000), AT_LEAST_EVERY);
    }
}
