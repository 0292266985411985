//! What the file says for the public: names, numbers, places and hours as they
//! are printed. All of it may be left out.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use crate::contact::CalledNumber;
use crate::ids::as_text;

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidPublic {
    #[error("a printed number has 3 to 15 digits, with + or # before them and - ( ) or spaces between")]
    Number,
    #[error("an address of a page begins with https:// or http:// and has no spaces, at most 300 bytes")]
    Url,
}

/// A telephone number as it is printed: `0120-000-100`, `#8000`.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PublicNumber(Arc<str>);

impl PublicNumber {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What a telephone dials: digits, with `+` or `#` where there is one.
    pub fn dialled(&self) -> String {
        self.0.chars().filter(|one| one.is_ascii_digit() || matches!(one, '+' | '#')).collect()
    }

    /// Of the numbers that callers dial the first that is no extension, as it is dialled at home.
    pub(crate) fn of(numbers: &[CalledNumber]) -> Option<Self> {
        let number = numbers.iter().find(|number| number.as_str().starts_with('+')).or(numbers.first())?;
        let text = match number.as_str().strip_prefix("+81") {
            Some(rest) => format!("0{rest}"),
            None => number.to_string(),
        };
        Some(Self(text.into()))
    }
}

impl FromStr for PublicNumber {
    type Err = InvalidPublic;
    fn from_str(text: &str) -> Result<Self, InvalidPublic> {
        let rest = text.strip_prefix(['+', '#']).unwrap_or(text);
        let digits = rest.bytes().filter(u8::is_ascii_digit).count();
        let known = |one: char| one.is_ascii_digit() || matches!(one, '-' | '(' | ')' | ' ');
        let whole = (3..=15).contains(&digits) && rest.chars().all(known) && text.len() <= 30;
        whole.then(|| Self(text.into())).ok_or(InvalidPublic::Number)
    }
}

impl fmt::Display for PublicNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

as_text!(PublicNumber, InvalidPublic);

/// The address of a page.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PageAddress(Arc<str>);

impl PageAddress {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for PageAddress {
    type Err = InvalidPublic;
    fn from_str(text: &str) -> Result<Self, InvalidPublic> {
        let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
        let whole = rest.is_some_and(|rest| !rest.is_empty()) && text.len() <= 300;
        let plain = text.chars().all(|one| one.is_ascii_graphic() && !matches!(one, '"' | '<' | '>'));
        (whole && plain).then(|| Self(text.into())).ok_or(InvalidPublic::Url)
    }
}

impl fmt::Display for PageAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

as_text!(PageAddress, InvalidPublic);

/// What the public is told of an operator beyond its name.
#[derive(Clone, Debug, Default)]
pub struct PublicOperator {
    pub name_en: Option<String>,
    pub url: Option<PageAddress>,
}

/// What the public is told of a window beyond its name and its hours.
#[derive(Clone, Debug)]
pub struct PublicWindow {
    /// Whether the public is told of it at all.
    pub listed: bool,
    pub number: PublicNumber,
    pub name_en: Option<String>,
    pub place: Option<String>,
    pub place_en: Option<String>,
    /// In the operator's own words, such as "24時間、年中無休".
    pub hours: Option<String>,
    pub hours_en: Option<String>,
    pub url: Option<PageAddress>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_printed_number_is_dialled_without_what_is_between_its_digits() {
        let dialled = |text: &str| text.parse::<PublicNumber>().map(|number| number.dialled());
        assert_eq!(dialled("0120-000-100"), Ok("0120000100".into()));
        assert_eq!(dialled("+81 (3) 0000-0100"), Ok("+81300000100".into()));
        assert_eq!(dialled("#8000"), Ok("#8000".into()));
        for bad in ["", "12", "call us", "03-0000-0100\n", "<b>110</b>", "03#0000", "1234567890123456"] {
            assert_eq!(dialled(bad), Err(InvalidPublic::Number), "{bad}");
        }
    }

    #[test]
    fn without_a_printed_number_it_is_the_first_that_anybody_can_dial() {
        let of = |numbers: &[&str]| {
            let numbers: Vec<CalledNumber> = numbers.iter().map(|one| one.parse().unwrap()).collect();
            PublicNumber::of(&numbers).unwrap().to_string()
        };
        assert_eq!(of(&["100", "+81300000100"]), "0300000100");
        assert_eq!(of(&["+441632960000"]), "+441632960000");
        assert_eq!(of(&["100"]), "100");
    }

    #[test]
    fn an_address_that_is_no_page_is_refused() {
        assert!("https://www.kitagata.example/kokoro?a=1&b=2".parse::<PageAddress>().is_ok());
        for bad in ["https://", "javascript:alert(1)", "www.kitagata.example", "https://a b", "https://a\"b"]
        {
            assert_eq!(bad.parse::<PageAddress>(), Err(InvalidPublic::Url), "{bad}");
        }
    }
}
