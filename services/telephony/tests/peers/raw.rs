//! Messages written by hand and sent over a bare socket.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::UdpSocket;

use super::PATIENCE;

pub struct Udp {
    socket: UdpSocket,
    line: SocketAddr,
}

impl Udp {
    pub async fn to(line: SocketAddr) -> Self {
        let ip = if line.is_ipv6() { "[::1]:0" } else { "127.0.0.1:0" };
        Self { socket: UdpSocket::bind(ip).await.unwrap(), line }
    }

    pub fn address(&self) -> SocketAddr {
        self.socket.local_addr().unwrap()
    }

    pub async fn send(&self, message: impl AsRef<[u8]>) {
        self.socket.send_to(message.as_ref(), self.line).await.unwrap();
    }

    pub async fn read(&self) -> String {
        self.read_within(PATIENCE).await.expect("an answer")
    }

    pub async fn read_within(&self, patience: Duration) -> Option<String> {
        let mut buffer = vec![0; 65_536];
        let read = tokio::time::timeout(patience, self.socket.recv_from(&mut buffer)).await.ok()?;
        Some(String::from_utf8_lossy(&buffer[..read.unwrap().0]).into_owned())
    }

    /// Reads on until a message begins that way.
    pub async fn until(&self, start: &str) -> String {
        loop {
            let message = self.read().await;
            if message.starts_with(start) {
                return message;
            }
        }
    }

    /// The final answer to what was sent last.
    pub async fn answer(&self) -> String {
        loop {
            let message = self.read().await;
            if message.starts_with("SIP/2.0 ") && !message.starts_with("SIP/2.0 1") {
                return message;
            }
        }
    }

    /// Sends, and gives the code of the final answer.
    pub async fn ask(&self, message: impl AsRef<[u8]>) -> u16 {
        self.send(message).await;
        status(&self.answer().await)
    }
}

pub fn status(message: &str) -> u16 {
    message.split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap_or(0)
}

/// The first value of a field.
pub fn header(message: &str, name: &str) -> Option<String> {
    message.lines().find_map(|line| {
        let (key, value) = line.split_once(':')?;
        key.eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
    })
}

pub use header as field;

/// A request of `from` with what every request needs; `more` are whole lines.
pub fn request(
    method: &str,
    uri: &str,
    from: SocketAddr,
    call_id: &str,
    more: &[&str],
    body: &str,
) -> String {
    let mut lines = vec![
        format!("{method} {uri} SIP/2.0"),
        format!("Via: SIP/2.0/UDP {from};branch=z9hG4bK{call_id}{method};rport"),
        "Max-Forwards: 70".to_owned(),
        format!("From: \"Sato\" <sip:09012345678@{from}>;tag=f{call_id}"),
        format!("To: <{uri}>"),
        format!("Call-ID: {call_id}"),
        format!("CSeq: 1 {method}"),
        format!("Contact: <sip:caller@{from}>"),
    ];
    for line in more {
        let name = line.split(':').next().unwrap_or_default();
        lines.retain(|old| old.split(':').next() != Some(name));
        lines.push((*line).to_owned());
    }
    lines.push(format!("Content-Length: {}", body.len()));
    format!("{}\r\n\r\n{body}", lines.join("\r\n"))
}

/// An INVITE with an offer.
pub fn invite(line: SocketAddr, from: SocketAddr, call_id: &str, more: &[&str]) -> String {
    let ip = from.ip();
    let family = if ip.is_ipv6() { "IP6" } else { "IP4" };
    let sdp = format!(
        "v=0\r\no=- 1 1 IN {family} {ip}\r\ns=-\r\nc=IN {family} {ip}\r\nt=0 0\r\nm=audio 39998 RTP/AVP 0 101\r\n\
         a=rtpmap:0 PCMU/8000\r\na=rtpmap:101 telephone-event/8000\r\n"
    );
    let mut lines = vec!["Content-Type: application/sdp"];
    lines.extend_from_slice(more);
    request("INVITE", &format!("sip:0312345678@{line}"), from, call_id, &lines, &sdp)
}
