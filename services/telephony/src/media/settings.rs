//! What the media engine is told at its start, and what it may refuse.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::ops::RangeInclusive;
use std::time::Duration;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MediaSettings {
    /// Where RTP over IPv4 is received; none: IPv4 legs are refused. The
    /// unspecified address binds every interface, and the one that leads to
    /// the peer is told to it.
    pub bind_v4: Option<Ipv4Addr>,
    /// The same over IPv6.
    pub bind_v6: Option<Ipv6Addr>,
    /// The address told to IPv4 peers instead of the bound one, behind a static NAT.
    pub advertise_v4: Option<Ipv4Addr>,
    pub advertise_v6: Option<Ipv6Addr>,
    /// UDP ports: RTP on the even ones, RTCP on the odd one after each.
    pub port_range: RangeInclusive<u16>,
    /// Depth of the jitter buffer, 20 to 200 ms; rounded down to whole 20 ms.
    pub jitter_ms: u16,
    /// How long a party that should be heard may send nothing before `Silent` is said. At least 1 s.
    pub silence_after: Duration,
}

impl Default for MediaSettings {
    fn default() -> Self {
        Self {
            bind_v4: Some(Ipv4Addr::UNSPECIFIED),
            bind_v6: None,
            advertise_v4: None,
            advertise_v6: None,
            port_range: 16384..=20479,
            jitter_ms: 60,
            silence_after: Duration::from_secs(30),
        }
    }
}

impl MediaSettings {
    pub(super) fn check(&self) -> Result<(), MediaError> {
        let invalid = |field, reason| Err(MediaError::Invalid { field, reason });
        if self.bind_v4.is_none() && self.bind_v6.is_none() {
            return invalid("media.bind", "give an IPv4 or an IPv6 address to receive RTP on");
        }
        if !(20..=200).contains(&self.jitter_ms) {
            return invalid("media.jitter_ms", "20 to 200");
        }
        if self.silence_after < Duration::from_secs(1) {
            return invalid("media.silence_after", "at least 1s");
        }
        Ok(())
    }
}

#[derive(Debug, thiserror::Error)]
pub enum MediaError {
    #[error("invalid {field}: {reason}")]
    Invalid { field: &'static str, reason: &'static str },
    #[error("no free pair of RTP ports in {first}-{last}: widen media.port_range or end calls")]
    PortsExhausted { first: u16, last: u16 },
    #[error("cannot bind RTP ports in {first}-{last}")]
    Bind { first: u16, last: u16, source: std::io::Error },
    #[error("media over {0} is not set up: set media.bind for it")]
    FamilyOff(&'static str),
    #[error("leg has media already")]
    AlreadyOpen,
    #[error("digits are 0-9, *, # and A-D, at most {0}")]
    NotDigits(usize),
    #[error("media engine has stopped or is too far behind to take commands")]
    Busy,
    #[error("media thread could not be started")]
    Thread(#[source] std::io::Error),
}
