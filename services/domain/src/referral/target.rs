//! Who is asked, in which order, what became of it, and what they were sent.

use serde::{Deserialize, Serialize};

use super::lists::{MessageKind, RefusalReason, TargetKind};
use crate::ids::TargetId;
use crate::time::Instant;
use crate::triage::record::Revision;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    pub id: TargetId,
    pub kind: TargetKind,
    /// Lives on paper and fax: instead of a message a sheet is printed.
    pub by_sheet: bool,
}

/// The place of a target in the list of its referral, from 0.
pub type Place = usize;

/// The place of a message in its referral, from 0. With the referral it is the message's key.
pub type MessageNumber = usize;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum OfferState {
    Sent,
    Received,
    /// Its time is over. A late yes is still taken while nobody else has said it.
    Silent,
    /// A human turned to another.
    PassedOver,
    /// Another said yes while they were deciding. Should that one give it back, it is their turn again.
    StoodDown,
    Declined {
        reason: RefusalReason,
    },
    Accepted,
}

impl OfferState {
    pub const fn code(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Received => "received",
            Self::Silent => "silent",
            Self::PassedOver => "passed_over",
            Self::StoodDown => "stood_down",
            Self::Declined { .. } => "declined",
            Self::Accepted => "accepted",
        }
    }

    /// They may still say yes, so they hear what changes.
    pub(super) const fn may_take_it(self) -> bool {
        match self {
            Self::Sent
            | Self::Received
            | Self::Silent
            | Self::PassedOver
            | Self::StoodDown
            | Self::Accepted => true,
            Self::Declined { .. } => false,
        }
    }
}

/// One target was asked. The nth offer is to the nth target.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    pub at: Instant,
    pub state: OfferState,
    pub received_at: Option<Instant>,
    pub decided_at: Option<Instant>,
    /// How often a question of theirs gave them time anew.
    pub(super) renewed: u32,
    /// They must see this message by then.
    pub(super) unseen: Option<Watch>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Watch {
    pub(super) message: MessageNumber,
    pub(super) until: Instant,
}

/// What a receiver asked back; the words are kept beside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Question {
    pub(super) from: Place,
    /// None: it was answered, or nobody waits for the answer any more.
    pub(super) open_until: Option<Instant>,
}

/// What a target was sent, for good.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    pub to: Place,
    pub kind: MessageKind,
    pub at: Instant,
    /// Of the record, as it is told in it.
    pub revision: Revision,
    pub seen_at: Option<Instant>,
}
