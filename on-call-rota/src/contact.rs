//! Numbers and the ways by which a person is reached.
//!
//! A private number is needed to dial, never to read in a log: `Display` gives
//! it whole, `Debug` only its tail.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use crate::ids::as_text;

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidContact {
    #[error("a number is written in E.164: + and 7 to 15 digits, the first not 0, without spaces or hyphens")]
    Number,
    #[error("a called number is E.164 (+81...) or 2 to 15 digits, without spaces or hyphens")]
    CalledNumber,
    #[error("a SIP user is 1 to 64 characters of a-z, A-Z, 0-9 and . _ - +, without a host")]
    SipUser,
    #[error("a mail address has one @ with a name before it and a host after it")]
    Mail,
    #[error(
        "a webhook is webhook:NAME or webhook:NAME/ADDRESS: NAME 1 to 32 characters of a-z, 0-9 and -, \
         ADDRESS 1 to 254 printable ASCII characters without spaces"
    )]
    Webhook,
    #[error("a contact point begins with sip:, tel:, mailto: or webhook:")]
    Scheme,
}

/// A telephone number in E.164: `+` and 7 to 15 digits.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct E164(Arc<str>);

impl E164 {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for E164 {
    type Err = InvalidContact;
    fn from_str(text: &str) -> Result<Self, InvalidContact> {
        let digits = text.strip_prefix('+').ok_or(InvalidContact::Number)?;
        let whole = is_digits(digits, 7..=15) && !digits.starts_with('0');
        whole.then(|| Self(text.into())).ok_or(InvalidContact::Number)
    }
}

impl fmt::Display for E164 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for E164 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "+…{}", &self.0[self.0.len() - 2..])
    }
}

as_text!(E164, InvalidContact);

/// A number that callers dial to reach a window: E.164, or a short extension
/// of an exchange (2 to 15 digits). Public, so `Debug` shows it.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CalledNumber(Arc<str>);

impl CalledNumber {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for CalledNumber {
    type Err = InvalidContact;
    fn from_str(text: &str) -> Result<Self, InvalidContact> {
        let whole = text.parse::<E164>().is_ok() || is_digits(text, 2..=15);
        whole.then(|| Self(text.into())).ok_or(InvalidContact::CalledNumber)
    }
}

impl fmt::Display for CalledNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for CalledNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

as_text!(CalledNumber, InvalidContact);

/// One way to reach a person. Written as `sip:ito`, `tel:+81312345678`,
/// `mailto:ito@example.jp`, `webhook:push` or `webhook:sms/+819012345678`.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum ContactPoint {
    /// The user part of a phone account that registers with this line.
    Sip(Arc<str>),
    Tel(E164),
    Mail(Arc<str>),
    /// A gateway that the operator has set up by name (SMS, push, pager), and
    /// what it knows the person by where it does not know that by itself.
    Webhook {
        receiver: Arc<str>,
        address: Option<Arc<str>>,
    },
}

impl ContactPoint {
    /// Whether one can talk over it. Mail or a webhook alone does not make a person reachable.
    pub fn is_voice(&self) -> bool {
        match self {
            Self::Sip(_) | Self::Tel(_) => true,
            Self::Mail(_) | Self::Webhook { .. } => false,
        }
    }
}

impl FromStr for ContactPoint {
    type Err = InvalidContact;
    fn from_str(text: &str) -> Result<Self, InvalidContact> {
        match text.split_once(':') {
            Some(("sip", user)) if is_sip_user(user) => Ok(Self::Sip(user.into())),
            Some(("sip", _)) => Err(InvalidContact::SipUser),
            Some(("tel", number)) => number.parse().map(Self::Tel),
            Some(("mailto", address)) if is_mail(address) => Ok(Self::Mail(address.into())),
            Some(("mailto", _)) => Err(InvalidContact::Mail),
            Some(("webhook", rest)) => webhook(rest).ok_or(InvalidContact::Webhook),
            Some(_) | None => Err(InvalidContact::Scheme),
        }
    }
}

impl fmt::Display for ContactPoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sip(user) => write!(f, "sip:{user}"),
            Self::Tel(number) => write!(f, "tel:{number}"),
            Self::Mail(address) => write!(f, "mailto:{address}"),
            Self::Webhook { receiver, address: None } => write!(f, "webhook:{receiver}"),
            Self::Webhook { receiver, address: Some(address) } => write!(f, "webhook:{receiver}/{address}"),
        }
    }
}

impl fmt::Debug for ContactPoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sip(user) => write!(f, "sip:{user}"),
            Self::Tel(number) => write!(f, "tel:{number:?}"),
            Self::Mail(_) => write!(f, "mailto:…"),
            Self::Webhook { receiver, address: None } => write!(f, "webhook:{receiver}"),
            Self::Webhook { receiver, address: Some(_) } => write!(f, "webhook:{receiver}/…"),
        }
    }
}

as_text!(ContactPoint, InvalidContact);

fn is_digits(text: &str, length: std::ops::RangeInclusive<usize>) -> bool {
    length.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_sip_user(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"._-+".contains(&byte);
    (1..=64).contains(&text.len()) && text.bytes().all(allowed)
}

fn webhook(text: &str) -> Option<ContactPoint> {
    let (receiver, address) = match text.split_once('/') {
        Some((receiver, address)) => (receiver, Some(address)),
        None => (text, None),
    };
    let whole = is_receiver(receiver) && address.is_none_or(is_address);
    whole.then(|| ContactPoint::Webhook { receiver: receiver.into(), address: address.map(Arc::from) })
}

fn is_receiver(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (1..=32).contains(&text.len()) && text.bytes().all(allowed)
}

fn is_address(text: &str) -> bool {
    (1..=254).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

fn is_mail(text: &str) -> bool {
    let Some((name, host)) = text.split_once('@') else { return false };
    let plain = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_graphic() && b != b'@');
    text.len() <= 254 && plain(name) && plain(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contact_points_are_written_as_they_are_read() {
        let voice = ["sip:ito", "sip:desk.7", "tel:+81312345678"];
        let quiet =
            ["mailto:ito@example.jp", "webhook:push", "webhook:sms/+819012345678", "webhook:a-1/x/y:z"];
        for text in [&voice[..], &quiet].concat() {
            let point: ContactPoint = text.parse().unwrap();
            assert_eq!((point.to_string(), point.is_voice()), (text.to_owned(), voice.contains(&text)));
        }
    }

    #[test]
    fn a_contact_point_that_cannot_be_dialled_says_what_would_be_right() {
        let refused = |text: &str| text.parse::<ContactPoint>().unwrap_err();
        assert_eq!(refused("tel:03-1234-5678"), InvalidContact::Number);
        assert_eq!(refused("tel:+0312345678"), InvalidContact::Number);
        assert_eq!(refused("sip:ito@host"), InvalidContact::SipUser);
        assert_eq!(refused("mailto:ito"), InvalidContact::Mail);
        assert_eq!(refused("ito"), InvalidContact::Scheme);
        let (long_name, long_address) = ("a".repeat(33), format!("sms/{}", "1".repeat(255)));
        for bad in ["", "/1", "SMS", "sms/", "sms/1 2", "sms/日本", "sms_1", &long_name, &long_address] {
            assert_eq!(refused(&format!("webhook:{bad}")), InvalidContact::Webhook, "{bad}");
        }
        assert_eq!(refused("fax:+81312345678"), InvalidContact::Scheme);
    }

    #[test]
    fn a_log_line_shows_only_the_tail_of_a_private_number() {
        let point: ContactPoint = "tel:+81312345678".parse().unwrap();
        assert_eq!(format!("{point:?}"), "tel:+…78");
        let mail: ContactPoint = "mailto:ito@example.jp".parse().unwrap();
        assert_eq!(format!("{mail:?}"), "mailto:…");
        let sms: ContactPoint = "webhook:sms/+819012345678".parse().unwrap();
        assert_eq!(format!("{sms:?}"), "webhook:sms/…");
    }

    #[test]
    fn a_window_may_be_rung_by_a_short_number() {
        assert!("100".parse::<CalledNumber>().is_ok());
        assert!("+81300000100".parse::<CalledNumber>().is_ok());
        assert!("1".parse::<CalledNumber>().is_err());
        assert!("0120-000-000".parse::<CalledNumber>().is_err());
    }
}
