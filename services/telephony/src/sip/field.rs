//! Header fields as they stand in a message: looked up by name, split at
//! commas, taken apart into address and parameters. Never fails: a field that
//! cannot be read is as good as absent.

use rsipstack::sip::{Header, Headers};

/// All values of the field, one for each line.
pub(super) fn lines<'a>(headers: &'a Headers, name: &'a str) -> impl Iterator<Item = &'a str> {
    headers.iter().filter(move |header| header.name().eq_ignore_ascii_case(name)).map(Header::value)
}

pub(super) fn first<'a>(headers: &'a Headers, name: &'a str) -> Option<&'a str> {
    lines(headers, name).next().map(str::trim)
}

/// All values of a field that may hold several, separated by commas.
pub(super) fn items(headers: &Headers, name: &str) -> Vec<String> {
    lines(headers, name).flat_map(|line| split(line, ',')).filter(|item| !item.is_empty()).collect()
}

/// Splits where neither quotes nor angle brackets enclose.
pub(super) fn split(text: &str, at: char) -> Vec<String> {
    let mut parts = vec![String::new()];
    let (mut quoted, mut escaped, mut angled) = (false, false, false);
    for letter in text.chars() {
        match letter {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            '<' if !quoted => angled = true,
            '>' if !quoted => angled = false,
            _ if letter == at && !quoted && !angled => {
                parts.push(String::new());
                continue;
            }
            _ => {}
        }
        if let Some(part) = parts.last_mut() {
            part.push(letter);
        }
    }
    parts.iter().map(|part| part.trim().to_owned()).collect()
}

/// `"Name" <uri>;param=value` or `uri;param=value`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Address {
    pub(super) display: Option<String>,
    pub(super) uri: String,
    params: Vec<(String, Option<String>)>,
}

impl Address {
    pub(super) fn parse(text: &str) -> Option<Self> {
        let pieces = split(text, ';');
        let (head, params) = pieces.split_first()?;
        let params = params.iter().map(|param| pair(param)).collect();
        let (display, uri) = match (head.find('<'), head.rfind('>')) {
            (Some(open), Some(close)) if open < close => {
                let display = head[..open].trim().trim_matches('"').trim();
                ((!display.is_empty()).then(|| display.to_owned()), head[open + 1..close].trim().to_owned())
            }
            (None, None) => (None, head.clone()),
            (Some(_), Some(_)) | (Some(_), None) | (None, Some(_)) => return None,
        };
        (!uri.is_empty()).then_some(Self { display, uri, params })
    }

    pub(super) fn param(&self, name: &str) -> Option<&str> {
        let found = self.params.iter().find(|(key, _)| key.eq_ignore_ascii_case(name))?;
        Some(found.1.as_deref().unwrap_or(""))
    }
}

fn pair(param: &str) -> (String, Option<String>) {
    match param.split_once('=') {
        Some((key, value)) => (key.trim().to_owned(), Some(value.trim().trim_matches('"').to_owned())),
        None => (param.trim().to_owned(), None),
    }
}

pub(super) fn tag(headers: &Headers, name: &str) -> Option<String> {
    let address = Address::parse(first(headers, name)?)?;
    address.param("tag").filter(|tag| !tag.is_empty()).map(str::to_owned)
}

/// The number and the method of CSeq.
pub(super) fn cseq(headers: &Headers) -> Option<(u32, String)> {
    let (number, method) = first(headers, "CSeq")?.split_once(char::is_whitespace)?;
    Some((number.parse().ok()?, method.trim().to_owned()))
}

/// `Digest name="value", name=value`: the names in lower case.
pub(super) fn digest_params(value: &str) -> Option<Vec<(String, String)>> {
    let (scheme, rest) = value.trim().split_once(char::is_whitespace)?;
    let pairs = split(rest, ',').into_iter().filter_map(|item| {
        let (key, value) = item.split_once('=')?;
        Some((key.trim().to_ascii_lowercase(), value.trim().trim_matches('"').to_owned()))
    });
    scheme.eq_ignore_ascii_case("digest").then(|| pairs.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comma_inside_a_name_or_an_address_does_not_split() {
        let parts = split(r#""Sato, Ichiro" <sip:a,b@h>;q=1, <sip:c@h>"#, ',');

        assert_eq!(parts, [r#""Sato, Ichiro" <sip:a,b@h>;q=1"#, "<sip:c@h>"]);
    }

    #[test]
    fn parameters_of_the_address_are_not_those_of_the_field() {
        let address = Address::parse(r#""A" <sip:a@h;transport=tcp>;tag=7;lone"#).unwrap();

        assert_eq!(
            (address.param("tag"), address.param("lone"), address.param("transport")),
            (Some("7"), Some(""), None)
        );
        assert_eq!(address.uri, "sip:a@h;transport=tcp");
    }

    #[test]
    fn half_an_angle_is_no_address() {
        assert_eq!(Address::parse("<sip:a@h"), None);
        assert_eq!(Address::parse(""), None);
    }
}
