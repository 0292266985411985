//! The gate in front of the parser: bytes from the network become a message
//! that is safe to parse, a refusal that can be sent back, or nothing.
//!
//! rsipstack's parser drops every header after a line that is not UTF-8, takes
//! a negative Content-Length for 0, knows fourteen methods only and adds up
//! lengths without a check. So messages are read strictly here, and handed on
//! rewritten in plain form.

use rsipstack::sip::SipMessage;

/// RFC 3261 sets none. Ours are far above any phone's.
const LONGEST_HEADERS: usize = 16 * 1024;
const MOST_HEADERS: usize = 128;
pub(super) const LONGEST_MESSAGE: usize = 65_535;
const METHODS: [&str; 14] = [
    "ACK",
    "BYE",
    "CANCEL",
    "INFO",
    "INVITE",
    "MESSAGE",
    "NOTIFY",
    "OPTIONS",
    "PRACK",
    "PUBLISH",
    "REFER",
    "REGISTER",
    "SUBSCRIBE",
    "UPDATE",
];
pub(super) const ALLOW: &str = "INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, UPDATE, REGISTER";

pub(super) enum Read {
    Message(Box<SipMessage>),
    /// What is wrong can be said: these bytes go back to the sender.
    Refuse(Vec<u8>),
    Nothing,
}

/// How much of a stream the next message takes.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Frame {
    /// Not all here yet.
    More,
    /// Line ends between messages: a keep-alive (RFC 5626 4.4.1), to be answered when it is a pair.
    KeepAlive {
        length: usize,
        answer: bool,
    },
    Message {
        length: usize,
    },
    /// Nothing that follows can be trusted: close.
    Broken,
}

/// Finds the end of the first message in a stream (RFC 3261 18.3).
pub(super) fn frame(bytes: &[u8]) -> Frame {
    let blank = bytes.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
    if blank > 0 {
        return Frame::KeepAlive { length: blank, answer: blank >= 4 };
    }
    let window = &bytes[..bytes.len().min(LONGEST_HEADERS + 4)];
    let Some(end) = find(window, b"\r\n\r\n") else {
        return if bytes.len() > LONGEST_HEADERS { Frame::Broken } else { Frame::More };
    };
    let head = String::from_utf8_lossy(&bytes[..end]);
    let body = match length_of(&fields(&head).1) {
        Ok(length) => length.unwrap_or(0),
        Err(()) => return Frame::Broken,
    };
    match end + 4 + body {
        length if length > LONGEST_MESSAGE => Frame::Broken,
        length if length > bytes.len() => Frame::More,
        length => Frame::Message { length },
    }
}

/// One whole message. Never panics, whatever the bytes.
pub(super) fn read(bytes: &[u8]) -> Read {
    let start = bytes.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
    let bytes = &bytes[start..];
    let Some(end) = find(bytes, b"\r\n\r\n") else { return Read::Nothing };
    if end > LONGEST_HEADERS {
        return Read::Nothing;
    }
    let head = String::from_utf8_lossy(&bytes[..end]);
    let (start_line, fields) = fields(&head);
    let body = &bytes[end + 4..];
    match fault(&start_line, &fields, body.len()) {
        Some(fault) => refusal(&start_line, &fields, fault).map_or(Read::Nothing, Read::Refuse),
        None => parse(&start_line, &fields, body),
    }
}

type Field = (String, String);

/// The start line, and the fields unfolded (RFC 3261 7.3.1).
fn fields(head: &str) -> (String, Vec<Field>) {
    let mut lines = head.split('\n').map(|line| line.strip_suffix('\r').unwrap_or(line));
    let start_line = lines.next().unwrap_or_default().to_owned();
    let mut fields: Vec<Field> = Vec::new();
    for line in lines {
        if line.starts_with([' ', '\t']) {
            if let Some((_, value)) = fields.last_mut() {
                value.push(' ');
                value.push_str(line.trim());
            }
        } else if let Some((name, value)) = line.split_once(':') {
            fields.push((name.trim().to_owned(), value.trim().to_owned()));
        } else {
            fields.push((String::new(), line.to_owned()));
        }
    }
    (start_line, fields)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    Bad,
    Method,
    Version,
    TooLong,
}

fn fault(start_line: &str, fields: &[Field], body: usize) -> Option<Fault> {
    let bad = |is_bad: bool| is_bad.then_some(Fault::Bad);
    if fields.len() > MOST_HEADERS {
        return Some(Fault::TooLong);
    }
    bad(start_line.contains('\0'))
        .or_else(|| {
            bad(fields.iter().any(|(name, value)| name.is_empty() || !is_token(name) || value.contains('\0')))
        })
        .or_else(|| bad(["From", "To", "Call-ID", "CSeq"].iter().any(|name| all(fields, name).count() != 1)))
        .or_else(|| bad(all(fields, "Max-Forwards").count() > 1 || all(fields, "Contact").any(str::is_empty)))
        .or_else(|| bad(all(fields, "Via").next().is_none_or(str::is_empty)))
        .or_else(|| bad(length_of(fields).map_or(true, |length| length.is_some_and(|length| length > body))))
        .or_else(|| {
            if start_line.starts_with("SIP/") {
                bad(!is_status(start_line))
            } else {
                request_fault(start_line, fields)
            }
        })
}

fn request_fault(start_line: &str, fields: &[Field]) -> Option<Fault> {
    let mut words = start_line.split(' ');
    let (Some(method), Some(uri), Some(version), None) =
        (words.next(), words.next(), words.next(), words.next())
    else {
        return Some(Fault::Bad);
    };
    if !is_token(method) || uri.is_empty() || uri.contains(['<', '>', '"', '\t']) {
        return Some(Fault::Bad);
    }
    if !version.eq_ignore_ascii_case("SIP/2.0") {
        return Some(if version.starts_with("SIP/") { Fault::Version } else { Fault::Bad });
    }
    match all(fields, "CSeq").next().and_then(|cseq| cseq.split_once(char::is_whitespace)) {
        Some((number, said))
            if number.parse::<u32>().is_ok_and(|number| number < 1 << 31) && said.trim() == method => {}
        Some(_) | None => return Some(Fault::Bad),
    }
    if all(fields, "From").next().is_none_or(|from| !has_tag(from)) {
        return Some(Fault::Bad);
    }
    (!METHODS.contains(&method)).then_some(Fault::Method)
}

fn is_status(start_line: &str) -> bool {
    let mut words = start_line.splitn(3, ' ');
    let (version, code) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    version == "SIP/2.0" && code.parse::<u16>().is_ok_and(|code| (100..700).contains(&code))
}

fn parse(start_line: &str, fields: &[Field], body: &[u8]) -> Read {
    let length = length_of(fields).ok().flatten().unwrap_or(body.len());
    let mut plain = Vec::with_capacity(512 + length);
    plain.extend_from_slice(start_line.trim_end().as_bytes());
    for (name, value) in fields.iter().filter(|(name, _)| !is_named(name, "Content-Length")) {
        plain.extend_from_slice(format!("\r\n{name}: {value}").as_bytes());
    }
    plain.extend_from_slice(format!("\r\nContent-Length: {length}\r\n\r\n").as_bytes());
    plain.extend_from_slice(&body[..length]);
    let parsed = std::panic::catch_unwind(|| SipMessage::try_from(plain.as_slice()).ok()).ok().flatten();
    match parsed {
        Some(message) => Read::Message(Box::new(message)),
        None => refusal(start_line, fields, Fault::Bad).map_or(Read::Nothing, Read::Refuse),
    }
}

/// An answer without a transaction. Only to a request whose sender can match it.
fn refusal(start_line: &str, fields: &[Field], fault: Fault) -> Option<Vec<u8>> {
    if start_line.starts_with("SIP/") || start_line.starts_with("ACK ") || !start_line.contains(" SIP/") {
        return None;
    }
    let status = match fault {
        Fault::Bad => "400 Bad Request",
        Fault::Method => "405 Method Not Allowed",
        Fault::Version => "505 Version Not Supported",
        Fault::TooLong => "513 Message Too Large",
    };
    let mut answer = format!("SIP/2.0 {status}\r\n");
    let mut seen = 0;
    for name in ["Via", "From", "To", "Call-ID", "CSeq"] {
        let before = seen;
        for value in
            all(fields, name).filter(|value| !value.contains('\0')).take(if name == "Via" { 70 } else { 1 })
        {
            let tag = if name == "To" && !has_tag(value) { ";tag=refused" } else { "" };
            answer.push_str(&format!("{name}: {value}{tag}\r\n"));
            seen = before + 1;
        }
    }
    (seen == 5).then(|| (answer + "Allow: " + ALLOW + "\r\nContent-Length: 0\r\n\r\n").into_bytes())
}

fn is_named(name: &str, wanted: &str) -> bool {
    let short = match wanted {
        "From" => "f",
        "To" => "t",
        "Call-ID" => "i",
        "Via" => "v",
        "Contact" => "m",
        "Content-Length" => "l",
        _ => wanted,
    };
    name.eq_ignore_ascii_case(wanted) || name.eq_ignore_ascii_case(short)
}

fn all<'a>(fields: &'a [Field], wanted: &'a str) -> impl Iterator<Item = &'a str> {
    fields.iter().filter(move |(name, _)| is_named(name, wanted)).map(|(_, value)| value.as_str())
}

/// Content-Length, if said; an error when it is no length or said in two ways.
fn length_of(fields: &[Field]) -> Result<Option<usize>, ()> {
    let mut length = None;
    for value in all(fields, "Content-Length") {
        let said = value.parse::<usize>().ok().filter(|said| *said <= LONGEST_MESSAGE).ok_or(())?;
        if !value.bytes().all(|byte| byte.is_ascii_digit()) || length.is_some_and(|before| before != said) {
            return Err(());
        }
        length = Some(said);
    }
    Ok(length)
}

fn has_tag(value: &str) -> bool {
    super::field::Address::parse(value)
        .is_some_and(|address| address.param("tag").is_some_and(|tag| !tag.is_empty()))
}

fn is_token(word: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-.!%*_+`'~".contains(&byte);
    !word.is_empty() && word.bytes().all(fits)
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const OPTIONS: &str = "OPTIONS sip:line@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bKa\r\n\
        From: <sip:a@b>;tag=1\r\nTo: <sip:c@d>\r\nCall-ID: x\r\nCSeq: 1 OPTIONS\r\n";

    fn answer(message: &str) -> String {
        match read(message.as_bytes()) {
            Read::Message(_) => "message".to_owned(),
            Read::Refuse(bytes) => String::from_utf8(bytes).unwrap().lines().next().unwrap().to_owned(),
            Read::Nothing => "nothing".to_owned(),
        }
    }

    #[test]
    fn a_negative_length_is_refused_and_closes_a_stream() {
        let message = format!("{OPTIONS}Content-Length: -999\r\n\r\n");

        assert_eq!(answer(&message), "SIP/2.0 400 Bad Request");
        assert_eq!(frame(message.as_bytes()), Frame::Broken);
    }

    #[test]
    fn an_unknown_method_is_told_what_is_allowed() {
        assert_eq!(
            answer(&(OPTIONS.replace("OPTIONS", "NEWMETHOD") + "\r\n")),
            "SIP/2.0 405 Method Not Allowed"
        );
    }

    #[test]
    fn a_line_that_is_not_utf8_hides_none_of_the_lines_behind_it() {
        let mut bytes = OPTIONS.replace("From", "Subject: X\r\nFrom").into_bytes();
        let at = bytes.iter().position(|byte| *byte == b'X').unwrap();
        bytes[at] = 0xff;
        bytes.extend_from_slice(b"\r\n");

        assert!(matches!(read(&bytes), Read::Message(_)));
    }

    #[test]
    fn a_datagram_without_a_length_ends_where_its_bytes_end() {
        let Read::Message(message) = read(format!("{OPTIONS}\r\nhello").as_bytes()) else {
            panic!("not read")
        };
        let SipMessage::Request(request) = *message else { panic!("not a request") };

        assert_eq!(request.body, b"hello");
    }

    #[test]
    fn a_header_that_never_ends_breaks_the_stream() {
        let endless = "OPTIONS sip:a@b SIP/2.0\r\nSubject: ".to_owned() + &"x".repeat(LONGEST_HEADERS);

        assert_eq!(frame(endless.as_bytes()), Frame::Broken);
        assert_eq!(frame(b"OPTIONS sip:a@b SIP/2.0\r\nVia"), Frame::More);
    }

    proptest! {
        #[test]
        fn no_bytes_make_the_gate_panic(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
            let _ = read(&bytes);
            let _ = frame(&bytes);
            let _ = read(&[OPTIONS.as_bytes(), &bytes, b"\r\n\r\n"].concat());
        }
    }
}
