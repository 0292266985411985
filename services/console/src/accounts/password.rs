//! Passwords: which are taken, and those we make ourselves.
//!
//! Long rather than colourful: there are no rules of composition (NIST SP 800-63B 3.1.1.2). The least
//! length is a setting, see `domain.md` 1.7.

use domain::private::Private;
use unicode_normalization::UnicodeNormalization;

use super::error::AccessError;

/// Letters and digits that are not mistaken for each other when read aloud.
const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
const GROUPS: usize = 5;
const GROUP: usize = 4;

const MOST_LETTERS: usize = 256;
/// Whatever is longer is not looked at at all.
const MOST_BYTES: usize = 4 * MOST_LETTERS;
/// Passwords that everybody tries first, one a line, in lower case.
const COMMON: &str = include_str!("common.txt");

/// A password as it is hashed: the same however a keyboard wrote it. Printed, it is a mask.
#[derive(Clone, Debug)]
pub(crate) struct Password(Private<String>);

impl Password {
    /// As somebody typed it.
    pub(crate) fn read(text: &str, field: &'static str) -> Result<Self, AccessError> {
        match text.len() > MOST_BYTES {
            true => Err(AccessError::invalid(field, format!("has at most {MOST_LETTERS} letters"))),
            false => Ok(Self(Private::new(text.nfkc().collect()))),
        }
    }

    /// A new one, judged.
    pub(crate) fn chosen(
        text: &str,
        field: &'static str,
        login: &str,
        least: usize,
    ) -> Result<Self, AccessError> {
        let password = Self::read(text, field)?;
        match password.fault(login, least) {
            Some(reason) => Err(AccessError::Invalid { field, reason }),
            None => Ok(password),
        }
    }

    /// Five groups of four: 100 bits, which can be read out over the telephone.
    pub(crate) fn one_time() -> Self {
        Self(Private::new(drawn::<{ GROUPS * GROUP }>()))
    }

    pub(crate) fn reveal(&self) -> &str {
        self.0.reveal()
    }

    pub(crate) fn into_private(self) -> Private<String> {
        self.0
    }

    fn fault(&self, login: &str, least: usize) -> Option<String> {
        let lower = self.reveal().to_lowercase();
        match self.reveal().chars().count() {
            letters if letters < least => Some(format!("has at least {least} letters")),
            letters if letters > MOST_LETTERS => Some(format!("has at most {MOST_LETTERS} letters")),
            _ if lower == login => Some("is not the login".to_owned()),
            _ if COMMON.lines().any(|common| common == lower) => {
                Some("is one that everybody tries first: choose another".to_owned())
            }
            _ => None,
        }
    }
}

/// Random letters in groups of four, N without the hyphens: 5 bits each.
pub(super) fn drawn<const N: usize>() -> String {
    let letters: Vec<u8> =
        rand::random::<[u8; N]>().map(|random| LETTERS[usize::from(random) % LETTERS.len()]).to_vec();
    let groups: Vec<String> =
        letters.chunks(GROUP).map(|group| group.iter().map(|letter| char::from(*letter)).collect()).collect();
    groups.join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(text: &str) -> Result<(), String> {
        Password::chosen(text, "new_password", "sakura.ito@ken", 12)
            .map(drop)
            .map_err(|fault| fault.to_string())
    }

    #[test]
    fn a_long_sentence_is_taken_whatever_letters_it_has() {
        for good in ["correct horse battery", "夜の相談窓口は今日も開いている", "aaaaaaaaaaab"]
        {
            assert_eq!(judged(good), Ok(()), "{good}");
        }
    }

    #[test]
    fn what_is_short_endless_common_or_the_login_is_refused_with_what_would_be_right() {
        assert_eq!(
            judged("夜の相談窓口は今日も"),
            Err("invalid new_password: has at least 12 letters".to_owned())
        );
        assert!(judged("Password1234").is_err_and(|said| said.contains("tries first")));
        assert!(judged("Sakura.Ito@KEN").is_err_and(|said| said.contains("login")));
        assert!(judged(&"x".repeat(257)).is_err_and(|said| said.contains("at most 256")));
        assert!(judged(&"x".repeat(5000)).is_err_and(|said| said.contains("at most 256")));
    }

    #[test]
    fn one_password_written_by_two_keyboards_is_one() {
        let (wide, narrow) = ("ｐａｓｓ　ＷＯＲＤ１２３４", "pass WORD1234");

        let read = |text| Password::read(text, "password").unwrap().reveal().to_owned();

        assert_eq!(read(wide), read(narrow));
    }

    #[test]
    fn one_time_passwords_differ_and_are_not_printed() {
        let (one, other) = (Password::one_time(), Password::one_time());

        assert_eq!(one.reveal().len(), 24);
        assert_ne!(one.reveal(), other.reveal());
        assert!(!format!("{one:?}").contains(one.reveal()));
    }
}
