//! What a request may carry in its body.

use rsipstack::sip::{Method, Request};

use super::field;
use super::reply::SDP;

/// The code for a body that we cannot read (RFC 3261 8.2.3).
pub(super) fn fault(request: &Request) -> Option<u16> {
    let headers = &request.headers;
    let encoding = field::first(headers, "Content-Encoding").unwrap_or_default();
    let kind = kind(request);
    let is_session = matches!(request.method, Method::Invite | Method::Update);
    let disposition = field::first(headers, "Content-Disposition").unwrap_or_default().to_ascii_lowercase();
    let is_optional = disposition.contains("handling=optional");
    if request.body.is_empty() {
        None
    } else if !encoding.is_empty() && !encoding.eq_ignore_ascii_case("identity") {
        Some(415)
    } else {
        (is_session && kind != SDP && !is_optional).then_some(415)
    }
}

/// The session description, if the body is one.
pub(super) fn sdp(request: &Request) -> Option<&[u8]> {
    (!request.body.is_empty() && kind(request) == SDP).then_some(request.body.as_slice())
}

/// The media type, in lower case and without parameters.
fn kind(request: &Request) -> String {
    let line = field::first(&request.headers, "Content-Type").unwrap_or_default();
    line.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// The key pressed, as INFO tells it: `Signal=5` of dtmf-relay, or a bare `5`.
pub(super) fn digit(request: &Request) -> Option<char> {
    let text = std::str::from_utf8(&request.body).ok()?;
    let word = match kind(request).as_str() {
        "application/dtmf-relay" => text.lines().find_map(|line| {
            let (key, value) = line.split_once('=')?;
            key.trim().eq_ignore_ascii_case("signal").then(|| value.trim())
        })?,
        "application/dtmf" => text.trim(),
        _ => return None,
    };
    match word {
        "10" => Some('*'),
        "11" => Some('#'),
        word => {
            let mut letters = word.chars();
            let digit = letters.next()?.to_ascii_uppercase();
            (letters.next().is_none() && "0123456789*#ABCD".contains(digit)).then_some(digit)
        }
    }
}

#[cfg(test)]
mod tests {
    use rsipstack::sip::SipMessage;

    use super::*;

    fn info(kind: &str, body: &str) -> Request {
        let text = format!(
            "INFO sip:a@b SIP/2.0\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        let SipMessage::Request(request) = SipMessage::try_from(text.as_str()).unwrap() else {
            panic!("no request")
        };
        request
    }

    #[test]
    fn a_key_is_read_from_both_kinds_of_info() {
        assert_eq!(digit(&info("application/dtmf-relay", "Signal= 5\r\nDuration= 160\r\n")), Some('5'));
        assert_eq!(digit(&info("application/dtmf", "#")), Some('#'));
        assert_eq!(digit(&info("application/dtmf-relay", "Signal=11\r\n")), Some('#'));
        assert_eq!(digit(&info("application/dtmf", "55")), None);
        assert_eq!(digit(&info("text/plain", "5")), None);
    }
}
