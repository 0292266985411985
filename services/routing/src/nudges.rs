//! Nudges between the replicas: "desks or the queue changed, read again". One
//! that is lost costs at most the time until the next regular reading.

use shell::bus::{self, Bus, Nudge};

/// What desks and places are called on the bus; the key is the replica that changed them.
pub const TOPIC: &str = "desk";

#[derive(Debug)]
pub(crate) struct Nudges {
    me: String,
    bus: Bus,
    heard: bus::Nudges,
}

impl Nudges {
    pub(crate) fn new(bus: Bus, me: &str) -> Self {
        Self { me: me.to_owned(), heard: bus.subscribe(&[TOPIC]), bus }
    }

    pub(crate) fn send(&self) {
        self.bus.publish(TOPIC, &self.me);
    }

    /// Returns at the next nudge of another replica. Safe to drop at any time.
    pub(crate) async fn heard(&mut self) {
        loop {
            match self.heard.next().await {
                Some(Nudge::Of { key, .. }) if *key == *self.me => {}
                Some(Nudge::Of { .. } | Nudge::Everything) => return,
                None => std::future::pending().await,
            }
        }
    }
}
