//! What triage refuses, and under which code.

use shell::seal::SealFault;
use shell::store::StoreError;
use tonic::{Code, Status};

#[derive(Debug, thiserror::Error)]
pub(crate) enum TriageError {
    #[error("invalid {field}: {reason}")]
    Invalid { field: String, reason: String },
    #[error("{0} is not known")]
    NotFound(&'static str),
    #[error("sign in first")]
    NotSignedIn,
    /// Somebody who has no part in it must say why they look.
    #[error("reason is needed: you are neither the author nor in this call; say in 1 to 200 characters why")]
    ReasonNeeded,
    #[error("only {0} may do this")]
    NotYours(&'static str),
    /// The state of things does not allow it; says what would.
    #[error("{0}")]
    Refused(String),
    #[error("{what} is at revision {found}, not {seen}: load it again")]
    Stale { what: &'static str, found: i64, seen: i64 },
    /// Somebody changed the same; says what.
    #[error("{0}; load it again")]
    Overtaken(String),
    /// Others were faster many times in a row.
    #[error("record is being changed by others; try again")]
    Contended,
    /// Its key was destroyed when its retention was over.
    #[error("{0} has been deleted: its retention is over")]
    Deleted(&'static str),
    #[error("triage failed to seal or open what is kept")]
    Seal(#[from] SealFault),
    #[error("triage store failed to {}", .0.attempt)]
    Store(#[from] StoreError),
}

impl TriageError {
    pub(crate) fn invalid(field: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::Invalid { field: field.into(), reason: reason.into() }
    }

    pub(crate) fn code(&self) -> Code {
        match self {
            Self::Invalid { .. } => Code::InvalidArgument,
            Self::NotFound(_) | Self::Deleted(_) => Code::NotFound,
            Self::NotSignedIn => Code::Unauthenticated,
            Self::ReasonNeeded | Self::NotYours(_) => Code::PermissionDenied,
            Self::Refused(_) => Code::FailedPrecondition,
            Self::Stale { .. } | Self::Overtaken(_) | Self::Contended => Code::Aborted,
            Self::Seal(_) => Code::Internal,
            Self::Store(error) => match error.passing {
                true => Code::Unavailable,
                false => Code::Internal,
            },
        }
    }
}

impl From<TriageError> for Status {
    fn from(error: TriageError) -> Self {
        if let TriageError::Store(fault) = &error {
            tracing::warn!(attempt = fault.attempt, passing = fault.passing, "the store failed a request");
        }
        Self::new(error.code(), error.to_string())
    }
}
