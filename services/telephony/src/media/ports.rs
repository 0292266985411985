//! Pairs of UDP ports: RTP on an even one, RTCP on the odd one after it.
//!
//! A pair returns to the end of the queue when its sockets are dropped, so
//! that late packets of an ended call seldom meet the next one.

use std::collections::VecDeque;
use std::io;
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::ops::RangeInclusive;
use std::sync::{Arc, Mutex, PoisonError};

use socket2::{Domain, Protocol, Socket, Type};

use super::settings::MediaError;

/// DSCP "expedited forwarding" (RFC 3246), in the upper six bits of the traffic class.
const EXPEDITED: u32 = 46 << 2;

type Free = Arc<Mutex<VecDeque<u16>>>;

#[derive(Debug)]
pub(super) struct Ports {
    ip: IpAddr,
    range: RangeInclusive<u16>,
    free: Free,
}

/// Two bound sockets. Dropping them frees the ports.
#[derive(Debug)]
pub(super) struct PortPair {
    pub(super) rtp: UdpSocket,
    pub(super) rtcp: UdpSocket,
    /// After the sockets: fields drop in order, and the port must be unbound before it is lent again.
    _lease: Lease,
}

#[derive(Debug)]
struct Lease {
    port: u16,
    free: Free,
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.free.lock().unwrap_or_else(PoisonError::into_inner).push_back(self.port);
    }
}

impl Ports {
    pub(super) fn new(ip: IpAddr, range: RangeInclusive<u16>) -> Result<Self, MediaError> {
        let pairs = |port: &u16| port.is_multiple_of(2) && *port > 0 && *port < *range.end();
        let free: VecDeque<u16> = range.clone().filter(pairs).collect();
        if free.is_empty() {
            let reason = "must hold at least one even port and the odd one after it, as in 16384-20479";
            return Err(MediaError::Invalid { field: "media.port_range", reason });
        }
        Ok(Self { ip, range, free: Arc::new(Mutex::new(free)) })
    }

    /// Ports that another program holds are passed over and tried again later.
    pub(super) fn bind(&self) -> Result<PortPair, MediaError> {
        let tries = self.free.lock().unwrap_or_else(PoisonError::into_inner).len();
        let mut fault = None;
        for _ in 0..tries {
            let Some(port) = self.free.lock().unwrap_or_else(PoisonError::into_inner).pop_front() else {
                break;
            };
            let lease = Lease { port, free: Arc::clone(&self.free) };
            match self.bind_pair(port) {
                Ok((rtp, rtcp)) => return Ok(PortPair { rtp, rtcp, _lease: lease }),
                Err(error) if error.kind() == io::ErrorKind::AddrInUse => {}
                Err(error) => fault = Some(error),
            }
        }
        Err(self.refusal(fault))
    }

    /// What to tell `peer`: the address set for it, the one bound, or else the one that leads there.
    pub(super) fn told_address(
        &self,
        pair: &PortPair,
        advertise: Option<IpAddr>,
        peer: IpAddr,
    ) -> Result<SocketAddr, MediaError> {
        let bound = (!self.ip.is_unspecified()).then_some(self.ip);
        let found = match advertise.or(bound) {
            Some(ip) => Ok(ip),
            None => address_towards(peer.to_canonical()),
        };
        let told = found.and_then(|ip| Ok(SocketAddr::new(ip, pair.rtp.local_addr()?.port())));
        told.map_err(|source| self.refusal(Some(source)))
    }

    fn refusal(&self, fault: Option<io::Error>) -> MediaError {
        let (first, last) = (*self.range.start(), *self.range.end());
        match fault {
            Some(source) => MediaError::Bind { first, last, source },
            None => MediaError::PortsExhausted { first, last },
        }
    }

    fn bind_pair(&self, port: u16) -> io::Result<(UdpSocket, UdpSocket)> {
        Ok((bind(SocketAddr::new(self.ip, port))?, bind(SocketAddr::new(self.ip, port + 1))?))
    }
}

fn bind(address: SocketAddr) -> io::Result<UdpSocket> {
    let socket = Socket::new(Domain::for_address(address), Type::DGRAM, Some(Protocol::UDP))?;
    // Marking is a wish to the network; a system that forbids it still carries the call.
    let _marked = match address {
        SocketAddr::V4(_) => socket.set_tos_v4(EXPEDITED),
        SocketAddr::V6(_) => socket.set_only_v6(true).and_then(|()| socket.set_tclass_v6(EXPEDITED)),
    };
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    Ok(socket.into())
}

/// The address of ours that leads to `peer`. Nothing is sent.
fn address_towards(peer: IpAddr) -> io::Result<IpAddr> {
    let any = match peer {
        IpAddr::V4(_) => IpAddr::V4(std::net::Ipv4Addr::UNSPECIFIED),
        IpAddr::V6(_) => IpAddr::V6(std::net::Ipv6Addr::UNSPECIFIED),
    };
    let socket = UdpSocket::bind(SocketAddr::new(any, 0))?;
    // Port 9 (discard): connecting a datagram socket only looks the route up.
    socket.connect(SocketAddr::new(peer, 9))?;
    Ok(socket.local_addr()?.ip())
}

/// A port for a test. Two runs of the tests at once, as happens on a shared
/// machine, should not meet: the process chooses one of twenty stretches.
#[cfg(test)]
pub(super) fn test_port(offset: u16) -> u16 {
    assert!(offset < 500);
    let stretch = (std::process::id() % 20) as u16;
    21_000 + stretch * 500 + offset
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

    fn port(pair: &PortPair) -> u16 {
        pair.rtp.local_addr().unwrap().port()
    }

    #[test]
    fn rtp_is_on_an_even_port_and_rtcp_on_the_next() {
        let ports = Ports::new(HERE, test_port(1)..=test_port(5)).unwrap();

        let pair = ports.bind().unwrap();

        assert_eq!(port(&pair), test_port(2));
        assert_eq!(pair.rtcp.local_addr().unwrap().port(), test_port(3));
    }

    #[test]
    fn an_exhausted_range_is_named_and_serves_again_when_a_call_ends() {
        let ports = Ports::new(HERE, test_port(10)..=test_port(13)).unwrap();
        let first = ports.bind().unwrap();
        let _second = ports.bind().unwrap();

        let refusal = ports.bind().unwrap_err();
        let freed = port(&first);
        drop(first);

        let range = format!("{}-{}", test_port(10), test_port(13));
        assert!(refusal.to_string().contains(&range), "{refusal}");
        assert_eq!(port(&ports.bind().unwrap()), freed);
    }

    #[test]
    fn a_port_held_by_another_program_is_passed_over() {
        let _other = UdpSocket::bind((Ipv4Addr::LOCALHOST, test_port(21))).unwrap();
        let ports = Ports::new(HERE, test_port(20)..=test_port(23)).unwrap();

        assert_eq!(port(&ports.bind().unwrap()), test_port(22));
    }

    #[test]
    fn a_range_without_a_pair_is_refused() {
        assert!(Ports::new(HERE, test_port(31)..=test_port(32)).is_err());
    }

    #[test]
    fn a_peer_on_this_machine_is_told_the_loopback_address() {
        assert_eq!(address_towards(HERE).unwrap(), HERE);
    }
}
