//! Code lists: flat enums with the words by which files, rows, contracts and people name their values,
//! and what a screen shows for each. Every list of words is written once.

use std::borrow::Cow;

use on_call_rota::Language;

/// A word that is none of a code list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field} is one of {codes}")]
pub struct UnknownCode {
    pub field: &'static str,
    pub codes: &'static str,
}

/// What people read, in both languages of the line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Label {
    pub ja: Cow<'static, str>,
    pub en: Cow<'static, str>,
}

impl Label {
    pub const fn fixed(ja: &'static str, en: &'static str) -> Self {
        Self { ja: Cow::Borrowed(ja), en: Cow::Borrowed(en) }
    }

    /// Japanese where it is asked for, or where nothing else is written.
    pub fn read(&self, language: Language) -> &str {
        match language == Language::JAPANESE || self.en.is_empty() {
            true => &self.ja,
            false => &self.en,
        }
    }
}

/// One value of a list, as a screen shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Coded {
    pub code: &'static str,
    pub label: Label,
}

/// A list whose values people choose from.
#[derive(Debug, PartialEq, Eq)]
pub struct CodeList {
    pub name: &'static str,
    /// Every word, for messages.
    pub codes: &'static str,
    pub values: &'static [Coded],
}

impl CodeList {
    pub fn find(&self, code: &str) -> Option<&Coded> {
        self.values.iter().find(|value| value.code == code)
    }
}

/// `A, B, ` without its last comma.
pub(crate) const fn joined(words: &'static str) -> &'static str {
    words.split_at(words.len() - 2).0
}

/// A flat enum with its words, and with labels where people choose from it.
macro_rules! codes {
    ($(#[$doc:meta])* $name:ident, $field:literal, {
        $($(#[$note:meta])* $variant:ident = $code:literal ($ja:literal, $en:literal)),+ $(,)?
    }) => {
        $crate::codes::codes!($(#[$doc])* $name, $field, { $($(#[$note])* $variant = $code),+ });

        impl $name {
            pub const LIST: &'static $crate::codes::CodeList = &$crate::codes::CodeList {
                name: $field,
                codes: Self::CODES,
                values: &[$($crate::codes::Coded { code: $code, label: $crate::codes::Label::fixed($ja, $en) }),+],
            };

            pub const fn label(self) -> $crate::codes::Label {
                match self {
                    $(Self::$variant => $crate::codes::Label::fixed($ja, $en)),+
                }
            }
        }
    };
    ($(#[$doc:meta])* $name:ident, $field:literal, {
        $($(#[$note:meta])* $variant:ident = $code:literal),+ $(,)?
    }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, ::serde::Serialize, ::serde::Deserialize)]
        pub enum $name {
            $($(#[$note])* #[serde(rename = $code)] $variant),+
        }

        impl $name {
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];
            /// Every word, for messages.
            pub const CODES: &'static str = $crate::codes::joined(concat!($($code, ", "),+));

            pub const fn code(self) -> &'static str {
                match self {
                    $(Self::$variant => $code),+
                }
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.pad(self.code())
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = $crate::codes::UnknownCode;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let known = Self::ALL.iter().find(|one| one.code() == text);
                known.copied().ok_or($crate::codes::UnknownCode { field: $field, codes: Self::CODES })
            }
        }
    };
}

pub(crate) use codes;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::escalation::{Priority, TriageCode};

    #[test]
    fn a_wrong_word_is_answered_with_the_right_ones() {
        let fault = "P4".parse::<Priority>().unwrap_err();

        assert_eq!(fault.to_string(), "priority is one of P1, P2, P3");
    }

    #[test]
    fn every_value_has_a_word_and_a_label_in_both_languages() {
        let shown = TriageCode::LIST.find("A").unwrap();

        assert_eq!(shown.label, TriageCode::A.label());
        assert_ne!(shown.label.read(Language::JAPANESE), shown.label.read(Language::ENGLISH));
    }
}
