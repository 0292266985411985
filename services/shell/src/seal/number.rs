//! One way to write a telephone number, so that it can be compared.

/// The country of the line: a number that begins with a single 0 belongs to it.
const HOME: &str = "81";

/// Japan's prefix for calls abroad.
const ABROAD: &str = "010";

/// E.164 with `+` where the country can be told, else the digits as they are (110, an extension).
/// Full-width digits count as digits, every other character is dropped.
pub(super) fn normal(number: &str) -> String {
    let digits: String = number.chars().filter_map(ascii_digit).collect();
    let leading = number.trim_start().chars().next();
    match (leading, digits.strip_prefix(ABROAD), digits.strip_prefix('0')) {
        (Some('+' | '＋'), _, _) => format!("+{digits}"),
        (_, Some(rest), _) => format!("+{rest}"),
        (_, None, Some(rest)) => format!("+{HOME}{rest}"),
        (_, None, None) => digits,
    }
}

fn ascii_digit(c: char) -> Option<char> {
    match c {
        '0'..='9' => Some(c),
        '０'..='９' => char::from_digit(u32::from(c) - u32::from('０'), 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_numbers_stay_short() {
        assert_eq!(
            (normal("110").as_str(), normal("2001").as_str(), normal("").as_str()),
            ("110", "2001", "")
        );
    }
}
