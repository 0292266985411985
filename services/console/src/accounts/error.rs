//! What accounts refuse, and under which code.

use std::time::Duration;

use shell::seal::SealFault;
use shell::store::StoreError;
use tonic::metadata::MetadataValue;
use tonic::{Code, Status};

#[derive(Debug, thiserror::Error)]
pub(crate) enum AccessError {
    /// One answer for every reason, so that it teaches nobody.
    #[error("login, password or code is wrong")]
    Wrong,
    #[error("too many failures: try again in {} s", .0.as_secs())]
    TooMany(Duration),
    #[error("too many people sign in at this moment: try again")]
    Busy,
    #[error("sign in first")]
    NotSignedIn,
    #[error("operator_id is not the operator of your account")]
    Foreign,
    #[error("prove yourself again first: this asks for a sign-in of the last minutes")]
    NotFresh,
    #[error("{0}")]
    NotNow(&'static str),
    #[error("invalid {field}: {reason}")]
    Invalid { field: &'static str, reason: String },
    #[error("{0} is not known")]
    NotFound(&'static str),
    #[error("{0}")]
    Taken(&'static str),
    #[error("a password could not be hashed")]
    Hash,
    #[error("accounts failed to seal or open what is kept")]
    Seal(#[from] SealFault),
    #[error("accounts store failed to {}", .0.attempt)]
    Store(#[from] StoreError),
}

impl AccessError {
    pub(crate) fn invalid(field: &'static str, reason: impl Into<String>) -> Self {
        Self::Invalid { field, reason: reason.into() }
    }

    pub(crate) fn code(&self) -> Code {
        match self {
            Self::Wrong | Self::NotSignedIn => Code::Unauthenticated,
            Self::TooMany(_) => Code::ResourceExhausted,
            Self::Busy => Code::Unavailable,
            Self::Foreign => Code::PermissionDenied,
            Self::NotFresh | Self::NotNow(_) => Code::FailedPrecondition,
            Self::Invalid { .. } => Code::InvalidArgument,
            Self::NotFound(_) => Code::NotFound,
            Self::Taken(_) => Code::AlreadyExists,
            Self::Hash | Self::Seal(_) => Code::Internal,
            Self::Store(error) => match error.passing {
                true => Code::Unavailable,
                false => Code::Internal,
            },
        }
    }
}

impl From<AccessError> for Status {
    fn from(error: AccessError) -> Self {
        if let AccessError::Store(fault) = &error {
            tracing::warn!(attempt = fault.attempt, passing = fault.passing, "the store failed a request");
        }
        let mut status = Self::new(error.code(), error.to_string());
        if let AccessError::TooMany(wait) = error {
            status.metadata_mut().insert("retry-after", MetadataValue::from(wait.as_secs()));
        }
        status
    }
}
