//! What the line asks of a telephone network, and what it hears back.
//!
//! `Edge` is the only door between the driver and SIP: the embedded back end
//! (`sip::SipEdge`) stands behind it, a PBX can, and tests put a fake with a
//! memory there. Commands return at once; what comes of them arrives as
//! `EdgeEvent`s, in order for each leg. A command for a leg that has ended does
//! nothing.

use std::net::SocketAddr;
use std::time::Duration;

use domain::ids::{DeskId, LegId, RoomId};
use domain::private::Private;
use domain::time::Instant;

use crate::media::clip::Clip;

/// A telephone number or SIP user as it was dialled or shown.
pub type Number = Private<String>;

/// Where to ring.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A registered phone, by its account.
    Desk(DeskId),
    /// A number outside (E.164), over the trunks in their order.
    Outside(Number),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repeat {
    Once,
    /// Again and again, with this silence between.
    Loop {
        pause: Duration,
    },
}

/// Why a leg was refused or ended, in the words of the line, not of SIP.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Cause {
    /// The party hung up (BYE), or a caller gave up while ringing (CANCEL).
    HungUp,
    /// We ended it.
    Released,
    Busy,
    /// Rang until its limit.
    NoAnswer,
    Declined,
    /// No phone is registered, the number does not exist, or every trunk failed.
    Unreachable,
    /// Nothing was heard from the party for the silence limit, or the session check failed.
    Dead,
    /// The other side refused for a reason that is none of the above; SIP's code is in the log.
    Failed,
}

/// Where a call came in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// From a trunk, by its configured name.
    Trunk(String),
    /// From a registered (authenticated) desk phone.
    Desk(DeskId),
}

#[derive(Clone, Debug)]
pub struct IncomingCall {
    pub leg: LegId,
    pub at: Instant,
    pub source: Source,
    /// The number that was dialled (user part of the request URI or of To).
    pub called: String,
    /// The caller's number; none when withheld (RFC 3325 Privacy, anonymous.invalid, 非通知).
    pub caller: Option<Number>,
}

#[derive(Clone, Debug)]
pub enum EdgeEvent {
    Incoming(IncomingCall),
    /// The far phone rings (180 or 183).
    Ringing {
        leg: LegId,
    },
    Answered {
        leg: LegId,
    },
    /// The leg is over, whether it was ever answered or not. Said exactly once for each leg.
    Ended {
        leg: LegId,
        cause: Cause,
    },
    Digit {
        leg: LegId,
        digit: char,
    },
    PlayFinished {
        leg: LegId,
        clip: &'static str,
    },
    /// The party put us on hold, or took us back.
    Held {
        leg: LegId,
        held: bool,
    },
    PhoneRegistered {
        desk: DeskId,
        until: Instant,
        /// It was not here before; else it is renewed, or remembered from the process before.
        came: bool,
    },
    PhoneGone {
        desk: DeskId,
    },
    TrunkUp {
        trunk: String,
    },
    TrunkDown {
        trunk: String,
    },
}

/// How a new leg out is to ring.
#[derive(Clone, Debug)]
pub struct Ring {
    pub leg: LegId,
    pub target: Target,
    /// What the ringing phone displays: the window's name, never the caller's number.
    pub shown_as: String,
    /// After this it is cancelled and ends with `NoAnswer`.
    pub limit: Duration,
    /// Ask the phone to pick up by itself (`Call-Info: answer-after=0`); never asked of a number outside.
    pub answer_by_itself: bool,
}

pub trait Edge: Send + Sync + 'static {
    /// Start a leg out. Its media belongs to us from the first packet.
    fn ring(&self, ring: Ring);
    /// Let an incoming leg hear that it rings (180). The edge has done so by itself already
    /// when the budget for it was short.
    fn alert(&self, leg: LegId);
    /// Pick an incoming leg up (200).
    fn answer(&self, leg: LegId);
    /// Refuse an incoming leg, or end any leg: CANCEL, BYE or a final answer as its state needs.
    fn hang_up(&self, leg: LegId, cause: Cause);
    fn play(&self, leg: LegId, clip: Clip, repeat: Repeat);
    fn stop_play(&self, leg: LegId);
    /// All legs of one room hear each other.
    fn join(&self, leg: LegId, room: RoomId);
    /// The leg hears the room, and the room does not hear it.
    fn listen_in(&self, leg: LegId, room: RoomId);
    fn leave(&self, leg: LegId);
    /// Where this edge listens, for the start page and the drill.
    fn addresses(&self) -> Vec<SocketAddr>;
}
