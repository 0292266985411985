//! Who calls, and what was dialled. Callers' numbers become `Private` here and
//! stay so.

use domain::private::Private;
use rsipstack::sip::Request;

use super::field::{self, Address};
use crate::edge::Number;

/// Longest name or number kept.
const LONGEST: usize = 128;

/// The user part of the request URI, or of To where that has none.
pub(super) fn called(request: &Request) -> String {
    user(&request.uri.to_string())
        .or_else(|| user(&Address::parse(field::first(&request.headers, "To")?)?.uri))
        .unwrap_or_default()
}

/// The caller's number, as the carrier asserts it or else as the caller says;
/// none when it is withheld (RFC 3323, RFC 3325, `anonymous.invalid`, 非通知).
pub(super) fn caller(request: &Request, trusted: bool) -> Option<Number> {
    let headers = &request.headers;
    let withheld = ["id", "user", "header", "full"];
    if field::lines(headers, "Privacy")
        .flat_map(|line| line.split([';', ',']))
        .any(|word| withheld.iter().any(|kind| word.trim().eq_ignore_ascii_case(kind)))
    {
        return None;
    }
    let from = Address::parse(field::first(headers, "From")?)?;
    if is_anonymous(&from.uri) {
        return None;
    }
    let asserted =
        field::items(headers, "P-Asserted-Identity").into_iter().filter_map(|item| Address::parse(&item));
    let said =
        asserted.filter(|_| trusted).chain([from]).find_map(|address| match is_anonymous(&address.uri) {
            true => None,
            false => user(&address.uri),
        });
    said.map(Private::new)
}

fn is_anonymous(uri: &str) -> bool {
    let host = uri.rsplit(['@', ':']).next().unwrap_or_default().split(';').next().unwrap_or_default();
    host.eq_ignore_ascii_case("anonymous.invalid")
        || uri.to_ascii_lowercase().ends_with("@anonymous.invalid")
        || user(uri).is_none_or(|user| {
            ["anonymous", "unknown", "restricted", "unavailable"]
                .contains(&user.to_ascii_lowercase().as_str())
        })
}

/// The user part of `sip:user;params@host` or the number of `tel:number;params`.
pub(super) fn user(uri: &str) -> Option<String> {
    let (scheme, rest) = uri.split_once(':')?;
    let user = match scheme.to_ascii_lowercase().as_str() {
        "sip" | "sips" => rest.rsplit_once('@')?.0,
        "tel" => rest,
        _ => return None,
    };
    let user = user.split([';', '?']).next().unwrap_or_default();
    // A password in a URI (RFC 3261 19.1.1) is nobody's number.
    let user = unescape(user.split(':').next().unwrap_or_default());
    let user = if is_number(&user) { user.replace(['-', '.', '(', ')', ' '], "") } else { user };
    (!user.is_empty() && user.chars().count() <= LONGEST && !user.contains(char::is_control)).then_some(user)
}

fn is_number(user: &str) -> bool {
    user.bytes().any(|byte| byte.is_ascii_digit())
        && user.bytes().all(|byte| byte.is_ascii_digit() || b"+-.() *#".contains(&byte))
}

fn unescape(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, more)) = rest.split_first() {
        let hex = (byte == b'%').then(|| more.get(..2)).flatten();
        let code = hex
            .and_then(|hex| std::str::from_utf8(hex).ok())
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        bytes.push(code.unwrap_or(byte));
        rest = if code.is_some() { &more[2..] } else { more };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// A number as it goes into a request URI: nothing in it can end the user part.
pub(super) fn escape(number: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"+*-_.!~'()".contains(&byte);
    number
        .bytes()
        .map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

#[cfg(test)]
mod tests {
    use rsipstack::sip::SipMessage;

    use super::*;

    fn caller_of(fields: &str) -> Option<String> {
        let text =
            format!("INVITE sip:0312345678@127.0.0.1 SIP/2.0\r\n{fields}\r\nContent-Length: 0\r\n\r\n");
        let SipMessage::Request(request) = SipMessage::try_from(text.as_str()).unwrap() else {
            panic!("no request")
        };
        caller(&request, true).map(Private::into_inner)
    }

    #[test]
    fn the_carriers_word_counts_more_than_the_callers() {
        let fields = "From: <sip:0900000@x>;tag=1\r\nP-Asserted-Identity: \"S\" <tel:+81-90-1234-5678>";

        assert_eq!(caller_of(fields).as_deref(), Some("+819012345678"));
    }

    #[test]
    fn a_withheld_number_is_not_read_from_anywhere() {
        let asserted = "P-Asserted-Identity: <tel:+819012345678>";
        assert_eq!(caller_of(&format!("From: <sip:090@x>;tag=1\r\n{asserted}\r\nPrivacy: id")), None);
        assert_eq!(
            caller_of(&format!("From: \"Anonymous\" <sip:anonymous@anonymous.invalid>;tag=1\r\n{asserted}")),
            None
        );
        assert_eq!(caller_of("From: <sip:carrier.example>;tag=1"), None);
        assert_eq!(caller_of("From: \"非通知\" <sip:Anonymous@carrier.example>;tag=1"), None);
    }

    #[test]
    fn users_are_read_as_dialled() {
        assert_eq!(user("sip:+81%2D90@h;user=phone").as_deref(), Some("+8190"));
        assert_eq!(user("sip:desk-3@h").as_deref(), Some("desk-3"));
        assert_eq!(user("sip:110;phone-context=+81@h").as_deref(), Some("110"));
        assert_eq!(user("http:110"), None);
        assert_eq!(escape("+81 3;x@evil"), "+81%203%3Bx%40evil");
    }
}
