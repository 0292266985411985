//! Symmetric RTP: send to where the far side really sends from.
//!
//! Behind a NAT the address in SDP leads nowhere, so the source of the first
//! valid packet replaces it. Once latched, packets from elsewhere are refused:
//! anybody can guess a port, and nobody may speak into another person's call.

use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

/// A source that has been silent for longer may be replaced.
const SILENT: Duration = Duration::from_secs(1);

#[derive(Debug)]
pub(super) struct Latch {
    told: SocketAddr,
    source: Option<(SocketAddr, Instant)>,
}

impl Latch {
    /// `told` is the address in SDP.
    pub(super) fn new(told: SocketAddr) -> Self {
        Self { told, source: None }
    }

    /// A new agreement. The same address in it keeps the source: a session
    /// refresh must not open the door.
    pub(super) fn tell(&mut self, told: SocketAddr) {
        if self.told != told {
            *self = Self::new(told);
        }
    }

    /// Whether a valid packet from `from` belongs to this leg.
    pub(super) fn admit(&mut self, from: SocketAddr, now: Instant) -> bool {
        let ours = match self.source {
            None => true,
            Some((source, _)) if source == from => true,
            // Where the signalling says it is, it is: an injector who was first loses the leg again.
            Some(_) if from == self.told => true,
            Some((_, heard)) => now.saturating_duration_since(heard) > SILENT,
        };
        if ours {
            self.source = Some((from, now));
        }
        ours
    }

    /// Where to send; none while the far side gave no usable address and was not heard.
    pub(super) fn destination(&self) -> Option<SocketAddr> {
        let told = (!self.told.ip().is_unspecified() && self.told.port() != 0).then_some(self.told);
        self.source.map(|(source, _)| source).or(told)
    }

    /// Whether control packets from `ip` are the far side's.
    pub(super) fn is_peer(&self, ip: IpAddr) -> bool {
        self.destination().is_some_and(|destination| destination.ip() == ip)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> SocketAddr {
        text.parse().unwrap()
    }

    #[test]
    fn sound_goes_to_the_address_told_until_the_far_side_is_heard() {
        let mut latch = Latch::new(at("192.168.1.9:4000"));
        assert_eq!(latch.destination(), Some(at("192.168.1.9:4000")));

        assert!(latch.admit(at("203.0.113.5:61000"), Instant::now()));

        assert_eq!(latch.destination(), Some(at("203.0.113.5:61000")));
    }

    #[test]
    fn an_injector_is_refused_while_the_caller_speaks() {
        let mut latch = Latch::new(at("192.168.1.9:4000"));
        let now = Instant::now();
        latch.admit(at("203.0.113.5:61000"), now);

        assert!(!latch.admit(at("198.51.100.66:4000"), now + Duration::from_millis(999)));
        assert_eq!(latch.destination(), Some(at("203.0.113.5:61000")));
    }

    #[test]
    fn a_caller_whose_nat_changed_the_port_is_heard_after_a_second() {
        let mut latch = Latch::new(at("192.168.1.9:4000"));
        let now = Instant::now();
        latch.admit(at("203.0.113.5:61000"), now);

        assert!(latch.admit(at("203.0.113.5:61002"), now + Duration::from_millis(1_001)));
    }

    #[test]
    fn an_injector_who_was_first_loses_to_the_address_told() {
        let mut latch = Latch::new(at("203.0.113.5:4000"));
        let now = Instant::now();
        latch.admit(at("198.51.100.66:9"), now);

        assert!(latch.admit(at("203.0.113.5:4000"), now));
        assert!(!latch.admit(at("198.51.100.66:9"), now));
    }

    #[test]
    fn a_session_refresh_keeps_the_source_and_a_new_address_frees_it() {
        let mut latch = Latch::new(at("192.168.1.9:4000"));
        let now = Instant::now();
        latch.admit(at("203.0.113.5:61000"), now);

        latch.tell(at("192.168.1.9:4000"));
        assert_eq!(latch.destination(), Some(at("203.0.113.5:61000")));
        latch.tell(at("192.168.1.9:4002"));
        assert_eq!(latch.destination(), Some(at("192.168.1.9:4002")));
    }

    #[test]
    fn nothing_is_sent_to_the_hold_address_of_old_phones() {
        assert_eq!(Latch::new(at("0.0.0.0:4000")).destination(), None);
    }
}
