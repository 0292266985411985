//! What every part of the edge shares, and the life of a leg around its task.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use domain::ids::LegId;
use futures::FutureExt as _;
use shell::clock::Clock;
use tokio::sync::{Notify, mpsc};

use super::binding::BindingStore;
use super::keys::{Keys, Way};
use super::legs::Legs;
use super::limit::Buckets;
use super::net::{Net, Path};
use super::nonce::Nonces;
use super::registrar::Registrar;
use super::settings::SipSettings;
use super::trunk::Health;
use crate::edge::{Cause, EdgeEvent};
use crate::media::Engine;

pub(super) struct Core {
    pub(super) settings: SipSettings,
    pub(super) net: Arc<Net>,
    pub(super) media: Engine,
    pub(super) clock: Clock,
    pub(super) legs: Legs,
    pub(super) keys: Mutex<Keys>,
    pub(super) registrar: Mutex<Registrar>,
    pub(super) registrations: Notify,
    pub(super) store: Arc<dyn BindingStore>,
    pub(super) nonces: Mutex<Nonces>,
    /// Refused passwords, by address.
    pub(super) failures: Mutex<Buckets>,
    /// New calls, by address.
    pub(super) rates: Mutex<Buckets>,
    pub(super) health: Health,
    /// Where, and over which of our sockets, each registered phone was heard over UDP.
    pub(super) heard: Mutex<HashMap<SocketAddr, Path>>,
    /// Ours in every Via: a message that carries it has been here.
    pub(super) mark: String,
    pub(super) stopping: AtomicBool,
    pub(super) events: mpsc::Sender<EdgeEvent>,
}

impl Core {
    /// Waits while the line reads; a line that is gone hears nothing.
    pub(super) async fn tell(&self, event: EdgeEvent) {
        let _ = self.events.send(event).await;
    }

    /// A key of that leg, unless the same press has come the other way already.
    pub(super) async fn tell_key(&self, leg: LegId, digit: char, way: Way) {
        let is_new = hold(&self.keys).is_new(leg, digit, way, self.clock.now());
        if is_new {
            self.tell(EdgeEvent::Digit { leg, digit }).await;
        }
    }

    pub(super) fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Acquire)
    }
}

/// The value behind a lock. A panic elsewhere leaves it usable: nothing here is half changed.
pub(super) fn hold<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Runs a leg to its end and says `Ended` exactly once, even when its task panics.
pub(super) async fn live(core: Arc<Core>, leg: LegId, life: impl Future<Output = Cause>) {
    let cause = AssertUnwindSafe(life).catch_unwind().await.unwrap_or(Cause::Failed);
    core.legs.end(leg);
    tracing::debug!(%leg, ?cause, "leg ended");
    core.tell(EdgeEvent::Ended { leg, cause }).await;
}

/// A dialog's place among the legs, given up when dropped.
pub(super) struct Listed {
    core: Arc<Core>,
    call_id: String,
    tag: String,
    inbound: Option<(String, String, u32)>,
}

impl Listed {
    pub(super) fn new(
        core: &Arc<Core>,
        call_id: &str,
        tag: &str,
        inbound: Option<(String, String, u32)>,
    ) -> Self {
        Self { core: Arc::clone(core), call_id: call_id.to_owned(), tag: tag.to_owned(), inbound }
    }

    /// Only the dialog's last words are left: the call is none of those that are counted.
    pub(super) fn without_call(mut self) -> Self {
        if let Some(key) = self.inbound.take() {
            self.core.legs.end_inbound(&key);
        }
        self
    }
}

impl Drop for Listed {
    fn drop(&mut self) {
        self.core.legs.end_dialog(&self.call_id, &self.tag);
        if let Some(key) = &self.inbound {
            self.core.legs.end_inbound(key);
        }
    }
}
