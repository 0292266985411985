//! One page 呼出: the attempt to reach one person by one way.

use serde::{Deserialize, Serialize};

use super::Channel;
use crate::ids::StaffId;
use crate::time::Instant;

/// The place of a page in its escalation, from 0. With the escalation it is the page's key: a page
/// that is attempted twice is still one page.
pub type PageNumber = usize;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page {
    pub round: u32,
    /// None: the backstop.
    pub rung: Option<usize>,
    pub staff: StaffId,
    pub channel: Channel,
    pub contact: usize,
    /// When it is to go out.
    pub due: Instant,
    pub state: PageState,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PageState {
    /// It goes out when it is due.
    Owed,
    /// A telephone rings, a message is on its way.
    Out,
    /// A message was taken by its receiver; the person may answer at any time.
    Delivered,
    /// Rang, or was lifted, and nobody pressed a key.
    Unanswered,
    /// Could not be brought: busy, unreachable, refused for good.
    Failed,
    Declined,
    Accepted,
    /// Not needed any more before anybody answered.
    Cancelled,
}

impl PageState {
    /// Something may still come of it by itself.
    pub fn is_open(self) -> bool {
        match self {
            Self::Owed | Self::Out => true,
            Self::Delivered
            | Self::Unanswered
            | Self::Failed
            | Self::Declined
            | Self::Accepted
            | Self::Cancelled => false,
        }
    }

    pub const fn code(self) -> &'static str {
        match self {
            Self::Owed => "owed",
            Self::Out => "out",
            Self::Delivered => "delivered",
            Self::Unanswered => "unanswered",
            Self::Failed => "failed",
            Self::Declined => "declined",
            Self::Accepted => "accepted",
            Self::Cancelled => "cancelled",
        }
    }
}

/// What became of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PageOutcome {
    /// The receiver has the message.
    Delivered,
    /// Rang out, or nobody pressed a key: a voicemail never does.
    Unanswered,
    /// Busy, unreachable, or given up after its attempts.
    Failed,
}
