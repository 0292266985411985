//! What the service refuses, and under which code.

use domain::referral::Refusal;
use shell::seal::SealFault;
use shell::seal::data_keys::DataKeyFault;
use shell::store::StoreError;
use tonic::{Code, Status};

#[derive(Debug, thiserror::Error)]
pub(crate) enum ReferralError {
    #[error("invalid {field}: {reason}")]
    Invalid { field: String, reason: String },
    #[error("{0} is not known")]
    NotFound(&'static str),
    #[error("sign in first")]
    NotSignedIn,
    /// The state of things does not allow it; says what would.
    #[error("{0}")]
    Refused(String),
    #[error("referral was changed by others at the same moment; try again")]
    Contended,
    /// Its key was destroyed when its retention was over.
    #[error("referral has been deleted: its retention is over")]
    Deleted,
    /// The record could not be read; triage says why.
    #[error("record cannot be read: {}", .0.message())]
    Record(Status),
    #[error("referral failed to seal or open what is kept")]
    Seal(SealFault),
    #[error("referral store failed to {}", .0.attempt)]
    Store(#[from] StoreError),
}

impl ReferralError {
    pub(crate) fn invalid(field: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::Invalid { field: field.into(), reason: reason.into() }
    }

    pub(crate) fn code(&self) -> Code {
        match self {
            Self::Invalid { .. } => Code::InvalidArgument,
            Self::NotFound(_) | Self::Deleted => Code::NotFound,
            Self::NotSignedIn => Code::Unauthenticated,
            Self::Refused(_) => Code::FailedPrecondition,
            Self::Contended => Code::Aborted,
            Self::Record(status) => status.code(),
            Self::Seal(_) => Code::Internal,
            Self::Store(error) => match error.passing {
                true => Code::Unavailable,
                false => Code::Internal,
            },
        }
    }

    /// Trying again will not help.
    pub(crate) fn is_lasting(&self) -> bool {
        match self {
            Self::Deleted | Self::Seal(_) => true,
            Self::Store(error) => !error.passing,
            Self::Invalid { .. }
            | Self::NotFound(_)
            | Self::NotSignedIn
            | Self::Refused(_)
            | Self::Contended
            | Self::Record(_) => false,
        }
    }
}

impl From<Refusal> for ReferralError {
    /// Who was never asked sees nothing, not even that it is there.
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::NotAsked(_) => Self::NotFound("referral_id"),
            refusal @ (Refusal::Missing(_)
            | Refusal::BasisUnfit
            | Refusal::NotSigned
            | Refusal::TargetTwice(_)
            | Refusal::AlreadyAsked(_)
            | Refusal::AlreadyAcceptedBy { .. }
            | Refusal::NotAcceptedBy(_)
            | Refusal::NotReleased
            | Refusal::Released
            | Refusal::Recalled
            | Refusal::Closed
            | Refusal::Arrived
            | Refusal::NoSuchQuestion(_)
            | Refusal::OldRevision(_)) => Self::Refused(refusal.to_string()),
        }
    }
}

impl From<DataKeyFault> for ReferralError {
    fn from(fault: DataKeyFault) -> Self {
        match fault {
            DataKeyFault::Destroyed => Self::Deleted,
            DataKeyFault::Unknown => StoreError::lasting("open what is kept", "a data key is gone").into(),
            DataKeyFault::Seal(fault) => Self::Seal(fault),
            DataKeyFault::Store(error) => error.into(),
        }
    }
}

impl From<ReferralError> for Status {
    fn from(error: ReferralError) -> Self {
        if let ReferralError::Store(fault) = &error {
            tracing::warn!(attempt = fault.attempt, passing = fault.passing, "the store failed a request");
        }
        Self::new(error.code(), error.to_string())
    }
}
