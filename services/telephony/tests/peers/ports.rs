use std::net::{TcpListener, UdpSocket};
use std::sync::atomic::{AtomicU16, Ordering};

static NEXT: AtomicU16 = AtomicU16::new(0);

/// Of ours, those to which no browser connects: they belong to other protocols.
const NOT_FOR_BROWSERS: [u16; 1] = [10_080];

/// A port free for UDP and TCP, with its neighbours free too: sipp takes some beside its own.
/// Lent once in this process; processes begin at different places.
pub fn free_port() -> u16 {
    loop {
        let place = NEXT.fetch_add(10, Ordering::Relaxed);
        let start = u16::try_from(std::process::id() % 1500).unwrap_or(0) * 10;
        let port = 10_000 + (start + place) % 15_000;
        let is_free = |port: u16| {
            UdpSocket::bind(("127.0.0.1", port)).is_ok()
                && TcpListener::bind(("127.0.0.1", port)).is_ok()
                && UdpSocket::bind(("::1", port)).is_ok()
        };
        if (port..port + 8).all(is_free) && !NOT_FOR_BROWSERS.contains(&port) {
            return port;
        }
    }
}
