//! What the service refuses, and under which code.

use shell::seal::SealFault;
use shell::seal::data_keys::DataKeyFault;
use shell::store::StoreError;
use tonic::{Code, Status};

#[derive(Debug, thiserror::Error)]
pub(crate) enum LogError {
    #[error("invalid {field}: {reason}")]
    Invalid { field: &'static str, reason: String },
    #[error("{0} is not known")]
    NotFound(&'static str),
    #[error("sign in first")]
    NotSignedIn,
    /// The state of things does not allow it; says what would.
    #[error("{0}")]
    Refused(&'static str),
    /// Another version stands than the one that was read.
    #[error("day is sealed anew as version {0}: read it, then review that")]
    Overtaken(i64),
    /// Its key was destroyed when its retention was over.
    #[error("comments have been deleted: their retention is over")]
    Deleted,
    #[error("daily log failed to seal or open comments")]
    Seal(SealFault),
    #[error("daily log failed to write the file")]
    File(#[source] rust_xlsxwriter::XlsxError),
    #[error("daily log store failed to {}", .0.attempt)]
    Store(#[from] StoreError),
}

impl LogError {
    pub(crate) fn invalid(field: &'static str, reason: impl Into<String>) -> Self {
        Self::Invalid { field, reason: reason.into() }
    }

    pub(crate) fn code(&self) -> Code {
        match self {
            Self::Invalid { .. } => Code::InvalidArgument,
            Self::NotFound(_) | Self::Deleted => Code::NotFound,
            Self::NotSignedIn => Code::Unauthenticated,
            Self::Refused(_) => Code::FailedPrecondition,
            Self::Overtaken(_) => Code::Aborted,
            Self::Seal(_) | Self::File(_) => Code::Internal,
            Self::Store(error) => match error.passing {
                true => Code::Unavailable,
                false => Code::Internal,
            },
        }
    }
}

impl From<DataKeyFault> for LogError {
    fn from(fault: DataKeyFault) -> Self {
        match fault {
            DataKeyFault::Destroyed => Self::Deleted,
            DataKeyFault::Unknown => StoreError::lasting("open comments", "a data key is gone").into(),
            DataKeyFault::Seal(fault) => Self::Seal(fault),
            DataKeyFault::Store(error) => error.into(),
        }
    }
}

impl From<LogError> for Status {
    fn from(error: LogError) -> Self {
        if let LogError::Store(fault) = &error {
            tracing::warn!(attempt = fault.attempt, passing = fault.passing, "the store failed a request");
        }
        Self::new(error.code(), error.to_string())
    }
}
