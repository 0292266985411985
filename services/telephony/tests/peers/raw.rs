//! Messages written by hand and sent over a bare socket.

use std::net::SocketAddr;
use std::sync::Mutex;
use std::time::Duration;

use tokio::net::UdpSocket;

use super::PATIENCE;

/// A socket that speaks to whom it heard last.
pub struct Udp {
    socket: UdpSocket,
    line: Mutex<SocketAddr>,
}

impl Udp {
    pub async fn to(line: SocketAddr) -> Self {
        let loopback =
            if line.is_ipv6() { std::net::Ipv6Addr::LOCALHOST.into() } else { [127, 0, 0, 1].into() };
        let is_ours = line.ip().is_loopback() || line.ip().is_unspecified();
        let here = if is_ours { loopback } else { line.ip() };
        Self { socket: UdpSocket::bind((here, 0)).await.unwrap(), line: Mutex::new(line) }
    }

    /// Whom it heard last.
    pub fn heard(&self) -> SocketAddr {
        *self.line.lock().unwrap()
    }

    pub fn address(&self) -> SocketAddr {
        self.socket.local_addr().unwrap()
    }

    pub async fn send(&self, message: impl AsRef<[u8]>) {
        let line = *self.line.lock().unwrap();
        self.socket.send_to(message.as_ref(), line).await.unwrap();
    }

    pub async fn read(&self) -> String {
        self.read_within(PATIENCE).await.expect("an answer")
    }

    pub async fn read_within(&self, patience: Duration) -> Option<String> {
        let mut buffer = vec![0; 65_536];
        let read = tokio::time::timeout(patience, self.socket.recv_from(&mut buffer)).await.ok()?;
        let (length, from) = read.unwrap();
        *self.line.lock().unwrap() = from;
        Some(String::from_utf8_lossy(&buffer[..length]).into_owned())
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

    /// The final answer to what was sent last. The line's session checks are answered meanwhile.
    pub async fn answer(&self) -> String {
        loop {
            let message = self.read().await;
            if message.starts_with("OPTIONS ") {
                self.send(reply(&message, 200, "", &[], "")).await;
            }
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

/// An answer to a request that was read.
pub fn reply(request: &str, code: u16, tag: &str, more: &[&str], body: &str) -> String {
    let mut lines = vec![format!("SIP/2.0 {code} Said")];
    for line in request.lines().take_while(|line| !line.is_empty()) {
        let name = line.split(':').next().unwrap_or_default();
        match name {
            "Via" | "From" | "Call-ID" | "CSeq" | "Record-Route" => lines.push(line.to_owned()),
            "To" if line.contains(";tag=") || tag.is_empty() => lines.push(line.to_owned()),
            "To" => lines.push(format!("{line};tag={tag}")),
            _ => {}
        }
    }
    lines.extend(more.iter().map(|line| (*line).to_owned()));
    lines.push(format!("Content-Length: {}", body.len()));
    format!("{}\r\n\r\n{body}", lines.join("\r\n"))
}

/// Our sound, at a port where nobody listens: what comes there does not mix with the messages.
pub fn sdp(address: SocketAddr, more: &str) -> String {
    let family = if address.is_ipv6() { "IP6" } else { "IP4" };
    format!(
        "v=0\r\no=- 1 1 IN {family} {ip}\r\ns=-\r\nc=IN {family} {ip}\r\nt=0 0\r\nm=audio 39998 RTP/AVP 0 101\r\n\
         a=rtpmap:0 PCMU/8000\r\na=rtpmap:101 telephone-event/8000\r\n{more}",
        ip = address.ip()
    )
}

impl Udp {
    /// A 200 with a description of our sound.
    pub async fn accept(&self, invite: &str, tag: &str) {
        let contact = format!("Contact: <sip:phone@{}>", self.address());
        let body = sdp(self.address(), "");
        self.send(reply(invite, 200, tag, &[&contact, "Content-Type: application/sdp"], &body)).await;
    }

    /// The next message with that method, answering what comes before it with nothing.
    pub async fn asked(&self, method: &str) -> String {
        self.until(&format!("{method} ")).await
    }

    /// Nothing that begins that way comes within half a second.
    pub async fn hears_no(&self, start: &str) {
        let until = tokio::time::Instant::now() + Duration::from_millis(500);
        while let Ok(Some(message)) = tokio::time::timeout_at(until, self.read_within(PATIENCE)).await {
            assert!(!message.starts_with(start), "heard {message}");
        }
    }
}

/// A call of ours into the line: its INVITE, and the requests that follow in its dialog.
pub struct Caller {
    pub udp: Udp,
    pub call_id: String,
    to: String,
    uri: String,
    cseq: u32,
}

impl Caller {
    /// Sends the INVITE.
    pub async fn calls(line: SocketAddr, call_id: &str, more: &[&str]) -> Self {
        let udp = Udp::to(line).await;
        udp.send(invite(line, udp.address(), call_id, more)).await;
        let uri = format!("sip:0312345678@{line}");
        Self { udp, call_id: call_id.to_owned(), to: format!("<{uri}>"), uri, cseq: 1 }
    }

    /// Reads the 200 and acknowledges it; gives the 200.
    pub async fn is_answered(&mut self, ack_body: &str) -> String {
        let answer = self.udp.until("SIP/2.0 200").await;
        self.to = header(&answer, "To").unwrap();
        let contact = header(&answer, "Contact").unwrap();
        self.uri = contact.trim_matches(['<', '>']).to_owned();
        self.ack(ack_body).await;
        answer
    }

    pub async fn ack(&self, body: &str) {
        let cseq = format!("CSeq: {} ACK", self.cseq);
        self.udp.send(self.message("ACK", &cseq, &[], body)).await;
    }

    /// Sends a request in the dialog and gives the final answer.
    pub async fn asks(&mut self, method: &str, more: &[&str], body: &str) -> String {
        self.cseq += 1;
        let cseq = format!("CSeq: {} {method}", self.cseq);
        self.udp.send(self.message(method, &cseq, more, body)).await;
        self.udp.answer().await
    }

    pub fn message(&self, method: &str, cseq: &str, more: &[&str], body: &str) -> String {
        let to = format!("To: {}", self.to);
        let branch = format!(
            "Via: SIP/2.0/UDP {};branch=z9hG4bK{}{};rport",
            self.udp.address(),
            self.call_id,
            cseq.replace([' ', ':'], "")
        );
        let mut lines = vec![to.as_str(), cseq, branch.as_str()];
        if !body.is_empty() && !more.iter().any(|line| line.starts_with("Content-Type")) {
            lines.push("Content-Type: application/sdp");
        }
        lines.extend_from_slice(more);
        request(method, &self.uri, self.udp.address(), &self.call_id, &lines, body)
    }

    pub async fn cancels(&self) {
        let cancel = request(
            "CANCEL",
            &self.uri,
            self.udp.address(),
            &self.call_id,
            &[&format!("Via: SIP/2.0/UDP {};branch=z9hG4bK{}INVITE;rport", self.udp.address(), self.call_id)],
            "",
        );
        self.udp.send(cancel).await;
    }
}
