//! What escalation refuses, and under which code.

use domain::escalation::{Refusal, UnknownCode};
use shell::seal::SealFault;
use shell::store::StoreError;
use tonic::{Code, Status};

#[derive(Debug, thiserror::Error)]
pub(crate) enum EscalationError {
    #[error("invalid {field}: {reason}")]
    Invalid { field: &'static str, reason: &'static str },
    #[error("invalid {}: one of {}", .0.field, .0.codes)]
    Code(#[from] UnknownCode),
    #[error("window_id is not in the rota of this operator")]
    UnknownWindow,
    #[error("staff_id is not in the rota")]
    UnknownStaff,
    #[error("{0} is not known")]
    NotFound(&'static str),
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Others were faster many times in a row.
    #[error("escalation is being changed by others; try again")]
    Contended,
    #[error("escalation failed to seal or open what is kept")]
    Seal(#[from] SealFault),
    #[error("escalation store failed to {}", .0.attempt)]
    Store(#[from] StoreError),
}

impl EscalationError {
    pub(crate) fn code(&self) -> Code {
        match self {
            Self::Invalid { .. } | Self::Code(_) => Code::InvalidArgument,
            Self::UnknownWindow | Self::UnknownStaff | Self::NotFound(_) => Code::NotFound,
            Self::Refused(_) => Code::FailedPrecondition,
            Self::Contended => Code::Aborted,
            Self::Seal(_) => Code::Internal,
            Self::Store(error) => match error.passing {
                true => Code::Unavailable,
                false => Code::Internal,
            },
        }
    }
}

impl From<EscalationError> for Status {
    fn from(error: EscalationError) -> Self {
        if let EscalationError::Store(fault) = &error {
            tracing::warn!(attempt = fault.attempt, passing = fault.passing, "the store failed a request");
        }
        Self::new(error.code(), error.to_string())
    }
}
