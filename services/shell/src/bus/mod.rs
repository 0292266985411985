//! Nudges: "something changed, look". They make workers fast; the period makes
//! them certain, so any of them may be lost.
//!
//! Within a process a nudge goes at once. With Redis it goes to the other
//! replicas as well; while Redis is away only that is missing. Whoever may have
//! missed something hears `Everything`.

mod redis;
mod server;

use std::sync::Arc;

use tokio::sync::{broadcast, mpsc, watch};

pub use redis::BusFault;

/// Nudges that a slow listener may fall behind by; then it hears `Everything`.
const BEHIND: usize = 1024;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Nudge {
    /// Something about this key changed.
    Of { topic: Arc<str>, key: Arc<str> },
    /// Something was missed: look at everything.
    Everything,
}

/// Cheap to clone. Connected replicas share topics.
#[derive(Clone, Debug)]
pub struct Bus {
    here: broadcast::Sender<Nudge>,
    /// To the other replicas.
    away: Option<mpsc::Sender<(Arc<str>, Arc<str>)>>,
    connected: watch::Receiver<bool>,
}

impl Bus {
    /// Within this process only: the embedded default.
    pub fn in_process() -> Self {
        let (_, connected) = watch::channel(true);
        Self { here: broadcast::Sender::new(BEHIND), away: None, connected }
    }

    /// Through Redis at an address or known to sentinels (`Server::of`). Starts at once, whether it is there or not.
    ///
    /// # Errors
    /// When the URL is not a Redis URL.
    pub fn on_redis(url: &str) -> Result<Self, BusFault> {
        let here = broadcast::Sender::new(BEHIND);
        let (away, connected) = redis::start(url, &here)?;
        Ok(Self { here, away: Some(away), connected })
    }

    /// Never waits. `key` is an id: it travels and is logged.
    pub fn publish(&self, topic: &str, key: &str) {
        let (topic, key): (Arc<str>, Arc<str>) = (topic.into(), key.into());
        if let Some(away) = &self.away
            && away.try_send((Arc::clone(&topic), Arc::clone(&key))).is_err()
        {
            metrics::counter!("tomoshibi_bus_lost_total").increment(1);
        }
        // Nobody may be listening yet.
        let _ = self.here.send(Nudge::Of { topic, key });
    }

    /// Nudges of these topics from now on.
    pub fn subscribe(&self, topics: &[&str]) -> Nudges {
        let topics = topics.iter().map(|topic| (*topic).to_owned()).collect();
        Nudges { heard: self.here.subscribe(), topics }
    }

    /// Whether the other replicas hear us; always true within one process. False is an alarm.
    pub fn connected(&self) -> watch::Receiver<bool> {
        self.connected.clone()
    }
}

/// What one listener hears.
#[derive(Debug)]
pub struct Nudges {
    heard: broadcast::Receiver<Nudge>,
    topics: Vec<String>,
}

impl Nudges {
    /// The next nudge of its topics; none when the bus is gone. Safe to drop at any time.
    pub async fn next(&mut self) -> Option<Nudge> {
        loop {
            match self.heard.recv().await {
                Ok(Nudge::Of { topic, .. }) if !self.topics.iter().any(|wanted| **wanted == *topic) => {}
                Ok(nudge) => return Some(nudge),
                Err(broadcast::error::RecvError::Lagged(_)) => return Some(Nudge::Everything),
                Err(broadcast::error::RecvError::Closed) => return None,
            }
        }
    }

    /// The same as a stream.
    pub fn into_stream(self) -> impl futures::Stream<Item = Nudge> + Send + 'static {
        futures::stream::unfold(self, async |mut nudges| nudges.next().await.map(|nudge| (nudge, nudges)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(topic: &str, key: &str) -> Option<Nudge> {
        Some(Nudge::Of { topic: topic.into(), key: key.into() })
    }

    #[tokio::test]
    async fn a_listener_hears_its_topics_in_order_and_no_others() {
        let bus = Bus::in_process();
        let mut nudges = bus.subscribe(&["desk", "callback"]);

        bus.publish("desk", "ito");
        bus.publish("rota", "main");
        bus.publish("callback", "c1");

        assert_eq!((nudges.next().await, nudges.next().await), (of("desk", "ito"), of("callback", "c1")));
    }

    #[tokio::test]
    async fn a_listener_that_fell_behind_looks_at_everything() {
        let bus = Bus::in_process();
        let mut nudges = bus.subscribe(&["desk"]);

        for _ in 0..=BEHIND {
            bus.publish("desk", "ito");
        }

        assert_eq!(nudges.next().await, Some(Nudge::Everything));
    }
}
