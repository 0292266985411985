//! Pages by voice: the telephones of psychiatrists, rung for `escalation`.
//!
//! The `taker` hears what is to be done; each page has a `page_task`, whose
//! `menu` decides what a key does; who accepted is let into the call by
//! `joining`. `paged` remembers whom we rang, so that whoever rings back gets
//! the same menu. `policy` and `overdue` ask for help when the line itself
//! needs it. Without an escalation service nothing here does anything.

mod joining;
mod menu;
mod overdue;
mod page;
mod page_task;
mod paged;
pub(super) mod policy;
mod report;
mod safety;
mod taker;

use std::sync::Arc;
use std::time::Duration;

use super::Deps;

pub(super) use page_task::rings_back;
pub(super) use paged::Paged;
pub(super) use safety::reached;

#[derive(Clone, Debug)]
pub struct PagingSettings {
    /// Somebody who lifts and presses no key is let go after this: a voicemail.
    pub no_key: Duration,
    /// Between two tellings.
    pub pause: Duration,
    /// How often it is told without a key.
    pub repeats: u32,
    /// How long the answer to a yes may take; then the doctor is let in all the same.
    pub accept_within: Duration,
    /// How long we wait for a caller who is being rung back.
    pub join_within: Duration,
    /// How long the counsellor's telephone rings when the call has ended.
    pub desk_rings: Duration,
    /// Who was paged and rings the line within this gets the page.
    pub ring_back_for: Duration,
    /// A call-back that is owed for longer is a reason to page.
    pub overdue: Duration,
}

impl Default for PagingSettings {
    fn default() -> Self {
        let secs = Duration::from_secs;
        Self {
            no_key: secs(60),
            pause: secs(2),
            repeats: 4,
            accept_within: secs(1),
            join_within: secs(30),
            desk_rings: secs(30),
            ring_back_for: secs(30 * 60),
            overdue: secs(15 * 60),
        }
    }
}

pub(super) fn start(deps: &Arc<Deps>) {
    if let Some(escalation) = &deps.escalation {
        tokio::spawn(taker::run(Arc::clone(deps), escalation.clone()));
        tokio::spawn(overdue::run(Arc::clone(deps), escalation.clone()));
    }
}
