//! Whom this process pages by voice, or did a short while ago.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use domain::ids::PageId;
use domain::time::Instant;
use shell::seal::Sealer;
use tokio::sync::watch;

use super::page::Page;
use crate::edge::{IncomingCall, Source, Target};

/// Why a page is not needed any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Off {
    pub taken_over: bool,
}

#[derive(Debug)]
struct Entry {
    page: Arc<Page>,
    /// Its task lives.
    rings: bool,
    until: Instant,
    off: watch::Sender<Option<Off>>,
}

#[derive(Debug, Default)]
pub(in crate::driver) struct Paged(Mutex<Vec<Entry>>);

impl Paged {
    /// None when this page is being rung already.
    pub(super) fn begins(
        &self,
        page: &Arc<Page>,
        until: Instant,
        now: Instant,
    ) -> Option<watch::Receiver<Option<Off>>> {
        let mut entries = self.entries();
        if entries.iter().any(|entry| entry.page.id == page.id && entry.rings) {
            return None;
        }
        entries.retain(|entry| entry.page.id != page.id && (entry.rings || entry.until > now));
        let (off, called_off) = watch::channel(None);
        entries.push(Entry { page: Arc::clone(page), rings: true, until, off });
        Some(called_off)
    }

    pub(super) fn ended(&self, page: PageId) {
        if let Some(entry) = self.entries().iter_mut().find(|entry| entry.page.id == page) {
            entry.rings = false;
        }
    }

    /// Whoever is on the line for it hears why; nobody gets it by ringing back.
    pub(super) fn called_off(&self, page: PageId, off: Off) {
        if let Some(entry) = self.entries().iter_mut().find(|entry| entry.page.id == page) {
            entry.off.send_replace(Some(off));
        }
    }

    /// The latest page of whoever rings.
    pub(super) fn rings_back(
        &self,
        incoming: &IncomingCall,
        sealer: &Sealer,
        now: Instant,
    ) -> Option<(Arc<Page>, watch::Receiver<Option<Off>>)> {
        let entries = self.entries();
        let theirs = |entry: &&Entry| {
            entry.until > now && entry.off.borrow().is_none() && is_from(incoming, &entry.page, sealer)
        };
        let entry = entries.iter().rev().find(theirs)?;
        Some((Arc::clone(&entry.page), entry.off.subscribe()))
    }

    fn entries(&self) -> MutexGuard<'_, Vec<Entry>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A number is compared however it is written: the blind index says when two are the same.
fn is_from(incoming: &IncomingCall, page: &Page, sealer: &Sealer) -> bool {
    match (&page.target, &incoming.source, &incoming.caller) {
        (Target::Desk(phone), Source::Desk(desk), _) => phone == desk,
        (Target::Outside(number), Source::Trunk(_), Some(caller)) => {
            sealer.blind_index(&page.operator, number) == sealer.blind_index(&page.operator, caller)
        }
        (Target::Desk(_), Source::Trunk(_), _)
        | (Target::Outside(_), Source::Desk(_), _)
        | (Target::Outside(_), Source::Trunk(_), None) => false,
    }
}
