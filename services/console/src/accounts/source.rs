//! Guesses from one address, at whatever logins. Kept in memory: a process that restarts forgives.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::extract::ConnectInfo;
use domain::time::Instant;
use tonic::Request;

use super::error::AccessError;
use super::settings::SourceLimit;

/// Addresses that are remembered at the same time. Beyond it the oldest are forgotten.
const ADDRESSES: usize = 10_000;

/// Where a guess comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Origin {
    Address(IpAddr),
    /// The server was not told.
    Unknown,
    /// From whoever holds a session: it is counted against the login alone.
    Session,
}

/// Where a request comes from.
pub(crate) fn of<T>(request: &Request<T>, proxies: &[IpAddr]) -> Origin {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| *peer);
    let said = request.metadata().get_all(FORWARDED).iter().next_back().and_then(|said| said.to_str().ok());
    origin(peer.or(request.remote_addr()), said, proxies)
}

/// The same of a request that is no gRPC.
pub(crate) fn of_page(request: &http::request::Parts, proxies: &[IpAddr]) -> Origin {
    let peer = request.extensions.get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| *peer);
    let said = request.headers.get_all(FORWARDED).iter().next_back().and_then(|said| said.to_str().ok());
    origin(peer, said, proxies)
}

const FORWARDED: &str = "x-forwarded-for";

fn origin(peer: Option<SocketAddr>, forwarded: Option<&str>, proxies: &[IpAddr]) -> Origin {
    let Some(peer) = peer.map(|peer| peer.ip().to_canonical()) else { return Origin::Unknown };
    match proxies.contains(&peer) {
        // The last one was written by our own proxy; those before it by anybody.
        true => Origin::Address(forwarded.and_then(last_address).unwrap_or(peer)),
        false => Origin::Address(peer),
    }
}

fn last_address(said: &str) -> Option<IpAddr> {
    let last = said.rsplit(',').next()?;
    last.trim().parse::<IpAddr>().ok().map(|address| address.to_canonical())
}

/// Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Sources {
    limit: SourceLimit,
    seen: Arc<Mutex<HashMap<Origin, Seen>>>,
}

#[derive(Clone, Copy, Debug)]
struct Seen {
    since: Instant,
    failures: u32,
}

impl Sources {
    pub(crate) fn new(limit: SourceLimit) -> Self {
        Self { limit, seen: Arc::default() }
    }

    /// Counts a guess before it is judged, so that many at once are many. `was_right` takes it back.
    pub(crate) fn count(&self, from: Origin, now: Instant) -> Result<(), AccessError> {
        if from == Origin::Session {
            return Ok(());
        }
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.len() >= ADDRESSES {
            forget(&mut seen, self.limit.within, now);
        }
        let entry = seen.entry(network(from)).or_insert(Seen { since: now, failures: 0 });
        if now.since(entry.since) >= self.limit.within {
            *entry = Seen { since: now, failures: 0 };
        }
        if entry.failures >= self.limit.failures {
            metrics::counter!("tomoshibi_sign_in_refused_total", "why" => "source").increment(1);
            return Err(AccessError::TooMany((entry.since + self.limit.within).since(now)));
        }
        entry.failures += 1;
        Ok(())
    }

    pub(crate) fn was_right(&self, from: Origin) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(entry) = seen.get_mut(&network(from)) {
            entry.failures = entry.failures.saturating_sub(1);
        }
    }
}

/// Whose time is over; when that is nobody, the one who began first.
fn forget(seen: &mut HashMap<Origin, Seen>, within: Duration, now: Instant) {
    seen.retain(|_, entry| now.since(entry.since) < within);
    if seen.len() >= ADDRESSES {
        let oldest = seen.iter().min_by_key(|(_, entry)| entry.since).map(|(from, _)| *from);
        oldest.map(|from| seen.remove(&from));
    }
}

/// One subscriber has a whole /64 of IPv6 (RFC 6177).
fn network(from: Origin) -> Origin {
    match from {
        Origin::Address(IpAddr::V6(v6)) => {
            Origin::Address(Ipv6Addr::from_bits(v6.to_bits() & !u128::from(u64::MAX)).into())
        }
        Origin::Address(IpAddr::V4(_)) | Origin::Unknown | Origin::Session => from,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Instant = Instant::EPOCH;
    const MINUTE: Duration = Duration::from_secs(60);

    fn sources() -> Sources {
        Sources::new(SourceLimit { failures: 2, within: MINUTE })
    }

    fn ip(text: &str) -> Origin {
        Origin::Address(text.parse().unwrap())
    }

    fn asked(peer: &str, forwarded: &'static str) -> Request<()> {
        let mut request = Request::new(());
        let peer: SocketAddr = peer.parse().unwrap();
        request.extensions_mut().insert(ConnectInfo(peer));
        request.metadata_mut().insert("x-forwarded-for", forwarded.parse().unwrap());
        request
    }

    #[test]
    fn one_address_rests_after_its_failures_and_no_other_does() {
        let sources = sources();
        let guess = |from, now| sources.count(ip(from), now).is_ok();

        assert!(guess("192.0.2.1", NOW) && guess("192.0.2.1", NOW));
        assert!(!guess("192.0.2.1", NOW));
        assert!(guess("192.0.2.2", NOW));
        assert!(guess("192.0.2.1", NOW + MINUTE));
    }

    #[test]
    fn a_network_of_ipv6_is_one_address_and_what_was_right_does_not_count() {
        let sources = sources();
        assert!(sources.count(ip("2001:db8::1"), NOW).is_ok());
        assert!(sources.count(ip("2001:db8::2"), NOW).is_ok());
        assert!(sources.count(ip("2001:db8::3"), NOW).is_err());

        sources.was_right(ip("2001:db8::9"));

        assert!(sources.count(ip("2001:db8::4"), NOW).is_ok());
    }

    #[test]
    fn who_holds_a_session_is_not_counted_among_strangers() {
        let sources = sources();

        assert!((0..10).all(|_| sources.count(Origin::Session, NOW).is_ok()));
    }

    #[test]
    fn what_a_stranger_says_of_where_they_come_from_is_not_believed() {
        let proxies = ["10.0.0.1".parse().unwrap()];

        assert_eq!(of(&asked("192.0.2.1:99", "198.51.100.7"), &proxies), ip("192.0.2.1"));
        assert_eq!(of(&asked("10.0.0.1:99", "198.51.100.7, 192.0.2.1"), &proxies), ip("192.0.2.1"));
        assert_eq!(of(&asked("[::ffff:10.0.0.1]:99", "192.0.2.1"), &proxies), ip("192.0.2.1"));
    }

    #[test]
    fn the_memory_has_an_end() {
        let sources = sources();
        for n in 0..u32::try_from(ADDRESSES).unwrap() + 10 {
            let from = IpAddr::from(n.to_be_bytes());
            let _ = sources.count(Origin::Address(from), NOW + Duration::from_micros(n.into()));
        }

        assert!(sources.seen.lock().unwrap().len() <= ADDRESSES);
    }
}
