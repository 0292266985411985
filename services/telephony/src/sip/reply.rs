//! Answers and requests, field by field.

use rsipstack::sip::headers::make_header;
use rsipstack::sip::{Header, Method, Request, Response, StatusCode, Uri, Version};

use sha2::{Digest as _, Sha256};

use super::field;
use super::net::SERVER;
use super::wire::ALLOW;

pub(super) const SDP: &str = "application/sdp";

/// Fields are given by name; rsipstack finds the kind.
pub(super) fn header(name: &str, value: impl Into<String>) -> Header {
    make_header(name, value.into())
}

/// An answer with the fields that RFC 3261 8.2.6 copies. The tag, if the request has none, is ours.
pub(super) fn reply(request: &Request, code: u16, tag: &str, more: Vec<Header>) -> Response {
    let forms_dialog = request.method == Method::Invite && (101..300).contains(&code);
    let mut headers = Vec::new();
    for original in request.headers.iter() {
        let name = original.name();
        if ["Via", "From", "Call-ID", "CSeq"].contains(&name) || (forms_dialog && name == "Record-Route") {
            headers.push(original.clone());
        } else if name == "To" {
            headers.push(header("To", tagged(original.value(), code, tag)));
        } else if name == "Timestamp" && code == 100 {
            headers.push(original.clone());
        }
    }
    headers.extend(more);
    headers.push(header("Server", SERVER));
    headers.push(header("Content-Length", "0"));
    Response {
        status_code: StatusCode::from(code),
        wire_reason: None,
        version: Version::V2,
        headers: headers.into(),
        body: Vec::new(),
    }
}

fn tagged(to: &str, code: u16, tag: &str) -> String {
    let has_tag = field::Address::parse(to).is_some_and(|to| to.param("tag").is_some());
    if has_tag || code == 100 { to.to_owned() } else { format!("{to};tag={tag}") }
}

/// A refusal that needs no more fields than its code does.
pub(super) fn refuse(request: &Request, code: u16) -> Response {
    let more = match code {
        405 => vec![header("Allow", ALLOW)],
        415 => vec![header("Accept", accepted(request)), header("Accept-Encoding", "identity")],
        503 => vec![header("Retry-After", "10")],
        _ => Vec::new(),
    };
    reply(request, code, &steady_tag(request), more)
}

fn accepted(request: &Request) -> &'static str {
    if request.method == Method::Info { "application/dtmf-relay, application/dtmf" } else { SDP }
}

/// The tag of an answer that is not remembered: the same for each copy of a request.
pub(super) fn steady_tag(request: &Request) -> String {
    let mut hash = Sha256::new();
    for name in ["Via", "From", "Call-ID", "CSeq"] {
        hash.update(field::first(&request.headers, name).unwrap_or_default());
        hash.update([0]);
    }
    hash.finalize().iter().take(12).map(|byte| format!("{byte:02x}")).collect()
}

pub(super) fn with_body(mut response: Response, sdp: Vec<u8>) -> Response {
    response.headers.unique_push(header("Content-Type", SDP));
    response.headers.unique_push(header("Content-Length", sdp.len().to_string()));
    response.body = sdp;
    response
}

pub(super) struct Outline<'a> {
    pub(super) method: Method,
    pub(super) uri: &'a str,
    pub(super) via: String,
    pub(super) from: String,
    pub(super) to: String,
    pub(super) call_id: &'a str,
    pub(super) cseq: u32,
}

/// A request of ours; none when the URI cannot be one.
pub(super) fn request(outline: Outline<'_>, more: Vec<Header>, sdp: Option<Vec<u8>>) -> Option<Request> {
    let uri = Uri::try_from(outline.uri).ok()?;
    let mut headers = vec![
        header("Via", outline.via),
        header("Max-Forwards", "70"),
        header("From", outline.from),
        header("To", outline.to),
        header("Call-ID", outline.call_id),
        header("CSeq", format!("{} {}", outline.cseq, outline.method)),
    ];
    headers.extend(more);
    headers.push(header("User-Agent", SERVER));
    if sdp.is_some() {
        headers.push(header("Content-Type", SDP));
    }
    let body = sdp.unwrap_or_default();
    headers.push(header("Content-Length", body.len().to_string()));
    Some(Request { method: outline.method, uri, version: Version::V2, headers: headers.into(), body })
}

/// A word nobody can guess: tags, Call-IDs, client nonces.
pub(super) fn token() -> String {
    format!("{:032x}", rand::random::<u128>())
}

/// The branch of a Via of ours carries our mark, by which a loop is seen.
pub(super) fn branch(mark: &str) -> String {
    format!("z9hG4bK{mark}{:016x}", rand::random::<u64>())
}
