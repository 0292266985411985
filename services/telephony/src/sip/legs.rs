//! The legs that live: how commands, requests and sound events find their task.

use std::collections::{HashMap, HashSet};
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use domain::ids::LegId;
use rsipstack::sip::Response;
use tokio::sync::mpsc;

use super::net::Asked;
use crate::edge::Cause;

/// What may be said to a leg's task.
pub(super) enum Word {
    Alert,
    Answer,
    HangUp(Cause),
    /// A request of the far side within the dialog.
    Asked(Box<Asked>),
    /// A 2xx of our INVITE, perhaps repeated, perhaps of another branch.
    Accepted(Box<Response>),
    Silent,
    Heard,
}

pub(super) type Inlet = mpsc::Sender<Word>;

/// Room for commands while a leg's task sends something.
pub(super) const QUEUE: usize = 64;

#[derive(Default)]
pub(super) struct Legs(Mutex<Inner>);

#[derive(Default)]
struct Inner {
    by_leg: HashMap<LegId, Inlet>,
    /// By Call-ID and our tag.
    by_dialog: HashMap<(String, String), Inlet>,
    /// Call-IDs that are ours: one of them coming in is a loop.
    out: HashSet<String>,
    /// Call-ID, tag and CSeq of each INVITE that made a leg, by which its copies are known, and from where.
    inbound: HashMap<(String, String, u32), IpAddr>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Counted {
    pub(super) legs: usize,
    pub(super) dialogs: usize,
    pub(super) inbound: usize,
}

impl Legs {
    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn enter(&self, leg: LegId, inlet: Inlet) -> bool {
        let mut inner = self.inner();
        let is_new = !inner.by_leg.contains_key(&leg);
        if is_new {
            inner.by_leg.insert(leg, inlet);
        }
        is_new
    }

    pub(super) fn end(&self, leg: LegId) {
        self.inner().by_leg.remove(&leg);
    }

    pub(super) fn enter_dialog(&self, call_id: &str, tag: &str, inlet: Inlet, is_out: bool) {
        let mut inner = self.inner();
        inner.by_dialog.insert((call_id.to_owned(), tag.to_owned()), inlet);
        if is_out {
            inner.out.insert(call_id.to_owned());
        }
    }

    pub(super) fn end_dialog(&self, call_id: &str, tag: &str) {
        let mut inner = self.inner();
        inner.by_dialog.remove(&(call_id.to_owned(), tag.to_owned()));
        inner.out.remove(call_id);
    }

    /// Whether this Call-ID began here.
    pub(super) fn began_here(&self, call_id: &str) -> bool {
        self.inner().out.contains(call_id)
    }

    /// Notes an INVITE that makes a leg; false when another copy of it did already.
    pub(super) fn enter_inbound(&self, key: (String, String, u32), from: IpAddr) -> bool {
        let mut inner = self.inner();
        let is_new = !inner.inbound.contains_key(&key);
        if is_new {
            inner.inbound.insert(key, from);
        }
        is_new
    }

    pub(super) fn end_inbound(&self, key: &(String, String, u32)) {
        self.inner().inbound.remove(key);
    }

    /// Legs in: all, and those of one address.
    pub(super) fn inbound(&self, from: IpAddr) -> (usize, usize) {
        let inner = self.inner();
        (inner.inbound.len(), inner.inbound.values().filter(|ip| **ip == from).count())
    }

    pub(super) fn counted(&self) -> Counted {
        let inner = self.inner();
        Counted { legs: inner.by_leg.len(), dialogs: inner.by_dialog.len(), inbound: inner.inbound.len() }
    }

    pub(super) fn all(&self) -> Vec<Inlet> {
        self.inner().by_leg.values().cloned().collect()
    }

    pub(super) fn say(&self, leg: LegId, word: Word) {
        let inlet = self.inner().by_leg.get(&leg).cloned();
        if let Some(inlet) = inlet {
            say(inlet, word);
        }
    }

    /// Hands a request to its dialog, or gives it back when there is none.
    pub(super) fn say_in_dialog(&self, call_id: &str, tag: &str, word: Word) -> Result<(), Word> {
        let inlet = self.inner().by_dialog.get(&(call_id.to_owned(), tag.to_owned())).cloned();
        match inlet {
            Some(inlet) if !inlet.is_closed() => {
                say(inlet, word);
                Ok(())
            }
            Some(_) | None => Err(word),
        }
    }
}

/// Never blocks and never loses a command: one that finds the queue full waits beside it.
fn say(inlet: Inlet, word: Word) {
    if let Err(mpsc::error::TrySendError::Full(word)) = inlet.try_send(word) {
        tokio::spawn(async move {
            let _ = inlet.send(word).await;
        });
    }
}
