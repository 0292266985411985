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

/// What INFO says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Info {
    Key(char),
    /// No body: a sign of life (RFC 2976 2).
    Nothing,
    /// Of a kind that tells keys, and yet no key.
    Broken,
    Foreign,
}

/// `Signal=5` of dtmf-relay, or a bare `5`: the two forms that phones use.
pub(super) fn info(request: &Request) -> Info {
    let text = std::str::from_utf8(&request.body).ok();
    let word = match kind(request).as_str() {
        "application/dtmf-relay" => text.and_then(signal),
        "application/dtmf" => text,
        _ if request.body.is_empty() => return Info::Nothing,
        _ => return Info::Foreign,
    };
    word.and_then(|word| key(word.trim())).map_or(Info::Broken, Info::Key)
}

fn signal(text: &str) -> Option<&str> {
    text.lines().find_map(|line| {
        let (name, value) = line.split_once('=')?;
        name.trim().eq_ignore_ascii_case("signal").then_some(value)
    })
}

/// The key itself, or its number among the events of RFC 4733.
fn key(word: &str) -> Option<char> {
    let named = ["10", "11", "12", "13", "14", "15"].iter().zip("*#ABCD".chars());
    if let Some((_, key)) = named.into_iter().find(|(number, _)| **number == word) {
        return Some(key);
    }
    let mut letters = word.chars();
    let key = letters.next()?.to_ascii_uppercase();
    (letters.next().is_none() && "0123456789*#ABCD".contains(key)).then_some(key)
}

#[cfg(test)]
mod tests {
    use rsipstack::sip::SipMessage;

    use super::*;

    const RELAY: &str = "application/dtmf-relay";
    const BARE: &str = "application/dtmf";

    fn said(kind: &str, body: &[u8]) -> Info {
        let text = format!("INFO sip:a@b SIP/2.0\r\nContent-Type: {kind}\r\nContent-Length: 0\r\n\r\n");
        let SipMessage::Request(mut request) = SipMessage::try_from(text.as_str()).unwrap() else {
            panic!("no request")
        };
        request.body = body.to_vec();
        info(&request)
    }

    #[test]
    fn a_key_is_read_from_both_kinds_of_info() {
        assert_eq!(said(RELAY, b"Signal=1\r\nDuration=160"), Info::Key('1'));
        assert_eq!(said(RELAY, b"Duration=160\r\nsignal = 5\r\n"), Info::Key('5'));
        assert_eq!(said(RELAY, b"Signal=11\r\n"), Info::Key('#'));
        assert_eq!(said(BARE, b"1"), Info::Key('1'));
        assert_eq!(said("Application/DTMF; charset=utf-8", b" d\r\n"), Info::Key('D'));
    }

    #[test]
    fn what_should_tell_a_key_and_does_not_is_broken() {
        let bodies: [&[u8]; 6] = [b"", b"Signal=", b"Duration=160", b"Signal=55\r\n", b"\xff\xfe", b"=\r\n"];
        for body in bodies {
            assert_eq!(said(RELAY, body), Info::Broken, "{body:?}");
        }
        let bodies: [&[u8]; 6] = [b"", b"55", b"Signal=5", "\u{ff15}".as_bytes(), b"16", b"\x31\xff"];
        for body in bodies {
            assert_eq!(said(BARE, body), Info::Broken, "{body:?}");
        }
    }

    #[test]
    fn info_of_another_kind_is_foreign_and_one_without_a_body_says_nothing() {
        assert_eq!(said("text/plain", b"5"), Info::Foreign);
        assert_eq!(said("", b""), Info::Nothing);
    }
}
