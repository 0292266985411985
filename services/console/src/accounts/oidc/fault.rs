//! Why nobody came in by the provider.

use super::super::error::AccessError;

#[derive(Debug, thiserror::Error)]
pub(super) enum Turned {
    /// It does not answer: the password still opens.
    #[error("the provider does not answer")]
    Away,
    /// Not this browser's, used before, or too long ago.
    #[error("this sign-in is not under way here")]
    Late,
    /// The provider said no, or what it says cannot be believed; the word is for the audit.
    #[error("the provider's answer is refused: {0}")]
    Refused(&'static str),
    #[error(transparent)]
    House(#[from] AccessError),
}

impl Turned {
    /// What the page is told. Whoever is refused learns no reason.
    pub(super) fn word(&self) -> &'static str {
        match self {
            Self::Away => "away",
            Self::Late => "late",
            Self::Refused(_) => "refused",
            Self::House(AccessError::TooMany(_) | AccessError::Busy | AccessError::Store(_)) => "busy",
            Self::House(
                AccessError::Wrong
                | AccessError::NotSignedIn
                | AccessError::Foreign
                | AccessError::NotFresh
                | AccessError::NotNow(_)
                | AccessError::Invalid { .. }
                | AccessError::NotFound(_)
                | AccessError::Taken(_)
                | AccessError::Hash
                | AccessError::Seal(_),
            ) => "refused",
        }
    }
}

impl From<shell::store::StoreError> for Turned {
    fn from(error: shell::store::StoreError) -> Self {
        Self::House(error.into())
    }
}
