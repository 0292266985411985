//! What was agreed with the far side about its sound.

use std::net::SocketAddr;

/// G.711, the one family every telephone speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Codec {
    /// µ-law, payload type 0.
    Pcmu,
    /// A-law, payload type 8.
    Pcma,
}

impl Codec {
    /// The static payload type of RFC 3551.
    pub const fn payload_type(self) -> u8 {
        match self {
            Self::Pcmu => 0,
            Self::Pcma => 8,
        }
    }

    pub const fn of_payload_type(payload_type: u8) -> Option<Self> {
        match payload_type {
            0 => Some(Self::Pcmu),
            8 => Some(Self::Pcma),
            _ => None,
        }
    }

    /// The name in `a=rtpmap`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pcmu => "PCMU",
            Self::Pcma => "PCMA",
        }
    }
}

/// Which way sound may go, **as seen from us**: `SendOnly` means that we send
/// and the far side only listens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    SendRecv,
    SendOnly,
    RecvOnly,
    Inactive,
}

impl Direction {
    pub const fn sends(self) -> bool {
        match self {
            Self::SendRecv | Self::SendOnly => true,
            Self::RecvOnly | Self::Inactive => false,
        }
    }

    pub const fn receives(self) -> bool {
        match self {
            Self::SendRecv | Self::RecvOnly => true,
            Self::SendOnly | Self::Inactive => false,
        }
    }

    /// The same agreement seen from the other side.
    #[must_use]
    pub const fn seen_from_there(self) -> Self {
        Self::of(self.receives(), self.sends())
    }

    /// What both wishes leave.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self::of(self.sends() && other.sends(), self.receives() && other.receives())
    }

    /// The attribute of SDP.
    pub const fn attribute(self) -> &'static str {
        match self {
            Self::SendRecv => "sendrecv",
            Self::SendOnly => "sendonly",
            Self::RecvOnly => "recvonly",
            Self::Inactive => "inactive",
        }
    }

    pub(crate) const fn of(sends: bool, receives: bool) -> Self {
        match (sends, receives) {
            (true, true) => Self::SendRecv,
            (true, false) => Self::SendOnly,
            (false, true) => Self::RecvOnly,
            (false, false) => Self::Inactive,
        }
    }
}

/// Where the far side listens and what it speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RemoteMedia {
    pub rtp: SocketAddr,
    /// Where its RTCP goes when it is not the port after `rtp`.
    pub rtcp: Option<SocketAddr>,
    pub codec: Codec,
    /// Payload type of RFC 4733 digits, when the far side takes them.
    pub digits: Option<u8>,
    /// As seen from us.
    pub direction: Direction,
}

impl RemoteMedia {
    /// The far side has put us on hold: it does not want to hear us.
    pub const fn holds_us(&self) -> bool {
        !self.direction.sends()
    }
}
