//! The two languages of the page, and words that exist in one or both.

use serde::Deserialize;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Tongue {
    Japanese,
    English,
}

impl Tongue {
    pub const ALL: [Self; 2] = [Self::Japanese, Self::English];

    pub fn code(self) -> &'static str {
        match self {
            Self::Japanese => "ja",
            Self::English => "en",
        }
    }

    pub(crate) fn coded(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|tongue| tongue.code() == text)
    }

    pub(crate) fn other(self) -> Self {
        match self {
            Self::Japanese => Self::English,
            Self::English => Self::Japanese,
        }
    }

    pub(crate) fn of<T>(self, ja: T, en: T) -> T {
        match self {
            Self::Japanese => ja,
            Self::English => en,
        }
    }
}

/// A text in both languages.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Both {
    pub(crate) ja: String,
    pub(crate) en: String,
}

impl Both {
    pub(crate) fn to(&self, tongue: Tongue) -> &str {
        tongue.of(&self.ja, &self.en)
    }
}
